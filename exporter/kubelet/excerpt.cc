#include "exporter/kubelet/excerpt.h"

#include <algorithm>

namespace podprobe {
namespace {

// Enough to know a token by, and present even where the answer was cut off in the middle of it.
constexpr std::size_t kTellingBytes = 16;

bool IsPrintable(char c) { return c >= ' ' && c <= '~'; }

void AppendHex(char c, std::string* out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  *out += "\\x";
  *out += kDigits[byte >> 4];
  *out += kDigits[byte & 15];
}

std::string WithoutSecret(std::string_view text, std::string_view secret) {
  const std::string_view telling = secret.substr(0, kTellingBytes);
  std::string out;
  while (!telling.empty()) {
    const std::size_t found = text.find(telling);
    if (found == std::string_view::npos) break;
    out += text.substr(0, found);
    out += "<token>";
    text.remove_prefix(found);
    text.remove_prefix(text.starts_with(secret)
                           ? secret.size()
                           : std::min(text.size(), text.find_first_of(" \t\"',;<>)")));
  }
  out += text;
  return out;
}

}  // namespace

std::string Visible(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (out.size() >= kMaxExcerptBytes) return out + "…";
    if (IsPrintable(c)) {
      out += c;
    } else {
      AppendHex(c, &out);
    }
  }
  return out;
}

bool HoldsSecret(std::string_view text, std::string_view secret) {
  const std::string_view telling = secret.substr(0, kTellingBytes);
  return !telling.empty() && text.find(telling) != std::string_view::npos;
}

std::string FirstLine(std::string_view body, std::string_view secret) {
  const std::size_t begin = std::min(body.size(), body.find_first_not_of("\r\n"));
  body.remove_prefix(begin);
  std::string_view line = body.substr(0, body.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return Visible(WithoutSecret(line, secret));
}

}  // namespace podprobe
