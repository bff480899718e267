#include "parsers/exposition_parser.h"

#include <cstring>
#include <utility>

#include "parsers/family_set.h"
#include "parsers/line.h"
#include "parsers/openmetrics_page.h"
#include "parsers/prometheus_line.h"
#include "parsers/text.h"

namespace podprobe {
namespace {

// What a look at the beginning of a line tells about it.
enum class Glance {
  kRead,     // wanted, or it cannot be told: read it
  kSample,   // a sample of a family that nobody wants
  kNothing,  // blank, or a comment that bears on no wanted family
};

Glance LookAtComment(std::string_view text, const FamilySet& families) {
  const auto skip_blanks = [&text] {
    while (!text.empty() && IsBlank(text[0])) text.remove_prefix(1);
  };
  text.remove_prefix(1);
  skip_blanks();
  const std::string_view keyword = text.substr(0, 4);
  if (keyword != "HELP" && keyword != "TYPE") return Glance::kNothing;
  text.remove_prefix(keyword.size());
  skip_blanks();
  const std::size_t length = MetricNameLength(text);
  if (length == 0) return Glance::kRead;
  return families.WantsFamily(text.substr(0, length)) ? Glance::kRead : Glance::kNothing;
}

// `openmetrics`: null in the Prometheus format.
Glance LookAt(std::string_view text, const FamilySet& families,
              const OpenMetricsPage* openmetrics) {
  if (openmetrics != nullptr) {
    // Here comments, blank lines and the end of the page mean something.
    if (openmetrics->IsEnded() || MetricNameLength(text) == 0) return Glance::kRead;
  } else {
    while (!text.empty() && IsBlank(text[0])) text.remove_prefix(1);
    if (text.empty()) return Glance::kNothing;
    if (text[0] == '#') return LookAtComment(text, families);
  }
  const std::size_t length = MetricNameLength(text);
  if (length == 0 || length == text.size()) return Glance::kRead;
  if (text[length] != '{' && !IsBlank(text[length])) return Glance::kRead;
  return families.WantsSample(text.substr(0, length)) ? Glance::kRead : Glance::kSample;
}

}  // namespace

class ExpositionParser::Impl {
 public:
  Impl(Options options, SampleSink* sink)
      : families_(options.families),
        is_openmetrics_(options.format == ExpositionFormat::kOpenMetrics),
        max_samples_(options.max_samples),
        sink_(sink) {}

  void Feed(std::string_view chunk) {
    stats_.bytes += chunk.size();
    while (!chunk.empty()) {
      const std::size_t newline = chunk.find('\n');
      if (newline == std::string_view::npos) {
        Hold(chunk);
        return;
      }
      const std::string_view piece = chunk.substr(0, newline);
      chunk.remove_prefix(newline + 1);
      if (held_.empty() && !is_overlong_) {
        EndLine(piece);
      } else {
        Hold(piece);
        EndHeldLine();
      }
    }
  }

  void Finish() {
    if (!held_.empty() || is_overlong_) EndHeldLine();
    if (!is_openmetrics_ || is_full_) return;
    std::string message;
    const bool is_ended = openmetrics_.Finish(&message);
    ReportEarlier();
    ++line_number_;
    if (!is_ended) Report(1, std::move(message));
  }

  void Reset() {
    stats_ = Stats();
    held_.clear();
    line_number_ = 0;
    is_overlong_ = false;
    is_full_ = false;
    openmetrics_.Reset();
  }

  const Stats& stats() const { return stats_; }

 private:
  // Keeps the beginning of a line whose end is not here yet.
  void Hold(std::string_view piece) {
    if (is_overlong_) return;
    const std::size_t free_bytes = kMaxLineBytes - held_.size();
    is_overlong_ = piece.size() > free_bytes;
    held_.append(piece.substr(0, free_bytes));
  }

  void EndHeldLine() {
    if (is_overlong_) {
      ++line_number_;
      ReportOverlong(held_);
    } else {
      EndLine(held_);
    }
    held_.clear();
    is_overlong_ = false;
  }

  void EndLine(std::string_view text) {
    ++line_number_;
    if (is_full_) return;
    if (text.size() > kMaxLineBytes) {
      ReportOverlong(text);
      return;
    }
    if (!families_.WantsAll()) {
      const Glance glance = LookAt(text, families_, is_openmetrics_ ? &openmetrics_ : nullptr);
      if (glance == Glance::kNothing) return;
      if (glance == Glance::kSample) {
        CountSample();
        return;
      }
    }
    ReadLine(text);
  }

  void ReadLine(std::string_view text) {
    line_.Begin(text);
    const LineKind kind =
        is_openmetrics_ ? openmetrics_.Read(&line_, line_number_) : ReadPrometheusLine(&line_);
    if (is_openmetrics_) ReportEarlier();
    switch (kind) {
      case LineKind::kNothing:
        return;
      case LineKind::kSample:
        if (CountSample() && families_.WantsSample(line_.sample.name)) {
          sink_->OnSample(line_.sample);
        }
        return;
      case LineKind::kMetadata:
        if (families_.WantsFamily(line_.metadata.family)) sink_->OnMetadata(line_.metadata);
        return;
      case LineKind::kError:
        Report(line_.column, std::move(line_.message));
        return;
    }
  }

  // False, and an error once, when the page holds too many.
  bool CountSample() {
    if (stats_.samples == max_samples_) {
      is_full_ = true;
      Report(1, "more than " + std::to_string(max_samples_) +
                    " samples: the rest of the page is not read");
      return false;
    }
    ++stats_.samples;
    return true;
  }

  void ReportOverlong(std::string_view text) {
    if (is_full_) return;
    Report(kMaxLineBytes + 1,
           "line longer than " + std::to_string(kMaxLineBytes) + " bytes: " + Quote(text));
  }

  void ReportEarlier() {
    const std::optional<ParseError> error = openmetrics_.TakeEarlierError();
    if (!error.has_value()) return;
    ++stats_.errors;
    sink_->OnError(*error);
  }

  void Report(std::size_t column, std::string message) {
    ++stats_.errors;
    sink_->OnError({.line = line_number_, .column = column, .message = std::move(message)});
  }

  const FamilySet families_;
  const bool is_openmetrics_;
  const std::size_t max_samples_;
  SampleSink* const sink_;
  Stats stats_;
  std::size_t line_number_ = 0;
  std::string held_;          // at most kMaxLineBytes
  bool is_overlong_ = false;  // the line goes on past what is held
  bool is_full_ = false;
  Line line_;
  OpenMetricsPage openmetrics_;
};

ExpositionParser::ExpositionParser(Options options, SampleSink* sink)
    : impl_(std::make_unique<Impl>(std::move(options), sink)) {}
ExpositionParser::~ExpositionParser() = default;
void ExpositionParser::Feed(std::string_view chunk) { impl_->Feed(chunk); }
void ExpositionParser::Finish() { impl_->Finish(); }
void ExpositionParser::Reset() { impl_->Reset(); }
const ExpositionParser::Stats& ExpositionParser::stats() const { return impl_->stats(); }

}  // namespace podprobe
