#include "tests/unit/parsers/oracle.h"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>
#include <vector>

namespace podprobe {
namespace {

const std::string kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
const std::string kDigits = "0123456789";

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

// Takes tokens off the front of a line; each returns nothing if the token is not there.
class Tokens {
 public:
  explicit Tokens(std::string line) : rest_(std::move(line)) {}

  const std::string& rest() const { return rest_; }
  bool IsEmpty() const { return rest_.empty(); }
  bool Take(const std::string& text) {
    if (rest_.compare(0, text.size(), text) != 0) return false;
    rest_.erase(0, text.size());
    return true;
  }
  bool Blanks() { return !TakeAll(" \t").empty(); }
  std::string TakeAll(const std::string& set) {
    std::string taken;
    while (!rest_.empty() && IsIn(rest_[0], set)) TakeOne(&taken);
    return taken;
  }
  std::string TakeUntil(const std::string& set) {
    std::string taken;
    while (!rest_.empty() && !IsIn(rest_[0], set)) TakeOne(&taken);
    return taken;
  }
  std::optional<std::string> Name(const std::string& first, const std::string& others) {
    if (rest_.empty() || !IsIn(rest_[0], first)) return std::nullopt;
    return TakeAll(others);
  }
  std::optional<std::string> Quoted() {
    if (!Take("\"")) return std::nullopt;
    std::string raw;
    while (!Take("\"")) {
      if (rest_.empty()) return std::nullopt;
      if (rest_[0] == '\\') TakeOne(&raw);
      if (rest_.empty()) return std::nullopt;
      TakeOne(&raw);
    }
    if (!IsUtf8(raw)) return std::nullopt;
    return Replaced(raw, true);
  }
  std::optional<std::string> QuotedName() {
    const std::optional<std::string> name = Quoted();
    if (name.has_value() && name->find('\0') != std::string::npos) return std::nullopt;
    return name;
  }

 private:
  void TakeOne(std::string* taken) {
    *taken += rest_[0];
    rest_.erase(0, 1);
  }
  std::string rest_;
};

// Each reads a line; nothing if it is wrong, an empty text if it says nothing.

std::optional<std::string> Comment(Tokens line) {
  if (!line.Blanks()) return "";
  const bool is_help = line.Take("HELP");
  if (!is_help && !line.Take("TYPE")) return "";
  if (!line.Blanks()) return "";
  const std::optional<std::string> family =
      line.rest().starts_with('"') ? line.QuotedName()
                                   : line.Name(kLetters + ":", kLetters + kDigits + ":");
  if (!family.has_value()) return std::nullopt;
  if (line.rest().starts_with('\0')) return std::nullopt;
  const std::string text = line.IsEmpty() ? "" : line.rest().substr(1);
  if (!is_help) {
    for (const std::string type : {"counter", "gauge", "histogram", "summary", "untyped"}) {
      if (text == type) return "type " + *family + " " + text + "\n";
    }
    return std::nullopt;
  }
  if (!IsUtf8(text)) return std::nullopt;
  const bool is_blank = text.find_first_not_of(" \t") == std::string::npos;
  return "help " + *family + " " + (is_blank ? "" : Replaced(text, false)) + "\n";
}

std::optional<std::string> SampleLine(Tokens line) {
  std::optional<std::string> name = line.Name(kLetters + ":", kLetters + kDigits + ":");
  line.Blanks();
  std::string labels;
  std::set<std::string> names;
  if (line.Take("{")) {
    line.Blanks();
    while (!line.Take("}")) {
      const bool is_quoted = line.rest().starts_with('"');
      const std::optional<std::string> label =
          is_quoted ? line.QuotedName() : line.Name(kLetters, kLetters + kDigits);
      if (!label.has_value()) return std::nullopt;
      line.Blanks();
      if (is_quoted && (line.rest().starts_with(',') || line.rest().starts_with('}'))) {
        if (name.has_value()) return std::nullopt;
        name = label;
      } else {
        if (!line.Take("=")) return std::nullopt;
        line.Blanks();
        const std::optional<std::string> value = line.Quoted();
        if (!value.has_value() || !names.insert(*label).second) return std::nullopt;
        labels += (labels.empty() ? "" : ",") + *label + "=\"" + *value + "\"";
        line.Blanks();
      }
      if (line.Take(",")) line.Blanks();
    }
    line.Blanks();
  }
  if (!name.has_value()) return std::nullopt;
  const std::optional<double> value = Number(line.TakeUntil(" \t"));
  if (!value.has_value()) return std::nullopt;
  std::string result = *name + "{" + labels + "} " + Rendered(*value);
  line.Blanks();
  if (!line.IsEmpty()) {
    const std::string sign = line.Take("-") ? "-" : "";
    const std::string digits = line.TakeAll(kDigits);
    if (digits.empty()) return std::nullopt;
    errno = 0;
    const long long timestamp = std::strtoll((sign + digits).c_str(), nullptr, 10);
    if (errno == ERANGE) return std::nullopt;
    result += " @" + std::to_string(timestamp);
    line.Blanks();
  }
  if (!line.IsEmpty()) return std::nullopt;
  return result + "\n";
}

std::optional<std::string> AnyLine(const std::string& text) {
  Tokens line(text);
  line.Blanks();
  if (line.IsEmpty()) return "";
  return line.Take("#") ? Comment(line) : SampleLine(line);
}

}  // namespace

std::string OracleRender(std::string_view page) {
  std::string result;
  std::size_t number = 0;
  while (!page.empty()) {
    ++number;
    const std::size_t newline = page.find('\n');
    const std::optional<std::string> line = AnyLine(std::string(page.substr(0, newline)));
    result += line.value_or("error " + std::to_string(number) + "\n");
    page.remove_prefix(newline == std::string_view::npos ? page.size() : newline + 1);
  }
  return result;
}

std::string WithoutErrorTexts(std::string_view rendered) {
  std::string result;
  while (!rendered.empty()) {
    const std::size_t newline = rendered.find('\n');
    const std::string_view line = rendered.substr(0, newline);
    // "error 3:7: what", told from the sample of a metric named error by its colons.
    const std::size_t colon = line.find(':');
    const bool is_error = line.starts_with("error ") && colon != std::string_view::npos &&
                          line.find_first_not_of("0123456789", 6) == colon;
    result.append(is_error ? line.substr(0, colon) : line) += '\n';
    rendered.remove_prefix(newline == std::string_view::npos ? rendered.size() : newline + 1);
  }
  return result;
}

}  // namespace podprobe
