#include "config/duration.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <system_error>

#include "config/problem.h"

namespace podprobe {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t ms;
  // Written only where nothing remains: 90d reads easier than 12w6d.
  bool is_exact_only;
};

constexpr Unit kUnits[] = {
    {"y", 365LL * 24 * 60 * 60 * 1000, true},
    {"w", 7LL * 24 * 60 * 60 * 1000, true},
    {"d", 24LL * 60 * 60 * 1000, false},
    {"h", 60LL * 60 * 1000, false},
    {"m", 60LL * 1000, false},
    {"s", 1000, false},
    {"ms", 1, false},
};

constexpr std::string_view kDigits = "0123456789";

DurationResult Error(std::string_view text, std::string_view what) {
  return {.duration = std::nullopt, .error = Quoted(text) + " " + std::string(what)};
}

}  // namespace

DurationResult ParseDuration(std::string_view text) {
  if (text == "0") return {.duration = std::chrono::milliseconds(0), .error = ""};
  if (text.empty()) return Error(text, "is no duration: write it as in 1m30s");

  std::int64_t sum_ms = 0;
  const Unit* next_unit = std::begin(kUnits);
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view digits = rest.substr(0, rest.find_first_not_of(kDigits));
    rest.remove_prefix(digits.size());
    const std::string_view name = rest.substr(0, rest.find_first_of(kDigits));
    rest.remove_prefix(name.size());

    if (digits.empty()) {
      return Error(text, "is no duration: write whole numbers with units, as in 1m30s");
    }
    if (name.empty()) return Error(text, "has no unit at its end: write it as in 30s or 1m30s");
    const Unit* unit = next_unit;
    while (unit != std::end(kUnits) && unit->name != name) ++unit;
    if (unit == std::end(kUnits)) {
      return Error(text, "is no duration: its units are y, w, d, h, m, s, ms, in this order");
    }
    next_unit = unit + 1;

    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (error != std::errc() || count > (kLongestDuration.count() - sum_ms) / unit->ms) {
      return Error(text, "is longer than 292 years");
    }
    sum_ms += count * unit->ms;
  }
  return {.duration = std::chrono::milliseconds(sum_ms), .error = ""};
}

std::string FormatDuration(std::chrono::milliseconds duration) {
  std::int64_t rest_ms = duration.count();
  if (rest_ms == 0) return "0s";
  std::string text;
  for (const Unit& unit : kUnits) {
    if (unit.is_exact_only && rest_ms % unit.ms != 0) continue;
    const std::int64_t count = rest_ms / unit.ms;
    if (count == 0) continue;
    text += std::to_string(count) + std::string(unit.name);
    rest_ms -= count * unit.ms;
  }
  return text;
}

}  // namespace podprobe
