#ifndef PODPROBE_EXPORTER_HEALTH_JUDGEMENT_H_
#define PODPROBE_EXPORTER_HEALTH_JUDGEMENT_H_

#include <limits>
#include <optional>
#include <string_view>

#include "exporter/health/condition.h"
#include "exporter/health/instant.h"
#include "exporter/health/node_state.h"
#include "exporter/health/phase.h"
#include "exporter/health/pod_registry.h"
#include "exporter/health/spec_findings.h"

namespace podprobe {

// What is true of a pod and its probes: pure functions of what is known. The
// rules are those of the design, sections 3 and 4.

inline constexpr std::string_view kReadinessProbe = "Readiness";
inline constexpr std::string_view kLivenessProbe = "Liveness";
inline constexpr std::string_view kStartupProbe = "Startup";

// A pod waits this long for its name in /pods.
inline constexpr double kLongestHoldSeconds = 30;

// It has a deletion time, or /pods lacks it.
bool IsTerminating(const NodeState& node, const PodState& pod);

// A pod that /pods does not list yet waits for its name: nothing of it is served.
bool IsHeldBack(const NodeState& node, const PodState& pod, const Instant& now,
                Deadline deadline = Deadline::kPassed);

// Whether it counts for how long the pod, as listed last, is unready: it has a readiness probe, is
// not being deleted and has not ended.
bool MeasuresReadiness(const PodState& pod);

// Serves more than its counters.
bool IsLiving(const NodeState& node, const PodState& pod);

// A container's status in /pods, null where it is not known or not to be
// trusted: /pods is silent, or contradicts the containers that run.
const PodContainer* TrustedStatus(const NodeState& node, const PodState& pod,
                                  const ContainerState& container, const Instant& now);

// Whether the status in /pods of one of the pod's containers has been contradicted for too long.
bool IsStatusStale(const PodState& pod, const Instant& now);

// Whether the rows of running containers say otherwise than the container's status in
// /pods does, which is no event that came after them.
bool IsContradicted(const NodeState& node, const PodState& pod, const ContainerState& container,
                    const Instant& now);

// Whether a container runs; absent where nobody knows.
std::optional<bool> IsRunning(const NodeState& node, const PodState& pod,
                              const ContainerState& container, const Instant& now);

// The settings of a probe, null while they are unknown or /pods is silent.
const ProbeSpec* CurrentSpec(const NodeState& node, const ProbeState& probe, const Instant& now);

double FailureThreshold(const ProbeState& probe);

// Whether liveness reached its threshold (3 as long as it is unknown), and had no success since.
bool IsBeyondThreshold(const ProbeState& probe);

// Whether the probe's run of failures may have reached its threshold (3 where it is unknown) since
// /pods last showed its container, which ended at `ended_unix`.
bool HasReachedThreshold(const ProbeState& probe,
                         double ended_unix = std::numeric_limits<double>::infinity());

// Says in `killing` whether a probe of this kind is one.
void SetKilling(ProbeKind kind, bool is_killing, KillingProbes* killing);
// Notes in `killing` whether the kubelet kills, or killed, the container for this probe.
void NoteKilling(const ProbeState& probe, KillingProbes* killing,
                 double ended_unix = std::numeric_limits<double>::infinity());

// A startup probe's own results are part of the start; all else is steady.
Phase SuccessPhase(const ProbeState& probe);

// The phase of a failure.
Phase FailurePhase(const NodeState& node, const PodState& pod, const ProbeState& probe,
                   const PendingIncrement& increment);

// Of whichever container before the one that is known now, also where nothing is known of that.
bool IsBeforeContainer(const ProbeState& probe, const PendingIncrement& increment);

// Whether the kubelet should be running this probe now, as far as is known.
bool IsDueForProbing(const NodeState& node, const PodState& pod, const ProbeState& probe,
                     const Instant& now);

// `is_running`: as IsRunning says of its container.
Condition ConditionOf(const NodeState& node, const PodState& pod, const ProbeState& probe,
                      std::optional<bool> is_running, const Instant& now);

// What the probe went through, as far as the rules for settings ask for it.
ProbeExperience ExperienceOf(const ProbeState& probe, const Instant& now);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_JUDGEMENT_H_
