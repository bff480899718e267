#include "parsers/prometheus_line.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "parsers/number.h"
#include "parsers/text.h"

namespace podprobe {
namespace {

constexpr std::array<std::string_view, 5> kTypes = {"counter", "gauge", "histogram", "summary",
                                                    "untyped"};

// Everything after `#`. What is neither HELP nor TYPE followed by a blank is a free comment.
LineKind ReadComment(Line* line) {
  line->SkipBlanks();
  const std::size_t keyword_position = line->position();
  const std::string_view keyword = line->Rest().substr(0, 4);
  const bool is_help = keyword == "HELP";
  if (!is_help && keyword != "TYPE") return LineKind::kNothing;
  // "#HELP" is a comment, "# HELP" a promise.
  if (keyword_position < 2 || !IsBlank(line->text()[keyword_position - 1])) {
    return LineKind::kNothing;
  }
  line->Skip(keyword.size());
  if (!IsBlank(line->Peek())) return LineKind::kNothing;
  line->SkipBlanks();

  Metadata& metadata = line->metadata;
  const bool is_quoted = line->Peek() == '"';
  if (is_quoted ? !line->ReadQuotedName("metric name", &metadata.family)
                : !line->ReadMetricName(&metadata.family)) {
    return LineKind::kError;
  }
  // Prometheus takes any one byte as the separator, except for NUL.
  if (!line->AtEnd() && line->Peek() == '\0') {
    line->FailHere("blank expected after the metric name");
    return LineKind::kError;
  }
  if (!line->AtEnd()) line->Skip(1);
  const std::size_t text_position = line->position();
  std::string_view text = line->Rest();

  if (!is_help) {
    metadata.kind = Metadata::Kind::kType;
    metadata.text = text;
    if (std::find(kTypes.begin(), kTypes.end(), text) != kTypes.end()) return LineKind::kMetadata;
    line->Fail(text_position, text.empty()
                                  ? std::string("missing metric type")
                                  : "unknown metric type: " + Quote(text) +
                                        ", not counter, gauge, histogram, summary or untyped");
    return LineKind::kError;
  }

  metadata.kind = Metadata::Kind::kHelp;
  const std::size_t valid = ValidUtf8Length(text);
  if (valid < text.size()) {
    line->Fail(text_position + valid, "help text is not valid UTF-8: " + Quote(text.substr(valid)));
    return LineKind::kError;
  }
  if (text.find_first_not_of(" \t") == std::string_view::npos) text = {};
  metadata.text = text.find('\\') == std::string_view::npos ? text : line->Unescape(text, false);
  return LineKind::kMetadata;
}

// What stands between the braces, the opening one already passed. A quoted string
// without a value is the metric name.
bool ReadLabels(Line* line, bool* has_name) {
  line->SkipBlanks();
  while (!line->Accept('}')) {
    const std::size_t name_position = line->position();
    Label label;
    const bool is_quoted = line->Peek() == '"';
    if (is_quoted ? !line->ReadQuotedName("name", &label.name)
                  : !line->ReadLabelName(&label.name)) {
      return false;
    }
    line->SkipBlanks();
    if (is_quoted && (line->Peek() == ',' || line->Peek() == '}')) {
      if (*has_name) {
        return line->Fail(name_position, "a second metric name: " + Quote(label.name));
      }
      line->sample.name = label.name;
      *has_name = true;
    } else {
      if (!line->Accept('=')) return line->FailHere("= expected after the label name");
      line->SkipBlanks();
      if (!line->ReadQuoted("label value", kMaxLabelValueBytes, &label.value)) return false;
      if (!line->AddLabel(label)) return false;
      line->SkipBlanks();
    }
    if (line->Accept(',')) line->SkipBlanks();
  }
  return true;
}

bool ReadTimestamp(Line* line) {
  const std::size_t position = line->position();
  const std::string_view word = line->TakeWord();
  std::int64_t timestamp_ms = 0;
  switch (ParseInteger(word, &timestamp_ms)) {
    case NumberStatus::kOk:
      line->sample.timestamp_ms = timestamp_ms;
      return true;
    case NumberStatus::kRange:
      return line->Fail(position, "timestamp out of range: " + Quote(word));
    case NumberStatus::kSyntax:
      break;
  }
  return line->Fail(position, "timestamp is not a whole number of milliseconds: " + Quote(word));
}

bool ReadSample(Line* line) {
  const std::size_t begin = line->position();
  Sample& sample = line->sample;
  bool has_name = false;
  if (line->Peek() != '{') {
    if (!line->ReadMetricName(&sample.name)) return false;
    has_name = true;
    line->SkipBlanks();
  }
  const std::size_t labels_position = line->position();
  if (line->Accept('{')) {
    if (!ReadLabels(line, &has_name)) return false;
    if (!has_name) return line->Fail(begin, "missing metric name: " + Quote(line->text()));
    line->SkipBlanks();
  }
  line->value_position = line->position();
  if (!line->ReadValue("value", &sample.value)) return false;
  line->SkipBlanks();
  if (!line->AtEnd() && !ReadTimestamp(line)) return false;
  line->SkipBlanks();
  if (!line->AtEnd()) return line->FailHere("end of line expected after the timestamp");
  if (!line->CheckLabelNames(0, labels_position)) return false;
  sample.labels = line->labels;
  return true;
}

}  // namespace

LineKind ReadPrometheusLine(Line* line) {
  line->SkipBlanks();
  if (line->AtEnd()) return LineKind::kNothing;
  if (line->Accept('#')) return ReadComment(line);
  return ReadSample(line) ? LineKind::kSample : LineKind::kError;
}

}  // namespace podprobe
