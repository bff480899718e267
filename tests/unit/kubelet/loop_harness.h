#ifndef PODPROBE_TESTS_UNIT_KUBELET_LOOP_HARNESS_H_
#define PODPROBE_TESTS_UNIT_KUBELET_LOOP_HARNESS_H_

#include <array>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/kubelet/reading.h"
#include "exporter/kubelet/reading_loop.h"
#include "exporter/kubelet/source.h"
#include "exporter/kubelet/target.h"

namespace podprobe {

// Runs a ReadingLoop on a clock that stands still unless it is advanced, and
// writes down what its handler sees, one line per call:
//
//   begin probes
//   end probes: good, 12 bytes
//   end probes: status: GET http://KUBELET/metrics/probes: HTTP 404, …
class LoopHarness : public ReadingHandler {
 public:
  // All sources are off, timeouts are 10 s.
  explicit LoopHarness(const Target& target);

  ReadingLoop::Options& options() { return options_; }
  void Enable(Source source);

  // Runs until `on_end` returns false, in this thread. It is called after each End, with that
  // End's line, and may advance the clock.
  void Run(const std::function<bool(Source, const std::string& line)>& on_end);

  // One reading of one source: its "end" line, without the word and the source.
  std::string ReadOnce(Source source);

  // From any thread; wakes the loop.
  void Advance(double seconds);
  // From any thread.
  void Stop();
  void AskForTick();
  void RequestReading(Source source);
  void SetInterval(Source source, double seconds);
  // As options() are now; from within a tick.
  void Reconfigure();

  const std::vector<std::string>& lines() const { return lines_; }
  // The last or present reading's.
  const std::string& body(Source source) const { return bodies_[static_cast<std::size_t>(source)]; }
  // What End answers for a whole body; true unless it is set.
  std::function<bool(Source)> is_good = [](Source) { return true; };
  // Called with each piece of a body.
  std::function<void()> on_body = [] {};
  // When this source's readings began, in seconds since the first: "0 5 10".
  std::string BeginTimes(Source source) const;

  void Begin(Source source) override;
  void Body(Source source, std::string_view chunk) override;
  bool End(Source source, const ReadingResult& result) override;

 private:
  void SetLoop(ReadingLoop* loop);
  double Now() const;
  std::string Render(const ReadingResult& result) const;

  ReadingLoop::Options options_;
  mutable std::mutex mutex_;
  double now_ = 1000;            // guarded by mutex_
  ReadingLoop* loop_ = nullptr;  // guarded by mutex_
  std::function<bool(Source, const std::string&)> on_end_;
  std::vector<std::string> lines_;
  std::array<std::string, kAllSources.size()> bodies_;
  std::array<std::vector<double>, kAllSources.size()> begins_;
};

// The target for `url` with the service account's folder missing.
Target TargetOf(const std::string& url);

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_KUBELET_LOOP_HARNESS_H_
