#include "exporter/parse_command.h"

#include <string_view>
#include <utility>

#include "exporter/gzip_file.h"
#include "exporter/page_summary.h"
#include "parsers/exposition_parser.h"
#include "parsers/number.h"
#include "parsers/text.h"

namespace podprobe {
namespace {

constexpr std::size_t kOutputBytes = 64 << 10;

void AppendJsonString(std::string_view text, std::string* json) {
  constexpr char kHex[] = "0123456789abcdef";
  *json += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      *json += '\\';
      *json += c;
    } else if (c == '\n') {
      *json += "\\n";
    } else if (c == '\t') {
      *json += "\\t";
    } else if (c == '\r') {
      *json += "\\r";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      *json += "\\u00";
      *json += kHex[static_cast<unsigned char>(c) >> 4];
      *json += kHex[static_cast<unsigned char>(c) & 0xf];
    } else {
      *json += c;
    }
  }
  *json += '"';
}

void AppendJsonSample(const Sample& sample, std::string* json) {
  *json += "{\"name\":";
  AppendJsonString(sample.name, json);
  *json += ",\"labels\":{";
  for (const Label& label : sample.labels) {
    if (&label != sample.labels.data()) *json += ',';
    AppendJsonString(label.name, json);
    *json += ':';
    AppendJsonString(label.value, json);
  }
  *json += "},\"value\":\"" + FormatNumber(sample.value) + "\",\"timestamp_ms\":";
  *json += sample.timestamp_ms.has_value() ? std::to_string(*sample.timestamp_ms) : "null";
  *json += "}\n";
}

class ParseSink : public SampleSink {
 public:
  ParseSink(std::string file, bool is_summary, std::ostream* out, std::ostream* err)
      : file_(std::move(file)), is_summary_(is_summary), out_(out), err_(err) {}

  void OnSample(const Sample& sample) override {
    if (is_summary_) {
      summary_.Add(sample);
      return;
    }
    AppendJsonSample(sample, &json_);
    if (json_.size() >= kOutputBytes) Flush();
  }

  void OnMetadata(const Metadata& metadata) override {
    if (is_summary_) summary_.Add(metadata);
  }

  void OnError(const ParseError& error) override {
    *err_ << file_ << ':' << error.line << ':' << error.column << ": " << error.message << '\n';
  }

  void Flush() {
    out_->write(json_.data(), static_cast<std::streamsize>(json_.size()));
    json_.clear();
  }

  const PageSummary& summary() const { return summary_; }

 private:
  const std::string file_;
  const bool is_summary_;
  std::ostream* const out_;
  std::ostream* const err_;
  std::string json_;
  PageSummary summary_;
};

// Looks for a line `# EOF` in a stream.
class EofLineFinder {
 public:
  void Feed(std::string_view chunk) {
    for (const char c : chunk) {
      if (c == '\n') {
        EndLine();
      } else if (matched_ < kLine.size() && kLine[matched_] == c) {
        ++matched_;
      } else {
        matched_ = kNoMatch;
      }
    }
  }
  bool Finish() {
    EndLine();
    return is_found_;
  }

 private:
  static constexpr std::string_view kLine = "# EOF";
  static constexpr std::size_t kNoMatch = kLine.size() + 1;

  void EndLine() {
    is_found_ = is_found_ || matched_ == kLine.size();
    matched_ = 0;
  }

  std::size_t matched_ = 0;
  bool is_found_ = false;
};

struct Format {
  std::string error;
  bool is_openmetrics = false;
};

Format DetectFormat(GzipFile* file) {
  std::string error = file->MakeRewindable();
  EofLineFinder finder;
  if (error.empty()) {
    // What cannot be read now is reported when the samples are read, at its place.
    static_cast<void>(file->Read([&](std::string_view chunk) { finder.Feed(chunk); }));
    error = file->Rewind();
  }
  return {.error = std::move(error), .is_openmetrics = finder.Finish()};
}

}  // namespace

int RunParse(const ParseOptions& options, int standard_input, std::ostream& out,
             std::ostream& err) {
  if (options.format != "auto" && options.format != "prometheus" &&
      options.format != "openmetrics") {
    err << "parse: --format is " << Quote(options.format)
        << ", want auto, prometheus or openmetrics\n";
    return 2;
  }
  if (options.output != "json" && options.output != "summary") {
    err << "parse: --output is " << Quote(options.output) << ", want json or summary\n";
    return 2;
  }
  const std::string name = options.file == "-" ? "<stdin>" : options.file;
  const auto fail = [&](const std::string& what) {
    err << name << ": " << what << '\n';
    return 1;
  };

  GzipFile file;
  if (const std::string error = file.Open(options.file, standard_input); !error.empty()) {
    return fail(error);
  }
  bool is_openmetrics = options.format == "openmetrics";
  if (options.format == "auto") {
    const Format format = DetectFormat(&file);
    if (!format.error.empty()) return fail(format.error);
    is_openmetrics = format.is_openmetrics;
  }

  const bool is_summary = options.output == "summary";
  ParseSink sink(name, is_summary, &out, &err);
  ExpositionParser parser(
      {.format = is_openmetrics ? ExpositionFormat::kOpenMetrics : ExpositionFormat::kPrometheus},
      &sink);
  const std::string error = file.Read([&](std::string_view chunk) { parser.Feed(chunk); });
  parser.Finish();
  sink.Flush();
  if (is_summary) {
    out << "format    " << (is_openmetrics ? "OpenMetrics text 1.0" : "Prometheus text 0.0.4")
        << "\nbytes     " << parser.stats().bytes << "\nerrors    " << parser.stats().errors
        << '\n';
    sink.summary().Write(out);
  }
  if (!error.empty()) return fail(error);
  return parser.stats().errors == 0 ? 0 : 1;
}

}  // namespace podprobe
