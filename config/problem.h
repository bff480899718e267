#ifndef PODPROBE_CONFIG_PROBLEM_H_
#define PODPROBE_CONFIG_PROBLEM_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace podprobe {

// Where something stands in the configuration's text, counted from 1. A column is a byte.
// Line 0: the text as a whole.
struct ConfigPosition {
  int line = 0;
  int column = 0;
  auto operator<=>(const ConfigPosition&) const = default;
};

struct ConfigProblem {
  ConfigPosition at;
  std::string what;  // names the key, what it wants and what it has instead

  // FILE:LINE:COLUMN: what
  std::string ToString(const std::string& file) const;
};

inline constexpr std::size_t kMaxQuotedBytes = 80;

// Foreign text in quotes, fit for one line: bytes outside printable ASCII become \x1b
// and the like, and what is over kMaxQuotedBytes ends in "...".
std::string Quoted(std::string_view text);

}  // namespace podprobe

#endif  // PODPROBE_CONFIG_PROBLEM_H_
