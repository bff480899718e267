#ifndef PODPROBE_EXPORTER_HEALTH_SETTLEMENT_H_
#define PODPROBE_EXPORTER_HEALTH_SETTLEMENT_H_

#include <optional>
#include <vector>

#include "exporter/health/durations.h"
#include "exporter/health/incident_watch.h"
#include "exporter/health/instant.h"
#include "exporter/health/ledger.h"
#include "exporter/health/node_state.h"
#include "exporter/health/pod_registry.h"
#include "exporter/health/rollup.h"

namespace podprobe {

// Puts the results of a waiting reading of `probe` in order, where it has both: a container that
// is ready by then has succeeded last. As far as is known now; what is settled stays.
void TakeOrder(ProbeState& probe, PendingIncrement& mixed, std::optional<bool> is_ready);
void SettleOrder(ProbeState& probe, PendingIncrement& mixed, std::optional<bool> is_ready);
// Whether the probe's container was ready when last seen; absent while that is unknown.
std::optional<bool> KnownReady(const NodeState& node, const PodState& pod, const ProbeState& probe,
                               const Instant& now);

// Gives increments their phase, and failures their cause, once the truth about
// them is known or not to be had (design, "Waiting for the truth"), and counts them.
class Settlement {
 public:
  // All of them outlive this.
  Settlement(NodeState* node, PodRegistry* pods, Ledger* ledger, Durations* durations)
      : node_(*node), pods_(*pods), ledger_(*ledger), durations_(*durations) {}

  // Something that waits was added, or what it waits for has come.
  void NoteChange() { is_settled_ = false; }
  // The first time after `after` at which a wait ends at the latest; steady, absent without one.
  std::optional<double> NextEnd(double after) const;
  // Settles all that need wait no longer.
  void SettleDue(const Instant& now, Deadline deadline);
  // `/pods` works from now on: pods that it does not list and no page has shown wait for their
  // names, with what was settled so far.
  void TakeBackUnshown();
  // A pod is gone, or has another name or workload.
  void NoteNames() { have_names_changed_ = true; }
  // Looks whether many workloads fail together.
  void EvaluateIncident(const Instant& now, Deadline deadline);

  const IncidentWatch& incident() const { return incident_; }

 private:
  // A failure that has its phase and lacks its cause.
  struct Judged {
    const PodState* pod;
    const ProbeState* probe;
    Instant at;
    double failures;
    bool continues_run;  // the probe had no success since the failure before
    Phase phase;
  };

  IncidentWatch::Workloads CountWorkloads() const;
  Rollup::Place PlaceOf(const PendingIncrement& increment) const;
  void SettlePod(PodState& pod, const Instant& now, Deadline deadline);
  bool IsDue(const PodState& pod, const PendingIncrement& increment, const Instant& now,
             Deadline deadline) const;
  void SettlePhase(PodState& pod, ProbeState& probe, const PendingIncrement& increment);
  void SettleCause(const Judged& judged, const Instant& now) const;

  NodeState& node_;
  PodRegistry& pods_;
  Ledger& ledger_;
  Durations& durations_;
  IncidentWatch incident_;
  IncidentWatch::Workloads workloads_;  // as of the last look
  bool have_names_changed_ = true;
  std::vector<Judged> judged_;  // only during SettleDue
  // Nothing has changed since all that was due was settled: nothing is due before `next_end_`.
  bool is_settled_ = false;
  std::optional<double> next_end_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_SETTLEMENT_H_
