#include "tests/unit/parsers/render.h"

#include "parsers/number.h"

namespace podprobe {
namespace {

void AppendLabels(std::span<const Label> labels, std::string* text) {
  *text += '{';
  for (const Label& label : labels) {
    if (text->back() != '{') *text += ',';
    text->append(label.name).append("=\"").append(label.value) += '"';
  }
  *text += '}';
}

}  // namespace

void RenderingSink::OnSample(const Sample& sample) {
  std::string series(sample.name);
  AppendLabels(sample.labels, &series);
  text_ += series;
  if (sample.series_id != 0) series_[sample.series_id] = series;
  AppendValue(sample.value, sample.timestamp_ms);
  if (sample.exemplar != nullptr) {
    text_ += " # ";
    AppendLabels(sample.exemplar->labels, &text_);
    text_ += ' ' + FormatNumber(sample.exemplar->value);
    if (sample.exemplar->timestamp_ms.has_value()) {
      text_ += " @" + std::to_string(*sample.exemplar->timestamp_ms);
    }
  }
  text_ += '\n';
}

void RenderingSink::AppendValue(double value, const std::optional<std::int64_t>& timestamp_ms) {
  text_ += ' ' + FormatNumber(value);
  if (timestamp_ms.has_value()) text_ += " @" + std::to_string(*timestamp_ms);
}

bool RenderingSink::OnKnownSample(const KnownSample& sample) {
  const auto series = series_.find(sample.series_id);
  if (series == series_.end() || sample.series_id % 8 == 0) return false;
  text_ += series->second;
  AppendValue(sample.value, sample.timestamp_ms);
  text_ += '\n';
  return true;
}

void RenderingSink::OnMetadata(const Metadata& metadata) {
  constexpr std::string_view kKinds[] = {"help", "type", "unit"};
  text_ += kKinds[static_cast<int>(metadata.kind)];
  text_.append(" ").append(metadata.family).append(" ").append(metadata.text) += '\n';
}

void RenderingSink::OnError(const ParseError& error) {
  text_ += "error " + std::to_string(error.line) + ":" + std::to_string(error.column) + ": " +
           error.message + '\n';
}

std::string ParseInChunks(std::string_view page, std::size_t chunk_bytes,
                          const ExpositionParser::Options& options) {
  RenderingSink sink;
  ExpositionParser parser(options, &sink);
  for (std::size_t i = 0; i < page.size(); i += chunk_bytes) {
    // A copy of its own, so that a view kept beyond the call is found by the sanitizer.
    const std::string chunk(page.substr(i, chunk_bytes));
    parser.Feed(chunk);
  }
  parser.Finish();
  return sink.text();
}

}  // namespace podprobe
