#ifndef PODPROBE_EXPORTER_INTAKE_H_
#define PODPROBE_EXPORTER_INTAKE_H_

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"
#include "exporter/health/containers_page.h"
#include "exporter/health/engine.h"
#include "exporter/health/instant.h"
#include "exporter/health/probes_page.h"
#include "exporter/health/series_limit.h"
#include "exporter/health/snapshot.h"
#include "exporter/health/source_log.h"
#include "exporter/kubelet/reading.h"
#include "exporter/kubelet/source.h"
#include "parsers/exposition_parser.h"
#include "parsers/pod_list_reader.h"
#include "parsers/sample.h"

namespace podprobe {

EngineOptions EngineOptionsFrom(const Config& config);

// Where the stations are joined: the bytes of readings, live or recorded, go
// through the parsers into the engine, and a snapshot comes out. A reading
// that fails changes nothing but its source's health.
// Not thread-safe: all calls come from the thread that reads.
class Intake : public ReadingHandler {
 public:
  struct Options {
    EngineOptions engine;
    // Now; in a replay, the recording's time.
    std::function<Instant()> clock;
    // A source went down or came up again, or a good page had bad lines; for logs. May be empty.
    std::function<void(Source, SourceLog::Change, const std::string& message)> on_change;
    std::function<void(Source, std::size_t bad_lines, const std::string& first)> on_bad_lines;
  };

  explicit Intake(Options options);

  void Begin(Source source) override;
  void Body(Source source, std::string_view chunk) override;
  bool End(Source source, const ReadingResult& result) override;

  // From now on; nothing that was counted is lost.
  void SetOptions(EngineOptions options) { engine_.SetOptions(std::move(options)); }
  // A source that is off is not shown. Its counters go on where they were if it comes back.
  void Show(Source source, bool is_shown);

  // What is true now. The kubelet's connection is not known here.
  Snapshot TakeSnapshot();

  // A failure was seen that only a new reading of /pods can explain.
  bool WantsPods() const { return engine_.IsWaitingForPods(); }
  // When a failure was last seen.
  const std::optional<Instant>& last_failure() const { return engine_.last_failure(); }
  // Of which anything is kept, the gone ones that are still served among them.
  std::size_t pod_count() const { return engine_.pod_count(); }

 private:
  // A source has the same series reading after reading. Enough for the probes of 3,000 pods.
  static constexpr std::size_t kMaxKnownSeriesBytes = 5 << 20;

  // A parser, the page it fills, and the first line that it could not read.
  template <typename Page>
  class MetricsPage : public SampleSink {
   public:
    MetricsPage()
        : parser_({.families = Page::Families(),
                   .remember_series = true,
                   .max_known_series_bytes = kMaxKnownSeriesBytes},
                  this) {}

    void Begin();
    void Feed(std::string_view chunk) { parser_.Feed(chunk); }
    // Ends the page; what it holds is then in `page`, how it went in `reading`.
    void Finish(SourceReading* reading);
    // What the page said, as Page::Take gives it.
    decltype(auto) Take() {
      is_open_ = false;
      return page_.Take();
    }

    void OnSample(const Sample& sample) override {
      has_wanted_ = true;
      page_.OnSample(sample);
    }
    bool OnKnownSample(const KnownSample& sample) override {
      has_wanted_ = true;
      return page_.OnKnownSample(sample);
    }
    void OnError(const ParseError& error) override;

    const Page& page() const { return page_; }
    const std::string& first_error() const { return first_error_; }
    // Whether a sample of a wanted family was in it.
    bool has_wanted() const { return has_wanted_; }

   private:
    Page page_;
    bool is_open_ = false;  // begun and not taken
    bool has_wanted_ = false;
    std::string first_error_;
    ExpositionParser parser_;
  };

  SourceLog& Log(Source source) { return logs_[static_cast<std::size_t>(source)]; }
  const SourceLog& Log(Source source) const { return logs_[static_cast<std::size_t>(source)]; }

  // Gives a whole body to the engine. A body that is not what it should be
  // becomes a failed reading.
  void TakeProbes(const ReadingTimes& times, SourceReading* reading);
  void TakeContainers(Source source, const ReadingTimes& times, SourceReading* reading);
  void NoteFailure(Source source, const Instant& now);
  template <typename Page>
  bool RejectNoExposition(Source source, const MetricsPage<Page>& page, SourceReading* reading);
  void TakePods(const ReadingTimes& times, SourceReading* reading);

  const Options options_;
  Engine engine_;
  SeriesLimit series_limit_;
  std::array<SourceLog, kAllSources.size()> logs_;
  std::array<bool, kAllSources.size()> is_hidden_ = {};
  std::array<Instant, kAllSources.size()> begun_;
  MetricsPage<ProbesPage> probes_;
  MetricsPage<ContainersPage> cadvisor_;
  MetricsPage<ContainersPage> resource_;
  PodListReader pods_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_INTAKE_H_
