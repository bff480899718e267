#include "parsers/exposition_parser.h"

#include <cstring>
#include <utility>

#include "parsers/family_set.h"
#include "parsers/known_series.h"
#include "parsers/line.h"
#include "parsers/openmetrics_page.h"
#include "parsers/plain_line.h"
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

// The beginning of an unwanted family's lines: its name and what follows at once.
// The next line mostly begins the same.
struct SkippedPrefix {
  alignas(64) char text[PlainLayout::kKeyBytes] = {};
  std::size_t size = 0;  // 0: there is none

  void Set(std::string_view line, std::size_t name_size) {
    size = name_size + 1 <= sizeof text ? name_size + 1 : 0;
    std::memcpy(text, line.data(), size);
  }
};

}  // namespace

class ExpositionParser::Impl {
 public:
  Impl(const Options& options, SampleSink* sink)
      : families_(options.families),
        is_openmetrics_(options.format == ExpositionFormat::kOpenMetrics),
        remembers_series_(options.remember_series && !is_openmetrics_),
        max_samples_(options.max_samples),
        sink_(sink),
        plain_(SelectPlainReader()),
        known_(options.max_known_series_bytes) {
    held_.reserve(kMaxLineBytes + 1 + PlainReader::kOverreadBytes);
  }

  void Feed(std::string_view chunk) {
    stats_.bytes += chunk.size();
    const char* p = chunk.data();
    const char* const end = p + chunk.size();
    bool is_held = !held_.empty() || is_overlong_;
    for (;;) {
      if (!is_held) p = ReadEasyLines(p, end);
      if (p == end) return;
      const std::string_view rest(p, static_cast<std::size_t>(end - p));
      const std::size_t newline = rest.find('\n');
      if (newline == std::string_view::npos) {
        Hold(rest);
        return;
      }
      // Near its end a chunk is not read the fast way; held lines are.
      const bool is_near_end = rest.size() - newline <= PlainReader::kOverreadBytes;
      if (is_held || (is_near_end && newline <= kMaxLineBytes)) {
        Hold(rest.substr(0, newline));
        EndHeldLine();
        is_held = false;
      } else {
        EndLine(rest.substr(0, newline));
      }
      p += newline + 1;
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
    skipped_.size = 0;
    line_number_ = 0;
    is_overlong_ = false;
    is_full_ = false;
    openmetrics_.Reset();
    if (remembers_series_) known_.StartPage();
  }

  const Stats& stats() const { return stats_; }

 private:
  // Beyond this a line is read the careful way, which knows the limits.
  static constexpr std::ptrdiff_t kMaxPlainLineBytes = 8 << 10;

  // Reads lines as long as they are easy: skipped, known, or plain. Returns where
  // the first one begins that is not, or that does not end well before `end`.
  const char* ReadEasyLines(const char* p, const char* end) {
    constexpr auto kOverread = static_cast<std::ptrdiff_t>(PlainReader::kOverreadBytes);
    if (is_openmetrics_ || is_full_ || end - p <= kOverread) return p;
    const char* const limit = end - kOverread;
    layout_.value_count = 0;
    while (p < limit && stats_.samples < max_samples_) {
      if (skipped_.size != 0) p = SkipLines(p, limit);
      if (p >= limit || stats_.samples == max_samples_) break;
      const char* next = remembers_series_ ? ReadKnownLine(p, limit) : nullptr;
      if (next == nullptr) next = ReadPlainLine(p, limit);
      if (next == nullptr) break;
      p = next;
    }
    return p;
  }

  const char* SkipLines(const char* p, const char* limit) {
    std::size_t lines = 0;
    p = plain_.skip_lines(
        p, limit, std::string_view(skipped_.text, skipped_.size),
        {.max_lines = max_samples_ - stats_.samples, .max_line_bytes = kMaxLineBytes}, &lines);
    line_number_ += lines;
    stats_.samples += lines;
    return p;
  }

  const char* ReadKnownLine(const char* p, const char* limit) {
    const KnownSeries::Series* const series = known_.ExpectedAt(p, limit);
    if (series == nullptr) return nullptr;
    PlainTail tail;
    const char* const next = plain_.read_tail(p + series->size, limit, &tail);
    if (next == nullptr || next - p > static_cast<std::ptrdiff_t>(kMaxLineBytes)) return nullptr;
    const KnownSample sample = {
        .series_id = series->id,
        .series_index = known_.IndexOf(*series),
        .value = tail.value,
        .timestamp_ms = tail.has_timestamp ? std::optional(tail.timestamp_ms) : std::nullopt};
    if (!sink_->OnKnownSample(sample)) return nullptr;
    known_.TakeExpected();
    ++line_number_;
    ++stats_.samples;
    return next;
  }

  const char* ReadPlainLine(const char* p, const char* limit) {
    const char* const line_limit = limit - p > kMaxPlainLineBytes ? p + kMaxPlainLineBytes : limit;
    const char* series_end = nullptr;
    const char* const next =
        plain_.read_line(p, line_limit, &layout_, &plain_sample_, plain_labels_, &series_end);
    if (next == nullptr) return nullptr;
    ++line_number_;
    ++stats_.samples;
    if (!Wants(plain_sample_.name)) {
      skipped_.Set({p, series_end}, plain_sample_.name.size());
      return next;
    }
    if (remembers_series_) {
      DeliverKnown(std::string_view(p, series_end), &plain_sample_);
    } else {
      sink_->OnSample(plain_sample_);
    }
    return next;
  }

  // Whether a sample is wanted; the next one is mostly of the same name.
  bool Wants(std::string_view name) {
    if (families_.WantsAll() || name == wanted_name_) return true;
    if (!families_.WantsSample(name)) return false;
    wanted_name_ = name;
    return true;
  }

  // Delivers a sample whose text before the value is `text`.
  void DeliverKnown(std::string_view text, Sample* sample) {
    const KnownSeries::Series* series = known_.Find(text);
    if (series == nullptr) series = known_.Add(text);
    sample->series_id = series == nullptr ? 0 : series->id;
    sample->series_index = series == nullptr ? 0 : known_.IndexOf(*series);
    sink_->OnSample(*sample);
  }

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
      const std::size_t size = held_.size();
      held_ += '\n';
      held_.append(PlainReader::kOverreadBytes, '\0');
      const char* const end = held_.data() + held_.size();
      if (ReadEasyLines(held_.data(), end) == held_.data()) {
        EndLine(std::string_view(held_).substr(0, size));
      }
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
      // A word and a blank is how any text begins: the first sample must be one.
      if (glance == Glance::kSample && stats_.samples > 0) {
        if (CountSample()) skipped_.Set(text, MetricNameLength(text));
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
        if (CountSample() && families_.WantsSample(line_.sample.name)) DeliverLine(text);
        return;
      case LineKind::kMetadata:
        if (families_.WantsFamily(line_.metadata.family)) sink_->OnMetadata(line_.metadata);
        return;
      case LineKind::kError:
        Report(line_.column, std::move(line_.message));
        return;
    }
  }

  void DeliverLine(std::string_view text) {
    if (!is_openmetrics_) layout_.Learn(text, line_.sample);
    if (remembers_series_) {
      // Only with one of these behind it a text is sure to be followed by a value.
      const std::string_view before_value = text.substr(0, line_.value_position);
      if (IsBlank(before_value.back()) || before_value.back() == '}') {
        DeliverKnown(before_value, &line_.sample);
        return;
      }
    }
    sink_->OnSample(line_.sample);
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
  const bool remembers_series_;
  const std::size_t max_samples_;
  SampleSink* const sink_;
  const PlainReader& plain_;
  Stats stats_;
  std::size_t line_number_ = 0;
  std::string held_;          // at most kMaxLineBytes
  bool is_overlong_ = false;  // the line goes on past what is held
  bool is_full_ = false;
  Line line_;
  OpenMetricsPage openmetrics_;

  PlainLayout layout_;
  Sample plain_sample_;
  Label plain_labels_[PlainLayout::kMaxKeys];
  SkippedPrefix skipped_;
  std::string wanted_name_;
  KnownSeries known_;
};

ExpositionParser::ExpositionParser(const Options& options, SampleSink* sink)
    : impl_(std::make_unique<Impl>(options, sink)) {}
ExpositionParser::~ExpositionParser() = default;
void ExpositionParser::Feed(std::string_view chunk) { impl_->Feed(chunk); }
void ExpositionParser::Finish() { impl_->Finish(); }
void ExpositionParser::Reset() { impl_->Reset(); }
const ExpositionParser::Stats& ExpositionParser::stats() const { return impl_->stats(); }

}  // namespace podprobe
