#include "parsers/text.h"

#include <cstdint>

namespace podprobe {
namespace {

// Length of the well-formed sequence that `text` begins with; 0 if it begins with none.
std::size_t SequenceLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  // Table 3-7 of the Unicode standard: only the second byte's range depends on the first.
  std::size_t length = 0;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) {
    length = 2;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
  } else {
    return 0;
  }
  if (text.size() < length || byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

std::size_t MetricNameLength(std::string_view text) {
  if (text.empty() || !IsMetricNameStart(text[0])) return 0;
  std::size_t length = 1;
  while (length < text.size() && IsMetricNameByte(text[length])) ++length;
  return length;
}

std::size_t LabelNameLength(std::string_view text) {
  if (text.empty() || !IsLabelNameStart(text[0])) return 0;
  std::size_t length = 1;
  while (length < text.size() && IsLabelNameByte(text[length])) ++length;
  return length;
}

std::size_t ValidUtf8Length(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t length = SequenceLength(text.substr(i));
    if (length == 0) return i;
    i += length;
  }
  return i;
}

bool IsValidUtf8(std::string_view text) { return ValidUtf8Length(text) == text.size(); }

std::string Quote(std::string_view text, std::size_t max_bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string quoted = "\"";
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t length = SequenceLength(text.substr(i));
    if (i + (length == 0 ? 1 : length) > max_bytes) break;
    const char c = text[i];
    if (length > 1) {
      quoted.append(text.substr(i, length));
      i += length;
      continue;
    }
    ++i;
    if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (c == '\r') {
      quoted += "\\r";
    } else if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (length == 0 || c < 0x20 || c == 0x7f) {
      quoted += "\\x";
      quoted += kHex[static_cast<std::uint8_t>(c) >> 4];
      quoted += kHex[static_cast<std::uint8_t>(c) & 0xf];
    } else {
      quoted += c;
    }
  }
  quoted += i < text.size() ? "…\"" : "\"";
  return quoted;
}

}  // namespace podprobe
