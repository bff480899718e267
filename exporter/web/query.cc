#include "exporter/web/query.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace podprobe {
namespace {

int HexDigit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

// In a query a plus stands for a blank.
std::optional<std::string> Decode(std::string_view text, char plus) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i] == '+' ? plus : text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = HexDigit(text[i + 1]);
    const int low = HexDigit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

}  // namespace

std::optional<Query> Query::Parse(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    if (part.empty()) continue;
    const std::size_t equals = std::min(part.find('='), part.size());
    std::optional<std::string> name = Decode(part.substr(0, equals), ' ');
    std::optional<std::string> value = Decode(part.substr(std::min(equals + 1, part.size())), ' ');
    if (!name || !value || query.parameters_.size() == kMaxParameters) return std::nullopt;
    query.parameters_.push_back({.name = *std::move(name), .value = *std::move(value)});
  }
  return query;
}

std::optional<std::string> Query::Last(std::string_view name) const {
  for (auto parameter = parameters_.rbegin(); parameter != parameters_.rend(); ++parameter) {
    if (parameter->name == name) return parameter->value;
  }
  return std::nullopt;
}

std::vector<std::string> Query::All(std::string_view name) const {
  std::vector<std::string> values;
  for (const Parameter& parameter : parameters_) {
    if (parameter.name == name && !parameter.value.empty()) values.push_back(parameter.value);
  }
  return values;
}

std::optional<std::string> DecodePath(std::string_view text) {
  std::optional<std::string> decoded = Decode(text, '+');
  if (decoded && decoded->find('\0') != std::string::npos) return std::nullopt;
  return decoded;
}

std::string EscapeQuery(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  std::string escaped;
  for (const char byte : text) {
    if (kPlain.find(byte) != std::string_view::npos) {
      escaped += byte;
      continue;
    }
    const auto value = static_cast<unsigned char>(byte);
    escaped += '%';
    escaped += kHex[value / 16];
    escaped += kHex[value % 16];
  }
  return escaped;
}

}  // namespace podprobe
