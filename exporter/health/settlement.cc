#include "exporter/health/settlement.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "exporter/health/judgement.h"

namespace podprobe {
namespace {

// A failure waits this long for the pod reading that explains it.
constexpr double kLongestWaitSeconds = 15;
constexpr double kDefaultPeriodSeconds = 10;

std::optional<double> OomDistance(const PodContainer* listed, double failure_unix) {
  if (listed == nullptr) return std::nullopt;
  std::optional<double> distance;
  for (const std::optional<Termination>* end : {&listed->terminated, &listed->last_termination}) {
    if (!*end || (*end)->reason != "OOMKilled" || !(*end)->finished_at) continue;
    const double seconds = std::fabs(failure_unix - *(*end)->finished_at);
    distance = std::min(distance.value_or(seconds), seconds);
  }
  return distance;
}

}  // namespace

void TakeOrder(ProbeState& probe, PendingIncrement& mixed, std::optional<bool> is_ready) {
  if (mixed.successes <= 0 || mixed.failures <= 0 || mixed.is_ordered) return;
  const double added = (is_ready.value_or(true) ? 0 : mixed.failures) - mixed.run_count;
  bool is_same_kubelet = true;
  for (PendingIncrement* each = &mixed; each <= &probe.pending.back(); ++each) {
    if (each != &mixed && each->successes > 0) return;
    if (is_same_kubelet) each->run_count += added;
    is_same_kubelet = is_same_kubelet && !each->is_last_of_kubelet;
  }
  probe.run.TakeMixed(is_ready);
}

void SettleOrder(ProbeState& probe, PendingIncrement& mixed, std::optional<bool> is_ready) {
  TakeOrder(probe, mixed, is_ready);
  mixed.is_ordered = true;
}

std::optional<bool> KnownReady(const NodeState& node, const PodState& pod, const ProbeState& probe,
                               const Instant& now) {
  const PodContainer* status = TrustedStatus(node, pod, *probe.container_state, now);
  return status == nullptr ? std::nullopt : status->ready;
}

std::optional<double> Settlement::NextEnd(double after) const {
  std::optional<double> next;
  if (!node_.last_pods) return next;
  if (is_settled_ && (!next_end_ || *next_end_ > after)) return next_end_;
  const auto note = [&](double end) {
    if (end > after) next = std::min(next.value_or(end), end);
  };
  for (const auto& [uid, pod] : pods_.all()) {
    if (!pod->listed) {
      // Beyond that nothing of it waits.
      if (!pod->was_shown) note(pod->first_seen.steady_seconds + kLongestHoldSeconds);
      continue;
    }
    if (!pod->has_pending) continue;
    for (const auto& [key, probe] : pod->probes) {
      if (probe.pending.empty()) continue;
      note(probe.pending.front().at.steady_seconds + kLongestWaitSeconds);
    }
  }
  return next;
}

void Settlement::SettleDue(const Instant& now, Deadline deadline) {
  if (is_settled_ && (!next_end_ || now.steady_seconds < *next_end_)) return;
  // Up to now what was known has only aged.
  if (incident_.is_incident()) EvaluateIncident(now, deadline);
  for (const auto& [uid, pod] : pods_.all()) {
    if (!pod->has_pending || IsHeldBack(node_, *pod, now, deadline)) continue;
    SettlePod(*pod, now, deadline);
  }
  is_settled_ = false;
  next_end_ = NextEnd(std::numeric_limits<double>::lowest());
  is_settled_ = true;
  if (judged_.empty()) return;
  // What has just been counted may be what makes it an incident.
  EvaluateIncident(now, deadline);
  for (const Judged& judged : judged_) SettleCause(judged, now);
  judged_.clear();
}

void Settlement::SettlePod(PodState& pod, const Instant& now, Deadline deadline) {
  pod.has_pending = false;
  for (auto& [key, probe] : pod.probes) {
    if (probe.pending.empty()) continue;
    if (probe.rollup == nullptr) ledger_.Attach(pod, /*is_late=*/true);
    for (PendingIncrement& increment : probe.pending) {
      if (increment.successes_counted) continue;
      increment.successes_counted = true;
      probe.rollup->Count(SuccessPhase(probe), PlaceOf(increment),
                          {.successes = increment.successes});
    }
    auto waiting = probe.pending.begin();
    while (waiting != probe.pending.end() && IsDue(pod, *waiting, now, deadline)) {
      // By what was known when the wait ended, also if nobody looked just then.
      const Instant end = {
          .unix_seconds = now.unix_seconds,
          .steady_seconds =
              std::min(now.steady_seconds, waiting->at.steady_seconds + kLongestWaitSeconds)};
      if (waiting->successes > 0 && waiting->failures > 0) {
        SettleOrder(probe, *waiting, KnownReady(node_, pod, probe, end));
      }
      SettlePhase(pod, probe, *waiting);
      ++waiting;
    }
    // Until a page shows them the first reading of /pods may hold their pod back.
    if (!node_.last_pods && !pod.was_shown) {
      probe.unshown.insert(probe.unshown.end(), probe.pending.begin(), waiting);
    }
    probe.pending.erase(probe.pending.begin(), waiting);
    if (!probe.pending.empty()) pod.has_pending = true;
  }
}

Rollup::Place Settlement::PlaceOf(const PendingIncrement& increment) const {
  const double seconds = increment.at.steady_seconds;
  return {.reading = ledger_.timeline().NumberAt(seconds), .minute = MinuteLog::MinuteOf(seconds)};
}

void Settlement::TakeBackUnshown() {
  NoteChange();
  for (const auto& [uid, pod] : pods_.all()) {
    if (pod->listed || pod->was_shown) continue;
    for (auto& [key, probe] : pod->probes) {
      for (PendingIncrement& increment : probe.unshown) increment.successes_counted = false;
      probe.pending.insert(probe.pending.begin(), probe.unshown.begin(), probe.unshown.end());
      probe.unshown.clear();
      pod->has_pending = true;
    }
  }
}

bool Settlement::IsDue(const PodState& pod, const PendingIncrement& increment, const Instant& now,
                       Deadline deadline) const {
  // `/pods` does not work, or will not name this pod: nothing to wait for.
  if (!node_.last_pods || !pod.listed) return true;
  return increment.at.steady_seconds <= node_.last_pods->steady_seconds ||
         HasEnded(increment.at, kLongestWaitSeconds, now, deadline);
}

void Settlement::SettlePhase(PodState& pod, ProbeState& probe, const PendingIncrement& increment) {
  if (increment.reaches_threshold) probe.threshold_reached = true;
  probe.NoteRun(increment.run_count);
  const bool needs_phase = increment.failures > 0 || increment.unknown > 0;
  const Phase phase = needs_phase ? FailurePhase(node_, pod, probe, increment) : Phase::kSteady;
  if (needs_phase) {
    probe.rollup->Count(phase, PlaceOf(increment),
                        {.failures = increment.failures, .unknown = increment.unknown});
  }
  if (increment.failures > 0) {
    judged_.push_back(
        {.pod = &pod,
         .probe = &probe,
         .at = increment.at,
         .failures = increment.failures,
         .continues_run = increment.successes == 0 && increment.run_count > increment.failures,
         .phase = phase});
    if (phase == Phase::kSteady) {
      pod.last_trouble = std::max(pod.last_trouble.value_or(0), increment.at.steady_seconds);
    }
    if (phase == Phase::kStartup && probe.kind == ProbeKind::kLiveness)
      probe.had_startup_failure = true;
  }
  if (increment.successes <= 0) return;
  probe.NoteSuccess(increment.at.unix_seconds);
  probe.settled_success_unix = increment.at.unix_seconds;
  probe.threshold_reached = false;
  probe.unjudged_run = 0;
  probe.NoteRun(increment.run_count);
}

void Settlement::SettleCause(const Judged& judged, const Instant& now) const {
  const PodState& pod = *judged.pod;
  const ProbeState& probe = *judged.probe;
  const double failure_unix = judged.at.unix_seconds;
  FailureFacts facts = {.phase = judged.phase, .is_node_incident = incident_.is_incident()};
  const ProbeSpec* spec = probe.spec;
  facts.period_seconds = spec == nullptr ? kDefaultPeriodSeconds : spec->period_seconds;
  for (const double start : node_.sequence.process_starts()) {
    if (start <= failure_unix) facts.kubelet_age_seconds = failure_unix - start;
  }
  if (!IsStatusStale(pod, now)) {
    facts.oom_distance_seconds = OomDistance(probe.container_state->listed, failure_unix);
  }
  if (!node_.IsCadvisorStale(now)) facts.evidence = probe.container_state->evidence.Current();
  NearTimeoutCount near_timeout;
  for (const auto& [key, other] : pod.probes) {
    if (other.probe_type != probe.probe_type) continue;
    const ProbeSpec* const settings = CurrentSpec(node_, other, now);
    if (settings != nullptr) durations_.CountNearTimeout(pod, other, *settings, &near_timeout);
  }
  facts.near_timeout_ratio = near_timeout.Ratio(node_.options.min_attempts);
  const Cause cause = CauseOf(facts, node_.options.causes);
  probe.rollup->CountCause(cause, judged.failures);
  pod.counts->history.AddFailures({.first_unix = failure_unix,
                                   .last_unix = failure_unix,
                                   .count = judged.failures,
                                   .container = probe.container,
                                   .probe_type = probe.probe_type,
                                   .phase = PhaseName(judged.phase),
                                   .cause = CauseName(cause)},
                                  judged.continues_run);
}

void Settlement::EvaluateIncident(const Instant& now, Deadline deadline) {
  bool has_changed = std::exchange(have_names_changed_, false);
  for (const auto& [uid, pod] : pods_.all()) {
    const bool is_counted =
        !pod->probes.empty() && IsLiving(node_, *pod) && !IsHeldBack(node_, *pod, now, deadline);
    if (is_counted == pod->was_counted && pod->last_trouble == pod->counted_trouble) continue;
    has_changed = true;
    pod->was_counted = is_counted;
    pod->counted_trouble = pod->last_trouble;
  }
  if (has_changed) workloads_ = CountWorkloads();
  node_.is_incident = incident_.Evaluate(workloads_, now.steady_seconds);
}

IncidentWatch::Workloads Settlement::CountWorkloads() const {
  using Key = std::tuple<std::string_view, std::string_view, std::string_view, std::string_view>;
  absl::flat_hash_map<Key, std::optional<double>> workloads;
  for (const auto& [uid, pod] : pods_.all()) {
    if (!pod->was_counted) continue;
    const Workload& workload = pod->workload;
    // Where the workload is unknown each pod is its own.
    const Key key = workload.name.empty()
                        ? Key(pod->pod_namespace, "", "", pod->name)
                        : Key(pod->pod_namespace, workload.name, workload.type, "");
    std::optional<double>& trouble = workloads[key];
    trouble = std::max(trouble, pod->last_trouble);
  }
  IncidentWatch::Workloads seen = {.probed = workloads.size(), .last_troubles = {}};
  for (const auto& [key, trouble] : workloads) {
    if (trouble) seen.last_troubles.push_back(*trouble);
  }
  return seen;
}

}  // namespace podprobe
