#ifndef PODPROBE_EXPORTER_KUBELET_READING_LOOP_H_
#define PODPROBE_EXPORTER_KUBELET_READING_LOOP_H_

#include <array>
#include <functional>
#include <memory>
#include <optional>

#include "config/config.h"
#include "exporter/kubelet/reading.h"
#include "exporter/kubelet/source.h"
#include "exporter/kubelet/target.h"

namespace podprobe {

const SourceConfig& SourceConfigOf(const SourcesConfig& sources, Source source);

// Reads the enabled sources of one kubelet again and again, each at its own
// pace, and hands every reading to one handler:
//
//   TargetResult resolved = ResolveTarget(config.kubelet, ReadSurroundings());
//   ReadingLoop loop({.target = *resolved.target,
//                     .sources = config.sources,
//                     .timeout_seconds = config.kubelet.timeout_seconds,
//                     .limits = config.limits,
//                     .tick = [&] { engine.Tick(); }},
//                    &handler);
//   std::thread reader([&] { loop.Run(); });
//   …
//   loop.Stop();
//   reader.join();
//
// All readings run in the one thread that called Run, side by side: a slow
// source delays no other, and what stands behind the handler needs no lock.
// How each source is paced stands in schedule.h.
class ReadingLoop {
 public:
  struct Options {
    Target target = {};
    // Where the pods come from if it is not the kubelet.
    std::optional<Target> pods_target = {};
    SourcesConfig sources = {};
    double timeout_seconds = 10;  // for the sources that have none of their own
    LimitsConfig limits = {};
    // Called on the loop's thread every tick_seconds, and once before the first
    // reading, whether or not anything arrives: ages move on while the kubelet is silent.
    std::function<void()> tick = {};
    double tick_seconds = 1;
    // By source, in the order of kAllSources: how soon after its last beginning RequestReading
    // may begin a reading. A source's own interval is the most that counts.
    std::array<double, kAllSources.size()> minimum_gap_seconds = {5, 10, 10, 5};

    // Tests bring their own; empty: the steady clock, and random numbers from [0, 1).
    std::function<double()> steady_now = {};
    std::function<double()> random = {};
  };

  // `handler` must outlive the loop. It and `tick` must not throw.
  ReadingLoop(Options options, ReadingHandler* handler);
  ~ReadingLoop();
  ReadingLoop(const ReadingLoop&) = delete;
  ReadingLoop& operator=(const ReadingLoop&) = delete;

  // Reads until Stop, at first every enabled source at once. Readings that Stop interrupts end
  // without End. Call it once.
  void Run();

  // Only from within the handler or `tick`. Asks for a reading that begins after this call, as
  // soon as the minimum gap allows; one that is under way does not count. A source that is
  // backing off is not hurried, one that is off is not read.
  void RequestReading(Source source);

  // Only from within the handler or `tick`. Changes how often a source is read: the next reading
  // begins so long after the last one began, or at once where that is over. To ask for the
  // interval that it has changes nothing, so this may be called after every reading. A source
  // that is backing off waits to the end of that; one that is off stays off.
  void SetInterval(Source source, double seconds);

  // Only from within `tick`. Goes on with another target, pods_target, sources, timeout_seconds
  // and limits; the rest of `options` is not looked at. A source whose target is another one is
  // read at once, and a reading of it that is under way is dropped, without End; so is one of a
  // source that is off now. Every other source keeps its pace, or takes up its new one as with
  // SetInterval.
  void Reconfigure(const Options& options);

  // From any thread, or from a signal handler: `tick` is called soon, due or not.
  void AskForTick();

  // From any thread, or from a signal handler. Before Run: Run returns at once.
  void Stop();

  // From any thread: the loop looks at its clock anew. For clocks that do not run by themselves.
  void Wake();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_READING_LOOP_H_
