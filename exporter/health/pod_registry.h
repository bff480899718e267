#ifndef PODPROBE_EXPORTER_HEALTH_POD_REGISTRY_H_
#define PODPROBE_EXPORTER_HEALTH_POD_REGISTRY_H_

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/health/condition.h"
#include "exporter/health/evidence.h"
#include "exporter/health/failure_run.h"
#include "exporter/health/increments.h"
#include "exporter/health/instant.h"
#include "exporter/health/node_state.h"
#include "exporter/health/readings.h"
#include "exporter/health/restart_reason.h"
#include "exporter/health/shared_text.h"
#include "exporter/health/stable_map.h"
#include "exporter/health/unready_clock.h"
#include "exporter/health/workload.h"
#include "parsers/pod_list.h"

namespace podprobe {

class DurationLog;
class PodCounts;
class Rollup;
struct ContainerState;

// The probe types whose meaning is known. A kubelet may come to have others.
enum class ProbeKind : std::uint8_t { kLiveness, kReadiness, kStartup, kOther };

// As many may begin within the 45 s that a failure waits at most, also where a new kubelet process
// forgot its back-off.
inline constexpr std::size_t kMostInstances = 8;

// What one reading added to one probe, until its failures have their phase.
struct PendingIncrement {
  Instant at;
  double successes = 0;
  double failures = 0;
  double unknown = 0;
  double run_count = 0;             // the failure run after it
  bool successes_counted = false;   // successes need no phase, only a pod with a name
  bool is_ordered = false;          // which of its two results came last is settled
  bool reaches_threshold = false;   // of liveness, as its container's end told
  bool is_last_of_kubelet = false;  // the run that goes on is another kubelet process's
};

// The kubelet's counters of one probe.
struct ProbeHistories {
  CounterHistory successful;
  CounterHistory failed;
  CounterHistory unknown;
  std::vector<std::pair<SharedText, CounterHistory>> others;  // by OtherCounter::series

  // Made when unknown.
  CounterHistory& Other(const SharedText& series);
  void BeginAnew();
  // Some reading had one.
  bool has_series() const { return last_seen_in() > 0; }
  // The number of the last reading that had one; 0: none.
  std::uint32_t last_seen_in() const;
  // That reading, the last one, had all that is remembered.
  bool WereAllSeenIn(const ReadingContext& context) const;

 private:
  template <typename Visitor>
  void ForEach(Visitor visit) const;
};

// What each reading and each page look at comes first: it lies together.
struct ProbeState {
  ProbeKind kind = ProbeKind::kOther;  // of `probe_type`
  bool threshold_reached = false;      // by liveness, and no success since
  bool was_due = false;                // it should have been probed, at the last good reading
  bool had_startup_failure = false;
  bool is_in_first_reading = false;  // of the counters, and no page has been there since
  std::uint8_t findings_basis = 0;   // as Census saw it last
  // In which instances of its container it has succeeded, by ContainerState::InstanceAt.
  std::bitset<kMostInstances> successes;
  // As of the last judgement for a page.
  Condition condition = Condition::kPassing;
  std::optional<double> headroom;

  // Where its results are counted; null until the pod has its labels.
  Rollup* rollup = nullptr;
  // Its container; lives as long as this.
  ContainerState* container_state = nullptr;
  // Its settings in PodState::listed; null while unknown.
  const ProbeSpec* spec = nullptr;
  // Where its durations are, as of a generation of `Durations`, which looks and remembers here.
  struct DurationsPlace {
    std::uint64_t generation = 0;
    DurationLog* log = nullptr;
  };
  mutable DurationsPlace durations;

  ProbeHistories counters;
  FailureRun run;
  std::vector<PendingIncrement> pending;
  // For how long it should have been probed and was not, over good readings only.
  double quiet_seconds = 0;
  std::optional<double> last_success_unix;  // of the last reading that counted one
  // While its threshold is unknown: the longest run of liveness since its last success, settled.
  double unjudged_run = 0;
  // Of the last reading with a success whose increments are settled.
  std::optional<double> settled_success_unix;
  std::optional<double> low_headroom_since;  // steady time
  double low_headroom_seen = 0;              // last; steady time

  SharedText container;
  SharedText probe_type;
  std::optional<Instant> last_failure;
  // The counters at the exporter's first reading; they wait for the pod's status.
  struct History {
    double at_unix = 0;
    double successes = 0;
    double failures = 0;
  };
  std::optional<History> history;
  // Settled without /pods, and not on a page yet.
  std::vector<PendingIncrement> unshown;

  // Since the container started.
  bool has_succeeded() const { return successes[0]; }
  // A reading at `unix_seconds` had one: it is that of the instance it is about, if that is known.
  void NoteSuccess(double unix_seconds);
  // Its run of failures came to `run_count`, and is settled.
  void NoteRun(double run_count);
};

// A container from its start to its end. The kubelet's next one of that name is another instance.
struct ContainerInstance {
  std::optional<double> start_unix;       // absent: unknown; not after it was first told
  std::optional<double> told_start_unix;  // the same as it was told
  std::optional<double> seen_unix;        // the last pod reading that showed it by its id
};

struct ContainerState {
  std::string id;  // of the current instance, as /pods has it; empty: unknown
  ContainerInstance current;
  // Those before it, the latest first, at most kMostInstances - 1: /pods may still show the latest,
  // and failures of any may wait for the pod's name.
  std::vector<ContainerInstance> previous;
  std::optional<double> seen_running_unix;  // the last pod reading that showed it running
  std::optional<int> restart_count;         // absent: not seen yet
  // Its probes that were at their threshold when the kubelet began anew and forgot about it.
  KillingProbes killing;
  const PodContainer* listed = nullptr;  // in PodState::listed; null: not listed

  // When the container began that the pods or rows read at `read_unix` show, by the start that they
  // tell: where their clock is ahead of ours, when they first did. What is shown has begun.
  double ShownStart(double told_unix, double read_unix) const {
    for (std::size_t i = 0; i <= previous.size(); ++i) {
      const ContainerInstance& known = Instance(i);
      if (known.told_start_unix == told_unix && known.start_unix) return *known.start_unix;
    }
    return std::min(told_unix, read_unix);
  }
  void SetStart(double told_unix, double read_unix) {
    current.start_unix = ShownStart(told_unix, read_unix);
    current.told_start_unix = told_unix;
  }

  // The current one is 0, the one before it 1.
  const ContainerInstance& Instance(std::size_t index) const {
    return index == 0 ? current : previous[index - 1];
  }
  // Which one a reading at `unix_seconds` is about. From before an instance's start it can only be
  // about one before; so can one that a pod reading followed which still showed that one.
  std::size_t InstanceAt(double unix_seconds) const;
  // Another instance began.
  void BeginNext();

  // Of the last reading that says which containers run; absent: a line that could not be read may
  // have been its row.
  std::optional<bool> has_row = false;
  bool had_row = false;      // ever
  std::optional<bool> runs;  // as IsRunning said at the last look at a living pod, for a page
  // Since when the rows of running containers contradict its status in /pods.
  std::optional<Instant> contradicted_since;
  EvidenceLog evidence;
};

// Finds a probe also by views.
struct ProbeOrder {
  using is_transparent = void;
  using Views = std::pair<std::string_view, std::string_view>;
  bool operator()(const Views& a, const Views& b) const { return a < b; }
};

// One pod, by uid.
struct PodState {
  SharedText uid;
  SharedText pod_namespace;
  SharedText name;
  Instant first_seen;

  // What /pods said last; kept when the pod leaves it. Absent: never listed.
  std::optional<Pod> listed;
  Workload workload;
  // The good readings that lack the pod; absent while the last one has it.
  std::optional<Absence> missing_from_pods;
  // Whether the last good reading of /pods had it: what lacks it is not always an absence.
  bool is_in_last_list = false;
  // The same of the page of counters, which tells of itself whether it fills up: of the last one
  // without bad lines, and those after it.
  bool is_in_last_page = false;
  // Of the last one alone.
  bool is_on_page = false;
  bool is_missing_from_probes = true;
  std::optional<Instant> gone_since;
  bool is_finished = false;  // phase Succeeded or Failed
  // The last good reading of /pods lists it as finished, though nothing of that was kept.
  bool is_finished_unlisted = false;
  bool was_shown = false;  // on a page
  UnreadyClock unready;
  // The last steady failure, liveness restart or startup restart; steady time.
  std::optional<double> last_trouble;
  std::uint64_t order = 0;      // in which pods were first seen
  PodCounts* counts = nullptr;  // null until the pod has its labels
  // Something of it may lack its counters.
  bool lacks_counters = true;
  // Some probe may have a pending increment.
  bool has_pending = false;
  // Whether it stood for its workload at the last look for an incident, and with which trouble.
  bool was_counted = false;
  std::optional<double> counted_trouble;
  // The first `contradicted_since` of its containers.
  std::optional<Instant> contradicted_since;
  // As the series of this kubelet process name it (1.25 to 1.27 cut the label); empty before them.
  SharedText series_name;

  StableMap<SharedText, ContainerState> containers;
  // A container came that the rows of running containers were not yet asked for.
  bool has_new_container = false;
  StableMap<std::pair<SharedText, SharedText>, ProbeState, ProbeOrder>
      probes;  // by container, type

  // What /pods says of the pod now.
  void SetListed(Pod pod);

  // A kubelet that gives no uid leaves the name in its place.
  bool has_uid() const { return uid.str().find('/') == std::string::npos; }

  // Made when unknown.
  ContainerState& Container(std::string_view container);
  ProbeState& Probe(const SharedText& container, const SharedText& probe_type);
  ProbeState& Probe(std::string_view container, std::string_view probe_type);
  bool HasProbe(std::string_view probe_type) const;
  // Whether it is the one whose states and settings count where two share a name. By creation,
  // start or first sight, whichever is known; of two that came at once any, but always the same.
  bool IsYoungerThan(const PodState& other) const;

 private:
  ContainerState& FindOrMake(const SharedText& container);
};

// All pods that are known, from the first sight to the end of their last grace.
class PodRegistry {
 public:
  using Pods = StableMap<SharedText, std::unique_ptr<PodState>>;

  struct Entry {
    PodState& pod;
    bool is_new;
  };

  // The pod of a series, and of an entry of /pods. Made when unknown.
  Entry OfSeries(const ProbeCounters& counters, const Instant& now);
  Entry OfListed(const Pod& pod, const Instant& now);
  // The pod of an entry of /pods, null when unknown.
  PodState* Find(const Pod& pod);

  const Pods& all() const { return pods_; }
  // Forgets those for which `is_over` holds; returns whether there were any.
  template <typename Predicate>
  bool Forget(Predicate is_over) {
    return pods_.EraseIf([&](const auto& entry) { return is_over(*entry.second); }) > 0;
  }

 private:
  struct Names {
    SharedText uid;
    SharedText pod_namespace;
    SharedText name;
  };
  Entry Make(Names names, const Instant& now);

  std::uint64_t seen_ = 0;
  Pods pods_;  // by uid, or by namespace and name where the kubelet gives no uid
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_POD_REGISTRY_H_
