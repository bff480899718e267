#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/unit/parsers/oracle.h"
#include "tests/unit/parsers/oracle_tokens.h"

namespace podprobe {
namespace {

using Labels = std::map<std::string, std::string>;

struct Point {
  std::string name;
  Labels labels;
  double value = 0;
  std::optional<double> timestamp;
  bool has_exemplar = false;
};

struct Family {
  std::string name;
  std::optional<std::string> type;
  std::optional<std::string> help;
  std::optional<std::string> unit;
  std::vector<Point> points;
};

struct LabelSet {
  std::optional<std::string> name;  // a quoted string without a value
  Labels labels;
  std::string rendered;
  std::size_t characters = 0;
};

// After the opening brace, through the closing one.
std::optional<LabelSet> ReadLabels(Tokens* line) {
  LabelSet set;
  if (line->Take("}")) return set;
  for (;;) {
    const bool is_quoted = line->rest().starts_with('"');
    const std::optional<std::string> name =
        is_quoted ? line->QuotedName() : line->Name(kLetters, kLetters + kDigits);
    if (!name.has_value()) return std::nullopt;
    if (line->Take("=")) {
      const std::optional<std::string> value = line->Quoted();
      if (name->starts_with("__")) return std::nullopt;
      if (!value.has_value() || !set.labels.emplace(*name, *value).second) return std::nullopt;
      set.rendered += (set.rendered.empty() ? "" : ",") + *name + "=\"" + *value + "\"";
      set.characters += Characters(*name) + Characters(*value);
    } else if (is_quoted && !set.name.has_value()) {
      set.name = name;
    } else {
      return std::nullopt;
    }
    if (line->Take("}")) return set;
    if (!line->Take(",")) return std::nullopt;
  }
}

std::optional<double> Seconds(const std::string& word, std::string* rendered) {
  const std::optional<double> seconds = Number(word);
  if (!seconds.has_value() || !std::isfinite(*seconds)) return std::nullopt;
  const double milliseconds = *seconds * 1000;
  const bool fits = std::abs(milliseconds) < 9223372036854775808.0;
  const long long whole =
      fits ? static_cast<long long>(milliseconds) : std::numeric_limits<long long>::min();
  *rendered += " @" + std::to_string(whole);
  return seconds;
}

std::optional<Point> ReadPoint(Tokens line, std::string* rendered) {
  Point point;
  std::optional<std::string> name = line.Name(kLetters + ":", kLetters + kDigits + ":");
  std::string labels;
  if (line.Take("{")) {
    const std::optional<LabelSet> set = ReadLabels(&line);
    if (!set.has_value() || (name.has_value() && set->name.has_value())) return std::nullopt;
    if (!name.has_value()) name = set->name;
    point.labels = set->labels;
    labels = set->rendered;
  }
  if (!name.has_value() || !line.Take(" ")) return std::nullopt;
  point.name = *name;
  const std::optional<double> value = Number(line.TakeUntil(" \t"));
  if (!value.has_value()) return std::nullopt;
  point.value = *value;
  *rendered += *name + "{" + labels + "} " + Rendered(*value);
  if (line.rest().starts_with(' ') && !line.rest().starts_with(" #")) {
    line.Take(" ");
    point.timestamp = Seconds(line.TakeUntil(" \t"), rendered);
    if (!point.timestamp.has_value()) return std::nullopt;
  }
  if (line.Take(" # {")) {
    point.has_exemplar = true;
    const std::optional<LabelSet> set = ReadLabels(&line);
    if (!set.has_value() || set->name.has_value() || set->characters > 128) return std::nullopt;
    if (!line.Take(" ")) return std::nullopt;
    const std::optional<double> exemplar = Number(line.TakeUntil(" \t"));
    if (!exemplar.has_value()) return std::nullopt;
    *rendered += " # {" + set->rendered + "} " + Rendered(*exemplar);
    if (line.Take(" ") && !Seconds(line.TakeUntil(" \t"), rendered).has_value()) {
      return std::nullopt;
    }
  }
  if (!line.IsEmpty()) return std::nullopt;
  *rendered += "\n";
  return point;
}

std::vector<std::string> Suffixes(const std::string& type) {
  static const std::map<std::string, std::vector<std::string>> kSuffixes = {
      {"counter", {"_total", "_created"}},
      {"gauge", {""}},
      {"histogram", {"_bucket", "_count", "_sum", "_created"}},
      {"gaugehistogram", {"_bucket", "_gcount", "_gsum"}},
      {"summary", {"", "_count", "_sum", "_created"}},
      {"info", {"_info"}},
      {"stateset", {""}},
      {"unknown", {""}},
  };
  const auto found = kSuffixes.find(type);
  return found == kSuffixes.end() ? std::vector<std::string>() : found->second;
}

// A number; infinity only in one spelling.
std::optional<double> Bound(const Labels& labels, const std::string& name) {
  const auto label = labels.find(name);
  if (label == labels.end()) return std::nullopt;
  const std::optional<double> value = Number(label->second);
  if (!value.has_value() || std::isnan(*value)) return std::nullopt;
  if (*value == std::numeric_limits<double>::infinity() && label->second != "+Inf") {
    return std::nullopt;
  }
  return value;
}

bool IsPointRight(const Family& family, const std::string& type, const Point& point) {
  const std::string suffix = point.name.substr(family.name.size());
  const bool is_histogram = type == "histogram" || type == "gaugehistogram";
  const bool counts = suffix == "_total" || suffix == "_sum" || suffix == "_count" ||
                      suffix == "_bucket" || suffix == "_gcount" || suffix == "_gsum";
  const bool is_typed = type != "unknown" && type != "gauge" && type != "stateset";
  if (type == "stateset" && !point.labels.contains(family.name)) return false;
  if (type == "stateset" && point.value != 0 && point.value != 1) return false;
  if (type == "info" && point.value != 1) return false;
  if (is_histogram && suffix == "_bucket" && !Bound(point.labels, "le").has_value()) return false;
  if (type == "summary" && suffix.empty()) {
    const std::optional<double> quantile = Bound(point.labels, "quantile");
    if (!quantile.has_value() || *quantile < 0 || *quantile > 1 || point.value < 0) return false;
  }
  if (is_typed && counts && std::isnan(point.value)) return false;
  if (is_typed && counts && suffix != "_gsum" && point.value < 0) return false;
  const bool is_whole = suffix == "_bucket" || suffix == "_count" || suffix == "_gcount";
  const bool is_number = std::isfinite(point.value) && std::floor(point.value) == point.value;
  if (is_typed && is_whole && !is_number) return false;
  if (!point.has_exemplar) return true;
  return (is_histogram && suffix == "_bucket") || (type == "counter" && suffix == "_total");
}

Labels GroupOf(const Family& family, const std::string& type, const Point& point) {
  if (type == "info") return {};
  Labels labels = point.labels;
  const std::string suffix = point.name.substr(family.name.size());
  if (type == "summary" && suffix.empty()) labels.erase("quantile");
  if (type == "stateset") labels.erase(family.name);
  if (type.ends_with("histogram") && suffix == "_bucket") labels.erase("le");
  return labels;
}

bool IsHistogramRight(const std::string& family, bool is_gauge, const std::vector<Point>& points) {
  std::optional<double> bound;
  std::optional<double> count;
  std::optional<double> sum;
  double value = 0;
  bool has_negative_bound = false;
  for (const Point& point : points) {
    const std::string suffix = point.name.substr(family.size());
    if (suffix == "_bucket") {
      const double next = *Bound(point.labels, "le");
      if ((bound.has_value() && next <= *bound) || point.value < value) return false;
      bound = next;
      value = point.value;
      has_negative_bound = has_negative_bound || next < 0;
    }
    if (suffix == "_count" || suffix == "_gcount") {
      if (count.has_value() && *count != point.value) return false;
      count = point.value;
    }
    if (suffix == "_sum" || suffix == "_gsum") sum = point.value;
  }
  if (bound != std::numeric_limits<double>::infinity()) return false;
  if (count.has_value() != sum.has_value()) return false;
  if (count.has_value() && *count != value) return false;
  if (!is_gauge && has_negative_bound && sum.has_value()) return false;
  return !is_gauge || has_negative_bound || !sum.has_value() || *sum >= 0;
}

bool IsFamilyRight(const Family& family, std::set<std::string>* names) {
  const std::string type = family.type.value_or("unknown");
  std::set<std::string> own = {family.name};
  for (const std::string& suffix : Suffixes(type)) own.insert(family.name + suffix);
  for (const std::string& name : own) {
    if (!names->insert(name).second) return false;
  }
  const std::string unit = family.unit.value_or("");
  if (!unit.empty() && !family.name.ends_with("_" + unit)) return false;
  if (!unit.empty() && (type == "info" || type == "stateset")) return false;

  std::set<Labels> groups;
  const Point* before = nullptr;
  std::vector<std::vector<Point>> histograms;
  for (const Point& point : family.points) {
    if (!IsPointRight(family, type, point)) return false;
    const Labels group = GroupOf(family, type, point);
    const bool is_same = before != nullptr && GroupOf(family, type, *before) == group;
    if (!is_same && !groups.insert(group).second) return false;
    if (is_same && before->timestamp.has_value() != point.timestamp.has_value()) return false;
    if (is_same && type != "info" && point.timestamp < before->timestamp) return false;
    if (!is_same || point.timestamp != before->timestamp) histograms.emplace_back();
    histograms.back().push_back(point);
    before = &point;
  }
  if (!type.ends_with("histogram")) return true;
  for (const std::vector<Point>& points : histograms) {
    if (!IsHistogramRight(family.name, type == "gaugehistogram", points)) return false;
  }
  return true;
}

// Adds what a metadata line says; false if it is wrong.
bool ReadMetadata(Tokens line, std::vector<Family>* families, std::string* rendered) {
  std::string keyword;
  for (const std::string word : {"HELP", "TYPE", "UNIT"}) {
    if (keyword.empty() && line.Take("# " + word + " ")) keyword = word;
  }
  if (keyword.empty()) return false;
  const std::optional<std::string> name = line.rest().starts_with('"')
                                              ? line.QuotedName()
                                              : line.Name(kLetters + ":", kLetters + kDigits + ":");
  if (!name.has_value() || !line.Take(" ") || !IsUtf8(line.rest())) return false;
  if (families->empty() || families->back().name != *name) families->push_back({.name = *name});
  Family& family = families->back();
  if (!family.points.empty()) return false;
  std::optional<std::string>& place = keyword == "HELP"   ? family.help
                                      : keyword == "TYPE" ? family.type
                                                          : family.unit;
  if (place.has_value()) return false;
  place = keyword == "HELP" ? Replaced(line.rest(), true) : line.rest();
  if (keyword == "TYPE" && Suffixes(*place).empty()) return false;
  const std::string kind = keyword == "HELP" ? "help" : keyword == "TYPE" ? "type" : "unit";
  *rendered += kind + " " + *name + " " + *place + "\n";
  return true;
}

bool BelongsTo(const Family& family, const std::string& name) {
  for (const std::string& suffix : Suffixes(family.type.value_or("unknown"))) {
    if (family.name + suffix == name) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> OracleRenderOpenMetrics(std::string_view page) {
  std::string rendered;
  std::vector<Family> families;
  bool is_ended = false;
  while (!page.empty()) {
    const std::size_t newline = page.find('\n');
    const std::string text(page.substr(0, newline));
    page.remove_prefix(newline == std::string_view::npos ? page.size() : newline + 1);
    if (is_ended) return std::nullopt;
    if (text == "# EOF") {
      is_ended = true;
    } else if (text.starts_with('#')) {
      if (!ReadMetadata(Tokens(text), &families, &rendered)) return std::nullopt;
    } else {
      const std::optional<Point> point = ReadPoint(Tokens(text), &rendered);
      if (!point.has_value()) return std::nullopt;
      if (families.empty() || !BelongsTo(families.back(), point->name)) {
        families.push_back({.name = point->name});
        families.back().type = "unknown";
      }
      families.back().points.push_back(*point);
    }
  }
  if (!is_ended) return std::nullopt;
  std::set<std::string> names;
  for (const Family& family : families) {
    if (!IsFamilyRight(family, &names)) return std::nullopt;
  }
  return rendered;
}

}  // namespace podprobe
