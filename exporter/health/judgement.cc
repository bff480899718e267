#include "exporter/health/judgement.h"

#include <algorithm>

namespace podprobe {
namespace {

constexpr double kLongestContradictionSeconds = 30;
constexpr double kDefaultFailureThreshold = 3;
// A probe that was not run for so many of its periods and timeouts stands still.
constexpr double kStalledTimes = 3;
// After so long with next to no headroom the timeout is too tight.
constexpr double kTightSeconds = 3600;

// What the rows of running containers say; absent where the status tells of an
// event that came after they were read.
std::optional<bool> RowSays(const NodeState& node, const ContainerState& container,
                            const PodContainer* status, const Instant& now) {
  const std::optional<Instant> rows = node.CurrentRows(now);
  if (!rows) return std::nullopt;
  if (status != nullptr) {
    const auto is_later = [&](const std::optional<double>& event_unix) {
      return event_unix && *event_unix > rows->unix_seconds;
    };
    if (is_later(status->running_since)) return std::nullopt;
    if (status->terminated && is_later(status->terminated->finished_at)) return std::nullopt;
    if (status->last_termination && is_later(status->last_termination->finished_at)) {
      return std::nullopt;
    }
  }
  // Of a container that neither /pods nor a row has shown nobody knows under which name it runs.
  const bool was_shown = container.had_row || container.listed != nullptr;
  return was_shown ? container.has_row : std::nullopt;
}

// Whether a container of this status runs; absent where nobody knows.
std::optional<bool> Runs(const NodeState& node, const ContainerState& container,
                         const PodContainer* status, const Instant& now) {
  const std::optional<bool> row = RowSays(node, container, status, now);
  if (row || status == nullptr) return row;
  return status->running_since.has_value();
}

// For how long after a container's start its failures are its start's.
double StartupGrace(const NodeState& node, const ProbeState& probe) {
  const double grace = node.options.startup_grace_seconds;
  const PodContainer* listed = probe.container_state->listed;
  if (listed == nullptr || !listed->startup) return grace;
  const ProbeSpec& startup = *listed->startup;
  return std::max(
      grace, startup.initial_delay_seconds + startup.failure_threshold * startup.period_seconds);
}

bool IsInGrace(const NodeState& node, const ProbeState& probe, std::optional<double> start_unix,
               double unix_seconds) {
  if (!start_unix) return false;
  return unix_seconds - *start_unix <= StartupGrace(node, probe);
}

bool IsActing(const ProbeState& probe) {
  const ProbeSpec* spec = probe.spec;
  return spec != nullptr && probe.run.count() > 0 && probe.run.count() >= spec->failure_threshold;
}

bool IsStalled(const NodeState& node, const PodState& pod, const ProbeState& probe,
               const Instant& now) {
  if (!probe.was_due || probe.spec == nullptr) return false;
  const double longest_quiet =
      kStalledTimes * (probe.spec->period_seconds + probe.spec->timeout_seconds) +
      node.options.probes_interval_seconds;
  return probe.quiet_seconds >= longest_quiet && IsDueForProbing(node, pod, probe, now);
}

// Whether it is a startup probe of a container that has started: it is not run any more.
bool IsStartOver(const NodeState& node, const PodState& pod, const ProbeState& probe,
                 const Instant& now) {
  if (probe.kind != ProbeKind::kStartup || IsStatusStale(pod, now)) return false;
  const PodContainer* status = probe.container_state->listed;
  if (status == nullptr || !status->started.value_or(false)) return false;
  // That does not end when /pods falls silent, but where a failure since then tells of another
  // container.
  return !node.IsPodsStale(now) || !probe.last_failure ||
         probe.last_failure->steady_seconds <= node.last_pods->steady_seconds;
}

bool IsInitializing(const NodeState& node, const PodState& pod, const ProbeState& probe,
                    const Instant& now) {
  if (probe.has_succeeded()) return false;
  // A success that still waits to be settled is one, if only of the container before.
  bool is_beyond_threshold = IsBeyondThreshold(probe);
  for (const PendingIncrement& increment : probe.pending) {
    if (increment.successes <= 0) continue;
    if (!IsBeforeContainer(probe, increment)) return false;
    is_beyond_threshold = false;
  }
  if (is_beyond_threshold) return false;
  if (probe.kind == ProbeKind::kStartup) return true;
  const PodContainer* status = TrustedStatus(node, pod, *probe.container_state, now);
  const bool is_starting = status != nullptr && status->running_since && status->startup &&
                           !status->started.value_or(false);
  if (is_starting) return true;
  return IsInGrace(node, probe, probe.container_state->current.start_unix, now.unix_seconds);
}

}  // namespace

bool IsTerminating(const NodeState& node, const PodState& pod) {
  return pod.listed && (pod.listed->deletion_timestamp || node.IsMissing(pod.missing_from_pods));
}

bool IsHeldBack(const NodeState& node, const PodState& pod, const Instant& now, Deadline deadline) {
  return node.last_pods && !pod.listed && !pod.was_shown &&
         (pod.is_finished_unlisted ||
          !HasEnded(pod.first_seen, kLongestHoldSeconds, now, deadline));
}

bool MeasuresReadiness(const PodState& pod) {
  return pod.HasProbe(kReadinessProbe) && !pod.listed->deletion_timestamp &&
         (pod.listed->phase == "Pending" || pod.listed->phase == "Running");
}

bool IsLiving(const NodeState& node, const PodState& pod) {
  return !pod.gone_since && !IsTerminating(node, pod);
}

bool IsStatusStale(const PodState& pod, const Instant& now) {
  return pod.contradicted_since &&
         HasEnded(*pod.contradicted_since, kLongestContradictionSeconds, now, Deadline::kPassed);
}

const PodContainer* TrustedStatus(const NodeState& node, const PodState& pod,
                                  const ContainerState& container, const Instant& now) {
  if (node.IsPodsStale(now) || IsStatusStale(pod, now)) return nullptr;
  return container.listed;
}

bool IsContradicted(const NodeState& node, const PodState& pod, const ContainerState& container,
                    const Instant& now) {
  if (container.listed == nullptr || !pod.is_in_last_list || !IsLiving(node, pod)) return false;
  const std::optional<bool> row = RowSays(node, container, container.listed, now);
  return row && *row != container.listed->running_since.has_value();
}

std::optional<bool> IsRunning(const NodeState& node, const PodState& pod,
                              const ContainerState& container, const Instant& now) {
  return Runs(node, container, TrustedStatus(node, pod, container, now), now);
}

const ProbeSpec* CurrentSpec(const NodeState& node, const ProbeState& probe, const Instant& now) {
  return node.IsPodsStale(now) ? nullptr : probe.spec;
}

double FailureThreshold(const ProbeState& probe) {
  const ProbeSpec* spec = probe.spec;
  return spec == nullptr ? kDefaultFailureThreshold : spec->failure_threshold;
}

bool IsBeyondThreshold(const ProbeState& probe) {
  return probe.threshold_reached || probe.unjudged_run >= kDefaultFailureThreshold;
}

bool HasReachedThreshold(const ProbeState& probe, double ended_unix) {
  const double peak = probe.run.PeakUntil(ended_unix);
  return peak > 0 && peak >= FailureThreshold(probe);
}

void SetKilling(ProbeKind kind, bool is_killing, KillingProbes* killing) {
  if (kind == ProbeKind::kStartup) killing->startup = is_killing;
  if (kind == ProbeKind::kLiveness) killing->liveness = is_killing;
}

void NoteKilling(const ProbeState& probe, KillingProbes* killing, double ended_unix) {
  if (HasReachedThreshold(probe, ended_unix)) SetKilling(probe.kind, true, killing);
}

Phase SuccessPhase(const ProbeState& probe) {
  return probe.kind == ProbeKind::kStartup ? Phase::kStartup : Phase::kSteady;
}

bool IsBeforeContainer(const ProbeState& probe, const PendingIncrement& increment) {
  const ContainerState& container = *probe.container_state;
  const double unix_seconds = increment.at.unix_seconds;
  return container.InstanceAt(unix_seconds) > 0 ||
         unix_seconds < container.current.start_unix.value_or(unix_seconds);
}

Phase FailurePhase(const NodeState& node, const PodState& pod, const ProbeState& probe,
                   const PendingIncrement& increment) {
  if (IsTerminating(node, pod)) return Phase::kTerminating;
  if (probe.kind == ProbeKind::kStartup) return Phase::kStartup;
  // A crash loop is not a start.
  if (IsBeyondThreshold(probe)) return Phase::kSteady;
  const ContainerState& container = *probe.container_state;
  const std::size_t instance = container.InstanceAt(increment.at.unix_seconds);
  if (probe.successes[instance]) return Phase::kSteady;
  const std::optional<double>& start = container.Instance(instance).start_unix;
  return IsInGrace(node, probe, start, increment.at.unix_seconds) ? Phase::kStartup
                                                                  : Phase::kSteady;
}

bool IsDueForProbing(const NodeState& node, const PodState& pod, const ProbeState& probe,
                     const Instant& now) {
  const PodContainer* status = TrustedStatus(node, pod, *probe.container_state, now);
  const ProbeSpec* spec = probe.spec;
  if (status == nullptr || spec == nullptr || !status->running_since) return false;
  const bool is_started = status->started.value_or(!status->startup.has_value());
  if (is_started == (probe.kind == ProbeKind::kStartup) || IsActing(probe)) return false;
  if (now.unix_seconds - *status->running_since < spec->initial_delay_seconds) return false;
  return IsLiving(node, pod) && Runs(node, *probe.container_state, status, now).value_or(false);
}

Condition ConditionOf(const NodeState& node, const PodState& pod, const ProbeState& probe,
                      std::optional<bool> is_running, const Instant& now) {
  if (!is_running.value_or(true)) return Condition::kNotRunning;
  if (IsStartOver(node, pod, probe, now)) return Condition::kPassing;
  if (IsActing(probe)) return Condition::kActing;
  if (IsStalled(node, pod, probe, now)) return Condition::kStalled;
  if (IsInitializing(node, pod, probe, now)) return Condition::kInitializing;
  const bool is_failing = probe.run.count() > 0 || probe.run.failing_since();
  return is_failing ? Condition::kFailing : Condition::kPassing;
}

ProbeExperience ExperienceOf(const ProbeState& probe, const Instant& now) {
  return {.had_startup_failure = probe.had_startup_failure,
          .has_tight_timeout = probe.low_headroom_since &&
                               now.steady_seconds - *probe.low_headroom_since >= kTightSeconds};
}

}  // namespace podprobe
