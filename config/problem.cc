#include "config/problem.h"

namespace podprobe {

std::string ConfigProblem::ToString(const std::string& file) const {
  if (at.line == 0) return file + ": " + what;
  return file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + what;
}

std::string Quoted(std::string_view text) {
  constexpr char kHexDigits[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text.substr(0, kMaxQuotedBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (' ' <= byte && byte <= '~') {
      quoted += c;
    } else {
      quoted += "\\x";
      quoted += kHexDigits[byte >> 4];
      quoted += kHexDigits[byte & 15];
    }
  }
  if (text.size() > kMaxQuotedBytes) quoted += "...";
  return quoted + "\"";
}

}  // namespace podprobe
