#ifndef PODPROBE_PARSERS_TEXT_H_
#define PODPROBE_PARSERS_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace podprobe {

// Pieces of text that both exposition grammars share.

constexpr bool IsBlank(char c) { return c == ' ' || c == '\t'; }
constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// [a-zA-Z_] and [a-zA-Z_0-9]; metric names may also hold colons.
constexpr bool IsLabelNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
constexpr bool IsLabelNameByte(char c) { return IsLabelNameStart(c) || IsDigit(c); }
constexpr bool IsMetricNameStart(char c) { return IsLabelNameStart(c) || c == ':'; }
constexpr bool IsMetricNameByte(char c) { return IsMetricNameStart(c) || IsDigit(c); }

// Length of the metric or label name that `text` begins with; 0 if with none.
std::size_t MetricNameLength(std::string_view text);
std::size_t LabelNameLength(std::string_view text);

// Well-formed UTF-8 as Unicode defines it: no surrogates, no overlong forms.
bool IsValidUtf8(std::string_view text);
// Where the first ill-formed sequence begins; text.size() if there is none.
std::size_t ValidUtf8Length(std::string_view text);

// `text` in double quotes for an error message: cut after `max_bytes`, with
// control characters, quotes and bytes that are not UTF-8 made visible.
inline constexpr std::size_t kMaxQuotedBytes = 60;
std::string Quote(std::string_view text, std::size_t max_bytes = kMaxQuotedBytes);

}  // namespace podprobe

#endif  // PODPROBE_PARSERS_TEXT_H_
