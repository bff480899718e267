#include "exporter/intake.h"

#include <utility>

namespace podprobe {
namespace {

void Fail(ReadingError error, std::string message, SourceReading* reading) {
  reading->error_reason = ReadingErrorReason(error);
  reading->message = std::move(message);
}

ServedLevel LevelFrom(SeriesLevel level) {
  switch (level) {
    case SeriesLevel::kPod:
      return ServedLevel::kPod;
    case SeriesLevel::kWorkload:
      return ServedLevel::kWorkload;
    case SeriesLevel::kNode:
      return ServedLevel::kNode;
  }
  return ServedLevel::kPod;
}

}  // namespace

EngineOptions EngineOptionsFrom(const Config& config) {
  EngineOptions options;
  options.windows.clear();
  for (const WindowConfig& window : config.windows) {
    options.windows.push_back({.name = window.name, .seconds = window.seconds});
  }
  options.min_attempts = config.min_attempts;
  options.startup_grace_seconds = config.startup_grace_seconds;
  options.born_at_zero_seconds = config.series.born_at_zero_seconds;
  options.causes = {.cpu_throttled_ratio = config.causes.cpu_throttled_ratio,
                    .memory_limit_ratio = config.causes.memory_limit_ratio,
                    .memory_pressure_ratio = config.causes.memory_pressure_ratio,
                    .cpu_pressure_ratio = config.causes.cpu_pressure_ratio,
                    .io_pressure_ratio = config.causes.io_pressure_ratio,
                    .near_timeout_ratio = config.causes.near_timeout_ratio};
  options.level = LevelFrom(config.series.level);
  options.unhealthy_details_only = config.series.detail == SeriesDetail::kUnhealthy;
  options.all_specs = config.series.spec == SeriesSpec::kAll;
  options.max_series = config.limits.max_series;
  options.probes_interval_seconds = config.sources.probes.interval_seconds;
  options.cadvisor_interval_seconds = config.sources.cadvisor.interval_seconds;
  options.resource_interval_seconds = config.sources.resource.interval_seconds;
  options.pods_interval_seconds = config.sources.pods.interval_seconds;
  return options;
}

template <typename Page>
void Intake::MetricsPage<Page>::Begin() {
  parser_.Reset();
  // A reading that broke off left its beginning.
  if (is_open_) page_.Take();
  is_open_ = true;
  has_wanted_ = false;
  first_error_.clear();
}

template <typename Page>
void Intake::MetricsPage<Page>::OnError(const ParseError& error) {
  page_.OnError(error);
  if (!first_error_.empty()) return;
  first_error_ = "line " + std::to_string(error.line) + ", column " + std::to_string(error.column) +
                 ": " + error.message;
}

template <typename Page>
void Intake::MetricsPage<Page>::Finish(SourceReading* reading) {
  parser_.Finish();
  reading->samples = static_cast<double>(parser_.stats().samples);
  reading->parse_errors = static_cast<double>(parser_.stats().errors);
}

Intake::Intake(Options options)
    : options_(std::move(options)),
      engine_(options_.engine),
      logs_{SourceLog(SourceName(Source::kProbes), kReadingErrorReasons),
            SourceLog(SourceName(Source::kCadvisor), kReadingErrorReasons),
            SourceLog(SourceName(Source::kResource), kReadingErrorReasons),
            SourceLog(SourceName(Source::kPods), kReadingErrorReasons)} {}

void Intake::Begin(Source source) {
  begun_[static_cast<std::size_t>(source)] = options_.clock();
  switch (source) {
    case Source::kProbes:
      return probes_.Begin();
    case Source::kCadvisor:
      return cadvisor_.Begin();
    case Source::kResource:
      return resource_.Begin();
    case Source::kPods:
      return pods_.Begin();
  }
}

void Intake::Body(Source source, std::string_view chunk) {
  switch (source) {
    case Source::kProbes:
      return probes_.Feed(chunk);
    case Source::kCadvisor:
      return cadvisor_.Feed(chunk);
    case Source::kResource:
      return resource_.Feed(chunk);
    case Source::kPods:
      return pods_.Feed(chunk);
  }
}

bool Intake::End(Source source, const ReadingResult& result) {
  const ReadingTimes times = {.begun = begun_[static_cast<std::size_t>(source)],
                              .ended = options_.clock()};
  SourceReading reading = {.ended = times.ended,
                           .error_reason = ReadingErrorReason(result.error),
                           .message = result.message,
                           .body_bytes = static_cast<double>(result.body_bytes),
                           .duration_seconds = result.duration_seconds};
  if (result.error == ReadingError::kNone) {
    switch (source) {
      case Source::kProbes:
        TakeProbes(times, &reading);
        break;
      case Source::kCadvisor:
      case Source::kResource:
        TakeContainers(source, times, &reading);
        break;
      case Source::kPods:
        TakePods(times, &reading);
        break;
    }
  }
  if (!reading.error_reason.empty()) NoteFailure(source, times.ended);
  // What came of a body that broke off would wait for the next reading.
  if (source == Source::kPods) pods_.Begin();

  const SourceLog::Change change = Log(source).Add(reading);
  if (change != SourceLog::Change::kNone && options_.on_change) {
    options_.on_change(source, change, reading.message);
  }
  return reading.error_reason.empty();
}

void Intake::NoteFailure(Source source, const Instant& now) {
  switch (source) {
    case Source::kProbes:
      return engine_.OnProbesFailed(now);
    case Source::kPods:
      return engine_.OnPodsFailed(now);
    case Source::kCadvisor:
    case Source::kResource:
      return engine_.Advance(now);
  }
}

void Intake::TakeProbes(const ReadingTimes& times, SourceReading* reading) {
  probes_.Finish(reading);
  for (const std::string& bad_value : probes_.page().bad_values()) {
    reading->parse_errors += 1;
    probes_.OnError({.line = 0, .column = 0, .message = bad_value});
  }
  if (RejectNoExposition(Source::kProbes, probes_, reading)) return;
  engine_.OnProbes(probes_.Take(), times);
}

void Intake::TakeContainers(Source source, const ReadingTimes& times, SourceReading* reading) {
  MetricsPage<ContainersPage>& page = source == Source::kCadvisor ? cadvisor_ : resource_;
  page.Finish(reading);
  if (RejectNoExposition(source, page, reading)) return;
  const ContainersReading& containers = page.Take();
  if (containers.has_scrape_error) {
    return Fail(ReadingError::kStatus,
                "/metrics/resource: resource_scrape_error 1: the kubelet could not list its "
                "containers; its log says why",
                reading);
  }
  if (source == Source::kCadvisor) {
    engine_.OnCadvisor(containers, times);
  } else {
    engine_.OnResource(containers, times);
  }
}

// A body that came whole and holds nothing that is wanted, but lines that are no samples, is
// something else than a metrics page: a proxy's error, a login form. Among its lines may be words
// that could be a sample of an unwanted family, of which only the name is looked at.
template <typename Page>
bool Intake::RejectNoExposition(Source source, const MetricsPage<Page>& page,
                                SourceReading* reading) {
  const bool is_exposition =
      reading->samples > 0 && (reading->parse_errors == 0 || page.has_wanted());
  if (is_exposition) {
    if (reading->parse_errors > 0 && options_.on_bad_lines) {
      options_.on_bad_lines(source, static_cast<std::size_t>(reading->parse_errors),
                            page.first_error());
    }
    return false;
  }
  const std::string what = page.first_error().empty() ? "no sample in it" : page.first_error();
  Fail(ReadingError::kParse,
       std::string(SourcePath(source)) + ": the body is no metrics page: " + what +
           " (is kubelet.url the kubelet's own address?)",
       reading);
  return true;
}

void Intake::TakePods(const ReadingTimes& times, SourceReading* reading) {
  PodListResult result = pods_.Finish();
  if (!result.list) {
    return Fail(ReadingError::kParse, "/pods: the body is no pod list: " + result.error, reading);
  }
  reading->samples = static_cast<double>(result.list->pods.size() + result.list->unchanged.size());
  engine_.OnPods(std::move(*result.list), times);
}

void Intake::Show(Source source, bool is_shown) {
  is_hidden_[static_cast<std::size_t>(source)] = !is_shown;
}

Snapshot Intake::TakeSnapshot() {
  const Instant now = options_.clock();
  Snapshot snapshot = engine_.TakeSnapshot(now);
  for (const Source source : kAllSources) {
    const SourceLog& log = Log(source);
    if (is_hidden_[static_cast<std::size_t>(source)] || !log.has_readings()) continue;
    snapshot.sources.push_back(log.state());
  }
  series_limit_.Apply(engine_.options().max_series, &snapshot);
  engine_.LeaveOut(series_limit_.cut(), now);
  return snapshot;
}

}  // namespace podprobe
