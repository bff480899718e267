#include "config/nearest_key.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace podprobe {
namespace {

constexpr std::size_t kLongestName = 64;

// Letters to insert, delete or replace (Levenshtein).
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

bool IsNear(std::string_view a, std::string_view b, std::size_t distance) {
  if (a.size() >= 2 && b.starts_with(a)) return true;
  return distance <= std::max<std::size_t>(1, std::max(a.size(), b.size()) / 3);
}

}  // namespace

std::string_view SectionOf(std::string_view key) {
  const std::size_t dot = key.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : key.substr(0, dot);
}

std::string_view NameOf(std::string_view key) { return key.substr(key.rfind('.') + 1); }

std::string NearestKey(std::string_view key, const std::vector<std::string>& keys) {
  const std::string_view name = NameOf(key);
  if (name.empty() || name.size() > kLongestName) return "";

  std::string nearest;
  std::size_t nearest_distance = kLongestName;
  for (const std::string& candidate : keys) {
    if (SectionOf(candidate) != SectionOf(key)) continue;
    const std::size_t distance = EditDistance(name, NameOf(candidate));
    if (distance >= nearest_distance || !IsNear(name, NameOf(candidate), distance)) continue;
    nearest = candidate;
    nearest_distance = distance;
  }
  if (!nearest.empty()) return nearest;

  const auto elsewhere = std::ranges::find(keys, name, NameOf);
  return elsewhere == keys.end() ? "" : *elsewhere;
}

}  // namespace podprobe
