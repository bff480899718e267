#include "exporter/web/content_negotiation.h"

#include <charconv>
#include <optional>
#include <string>
#include <system_error>

namespace podprobe {
namespace {

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// Cuts the part before `separator` off the front of `rest`, without the blanks around it.
// A separator within a quoted string is not one.
std::string_view CutPart(char separator, std::string_view* rest) {
  bool is_quoted = false;
  std::size_t end = 0;
  for (; end < rest->size(); ++end) {
    const char byte = (*rest)[end];
    if (byte == '\\' && is_quoted) {
      ++end;
    } else if (byte == '"') {
      is_quoted = !is_quoted;
    } else if (byte == separator && !is_quoted) {
      break;
    }
  }
  const std::string_view part = rest->substr(0, end);
  rest->remove_prefix(end < rest->size() ? end + 1 : rest->size());
  return Trim(part);
}

std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& byte : lower) {
    if ('A' <= byte && byte <= 'Z') byte = static_cast<char>(byte - 'A' + 'a');
  }
  return lower;
}

// One member of an Accept or Accept-Encoding list.
struct Preference {
  std::string name;     // in lower case
  std::string version;  // the parameter `version`; empty without one
  double q = 1;
};

// A member with a q that is no number from 0 to 1 is passed over, as if it were not there.
std::optional<Preference> ParsePreference(std::string_view member) {
  Preference preference;
  preference.name = ToLower(CutPart(';', &member));
  if (preference.name.empty()) return std::nullopt;
  while (!member.empty()) {
    std::string_view value = CutPart(';', &member);
    const std::string name = ToLower(CutPart('=', &value));
    value = Trim(value);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    if (name == "version") preference.version = value;
    if (name != "q") continue;
    const char* end = value.data() + value.size();
    const auto parsed = std::from_chars(value.data(), end, preference.q, std::chars_format::fixed);
    const bool is_number = parsed.ec == std::errc() && parsed.ptr == end;
    if (!is_number || !(preference.q >= 0 && preference.q <= 1)) return std::nullopt;
  }
  return preference;
}

// The q of the most specific member that speaks of a thing. Of two equally specific
// ones, the one that likes it better.
class Liking {
 public:
  void Consider(int specificity, double q) {
    if (specificity < specificity_ || (specificity == specificity_ && q <= q_)) return;
    specificity_ = specificity;
    q_ = q;
  }
  double q() const { return q_; }  // 0 where nothing spoke of it
  // Not by a wildcard.
  bool is_named() const { return specificity_ >= kNamed; }

  static constexpr int kAny = 1;        // */*
  static constexpr int kAnyOfKind = 2;  // text/*
  static constexpr int kNamed = 3;
  static constexpr int kNamedWithVersion = 4;

 private:
  int specificity_ = 0;
  double q_ = 0;
};

}  // namespace

PageFormat NegotiateFormat(std::string_view accept) {
  Liking text;
  Liking open_metrics;
  while (!accept.empty()) {
    const std::optional<Preference> preference = ParsePreference(CutPart(',', &accept));
    if (!preference) continue;
    const auto& [name, version, q] = *preference;
    if (name == "application/openmetrics-text" && (version.empty() || version == "1.0.0")) {
      open_metrics.Consider(version.empty() ? Liking::kNamed : Liking::kNamedWithVersion, q);
    } else if (name == "text/plain" && (version.empty() || version == "0.0.4")) {
      text.Consider(version.empty() ? Liking::kNamed : Liking::kNamedWithVersion, q);
    } else if (name == "text/*") {
      text.Consider(Liking::kAnyOfKind, q);
    } else if (name == "application/*") {
      open_metrics.Consider(Liking::kAnyOfKind, q);
    } else if (name == "*/*") {
      text.Consider(Liking::kAny, q);
      open_metrics.Consider(Liking::kAny, q);
    }
  }
  const bool is_liked =
      open_metrics.q() > text.q() || (open_metrics.q() == text.q() && open_metrics.is_named());
  return open_metrics.q() > 0 && is_liked ? PageFormat::kOpenMetrics : PageFormat::kText;
}

bool AcceptsGzip(std::string_view accept_encoding) {
  Liking gzip;
  Liking identity;
  while (!accept_encoding.empty()) {
    const std::optional<Preference> preference = ParsePreference(CutPart(',', &accept_encoding));
    if (!preference) continue;
    if (preference->name == "gzip" || preference->name == "x-gzip") {
      gzip.Consider(Liking::kNamed, preference->q);
    } else if (preference->name == "identity") {
      identity.Consider(Liking::kNamed, preference->q);
    } else if (preference->name == "*") {
      gzip.Consider(Liking::kAny, preference->q);
    }
  }
  return gzip.q() > 0 && gzip.q() >= identity.q();
}

}  // namespace podprobe
