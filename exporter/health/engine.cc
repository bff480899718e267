#include "exporter/health/engine.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "exporter/health/fetch_ahead.h"
#include "exporter/health/judgement.h"
#include "exporter/health/snapshot_builder.h"

namespace podprobe {
namespace {

// The series of a pod that is gone stay this long, so that the last increments are scraped.
constexpr double kLingerSeconds = 120;
// Waits are shorter than this: their readings are still known when they end.
constexpr double kLongestWaitOfAllSeconds = 60;

double LongestWindow(const EngineOptions& options) {
  double seconds = 0;
  for (const EngineOptions::Window& window : options.windows) {
    seconds = std::max(seconds, window.seconds);
  }
  return seconds;
}

// What a reading adds to the counters of `probe`; in `total` what they are.
ResultCounts Increments(const ProbeCounters& counters, const ReadingContext& context,
                        ProbeState* probe, ResultCounts* total) {
  ResultCounts added;
  const auto observe = [&](double ResultCounts::*result, const std::optional<double>& value,
                           CounterHistory* history) {
    if (!value) return;
    total->*result += *value;
    added.*result += history->Observe(*value, context);
  };
  ProbeHistories& histories = probe->counters;
  observe(&ResultCounts::successes, counters.successful, &histories.successful);
  observe(&ResultCounts::failures, counters.failed, &histories.failed);
  observe(&ResultCounts::unknown, counters.unknown, &histories.unknown);
  for (const OtherCounter& other : counters.others) {
    const auto result = other.result == OtherCounter::Result::kSuccessful ? &ResultCounts::successes
                        : other.result == OtherCounter::Result::kFailed   ? &ResultCounts::failures
                                                                          : &ResultCounts::unknown;
    observe(result, other.value, &histories.Other(other.series));
  }
  if (histories.others.size() > counters.others.size()) {
    std::erase_if(histories.others,
                  [&](const auto& entry) { return !entry.second.is_remembered(context); });
  }
  return added;
}

// Nothing of the pod is served any more.
bool IsOver(const PodState& pod, const Instant& now) {
  if (pod.gone_since && HasPassed(*pod.gone_since, kLingerSeconds, now)) return true;
  // A finished pod whose series outlive it is no pod without a name.
  return pod.is_finished_unlisted &&
         HasEnded(pod.first_seen, kLongestHoldSeconds, now, Deadline::kPassed);
}

}  // namespace

Engine::Engine(EngineOptions options)
    : node_{.options = std::move(options)},
      ledger_(node_.options.level),
      settlement_(&node_, &pods_, &ledger_, &durations_) {}

void Engine::SetOptions(EngineOptions options) {
  const double kept_seconds = LongestWindow(node_.options);
  if (options.level != node_.options.level) {
    for (const auto& [uid, pod] : pods_.all()) Ledger::Detach(*pod);
    ledger_.BeginAnew(options.level);
  }
  settlement_.NoteChange();
  node_.options = std::move(options);
  if (!node_.last_probes || LongestWindow(node_.options) <= kept_seconds) return;
  // A window that is longer than all before has been observed for as long as the longest of those.
  const Instant& last = *node_.last_probes;
  const Instant kept = {.unix_seconds = last.unix_seconds - kept_seconds,
                        .steady_seconds = last.steady_seconds - kept_seconds};
  if (kept.steady_seconds > node_.observed_since.steady_seconds) node_.observed_since = kept;
}

void Engine::OnProbes(const ProbesReading& reading, const ReadingTimes& times) {
  const Instant& at = times.ended;
  Advance(at);
  settlement_.NoteChange();
  const std::optional<double> previous_process_start = node_.sequence.process_start_unix_seconds();
  const ReadingContext context = node_.sequence.Next(reading, at.steady_seconds);
  const double gap_seconds =
      node_.last_probes ? at.steady_seconds - node_.last_probes->steady_seconds : 0;
  if (!node_.first_probes) {
    node_.first_probes = at;
    node_.observed_since = at;
  }
  if (node_.last_probes) node_.previous_probes_unix = node_.last_probes->unix_seconds;
  node_.last_probes = at;
  ledger_.timeline().Add(at.steady_seconds);

  if (node_.sequence.is_new_process()) BeginNewProcess(*previous_process_start);
  // A page that fills up shows no absence.
  const bool is_filling_up = node_.IsFillingUp(at.unix_seconds);
  for (const auto& [uid, pod] : pods_.all()) {
    if (context.is_first() && is_filling_up) pod->is_missing_from_probes = false;
    // What a page with bad lines lacks may be just those; what the next one lacks, too, is gone.
    const bool was_on_page = std::exchange(pod->is_on_page, false);
    const bool shows_absence = !reading.has_bad_lines || !was_on_page;
    if (shows_absence && !is_filling_up) pod->is_missing_from_probes = true;
    if (!reading.has_bad_lines) pod->is_in_last_page = false;
  }
  for (std::size_t i = 0; i < reading.probes.size(); ++i) {
    if (const SeriesPlace* ahead = known_places_.Last(i + kTurnsAhead)) FetchAhead(ahead->probe);
    const ProbeCounters& counters = reading.probes[i];
    const SeriesPlace place = PlaceOf(i, counters, at);
    place.pod->is_on_page = true;
    place.pod->is_in_last_page = true;
    place.pod->is_missing_from_probes = false;
    ObserveProbe(*place.pod, *place.probe, counters, context, at);
  }
  ForgetLeftCounters(reading.has_bad_lines, context);
  durations_.Observe(reading, context, at, &node_durations_);
  for (const auto& [uid, pod] : pods_.all()) {
    if (pod->has_new_container) rows_.ApplyTo(*pod);
    if (!IsHeldBack(node_, *pod, at)) ledger_.Attach(*pod, /*is_late=*/!context.is_first());
  }
  NoteGone(at);
  settlement_.SettleDue(at, Deadline::kPassed);
  NoteCutLabels();
  ObserveQuiet(context, reading.has_bad_lines, gap_seconds, at);
  node_.has_probes_gap = false;
}

Engine::SeriesPlace Engine::PlaceOf(std::size_t number, const ProbeCounters& counters,
                                    const Instant& at) {
  if (const SeriesPlace* known = known_places_.At(number, counters.id)) return *known;
  const auto [pod, is_new] = pods_.OfSeries(counters, at);
  // What the other page lacked it may go on to lack.
  if (is_new && node_.last_pods) {
    node_.NoteMissing(&pod.missing_from_pods, node_.last_pods_ended.unix_seconds);
    pod.is_finished_unlisted = std::ranges::find(unkept_uids_, pod.uid.str()) != unkept_uids_.end();
  }
  const SeriesPlace place = {.pod = &pod,
                             .probe = &pod.Probe(counters.container, counters.probe_type)};
  const auto left = left_counters_.find({pod.uid, counters.container, counters.probe_type});
  if (left != left_counters_.end()) {
    place.probe->counters = std::move(left->second);
    left_counters_.erase(left);
  }
  known_places_.Keep(number, counters.id, place);
  return place;
}

void Engine::BeginNewProcess(double previous_start) {
  known_places_.Clear();
  for (const auto& [uid, pod] : pods_.all()) {
    pod->series_name = {};
    // The kubelet's own runs are gone with its process.
    for (auto& [key, probe] : pod->probes) {
      NoteKilling(probe, &probe.container_state->killing);
      probe.run.BeginAgain();
      if (!probe.pending.empty()) probe.pending.back().is_last_of_kubelet = true;
      // Since when it fails stays to be learnt.
      if (probe.history) probe.history->failures = 0;
      probe.was_due = false;
    }
    // What the old process's first pages lacked is still no absence.
    std::optional<Absence>& missing = pod->missing_from_pods;
    const auto is_none = [&](double unix_seconds) {
      return NodeState::IsFirstMinute(previous_start, unix_seconds);
    };
    if (missing && is_none(missing->first_unix)) missing->first_unix = missing->last_unix;
    if (missing && is_none(missing->first_unix)) missing.reset();
  }
}

void Engine::ObserveProbe(PodState& pod, ProbeState& probe, const ProbeCounters& counters,
                          const ReadingContext& context, const Instant& at) {
  ResultCounts total;
  const auto [successes, failures, unknown] = Increments(counters, context, &probe, &total);
  if (context.is_first()) {
    probe.is_in_first_reading = true;
    probe.successes[0] = total.successes > 0;
    if (probe.has_succeeded()) probe.settled_success_unix = at.unix_seconds;
    if (total.failures > 0) {
      probe.history = {
          .at_unix = at.unix_seconds, .successes = total.successes, .failures = total.failures};
      probe.last_failure = at;
      // Since its container's start; at the latest since now, until more is known.
      const double start = probe.container_state->current.start_unix.value_or(at.unix_seconds);
      if (!probe.has_succeeded()) probe.run.TakeHistory(0, std::min(start, at.unix_seconds));
    }
    return;
  }
  if (successes == 0 && failures == 0 && unknown == 0) return;
  probe.was_due = false;  // it was probed: its quiet time begins anew
  const bool has_both = successes > 0 && failures > 0;
  probe.run.Observe({.at = at,
                     .after_unix = node_.previous_probes_unix,
                     .successes = successes,
                     .failures = failures},
                    has_both ? KnownReady(node_, pod, probe, at) : std::nullopt);
  if (failures > 0) {
    probe.last_failure = at;
    last_failure_ = at;
  }
  if (successes > 0) {
    probe.last_success_unix = at.unix_seconds;
    probe.history.reset();
  }
  pod.has_pending = true;
  probe.pending.push_back({.at = at,
                           .successes = successes,
                           .failures = failures,
                           .unknown = unknown,
                           .run_count = probe.run.count()});
}

// Counts for how long probes have not been run that should have been. Only time
// between two good readings counts, with nothing unknown in between.
void Engine::ObserveQuiet(const ReadingContext& context, bool has_bad_lines, double gap_seconds,
                          const Instant& at) {
  const bool is_gap_known = !node_.has_probes_gap && !context.is_first();
  for (const auto& [uid, pod] : pods_.all()) {
    for (auto& [key, probe] : pod->probes) {
      const bool was_due = std::exchange(probe.was_due, IsDueForProbing(node_, *pod, probe, at));
      if (!was_due || !probe.was_due) {
        probe.quiet_seconds = 0;
      } else if (is_gap_known && (!has_bad_lines || probe.counters.WereAllSeenIn(context))) {
        probe.quiet_seconds += gap_seconds;
      }
    }
  }
}

void Engine::OnPods(PodList list, const ReadingTimes& times) {
  const Instant& at = times.ended;
  Advance(at);
  settlement_.NoteChange();
  known_findings_.reset();
  const bool is_first = !node_.last_pods.has_value();
  node_.last_pods = times.begun;
  node_.last_pods_ended = at;

  for (const auto& [uid, pod] : pods_.all()) {
    node_.NoteMissing(&pod->missing_from_pods, at.unix_seconds);
    pod->is_finished_unlisted = false;
  }
  TakeUnchanged(list);
  bool has_renamed = is_first;
  unkept_uids_.clear();
  for (Pod& listed : list.pods) {
    if (TakeListed(std::move(listed), times, is_first)) has_renamed = true;
  }
  if (is_first) settlement_.TakeBackUnshown();
  // What is derived from a status is absent where the rows have contradicted it for too long.
  NoteContradictions(at);
  for (const auto& [uid, pod] : pods_.all()) {
    if (!pod->missing_from_pods) {
      ObserveListed(*pod, times);
    } else if (pod->listed) {
      // What it said last was learnt before the first page of counters.
      for (const PodContainer& container : pod->listed->containers) {
        LearnHistory(*pod, container, at);
      }
    }
  }
  for (const auto& [uid, pod] : pods_.all()) {
    if (pod->missing_from_pods) {
      // What a list that fills up leaves out is as it was.
      if (!node_.IsFillingUp(at.unix_seconds)) pod->unready.Interrupt();
    } else {
      ObserveReadiness(*pod, at);
    }
  }
  NoteGone(at);
  settlement_.SettleDue(at, Deadline::kPassed);
  NoteCutLabels();
  // A pod that got its name counts under another label set now, one that is held back under none.
  if (has_renamed) Sweep(at);
}

void Engine::TakeUnchanged(const PodList& list) {
  const absl::flat_hash_set<std::uint64_t> unchanged(list.unchanged.begin(), list.unchanged.end());
  for (const auto& [uid, pod] : pods_.all()) {
    const bool was_listed = std::exchange(pod->is_in_last_list, false);
    if (!was_listed || !unchanged.contains(pod->listed->fingerprint)) continue;
    pod->is_in_last_list = true;
    pod->missing_from_pods.reset();
    ledger_.Attach(*pod, /*is_late=*/true);
  }
}

bool Engine::TakeListed(Pod listed, const ReadingTimes& times, bool is_first) {
  const bool is_finished = listed.is_finished();
  // Nothing will ever run in a pod that was finished before we came.
  if (is_finished && pods_.Find(listed) == nullptr) {
    unkept_uids_.push_back(std::move(listed.uid));
    return false;
  }

  // By name: clang 14 captures no binding.
  const PodRegistry::Entry entry = pods_.OfListed(listed, times.ended);
  PodState& pod = entry.pod;
  const bool is_new = entry.is_new;
  if (is_new && node_.last_probes) {
    pod.is_missing_from_probes = !node_.IsFillingUp(node_.last_probes->unix_seconds);
  }
  const bool gets_name = !pod.listed;
  if (gets_name) {
    const bool was_cut = pod.name != listed.name;
    if (was_cut) pod.name = listed.name;
    pod.workload = WorkloadOf(listed);
    settlement_.NoteNames();
    // What was shown of it belongs to the labels that it had.
    if (pod.was_shown && !was_cut) durations_.Forget(pod);
    Ledger::Detach(pod);
    // Its rows and its durations are found by its name.
    pod.has_new_container = true;
    for (auto& [key, probe] : pod.probes) probe.durations = {};
  }
  pod.SetListed(std::move(listed));
  pod.missing_from_pods.reset();
  pod.is_in_last_list = true;
  pod.is_finished = is_finished;

  // Durations have no uid: those of a pod of its name that was another workload's are not its own.
  const auto is_another_workloads = [&pod](const auto& known) {
    const PodState& other = *known.second;
    return other.name == pod.name && other.pod_namespace == pod.pod_namespace &&
           other.workload != pod.workload;
  };
  for (const PodContainer& container : pod.listed->containers) {
    for (const std::string_view type : {kReadinessProbe, kLivenessProbe, kStartupProbe}) {
      if (container.Probe(type) != nullptr) pod.Probe(std::string_view(container.name), type);
    }
  }
  if (gets_name && !durations_.IsEmpty(pod) &&
      std::ranges::any_of(pods_.all(), is_another_workloads)) {
    durations_.ForgetBefore(pod, pod.first_seen.steady_seconds);
  }
  if (pod.has_new_container) rows_.ApplyTo(pod);
  ledger_.Attach(pod, /*is_late=*/!is_first);
  return gets_name && !is_new;
}

void Engine::ObserveListed(PodState& pod, const ReadingTimes& times) {
  for (const PodContainer& container : pod.listed->containers) {
    for (auto& [key, probe] : pod.probes) {
      if (probe.container != container.name) continue;
      for (PendingIncrement& increment : probe.pending) {
        if (increment.at.steady_seconds > times.begun.steady_seconds) break;
        SettleOrder(probe, increment, KnownReady(node_, pod, probe, times.ended));
      }
    }
    ObserveListedContainer(pod, container, times);
  }
}

void Engine::ObserveReadiness(PodState& pod, const Instant& now) {
  const bool is_measured =
      pod.listed && pod.listed->ready && MeasuresReadiness(pod) && !IsStatusStale(pod, now);
  if (!is_measured) return pod.unready.Interrupt();
  const UnreadyClock::Added added =
      pod.unready.Observe({.at = now,
                           .is_ready = *pod.listed->ready,
                           .transition_unix = pod.listed->ready_transition_time,
                           .pod_start_unix = pod.listed->start_time,
                           .grace_seconds = node_.options.startup_grace_seconds,
                           .kubelet_starts_unix = node_.sequence.process_starts()});
  pod.counts->CountUnready(added.transitions, added.seconds);
}

void Engine::NoteContradictions(const Instant& now) {
  for (const auto& [uid, pod] : pods_.all()) {
    std::optional<Instant> first;
    for (auto& [name, container] : pod->containers) {
      std::optional<Instant>& since = container.contradicted_since;
      if (!IsContradicted(node_, *pod, container, now)) {
        since.reset();
      } else if (!since) {
        since = now;
      }
      const bool is_first = since && (!first || since->steady_seconds < first->steady_seconds);
      if (is_first) first = since;
    }
    pod->contradicted_since = first;
  }
}

// Rows that are too old to say which containers run contradict nothing.
void Engine::EndContradictions(const Instant& now) {
  if (!node_.last_rows || node_.CurrentRows(now)) return;
  for (const auto& [uid, pod] : pods_.all()) {
    for (auto& [name, container] : pod->containers) container.contradicted_since.reset();
    pod->contradicted_since.reset();
  }
}

void Engine::OnResource(const ContainersReading& reading, const ReadingTimes& times) {
  Advance(times.ended);
  rows_.SetResource(reading, times.ended);
  OnRows(times, node_.options.resource_interval_seconds);
}

void Engine::OnCadvisor(ContainersReading reading, const ReadingTimes& times) {
  Advance(times.ended);
  if (!reading.has_bad_lines) evidence_families_ = {};
  evidence_families_ |= reading.families;
  rows_.SetCadvisor(std::move(reading), times.ended);
  for (const auto& [uid, pod] : pods_.all()) rows_.ApplyCadvisorTo(*pod);
  rows_.KeepUnclaimed();
  node_.last_cadvisor = times.begun;
  OnRows(times, node_.options.cadvisor_interval_seconds);
}

void Engine::OnRows(const ReadingTimes& times, double interval_seconds) {
  node_.last_rows = times.begun;
  node_.rows_interval_seconds = interval_seconds;
  for (const auto& [uid, pod] : pods_.all()) rows_.ApplyTo(*pod);
  NoteContradictions(times.ended);
}

void Engine::OnProbesFailed(const Instant& now) {
  Advance(now);
  node_.has_probes_gap = true;
}

void Engine::OnPodsFailed(const Instant& now) {
  Advance(now);
  for (const auto& [uid, pod] : pods_.all()) pod->unready.Interrupt();
}

void Engine::Advance(const Instant& now) {
  // What nobody looked at when its wait ended is judged by what was true then.
  for (auto end = settlement_.NextEnd(std::numeric_limits<double>::lowest());
       end && *end < now.steady_seconds; end = settlement_.NextEnd(*end)) {
    const Instant moment = {.unix_seconds = now.unix_seconds - (now.steady_seconds - *end),
                            .steady_seconds = *end};
    EndContradictions(moment);
    durations_.Prune(moment);
    settlement_.SettleDue(moment, Deadline::kReached);
  }
  EndContradictions(now);
  durations_.Prune(now);
  // An incident may have ended since the last look, before what comes now.
  if (node_.is_incident) settlement_.EvaluateIncident(now, Deadline::kPassed);
  // A reading that comes just when a wait ends still counts.
  settlement_.SettleDue(now, Deadline::kPassed);
  const auto is_over = [&now](const PodState& pod) { return IsOver(pod, now); };
  for (const auto& [uid, pod] : pods_.all()) {
    if (is_over(*pod)) Leave(*pod, now);
  }
  const bool has_forgotten = pods_.Forget(is_over);
  if (has_forgotten) {
    known_places_.Clear();
    settlement_.NoteChange();
    settlement_.NoteNames();
    known_findings_.reset();
    Sweep(now);
  }

  const double kept_seconds = std::max(LongestWindow(node_.options), kLongestWaitOfAllSeconds);
  ledger_.timeline().Prune(now.steady_seconds - kept_seconds);
}

// What is to be done before a pod is forgotten.
void Engine::Leave(const PodState& pod, const Instant& now) {
  KeepCounters(pod);
  const auto shares_name = [&](const auto& entry) {
    const PodState& other = *entry.second;
    return other.name == pod.name && other.pod_namespace == pod.pod_namespace &&
           !IsOver(other, now);
  };
  // Their label set ends with the last pod that has it.
  if (std::ranges::none_of(pods_.all(), shares_name)) durations_.Forget(pod);
  if (pod.is_in_last_list) unkept_uids_.push_back(pod.uid.str());
}

void Engine::ForgetLeftCounters(bool has_bad_lines, const ReadingContext& context) {
  std::erase_if(left_counters_, [&](const auto& left) {
    return !has_bad_lines || left.second.last_seen_in() < context.kept_from;
  });
}

// The kubelet may go on serving the series of a pod that has finished.
void Engine::KeepCounters(const PodState& pod) {
  // Where they are gone already nothing goes on from them.
  if (!pod.is_in_last_page) return;
  for (const auto& [key, probe] : pod.probes) {
    if (!probe.counters.has_series()) continue;
    left_counters_[{pod.uid, probe.container, probe.probe_type}] = probe.counters;
  }
}

// Forgets what is counted under labels that no pod has any more.
void Engine::Sweep(const Instant& now) {
  for (const auto& [uid, pod] : pods_.all()) {
    if (IsHeldBack(node_, *pod, now)) Ledger::Detach(*pod);
  }
  ledger_.Sweep(pods_);
}

void Engine::NoteGone(const Instant& now) {
  for (const auto& [uid, pod] : pods_.all()) {
    // A source that was never read says nothing.
    const bool is_in_probes = node_.first_probes && !pod->is_missing_from_probes;
    const bool is_in_pods = node_.last_pods && !node_.IsMissing(pod->missing_from_pods);
    if (!pod->is_finished && (is_in_probes || is_in_pods)) {
      pod->gone_since.reset();
    } else if (!pod->gone_since) {
      pod->gone_since = now;
    }
  }
}

// What was found stays until another reading tells.
void Engine::NoteCutLabels() {
  if (!node_.first_probes) return;
  std::optional<bool> is_cut;
  for (const auto& [uid, pod] : pods_.all()) {
    if (!pod->listed || !pod->is_in_last_page || pod->series_name.empty()) continue;
    is_cut = is_cut.value_or(false) || pod->series_name != pod->name;
  }
  if (is_cut) is_pod_label_cut_ = is_cut;
}

Snapshot Engine::TakeSnapshot(const Instant& now) {
  Advance(now);
  settlement_.SettleDue(now, Deadline::kReached);
  for (const auto& [uid, pod] : pods_.all()) {
    const bool is_held_back = IsHeldBack(node_, *pod, now, Deadline::kReached);
    if (!pod->was_shown) {
      for (auto& [key, probe] : pod->probes) {
        probe.is_in_first_reading = false;
        if (!is_held_back) probe.unshown = {};
      }
    }
    if (is_held_back) continue;
    pod->was_shown = true;
    ledger_.Attach(*pod, /*is_late=*/true);
  }
  settlement_.EvaluateIncident(now, Deadline::kReached);

  Snapshot snapshot =
      SnapshotBuilder(node_, pods_, &ledger_, &durations_, settlement_.incident(), &known_findings_)
          .Build(now);
  snapshot.node.durations = node_durations_.Serve(now, node_.options.born_at_zero_seconds);
  FillMissingEvidence(now, &snapshot.node);
  FillKubelet(&snapshot.kubelet);
  return snapshot;
}

void Engine::LeaveOut(const std::set<PodLabels>& cut, const Instant& now) {
  if (cut.empty()) return;
  for (auto& [labels, counts] : ledger_.pods()) {
    if (cut.contains(labels)) counts.TakeBackBirths(now);
  }
  for (auto& [labels, rollup] : ledger_.probes()) {
    if (cut.contains(PodOf(labels))) rollup.TakeBackBirths(now);
  }
}

void Engine::FillMissingEvidence(const Instant& now, NodeSnapshot* out) const {
  if (node_.IsCadvisorStale(now)) return;
  const std::array<bool, kEvidenceSignals.size()> has = {
      evidence_families_.cfs_periods && evidence_families_.cfs_throttled,
      evidence_families_.memory_limit, evidence_families_.cpu_pressure,
      evidence_families_.memory_pressure, evidence_families_.io_pressure};
  for (std::size_t i = 0; i < has.size(); ++i) {
    if (!has[i]) out->missing_evidence.push_back(kEvidenceSignals[i].name);
  }
}

void Engine::FillKubelet(KubeletSnapshot* out) const {
  out->start_unix_seconds = node_.sequence.process_start_unix_seconds();
  out->restarts = static_cast<double>(node_.sequence.kubelet_restarts());
  out->is_pod_label_truncated = is_pod_label_cut_;
}

bool Engine::IsWaitingForPods() const {
  for (const auto& [uid, pod] : pods_.all()) {
    if (!pod->has_pending) continue;
    for (const auto& [key, probe] : pod->probes) {
      for (const PendingIncrement& increment : probe.pending) {
        if (increment.failures > 0) return true;
      }
    }
  }
  return false;
}

}  // namespace podprobe
