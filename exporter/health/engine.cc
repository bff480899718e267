#include "exporter/health/engine.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace podprobe {
namespace {

// A failure waits this long for the pod reading that explains it.
constexpr double kLongestWaitSeconds = 15;
// A pod waits this long for its name in /pods.
constexpr double kLongestHoldSeconds = 30;
// For so long after its start a kubelet serves pages that are not yet whole.
constexpr double kFillingUpSeconds = 60;
// The series of a pod that is gone stay this long, so that the last increments are scraped.
constexpr double kLingerSeconds = 120;
constexpr double kDeadSourceSeconds = 60;
constexpr double kDeadSourceIntervals = 3;
constexpr double kNearTimeoutWindowSeconds = 300;
constexpr char kNearTimeoutWindow[] = "5m";
constexpr double kDefaultFailureThreshold = 3;

constexpr std::string_view kLiveness = "Liveness";
constexpr std::string_view kStartup = "Startup";

// A startup probe's own results are part of the start; all else is steady.
Phase SuccessPhase(const ProbeState& probe) {
  return probe.probe_type == kStartup ? Phase::kStartup : Phase::kSteady;
}

double FailureThreshold(const PodState& pod, const ProbeState& probe) {
  const ProbeSpec* spec = pod.Spec(probe);
  return spec == nullptr ? kDefaultFailureThreshold : spec->failure_threshold;
}

bool HasPassed(const Instant& since, double seconds, const Instant& now) {
  return now.steady_seconds - since.steady_seconds >= seconds;
}

// Whether a wait of at most `seconds` is over.
bool HasEnded(const Instant& since, double seconds, const Instant& now, Deadline deadline) {
  const double waited = now.steady_seconds - since.steady_seconds;
  return deadline == Deadline::kReached ? waited >= seconds : waited > seconds;
}

bool IsFirstMinute(double process_start, double unix_seconds) {
  return process_start <= unix_seconds && unix_seconds < process_start + kFillingUpSeconds;
}

// The gauges of a source that was not read for max(60 s, 3 intervals) are absent.
bool IsSilent(const std::optional<Instant>& last_good, double interval, const Instant& now) {
  return !last_good ||
         HasPassed(*last_good, std::max(kDeadSourceSeconds, kDeadSourceIntervals * interval), now);
}

double LongestWindow(const EngineOptions& options) {
  double seconds = 0;
  for (const EngineOptions::Window& window : options.windows) {
    seconds = std::max(seconds, window.seconds);
  }
  return seconds;
}

// When the container that `container` shows began, as far as /pods says.
std::optional<double> ListedStart(const PodContainer& container) {
  if (container.running_since) return container.running_since;
  if (container.terminated) return container.terminated->started_at;
  if (container.last_termination) return container.last_termination->started_at;
  return std::nullopt;
}

}  // namespace

Engine::Engine(EngineOptions options) : options_(std::move(options)) {}

void Engine::OnProbes(const ProbesReading& reading, const ReadingTimes& times) {
  const Instant& at = times.ended;
  Advance(at);
  const std::optional<double> previous_process_start = sequence_.process_start_unix_seconds();
  const ReadingContext context = sequence_.Next(reading);
  if (!first_probes_) first_probes_ = at;
  last_probes_ = at;

  for (const auto& [uid, pod] : pods_.all()) {
    if (sequence_.is_new_process()) BeginNewProcess(*pod, *previous_process_start);
    if (!reading.has_bad_lines) NoteMissing(&pod->missing_from_probes, at.unix_seconds);
  }
  for (const ProbeCounters& counters : reading.probes) {
    const auto [pod, is_new] = pods_.OfSeries(counters, at);
    // What the other page lacked it may go on to lack.
    if (is_new && last_pods_) pod.missing_from_pods = last_pods_ended_.unix_seconds;
    pod.missing_from_probes.reset();
    ProbeState& probe = pod.probes[{counters.container, counters.probe_type}];
    probe.container = counters.container;
    probe.probe_type = counters.probe_type;
    ObserveProbe(pod, probe, counters, context, at);
  }
  for (const DurationHistogram& histogram : reading.histograms) {
    durations_[{histogram.pod_namespace, histogram.pod, histogram.container, histogram.probe_type}]
        .Observe(histogram, context, at.steady_seconds);
  }
  std::erase_if(durations_, [&](const auto& entry) {
    return entry.second.is_empty() && !reading.has_bad_lines &&
           !entry.second.is_remembered(context);
  });
  for (const auto& [uid, pod] : pods_.all()) {
    ApplyContainerRows(*pod);
    if (IsHeldBack(*pod, at)) continue;
    EnsureRollups(*pod, /*is_late=*/!context.is_first());
    SettleDue(*pod, at);
  }
  NoteGone(at);
  NoteCutLabels();
}

void Engine::BeginNewProcess(PodState& pod, double previous_start) {
  // The kubelet's own runs are gone with its process.
  for (auto& [key, probe] : pod.probes) {
    probe.run.BeginAgain();
    probe.history_failures.reset();
  }
  // What the old process's first pages lacked is still no absence.
  for (std::optional<double>* missing : {&pod.missing_from_pods, &pod.missing_from_probes}) {
    if (*missing && IsFirstMinute(previous_start, **missing)) missing->reset();
  }
}

void Engine::ObserveProbe(PodState& pod, ProbeState& probe, const ProbeCounters& counters,
                          const ReadingContext& context, const Instant& at) {
  const auto observe = [&](CounterHistory& history, const std::optional<double>& value) {
    return value ? history.Observe(*value, context) : 0.0;
  };
  const double successes = observe(probe.successful, counters.successful);
  const double failures = observe(probe.failed, counters.failed);
  const double unknown = observe(probe.unknown, counters.unknown);
  if (context.is_first()) {
    probe.has_succeeded = counters.successful.value_or(0) > 0;
    if (probe.has_succeeded) {
      probe.last_success_unix = at.unix_seconds;
    } else {
      probe.history_failures = counters.failed;
    }
    return;
  }
  if (successes == 0 && failures == 0 && unknown == 0) return;
  probe.run.Observe({.at = at, .successes = successes, .failures = failures},
                    KnownReady(pod, probe, at));
  if (successes > 0) probe.history_failures.reset();
  probe.pending.push_back({.at = at,
                           .successes = successes,
                           .failures = failures,
                           .unknown = unknown,
                           .run_count = probe.run.count()});
}

std::optional<bool> Engine::KnownReady(const PodState& pod, const ProbeState& probe,
                                       const Instant& now) const {
  const PodContainer* container = pod.ListedContainer(probe.container);
  if (container == nullptr || IsPodsStale(now)) return std::nullopt;
  return container->ready;
}

void Engine::OnPods(PodList list, const ReadingTimes& times) {
  Advance(times.ended);
  const bool is_first = !last_pods_.has_value();
  last_pods_ = times.begun;
  last_pods_ended_ = times.ended;

  for (const auto& [uid, pod] : pods_.all()) {
    NoteMissing(&pod->missing_from_pods, times.ended.unix_seconds);
  }
  bool has_renamed = is_first;
  for (Pod& listed : list.pods) {
    if (ObserveListed(std::move(listed), times, is_first)) has_renamed = true;
  }
  for (const auto& [uid, pod] : pods_.all()) {
    if (!IsHeldBack(*pod, times.ended)) SettleDue(*pod, times.ended);
  }
  NoteGone(times.ended);
  NoteCutLabels();
  // A pod that got its name counts under another label set now, one that is held back under none.
  if (has_renamed) ForgetRollups(times.ended);
}

bool Engine::ObserveListed(Pod listed, const ReadingTimes& times, bool is_first) {
  const bool is_finished = listed.phase == "Succeeded" || listed.phase == "Failed";
  // Nothing will ever run in a pod that was finished before we came.
  if (is_finished && pods_.Find(listed) == nullptr) return false;

  const auto [pod, is_new] = pods_.OfListed(listed, times.ended);
  if (is_new && last_probes_) pod.missing_from_probes = last_probes_->unix_seconds;
  const bool gets_name = !pod.listed;
  if (gets_name) {
    pod.is_label_cut = pod.name != listed.name;
    pod.name = listed.name;
    pod.workload = WorkloadOf(listed);
    if (pod.was_shown) ForgetDurations(pod);
  }
  pod.listed = std::move(listed);
  pod.missing_from_pods.reset();
  pod.is_finished = is_finished;

  for (const PodContainer& container : pod.listed->containers) {
    for (const char* type : {"Readiness", "Liveness", "Startup"}) {
      if (container.Probe(type) == nullptr) continue;
      ProbeState& probe = pod.probes[{container.name, type}];
      probe.container = container.name;
      probe.probe_type = type;
    }
    for (auto& [key, probe] : pod.probes) {
      if (probe.container != container.name) continue;
      const PendingIncrement* mixed = LastMixed(probe);
      if (mixed == nullptr || mixed->at.steady_seconds > times.begun.steady_seconds) continue;
      SettleMixed(probe, container.ready);
    }
    ObserveContainer(pod, container, times.ended);
  }
  EnsureRollups(pod, /*is_late=*/!is_first);
  return gets_name && !is_new;
}

void Engine::ObserveContainer(PodState& pod, const PodContainer& listed, const Instant& now) {
  ContainerState& container = pod.containers[listed.name];
  const std::optional<double> start = ListedStart(listed);
  const bool has_new_id =
      !container.id.empty() && !listed.container_id.empty() && container.id != listed.container_id;
  if (has_new_id) StartAnew(pod, listed.name, start);
  const bool was_killed_for_memory =
      listed.last_termination && listed.last_termination->reason == "OOMKilled";
  for (auto& [key, probe] : pod.probes) {
    if (probe.container != listed.name) continue;
    LearnHistory(probe, listed, start.value_or(now.unix_seconds));
    // The kubelet killed the instance before for this probe; its worker was on
    // hold until the new one came, and begins to count anew (prober/worker.go).
    const bool can_kill = probe.probe_type == kLiveness || probe.probe_type == kStartup;
    if (has_new_id && can_kill && !was_killed_for_memory &&
        probe.run.count() >= FailureThreshold(pod, probe)) {
      probe.run.BeginAgain();
    }
  }
  if (!listed.container_id.empty()) {
    container.id = listed.container_id;
    container.seen_unix = now.unix_seconds;
  }
  if (start) {
    container.start_unix = start;
  } else if (has_new_id) {
    container.start_unix = now.unix_seconds;
  }
}

void Engine::LearnHistory(ProbeState& probe, const PodContainer& listed, double since_unix) {
  if (!probe.history_failures || !listed.restart_count) return;
  if (*listed.restart_count == 0) probe.run.TakeHistory(*probe.history_failures, since_unix);
  probe.history_failures.reset();
}

void Engine::OnContainers(const ContainersReading& reading, const Instant& now) {
  Advance(now);
  container_starts_.clear();
  for (const ContainerStart& row : reading.starts) {
    // Two pods of one name have a row each, without a uid: the younger speaks.
    double& start = container_starts_[{row.pod_namespace, row.pod, row.container}];
    start = std::max(start, row.unix_seconds);
  }
  for (const auto& [uid, pod] : pods_.all()) ApplyContainerRows(*pod);
}

// Where /pods does not tell a container by its id, its row's start time does.
void Engine::ApplyContainerRows(PodState& pod) {
  for (auto& [key, probe] : pod.probes) {
    ContainerState& container = pod.containers[probe.container];
    if (!container.id.empty()) continue;
    const auto row = container_starts_.find({pod.pod_namespace, pod.name, probe.container});
    if (row == container_starts_.end()) continue;
    if (container.start_unix && row->second > *container.start_unix) {
      StartAnew(pod, probe.container, row->second);
    }
    container.start_unix = std::max(container.start_unix.value_or(0), row->second);
  }
}

// What was known of the container becomes what was known of the one before.
void Engine::StartAnew(PodState& pod, const std::string& container,
                       std::optional<double> start_unix) {
  ContainerState& state = pod.containers[container];
  state.previous_start_unix = state.start_unix;
  state.previous_seen_unix = state.seen_unix;
  for (auto& [key, probe] : pod.probes) {
    if (probe.container != container) continue;
    probe.had_succeeded_before = probe.has_succeeded;
    // A success may have been settled before we knew whose it was.
    probe.has_succeeded = start_unix && probe.last_success_unix &&
                          *probe.last_success_unix >= *start_unix &&
                          *probe.last_success_unix > state.seen_unix.value_or(0);
  }
}

void Engine::ForgetDurations(const PodState& pod) {
  for (const auto& [key, probe] : pod.probes) {
    const auto log =
        durations_.find({pod.pod_namespace, pod.name, probe.container, probe.probe_type});
    if (log != durations_.end()) log->second.Clear();
  }
}

void Engine::EndWaits(const Instant& now, Deadline deadline) {
  for (const auto& [uid, pod] : pods_.all()) {
    if (!IsHeldBack(*pod, now, deadline)) SettleDue(*pod, now, deadline);
  }
}

void Engine::SetOptions(EngineOptions options) {
  const double kept_seconds = LongestWindow(options_);
  options_ = std::move(options);
  if (!last_probes_ || LongestWindow(options_) <= kept_seconds) return;
  const Instant kept = {.unix_seconds = last_probes_->unix_seconds - kept_seconds,
                        .steady_seconds = last_probes_->steady_seconds - kept_seconds};
  const Instant since = kept_since_.value_or(*first_probes_);
  kept_since_ = kept.steady_seconds > since.steady_seconds ? kept : since;
}

void Engine::Advance(const Instant& now) {
  // A reading that comes just when a wait ends still counts.
  EndWaits(now, Deadline::kPassed);
  const bool has_forgotten = pods_.Forget([&](const PodState& pod) {
    return pod.gone_since && HasPassed(*pod.gone_since, kLingerSeconds, now);
  });
  if (has_forgotten) ForgetRollups(now);

  const double longest_window = LongestWindow(options_);
  for (auto& [labels, rollup] : rollups_) rollup.Prune(now.steady_seconds - longest_window);
  for (auto& [key, log] : durations_) log.Prune(now.steady_seconds - kNearTimeoutWindowSeconds);
}

// Gives the increments of `pod` that need wait no longer their phase.
void Engine::SettleDue(PodState& pod, const Instant& now, Deadline deadline) {
  for (auto& [key, probe] : pod.probes) {
    if (probe.pending.empty()) continue;
    Rollup& rollup = rollups_[pod.Labels(probe.probe_type)];
    for (PendingIncrement& increment : probe.pending) {
      if (increment.successes_counted) continue;
      increment.successes_counted = true;
      rollup.Count(SuccessPhase(probe), increment.at.steady_seconds,
                   {.successes = increment.successes});
    }
    const PendingIncrement* mixed = LastMixed(probe);
    if (mixed != nullptr && IsDue(pod, *mixed, now, deadline)) {
      // By what was known when the wait ended, also if nobody looked just then.
      const Instant end = {.steady_seconds = std::min(
                               now.steady_seconds, mixed->at.steady_seconds + kLongestWaitSeconds)};
      SettleMixed(probe, KnownReady(pod, probe, end));
    }
    auto waiting = probe.pending.begin();
    while (waiting != probe.pending.end() && IsDue(pod, *waiting, now, deadline)) {
      Settle(pod, probe, *waiting, &rollup);
      ++waiting;
    }
    probe.pending.erase(probe.pending.begin(), waiting);
  }
}

// The waiting reading whose two results are not yet put in order: the last one
// with a success, if it had failures, too.
PendingIncrement* Engine::LastMixed(ProbeState& probe) {
  for (auto increment = probe.pending.rbegin(); increment != probe.pending.rend(); ++increment) {
    if (increment->successes > 0) return increment->failures > 0 ? &*increment : nullptr;
  }
  return nullptr;
}

void Engine::SettleMixed(ProbeState& probe, std::optional<bool> is_ready) {
  const double before = probe.run.count();
  probe.run.SettleMixed(is_ready);
  for (PendingIncrement* increment = LastMixed(probe);
       increment != nullptr && increment <= &probe.pending.back(); ++increment) {
    increment->run_count += probe.run.count() - before;
  }
}

bool Engine::IsDue(const PodState& pod, const PendingIncrement& increment, const Instant& now,
                   Deadline deadline) const {
  // `/pods` does not work, or will not name this pod: nothing to wait for.
  if (!last_pods_ || !pod.listed) return true;
  return increment.at.steady_seconds <= last_pods_->steady_seconds ||
         HasEnded(increment.at, kLongestWaitSeconds, now, deadline);
}

void Engine::Settle(const PodState& pod, ProbeState& probe, const PendingIncrement& increment,
                    Rollup* rollup) {
  const bool reaches_threshold =
      probe.probe_type == kLiveness && increment.run_count >= FailureThreshold(pod, probe);
  probe.threshold_reached = probe.threshold_reached || reaches_threshold;
  rollup->Count(FailurePhase(pod, probe, increment), increment.at.steady_seconds,
                {.failures = increment.failures, .unknown = increment.unknown});
  if (increment.successes <= 0) return;
  (IsOfPreviousContainer(pod, probe, increment) ? probe.had_succeeded_before
                                                : probe.has_succeeded) = true;
  probe.last_success_unix = increment.at.unix_seconds;
  probe.threshold_reached = reaches_threshold;
}

// A reading from before the container's start can only be about the one before;
// so can one that a pod reading followed which still showed that one.
bool Engine::IsOfPreviousContainer(const PodState& pod, const ProbeState& probe,
                                   const PendingIncrement& increment) {
  const auto found = pod.containers.find(probe.container);
  if (found == pod.containers.end()) return false;
  const ContainerState& container = found->second;
  if (!container.previous_start_unix || !container.start_unix) return false;
  return increment.at.unix_seconds < *container.start_unix ||
         increment.at.unix_seconds <= container.previous_seen_unix.value_or(0);
}

Phase Engine::FailurePhase(const PodState& pod, const ProbeState& probe,
                           const PendingIncrement& increment) const {
  if (IsTerminating(pod)) return Phase::kTerminating;
  if (probe.probe_type == kStartup) return Phase::kStartup;
  // A crash loop is not a start.
  if (probe.threshold_reached) return Phase::kSteady;
  const bool is_of_previous = IsOfPreviousContainer(pod, probe, increment);
  if (is_of_previous ? probe.had_succeeded_before : probe.has_succeeded) return Phase::kSteady;
  const auto container = pod.containers.find(probe.container);
  if (container == pod.containers.end()) return Phase::kSteady;
  const std::optional<double> start =
      is_of_previous ? container->second.previous_start_unix : container->second.start_unix;
  if (!start) return Phase::kSteady;

  double grace = options_.startup_grace_seconds;
  const PodContainer* listed = pod.ListedContainer(probe.container);
  if (listed != nullptr && listed->startup) {
    const ProbeSpec& startup = *listed->startup;
    grace = std::max(
        grace, startup.initial_delay_seconds + startup.failure_threshold * startup.period_seconds);
  }
  const double age = increment.at.unix_seconds - *start;
  return age <= grace ? Phase::kStartup : Phase::kSteady;
}

bool Engine::IsTerminating(const PodState& pod) const {
  return pod.listed && (pod.listed->deletion_timestamp || IsMissing(pod.missing_from_pods));
}

bool Engine::IsFillingUp(double unix_seconds) const {
  const std::optional<double> start = sequence_.process_start_unix_seconds();
  return start && IsFirstMinute(*start, unix_seconds);
}

// A page that fills up shows nothing by what it lacks. That it does may become
// known only after it was read: from the next page's start time.
bool Engine::IsMissing(const std::optional<double>& missing_since) const {
  return missing_since && !IsFillingUp(*missing_since);
}

void Engine::NoteMissing(std::optional<double>* missing_since, double unix_seconds) const {
  if (!IsMissing(*missing_since)) *missing_since = unix_seconds;
}

bool Engine::IsHeldBack(const PodState& pod, const Instant& now, Deadline deadline) const {
  return last_pods_ && !pod.listed && !pod.was_shown &&
         !HasEnded(pod.first_seen, kLongestHoldSeconds, now, deadline);
}

bool Engine::IsPodsStale(const Instant& now) const {
  if (!last_pods_) return true;
  return IsSilent(last_pods_ended_, options_.pods_interval_seconds, now);
}

void Engine::EnsureRollups(const PodState& pod, bool is_late) {
  for (const auto& [key, probe] : pod.probes) {
    rollups_[pod.Labels(probe.probe_type)].Ensure(SuccessPhase(probe), is_late);
  }
}

void Engine::NoteGone(const Instant& now) {
  for (const auto& [uid, pod] : pods_.all()) {
    // A source that was never read says nothing.
    const bool is_in_probes = first_probes_ && !IsMissing(pod->missing_from_probes);
    const bool is_in_pods = last_pods_ && !IsMissing(pod->missing_from_pods);
    if (!pod->is_finished && (is_in_probes || is_in_pods)) {
      pod->gone_since.reset();
    } else if (!pod->gone_since) {
      pod->gone_since = now;
    }
  }
}

// What was found stays until another reading tells.
void Engine::NoteCutLabels() {
  if (!first_probes_) return;
  std::optional<bool> is_cut;
  for (const auto& [uid, pod] : pods_.all()) {
    if (!pod->listed || pod->missing_from_probes) continue;
    is_cut = is_cut.value_or(false) || pod->is_label_cut;
  }
  if (is_cut) is_pod_label_cut_ = is_cut;
}

// Forgets what is counted under labels that no pod has any more.
void Engine::ForgetRollups(const Instant& now) {
  std::set<ProbeLabels> used;
  for (const auto& [uid, pod] : pods_.all()) {
    if (IsHeldBack(*pod, now)) continue;
    for (const auto& [key, probe] : pod->probes) used.insert(pod->Labels(probe.probe_type));
  }
  std::erase_if(rollups_, [&](const auto& entry) { return !used.contains(entry.first); });
}

Snapshot Engine::TakeSnapshot(const Instant& now) {
  Advance(now);
  EndWaits(now, Deadline::kReached);
  absl::flat_hash_map<const Rollup*, std::vector<const PodState*>> pods_of;
  for (const auto& [uid, pod] : pods_.all()) {
    if (IsHeldBack(*pod, now, Deadline::kReached)) continue;
    pod->was_shown = true;
    EnsureRollups(*pod, /*is_late=*/true);
    for (const auto& [key, probe] : pod->probes) {
      std::vector<const PodState*>& pods = pods_of[&rollups_[pod->Labels(probe.probe_type)]];
      if (pods.empty() || pods.back() != pod.get()) pods.push_back(pod.get());
    }
  }
  const bool is_dead = IsSilent(last_probes_, options_.probes_interval_seconds, now);

  Snapshot snapshot;
  snapshot.unix_seconds = now.unix_seconds;
  for (auto& [labels, rollup] : rollups_) {
    const auto pods = pods_of.find(&rollup);
    if (pods == pods_of.end()) continue;
    ProbeSnapshot& probe = snapshot.probes.emplace_back();
    probe.labels = labels;
    probe.phases = rollup.Serve(now, options_.born_at_zero_seconds);
    const PodState* youngest = nullptr;
    for (const PodState* pod : pods->second) {
      const bool is_living = !pod->gone_since && !IsTerminating(*pod);
      if (is_living && (youngest == nullptr || pod->IsYoungerThan(*youngest))) youngest = pod;
    }
    if (is_dead || youngest == nullptr) continue;
    FillRatios(rollup, now, &probe);
    FillFromPod(*youngest, now, &probe);
  }
  FillKubelet(&snapshot.kubelet);
  return snapshot;
}

void Engine::FillRatios(const Rollup& rollup, const Instant& now, ProbeSnapshot* out) const {
  for (const EngineOptions::Window& window : options_.windows) {
    if (!HasPassed(kept_since_.value_or(*first_probes_), window.seconds / 2, now)) continue;
    const ResultCounts counts = rollup.steady().Over(window.seconds, now.steady_seconds);
    if (counts.attempts() < options_.min_attempts || counts.attempts() <= 0) continue;
    out->success_ratios.push_back(
        {.window = window.name, .ratio = counts.successes / counts.attempts()});
  }
}

void Engine::FillFromPod(const PodState& pod, const Instant& now, ProbeSnapshot* out) const {
  DurationLog::Share near_timeout;
  for (const auto& [key, probe] : pod.probes) {
    if (probe.probe_type != out->labels.probe_type) continue;
    if (probe.run.count() > 0) {
      out->containers.push_back(
          {.container = probe.container, .consecutive_failures = probe.run.count()});
    }
    const ProbeSpec* spec = pod.Spec(probe);
    const auto log =
        durations_.find({pod.pod_namespace, pod.name, probe.container, probe.probe_type});
    if (spec == nullptr || IsPodsStale(now) || log == durations_.end()) continue;
    const auto share = log->second.NearTimeout(spec->timeout_seconds, kNearTimeoutWindowSeconds,
                                               now.steady_seconds);
    if (!share) continue;
    near_timeout.slow += share->slow;
    near_timeout.all += share->all;
  }
  if (near_timeout.all < options_.min_attempts || near_timeout.all <= 0) return;
  out->near_timeout_ratio = {.window = kNearTimeoutWindow,
                             .ratio = near_timeout.slow / near_timeout.all};
}

void Engine::FillKubelet(KubeletSnapshot* out) const {
  out->start_unix_seconds = sequence_.process_start_unix_seconds();
  out->restarts = static_cast<double>(sequence_.kubelet_restarts());
  out->is_pod_label_truncated = is_pod_label_cut_;
}

bool Engine::IsWaitingForPods() const {
  for (const auto& [uid, pod] : pods_.all()) {
    for (const auto& [key, probe] : pod->probes) {
      for (const PendingIncrement& increment : probe.pending) {
        if (increment.failures > 0) return true;
      }
    }
  }
  return false;
}

}  // namespace podprobe
