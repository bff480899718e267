#include "exporter/record_command.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <ostream>

#include "config/duration.h"
#include "exporter/kubelet/reading_loop.h"
#include "exporter/kubelet/target.h"
#include "exporter/recorder.h"

namespace podprobe {
namespace {

using std::chrono::duration;

std::atomic<ReadingLoop*> recording_loop = nullptr;

extern "C" void StopRecordingLoop(int) {
  if (ReadingLoop* loop = recording_loop.load()) loop->Stop();
}

double SteadySecondsNow() {
  return duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double UnixSecondsNow() {
  return duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Reads pods and cadvisor when a failure wants them, as `serve` does, and stops when nothing more
// can be written.
class RecordingHandler : public ReadingHandler {
 public:
  RecordingHandler(double cadvisor_seconds, Recorder* recorder)
      : cadvisor_seconds_(cadvisor_seconds), recorder_(*recorder) {}

  void Use(ReadingLoop* loop) { loop_ = loop; }

  void Begin(Source source) override { recorder_.Begin(source); }
  void Body(Source source, std::string_view chunk) override { recorder_.Body(source, chunk); }
  bool End(Source source, const ReadingResult& result) override {
    const bool is_good = recorder_.End(source, result);
    if (!recorder_.error().empty()) loop_->Stop();
    if (recorder_.WantsPods()) loop_->RequestReading(Source::kPods);
    const CadvisorPace pace = recorder_.PaceOfCadvisor(cadvisor_seconds_);
    loop_->SetInterval(Source::kCadvisor, pace.interval_seconds);
    if (pace.is_fast && !is_cadvisor_fast_) loop_->RequestReading(Source::kCadvisor);
    is_cadvisor_fast_ = pace.is_fast;
    return is_good;
  }

 private:
  const double cadvisor_seconds_;
  bool is_cadvisor_fast_ = false;
  Recorder& recorder_;
  ReadingLoop* loop_ = nullptr;
};

void Summarize(const RecordOptions& options, const Config& config, const Recorder& recorder,
               std::size_t bytes, std::ostream& out) {
  for (const Source source : kAllSources) {
    if (!SourceConfigOf(config.sources, source).is_enabled) continue;
    const Recorder::Count& count = recorder.count(source);
    out << SourceName(source) << ": " << count.good << " readings";
    if (count.failed > 0) out << ", and " << count.failed << " that failed";
    out << '\n';
  }
  out << bytes << " bytes in " << options.dir << "; to see what the exporter makes of it:\n"
      << "  podprobe-exporter replay " << options.dir << '\n'
      << std::flush;
}

}  // namespace

int RunRecord(const RecordOptions& options, const Config& config, std::ostream& out,
              std::ostream& err) {
  const DurationResult length = ParseDuration(options.duration);
  if (!length.duration || length.duration->count() <= 0) {
    err << "--for: "
        << (length.duration ? "\"" + options.duration + "\" is no time at all" : length.error)
        << '\n';
    return 2;
  }
  const Targets targets = ResolveTargets(config, ReadSurroundings(options.node_name));
  for (const std::string& problem : targets.problems) err << problem << '\n';
  if (!targets.problems.empty()) return 1;
  const RecordingWriterResult created = RecordingWriter::Create(options.dir);
  if (!created.writer) {
    err << created.error << '\n';
    return 1;
  }

  // The recording's clock does not follow the system's where that is set meanwhile.
  const double steady_start = SteadySecondsNow();
  const double unix_start = UnixSecondsNow();
  Recorder recorder(
      {.engine = EngineOptionsFrom(config),
       .clock =
           [=] {
             const double steady = SteadySecondsNow();
             return Instant{.unix_seconds = unix_start + (steady - steady_start),
                            .steady_seconds = steady};
           },
       .on_change =
           [&err](Source source, SourceLog::Change change, const std::string& message) {
             const bool is_down = change == SourceLog::Change::kWentDown;
             err << SourceName(source) << (is_down ? " failed: " + message : " is back") << '\n';
           },
       .on_bad_lines = {}},
      created.writer.get());
  RecordingHandler handler(config.sources.cadvisor.interval_seconds, &recorder);
  ReadingLoop* running = nullptr;
  const double end = steady_start + duration<double>(*length.duration).count();
  ReadingLoop loop({.target = *targets.kubelet,
                    .pods_target = targets.apiserver,
                    .sources = config.sources,
                    .timeout_seconds = config.kubelet.timeout_seconds,
                    .limits = config.limits,
                    .tick =
                        [&] {
                          if (SteadySecondsNow() >= end) running->Stop();
                        }},
                   &handler);
  running = &loop;
  handler.Use(&loop);
  recording_loop = &loop;
  std::signal(SIGTERM, StopRecordingLoop);
  std::signal(SIGINT, StopRecordingLoop);

  out << "recording " << targets.kubelet->url << " into " << options.dir << " for "
      << FormatDuration(*length.duration) << "; Ctrl-C ends it earlier and keeps what there is\n"
      << std::flush;
  loop.Run();
  recording_loop = nullptr;

  if (!recorder.error().empty()) {
    err << recorder.error() << "; what was recorded before is whole\n";
    return 1;
  }
  Summarize(options, config, recorder, created.writer->bytes(), out);
  if (recorder.count(Source::kProbes).good > 0) return 0;
  err << "no reading of /metrics/probes was good; `podprobe-exporter check` says why\n";
  return 1;
}

}  // namespace podprobe
