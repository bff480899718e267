#include "tests/unit/parsers/oracle.h"

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <set>

#include "tests/unit/parsers/oracle_tokens.h"

namespace podprobe {
namespace {

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
