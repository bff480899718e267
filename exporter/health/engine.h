#ifndef PODPROBE_EXPORTER_HEALTH_ENGINE_H_
#define PODPROBE_EXPORTER_HEALTH_ENGINE_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exporter/health/duration_log.h"
#include "exporter/health/increments.h"
#include "exporter/health/instant.h"
#include "exporter/health/pod_registry.h"
#include "exporter/health/readings.h"
#include "exporter/health/rollup.h"
#include "exporter/health/snapshot.h"
#include "parsers/pod_list.h"

namespace podprobe {

struct EngineOptions {
  struct Window {
    std::string name;
    double seconds = 0;
  };
  std::vector<Window> windows = {{"5m", 300}, {"1h", 3600}};
  double min_attempts = 3;
  double startup_grace_seconds = 300;
  double born_at_zero_seconds = 75;
  // For the rule of the dead source.
  double probes_interval_seconds = 5;
  double pods_interval_seconds = 10;
};

// Whether what waits is judged before or after a reading that comes just when its wait ends.
enum class Deadline { kPassed, kReached };

struct ContainerKey {
  std::string pod_namespace;
  std::string pod;
  std::string container;
  auto operator<=>(const ContainerKey&) const = default;
};

// Turns readings into what they mean: the kubelet's counters into increments,
// increments into phases, ratios and runs of failures, by pod and workload.
//
//   Engine engine(options);
//   engine.OnProbes(reading, times);  // good readings only, as they come
//   engine.OnPods(list, times);
//   std::shared_ptr<const Snapshot> page = engine.TakeSnapshot(now);
//
// Readings are given in the order in which they ended. Memory is proportional
// to the pods alive. Not thread-safe; snapshots may go to any thread.
class Engine {
 public:
  explicit Engine(EngineOptions options);

  void OnProbes(const ProbesReading& reading, const ReadingTimes& times);
  void OnPods(PodList list, const ReadingTimes& times);
  // /metrics/resource: when containers started, for pods that /pods does not list.
  void OnContainers(const ContainersReading& reading, const Instant& now);

  // From now on. Nothing that was counted is lost; a window that is longer than all before is
  // served once half of it has been kept.
  void SetOptions(EngineOptions options);

  // Lets time pass: waits end, what is over is forgotten.
  void Advance(const Instant& now);

  // What is true at `now`. Not const: the first page that shows a series is
  // part of the series' story.
  Snapshot TakeSnapshot(const Instant& now);

  // Whether a failure was seen that no pod reading has explained yet.
  bool IsWaitingForPods() const;

 private:
  static void BeginNewProcess(PodState& pod, double previous_start);
  void ObserveProbe(PodState& pod, ProbeState& probe, const ProbeCounters& counters,
                    const ReadingContext& context, const Instant& at);
  // Returns whether a pod that was known without its name has it now.
  bool ObserveListed(Pod listed, const ReadingTimes& times, bool is_first);
  void ObserveContainer(PodState& pod, const PodContainer& listed, const Instant& now);
  static void LearnHistory(ProbeState& probe, const PodContainer& listed, double since_unix);
  static void StartAnew(PodState& pod, const std::string& container,
                        std::optional<double> start_unix);
  void ApplyContainerRows(PodState& pod);
  void ForgetDurations(const PodState& pod);

  void EndWaits(const Instant& now, Deadline deadline);
  void SettleDue(PodState& pod, const Instant& now, Deadline deadline = Deadline::kPassed);
  static PendingIncrement* LastMixed(ProbeState& probe);
  static void SettleMixed(ProbeState& probe, std::optional<bool> is_ready);
  bool IsDue(const PodState& pod, const PendingIncrement& increment, const Instant& now,
             Deadline deadline) const;
  void Settle(const PodState& pod, ProbeState& probe, const PendingIncrement& increment,
              Rollup* rollup);
  static bool IsOfPreviousContainer(const PodState& pod, const ProbeState& probe,
                                    const PendingIncrement& increment);
  Phase FailurePhase(const PodState& pod, const ProbeState& probe,
                     const PendingIncrement& increment) const;

  std::optional<bool> KnownReady(const PodState& pod, const ProbeState& probe,
                                 const Instant& now) const;
  bool IsTerminating(const PodState& pod) const;
  bool IsFillingUp(double unix_seconds) const;
  bool IsMissing(const std::optional<double>& missing_since) const;
  void NoteMissing(std::optional<double>* missing_since, double unix_seconds) const;
  bool IsHeldBack(const PodState& pod, const Instant& now,
                  Deadline deadline = Deadline::kPassed) const;
  bool IsPodsStale(const Instant& now) const;

  void EnsureRollups(const PodState& pod, bool is_late);
  void NoteGone(const Instant& now);
  void NoteCutLabels();
  void ForgetRollups(const Instant& now);

  void FillRatios(const Rollup& rollup, const Instant& now, ProbeSnapshot* out) const;
  void FillFromPod(const PodState& pod, const Instant& now, ProbeSnapshot* out) const;
  void FillKubelet(KubeletSnapshot* out) const;

  EngineOptions options_;
  ReadingSequence sequence_;
  PodRegistry pods_;
  std::map<ProbeLabels, Rollup> rollups_;
  std::map<HistogramKey, DurationLog> durations_;
  std::optional<Instant> first_probes_;
  std::optional<Instant> last_probes_;
  // Since when results are kept; later than first_probes_ only after a window became longer.
  std::optional<Instant> kept_since_;
  std::optional<Instant> last_pods_;  // when it began; set: `/pods` works
  Instant last_pods_ended_;
  std::optional<bool> is_pod_label_cut_;
  // Of the last good reading of /metrics/resource.
  std::map<ContainerKey, double> container_starts_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_ENGINE_H_
