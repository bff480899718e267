#ifndef PODPROBE_EXPORTER_HEALTH_ENGINE_H_
#define PODPROBE_EXPORTER_HEALTH_ENGINE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "exporter/health/container_watch.h"
#include "exporter/health/durations.h"
#include "exporter/health/engine_options.h"
#include "exporter/health/found_entries.h"
#include "exporter/health/increments.h"
#include "exporter/health/instant.h"
#include "exporter/health/ledger.h"
#include "exporter/health/node_durations.h"
#include "exporter/health/node_state.h"
#include "exporter/health/pod_registry.h"
#include "exporter/health/readings.h"
#include "exporter/health/settlement.h"
#include "exporter/health/shared_text.h"
#include "exporter/health/snapshot.h"
#include "parsers/pod_list.h"

namespace podprobe {

// Turns readings into what they mean: the kubelet's counters into increments,
// increments into phases, causes, ratios and runs of failures, by pod and workload.
//
//   Engine engine(options);
//   engine.OnProbes(reading, times);  // good readings only, as they come
//   engine.OnPods(list, times);
//   Snapshot page = engine.TakeSnapshot(now);
//
// Readings are given in the order in which they ended. Memory is proportional
// to the pods alive. Not thread-safe; snapshots may go to any thread.
class Engine {
 public:
  explicit Engine(EngineOptions options);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void OnProbes(const ProbesReading& reading, const ReadingTimes& times);
  void OnPods(PodList list, const ReadingTimes& times);
  // /metrics/resource and /metrics/cadvisor: which containers run, since when, and
  // what they lack.
  void OnResource(const ContainersReading& reading, const ReadingTimes& times);
  void OnCadvisor(ContainersReading reading, const ReadingTimes& times);
  // Readings that failed forget nothing, but what happened meanwhile is unknown.
  void OnProbesFailed(const Instant& now);
  void OnPodsFailed(const Instant& now);

  // Lets time pass: waits end, what is over is forgotten.
  void Advance(const Instant& now);

  // What is true at `now`. Not const: the first page that shows a series is
  // part of the series' story.
  Snapshot TakeSnapshot(const Instant& now);
  // The page just taken at `now` goes out without these.
  void LeaveOut(const std::set<PodLabels>& cut, const Instant& now);

  // From now on these count. No counter and no window is lost, but where `level` changes: then
  // all labels do, and their counters begin at 0.
  void SetOptions(EngineOptions options);
  const EngineOptions& options() const { return node_.options; }

  // Whether a failure was seen that no pod reading has explained yet.
  bool IsWaitingForPods() const;
  // Of which anything is kept.
  std::size_t pod_count() const { return pods_.all().size(); }
  // When the last failure was seen.
  const std::optional<Instant>& last_failure() const { return last_failure_; }

 private:
  struct SeriesPlace {
    PodState* pod = nullptr;
    ProbeState* probe = nullptr;
  };

  // Of the reading's entry of that number.
  SeriesPlace PlaceOf(std::size_t number, const ProbeCounters& counters, const Instant& at);
  void BeginNewProcess(double previous_start);
  void ObserveProbe(PodState& pod, ProbeState& probe, const ProbeCounters& counters,
                    const ReadingContext& context, const Instant& at);
  void ForgetLeftCounters(bool has_bad_lines, const ReadingContext& context);
  void ObserveQuiet(const ReadingContext& context, bool has_bad_lines, double gap_seconds,
                    const Instant& at);
  // The pods that `list` has as they were in the last list.
  void TakeUnchanged(const PodList& list);
  // Returns whether a pod that was known without its name has it now.
  bool TakeListed(Pod listed, const ReadingTimes& times, bool is_first);
  // What the status that was just taken tells of the pod's containers.
  void ObserveListed(PodState& pod, const ReadingTimes& times);
  void ObserveReadiness(PodState& pod, const Instant& now);
  void NoteContradictions(const Instant& now);
  void EndContradictions(const Instant& now);
  void OnRows(const ReadingTimes& times, double interval_seconds);

  void NoteGone(const Instant& now);
  void Leave(const PodState& pod, const Instant& now);
  void KeepCounters(const PodState& pod);
  void NoteCutLabels();
  void Sweep(const Instant& now);
  void FillMissingEvidence(const Instant& now, NodeSnapshot* out) const;
  void FillKubelet(KubeletSnapshot* out) const;

  NodeState node_;
  PodRegistry pods_;
  Ledger ledger_;
  Durations durations_;
  NodeDurations node_durations_;
  ContainerRows rows_;
  Settlement settlement_;
  // Of the last good reading of /metrics/cadvisor; what one with bad lines lacks stays.
  EvidenceFamilies evidence_families_;
  // Of the page before, while what they follow from is the same.
  std::optional<std::vector<SpecFinding>> known_findings_;
  std::optional<Instant> last_failure_;
  std::optional<bool> is_pod_label_cut_;
  // Of pods that are forgotten, by uid, container and type: what the last reading of their series
  // said, until one lacks them.
  std::map<std::tuple<SharedText, SharedText, SharedText>, ProbeHistories> left_counters_;
  // Pods in the last good reading of /pods of which nothing is kept: those that have finished.
  std::vector<std::string> unkept_uids_;
  // What the entries of a reading are about. Forgotten when a pod goes.
  FoundEntries<SeriesPlace> known_places_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_ENGINE_H_
