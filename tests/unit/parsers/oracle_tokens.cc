#include "tests/unit/parsers/oracle_tokens.h"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace podprobe {

bool IsIn(char c, const std::string& set) { return set.find(c) != std::string::npos; }

// Decodes and encodes again: equal only if the text was UTF-8 in the one right form.
bool IsUtf8(const std::string& text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80           ? 1
                               : (lead >> 5) == 0x06 ? 2
                               : (lead >> 4) == 0x0e ? 3
                               : (lead >> 3) == 0x1e ? 4
                                                     : 0;
    if (length == 0 || i + length > text.size()) return false;
    unsigned long code = length == 1 ? lead : lead & (0xffu >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if (next < 0x80 || next > 0xbf) return false;
      code = code * 64 + (next - 0x80u);
    }
    const std::size_t shortest = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (shortest != length || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
    i += length;
  }
  return true;
}

std::string Replaced(std::string text, bool with_quotes) {
  std::string result;
  while (!text.empty()) {
    const std::string two = text.substr(0, 2);
    if (two == "\\\\" || two == "\\n" || (two == "\\\"" && with_quotes)) {
      result += two == "\\n" ? '\n' : two[1];
      text.erase(0, 2);
    } else {
      result += text[0];
      text.erase(0, 1);
    }
  }
  return result;
}

std::optional<double> Number(const std::string& text) {
  for (const char c : text) {
    if (!IsIn(c, kLetters + kDigits + "+-.") || IsIn(c, "xXpP_")) return std::nullopt;
  }
  if (text.empty()) return std::nullopt;
  const bool has_sign = text[0] == '+' || text[0] == '-';
  if (has_sign && text.size() > 1 && IsIn(text[1], "nN")) return std::nullopt;
  char* end = nullptr;
  errno = 0;
  const double value = std::strtod(text.c_str(), &end);
  if (*end != '\0') return std::nullopt;
  if (errno == ERANGE && std::isinf(value)) return std::nullopt;
  return value;
}

std::string Rendered(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  char buffer[64];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

std::size_t Characters(const std::string& text) {
  std::size_t count = 0;
  for (const char c : text) {
    const bool goes_on =
        static_cast<unsigned char>(c) >= 0x80 && static_cast<unsigned char>(c) < 0xc0;
    if (!goes_on) ++count;
  }
  return count;
}

}  // namespace podprobe
