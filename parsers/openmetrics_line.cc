#include "parsers/openmetrics_line.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "parsers/text.h"

namespace podprobe {
namespace {

constexpr std::array<std::string_view, 8> kTypes = {
    "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset", "unknown"};

// Of an exemplar's label names and values together.
constexpr std::size_t kMaxExemplarCharacters = 128;

std::size_t CharacterCount(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

bool ExpectBlank(Line* line, std::string_view before) {
  if (line->Accept(' ')) return true;
  return line->FailHere("one blank expected before the " + std::string(before));
}

bool ReadName(Line* line, std::string_view* name) {
  return line->Peek() == '"' ? line->ReadQuotedName("metric name", name)
                             : line->ReadMetricName(name);
}

// Whether `family` ends in an underscore and `unit`.
bool HasUnitSuffix(std::string_view family, std::string_view unit) {
  return family.size() > unit.size() && family.ends_with(unit) &&
         family[family.size() - unit.size() - 1] == '_';
}

bool ReadMetadataText(Line* line) {
  Metadata& metadata = line->metadata;
  const std::size_t position = line->position();
  const std::string_view text = line->Rest();
  metadata.text = text;
  const std::size_t valid = ValidUtf8Length(text);
  if (valid < text.size()) {
    return line->Fail(position + valid, "text is not valid UTF-8: " + Quote(text.substr(valid)));
  }
  switch (metadata.kind) {
    case Metadata::Kind::kHelp:
      if (text.find('\\') != std::string_view::npos) metadata.text = line->Unescape(text, true);
      return true;
    case Metadata::Kind::kType:
      if (std::find(kTypes.begin(), kTypes.end(), text) != kTypes.end()) return true;
      return line->Fail(position, text.empty() ? std::string("missing metric type")
                                               : "unknown metric type: " + Quote(text));
    case Metadata::Kind::kUnit:
      if (text.empty() || HasUnitSuffix(metadata.family, text)) return true;
      return line->Fail(position, "the metric's name does not end in its unit: " + Quote(text));
  }
  return false;
}

bool ReadMetadata(Line* line) {
  if (!line->Accept('#') || !line->Accept(' ')) {
    return line->FailHere("# HELP, # TYPE, # UNIT or # EOF expected");
  }
  const std::size_t keyword_position = line->position();
  const std::string_view keyword = line->TakeWord();
  Metadata& metadata = line->metadata;
  if (keyword == "HELP") {
    metadata.kind = Metadata::Kind::kHelp;
  } else if (keyword == "TYPE") {
    metadata.kind = Metadata::Kind::kType;
  } else if (keyword == "UNIT") {
    metadata.kind = Metadata::Kind::kUnit;
  } else {
    return line->Fail(keyword_position,
                      "# HELP, # TYPE, # UNIT or # EOF expected: " + Quote(line->text()));
  }
  return ExpectBlank(line, "metric name") && ReadName(line, &metadata.family) &&
         ExpectBlank(line, keyword == "HELP"   ? "help text"
                           : keyword == "TYPE" ? "type"
                                               : "unit") &&
         ReadMetadataText(line);
}

// What stands between the braces, the opening one already passed. With `has_name`
// a quoted string without a value is the metric name.
bool ReadLabels(Line* line, bool* has_name) {
  if (line->Accept('}')) return true;
  do {
    const std::size_t name_position = line->position();
    Label label;
    const bool is_quoted = line->Peek() == '"';
    if (is_quoted ? !line->ReadQuotedName("name", &label.name)
                  : !line->ReadLabelName(&label.name)) {
      return false;
    }
    if (has_name != nullptr && is_quoted && (line->Peek() == ',' || line->Peek() == '}')) {
      if (*has_name) {
        return line->Fail(name_position, "a second metric name: " + Quote(label.name));
      }
      line->sample.name = label.name;
      *has_name = true;
      continue;
    }
    if (!line->Accept('=')) return line->FailHere("= expected after the label name");
    if (label.name.starts_with("__")) {
      return line->Fail(name_position, "label name is reserved: " + Quote(label.name));
    }
    if (!line->ReadQuoted("label value", kMaxLabelValueBytes, &label.value)) return false;
    if (!line->AddLabel(label)) return false;
  } while (line->Accept(','));
  if (line->Accept('}')) return true;
  return line->FailHere(", or } expected after the label");
}

bool ReadTimestamp(Line* line, std::string_view what, double* seconds,
                   std::optional<std::int64_t>* timestamp_ms) {
  const std::size_t position = line->position();
  if (!line->ReadValue(what, seconds)) return false;
  if (!std::isfinite(*seconds)) {
    return line->Fail(
        position, std::string(what) + " is not finite: " + Quote(line->text().substr(position)));
  }
  // What no int64 holds becomes the smallest, as in Prometheus on x86-64.
  const double milliseconds = *seconds * 1000;
  constexpr double kLimit = 9223372036854775808.0;
  *timestamp_ms = milliseconds >= -kLimit && milliseconds < kLimit
                      ? static_cast<std::int64_t>(milliseconds)
                      : std::numeric_limits<std::int64_t>::min();
  return true;
}

// After "# ".
bool ReadExemplar(Line* line) {
  const std::size_t begin = line->position();
  if (!line->Accept('{')) return line->FailHere("{ expected after the exemplar's #");
  const std::size_t first_label = line->labels.size();
  if (!ReadLabels(line, nullptr)) return false;
  std::size_t characters = 0;
  for (std::size_t i = first_label; i < line->labels.size(); ++i) {
    characters += CharacterCount(line->labels[i].name) + CharacterCount(line->labels[i].value);
  }
  if (characters > kMaxExemplarCharacters) {
    return line->Fail(begin, "exemplar labels longer than " +
                                 std::to_string(kMaxExemplarCharacters) + " characters");
  }
  if (!line->CheckLabelNames(first_label, begin)) return false;
  Exemplar& exemplar = line->exemplar;
  exemplar = Exemplar();
  if (!ExpectBlank(line, "exemplar's value")) return false;
  if (!line->ReadValue("exemplar value", &exemplar.value)) return false;
  if (line->Accept(' ')) {
    double seconds = 0;
    if (!ReadTimestamp(line, "exemplar timestamp", &seconds, &exemplar.timestamp_ms)) return false;
  }
  exemplar.labels = std::span<const Label>(line->labels).subspan(first_label);
  line->sample.exemplar = &exemplar;
  return true;
}

bool ReadSample(Line* line) {
  Sample& sample = line->sample;
  bool has_name = false;
  if (line->Peek() != '{') {
    if (!line->ReadMetricName(&sample.name)) return false;
    has_name = true;
  }
  const std::size_t labels_position = line->position();
  if (line->Accept('{')) {
    if (!ReadLabels(line, &has_name)) return false;
    if (!has_name) return line->Fail(0, "missing metric name: " + Quote(line->text()));
  }
  const std::size_t label_count = line->labels.size();
  if (!line->CheckLabelNames(0, labels_position)) return false;
  if (!ExpectBlank(line, "value") || !line->ReadValue("value", &sample.value)) return false;

  bool has_blank = line->Accept(' ');
  if (has_blank && line->Peek() != '#') {
    if (!ReadTimestamp(line, "timestamp", &line->timestamp_seconds, &sample.timestamp_ms)) {
      return false;
    }
    has_blank = line->Accept(' ');
  }
  if (has_blank) {
    if (!line->Accept('#')) return line->FailHere("# of an exemplar or the end of line expected");
    if (!ExpectBlank(line, "exemplar's labels") || !ReadExemplar(line)) return false;
  }
  if (!line->AtEnd()) return line->FailHere("end of line expected");
  sample.labels = std::span<const Label>(line->labels).first(label_count);
  return true;
}

}  // namespace

LineKind ReadOpenMetricsLine(Line* line) {
  if (line->AtEnd()) {
    line->Fail(0, "blank line");
    return LineKind::kError;
  }
  if (line->Peek() == '#') {
    if (line->text() == kOpenMetricsEof) return LineKind::kNothing;
    return ReadMetadata(line) ? LineKind::kMetadata : LineKind::kError;
  }
  return ReadSample(line) ? LineKind::kSample : LineKind::kError;
}

}  // namespace podprobe
