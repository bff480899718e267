#include "exporter/health/container_watch.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "exporter/health/judgement.h"
#include "exporter/health/restart_reason.h"
#include "exporter/health/rollup.h"

namespace podprobe {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNever = std::numeric_limits<double>::lowest();

// When the container that `container` shows began, as far as /pods says.
std::optional<double> ListedStart(const PodContainer& container) {
  if (container.running_since) return container.running_since;
  if (container.terminated) return container.terminated->started_at;
  if (container.last_termination) return container.last_termination->started_at;
  return std::nullopt;
}

// What was known of the container becomes what was known of the one before.
void StartAnew(PodState& pod, const std::string& container, std::optional<double> start_unix) {
  ContainerState& state = pod.Container(container);
  state.BeginNext();
  const double last_seen_unix = state.previous.front().seen_unix.value_or(0);
  for (auto& [key, probe] : pod.probes) {
    if (probe.container != container) continue;
    probe.successes <<= 1;
    // A success may have been settled before we knew whose it was.
    probe.successes[0] = start_unix && probe.settled_success_unix &&
                         *probe.settled_success_unix >= *start_unix &&
                         *probe.settled_success_unix > last_seen_unix;
    probe.was_due = false;
  }
}

// What tells a container's start is known for the first time: a success from before it is not its
// own.
void JudgeSuccesses(PodState& pod, const ContainerState& container) {
  for (auto& [key, probe] : pod.probes) {
    if (probe.container_state != &container || !probe.settled_success_unix) continue;
    probe.successes.reset(0);
    probe.NoteSuccess(*probe.settled_success_unix);
  }
}

// How often the container was restarted since the last pod reading; the first sight is a baseline.
int TakeRestarts(const PodContainer& listed, ContainerState* container) {
  if (!listed.restart_count) return 0;
  const int restarts =
      *listed.restart_count - container->restart_count.value_or(*listed.restart_count);
  container->restart_count = listed.restart_count;
  return std::max(0, restarts);
}

// Whether a time in /pods, which has whole seconds, can be after `unix_seconds`, as far as known.
// If not, clocks contradict each other.
bool CanFollow(double listed_unix, const std::optional<double>& unix_seconds) {
  return !unix_seconds || listed_unix + 1 > *unix_seconds;
}

// How the container that `listed` shows, and which began at `start_unix`, followed on the one
// before it, which was `before`. Without a start nobody knows when.
FailureRun::Succession SuccessionOf(const PodContainer& listed, int restarts,
                                    std::optional<double> start_unix,
                                    const ContainerState& before) {
  FailureRun::Succession next;
  next.restarts = std::max(1, restarts);
  next.is_dated = start_unix && CanFollow(*start_unix, before.current.seen_unix);
  if (!next.is_dated) return next;
  next.started_unix = *start_unix;
  const std::optional<Termination>& last = listed.last_termination;
  // Where the container has ended already it is its own end.
  double ended_unix = kInf;
  if (last && last->finished_at) ended_unix = *last->finished_at;
  const bool has_end = CanFollow(ended_unix, before.seen_running_unix);
  next.ended_unix = std::floor(has_end ? std::min(ended_unix, *start_unix) : *start_unix) + 1;
  return next;
}

void CountRestarts(PodState& pod, const PodContainer& listed, const FailureRun::Succession& next,
                   const Instant& now) {
  KillingProbes killing = std::exchange(pod.Container(listed.name).killing, {});
  // Where nobody knows when the next one began, any success is the ended one's.
  double ended_ones_until = kInf;
  if (next.is_dated) ended_ones_until = next.started_unix;
  for (const auto& [key, probe] : pod.probes) {
    if (probe.container != listed.name) continue;
    if (probe.run.HasSuccessBefore(ended_ones_until)) SetKilling(probe.kind, false, &killing);
    NoteKilling(probe, &killing, next.ended_unix);
  }
  const RestartReason reason = RestartReasonOf(listed.last_termination, killing);
  pod.counts->CountRestarts(listed.name, reason, 1);
  // /pods keeps the end of the last one only.
  pod.counts->CountRestarts(listed.name, RestartReason::kUnknown, next.restarts - 1);
  pod.counts->history.AddRestart({.first_unix = now.unix_seconds,
                                  .last_unix = now.unix_seconds,
                                  .count = static_cast<double>(next.restarts),
                                  .container = listed.name,
                                  .cause = RestartReasonName(reason)});
  if (reason == RestartReason::kStartup || reason == RestartReason::kLiveness) {
    pod.last_trouble = std::max(pod.last_trouble.value_or(0), now.steady_seconds);
  }
}

// A probe that failed without any success before the exporter came has failed
// since the container's start; how often in a row only /pods can tell.
void DateHistory(double start_unix, ProbeState* probe) {
  if (!probe->history || probe->history->successes > 0) return;
  const double at_unix = probe->history->at_unix;
  // What was seen later is another container, whatever clocks say.
  const bool is_of_previous = std::ranges::any_of(
      probe->container_state->previous,
      [&](const ContainerInstance& each) { return at_unix <= each.seen_unix.value_or(kNever); });
  if (start_unix <= at_unix && !is_of_previous) probe->run.TakeHistory(0, start_unix);
}

// What the counters said when the exporter came, now that the pod's status is known.
void LearnHistoryOf(const PodState& pod, const PodContainer& listed, double start_unix,
                    ProbeState* probe) {
  if (!probe->history) return;
  const ProbeState::History history = *probe->history;
  if (history.successes <= 0) {
    if (!listed.restart_count) return DateHistory(start_unix, probe);
    if (pod.missing_from_pods) {
      // The container may be another one already: since when it fails stays to be learnt.
      probe->history->failures = 0;
    } else {
      probe->history.reset();
    }
    const bool is_whole_run = *listed.restart_count == 0;
    // It may have started anew since the exporter came: then what a row told of the one before
    // holds.
    const double since = start_unix <= history.at_unix
                             ? start_unix
                             : probe->run.failing_since().value_or(history.at_unix);
    const double failures = is_whole_run ? history.failures : 0;
    probe->run.TakeHistory(failures, since);
    if (failures > 0) probe->NoteRun(probe->run.count());
    // What waits for its phase goes on from there.
    for (PendingIncrement& increment : probe->pending) increment.run_count += failures;
    return;
  }
  probe->history.reset();
  if (probe->kind != ProbeKind::kReadiness || listed.ready != false) return;
  std::optional<double> since;
  if (pod.listed->ready == false) since = pod.listed->ready_transition_time;
  probe->run.TakeHistory(0, since.value_or(history.at_unix));
}

// The container that ended at `ended_unix` was killed for the probe: its failures are no start's
// from the reading on in which they reached the threshold.
void NoteReached(double ended_unix, ProbeState* probe) {
  if (probe->kind != ProbeKind::kLiveness) return;
  const std::optional<double> reached_unix =
      probe->run.ReachedAt(FailureThreshold(*probe), ended_unix);
  if (!reached_unix) return;
  const auto reached = std::ranges::find_if(probe->pending, [&](const PendingIncrement& each) {
    return each.at.unix_seconds >= *reached_unix;
  });
  if (reached != probe->pending.end()) {
    reached->reaches_threshold = true;
  } else if (!probe->run.HasSuccessFrom(*reached_unix)) {
    probe->threshold_reached = true;
  }
}

// The uid that a pod's cgroup is named by, as `podUID` with `_` for `-` under systemd; empty where
// there is none. A static pod's uid is a hash.
std::string_view UidOfCgroup(std::string_view cgroup) {
  constexpr std::string_view kPrefix = "pod";
  constexpr std::size_t kShortestUid = 32;
  const auto is_of_uid = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-' || c == '_';
  };
  for (std::size_t at = cgroup.find(kPrefix); at != std::string_view::npos;
       at = cgroup.find(kPrefix, at + 1)) {
    const std::string_view rest = cgroup.substr(at + kPrefix.size());
    const auto end = std::ranges::find_if_not(rest, is_of_uid);
    const auto length = static_cast<std::size_t>(end - rest.begin());
    if (length >= kShortestUid) return rest.substr(0, length);
  }
  return {};
}

// Whether the cgroup is another pod's than that of `uid`.
bool IsCgroupOfAnother(std::string_view cgroup, std::string_view uid) {
  const std::string_view named = UidOfCgroup(cgroup);
  return !named.empty() && !std::ranges::equal(named, uid, [](char a, char b) {
    return a == b || (a == '_' && b == '-');
  });
}

}  // namespace

void LearnHistory(PodState& pod, const PodContainer& listed, const Instant& now) {
  const double start_unix =
      pod.Container(listed.name).current.start_unix.value_or(now.unix_seconds);
  for (auto& [key, probe] : pod.probes) {
    if (probe.container == listed.name) LearnHistoryOf(pod, listed, start_unix, &probe);
  }
}

void ObserveListedContainer(PodState& pod, const PodContainer& listed, const ReadingTimes& times) {
  const Instant& now = times.ended;
  ContainerState& container = pod.Container(listed.name);
  const std::optional<double> told_start = ListedStart(listed);
  const bool has_new_id =
      !container.id.empty() && !listed.container_id.empty() && container.id != listed.container_id;
  std::optional<double> start;
  if (told_start) {
    // Two containers may begin in one second.
    start = has_new_id ? std::min(*told_start, now.unix_seconds)
                       : container.ShownStart(*told_start, now.unix_seconds);
  }
  const int restarts = TakeRestarts(listed, &container);
  // The one before may have ended before /pods showed its id.
  const bool is_another =
      has_new_id || (container.id.empty() && !listed.container_id.empty() && restarts > 0);
  const FailureRun::Succession next =
      SuccessionOf(listed, restarts, is_another ? start : std::nullopt, container);
  if (restarts > 0) CountRestarts(pod, listed, next, now);
  // Of the one before only its row's start time is known.
  const bool follows_rows = container.id.empty() && !listed.container_id.empty() && start &&
                            container.current.start_unix && *container.current.start_unix < *start;
  const bool begins_next = has_new_id || follows_rows;
  if (begins_next) StartAnew(pod, listed.name, start);
  if (told_start) {
    container.current.start_unix = start;
    container.current.told_start_unix = told_start;
  } else if (has_new_id) {
    container.SetStart(now.unix_seconds, now.unix_seconds);
  }
  if (!begins_next && container.id.empty() && start) JudgeSuccesses(pod, container);
  if (!listed.container_id.empty()) {
    container.id = listed.container_id;
    container.current.seen_unix = now.unix_seconds;
  }
  if (listed.running_since) container.seen_running_unix = now.unix_seconds;
  LearnHistory(pod, listed, now);
  const bool was_killed_for_memory =
      listed.last_termination && listed.last_termination->reason == "OOMKilled";
  for (auto& [key, probe] : pod.probes) {
    if (probe.container != listed.name) continue;
    // The kubelet killed the instance before for this probe; its worker was on
    // hold until the new one came, and begins to count anew (prober/worker.go).
    const bool can_kill = probe.kind == ProbeKind::kLiveness || probe.kind == ProbeKind::kStartup;
    const bool was_seen =
        !probe.last_failure || probe.last_failure->steady_seconds <= times.begun.steady_seconds;
    const bool was_killed = is_another && can_kill && !was_killed_for_memory &&
                            HasReachedThreshold(probe, next.ended_unix);
    if (was_killed) {
      NoteReached(next.ended_unix, &probe);
      probe.run.BeginAgainAfterKill(FailureThreshold(probe), next);
    }
    // It is not killed for what came before its success.
    if (is_another || probe.run.HasSuccessBefore(kInf)) {
      SetKilling(probe.kind, false, &container.killing);
    }
    if (was_seen) probe.run.MarkListed();
    // What has started is not probed for its start any more, however it came to it.
    const bool is_start_over = probe.kind == ProbeKind::kStartup &&
                               listed.started.value_or(false) && !IsStatusStale(pod, now);
    if (is_start_over && was_seen) {
      SetKilling(probe.kind, false, &container.killing);
      probe.run.End();
      probe.history.reset();
    }
  }
}

void ContainerRows::Set(const ContainersReading& reading, const Instant& at, Rows* rows) {
  const ByName earlier = std::exchange(rows->by_name, {});
  rows->is_whole = !reading.has_bad_lines;
  for (const ContainerRow& row : reading.rows) {
    const Name name(row.pod_namespace, row.pod, row.container);
    Facts& facts = rows->by_name[name];
    // Two pods of one name have a row each, without a uid: the younger speaks.
    const bool is_older =
        facts.start_unix && row.start_unix_seconds && *row.start_unix_seconds < *facts.start_unix;
    if (is_older) continue;
    const auto known = earlier.find(name);
    const Facts before = known == earlier.end() ? Facts() : known->second;
    facts = {.start_unix = row.start_unix_seconds,
             .first_told_unix = at.unix_seconds,
             .working_set_bytes = row.working_set_bytes};
    // The line that lacks may be the bad one.
    if (reading.has_bad_lines && !facts.start_unix) facts.start_unix = before.start_unix;
    if (facts.start_unix == before.start_unix) facts.first_told_unix = before.first_told_unix;
  }
}

void ContainerRows::SetResource(const ContainersReading& reading, const Instant& at) {
  Set(reading, at, &resource_);
  is_cadvisor_last_ = false;
}

void ContainerRows::SetCadvisor(ContainersReading reading, const Instant& at) {
  Set(reading, at, &cadvisor_);
  is_cadvisor_last_ = true;
  last_cadvisor_ = std::move(reading);
  last_cadvisor_unix_ = at.unix_seconds;
  is_claimed_.assign(last_cadvisor_.rows.size(), false);
  cadvisor_order_.resize(last_cadvisor_.rows.size());
  std::iota(cadvisor_order_.begin(), cadvisor_order_.end(), 0);
  std::ranges::stable_sort(cadvisor_order_, {}, [this](std::uint32_t index) {
    return NameOf(last_cadvisor_.rows[index]);
  });
}

void ContainerRows::ApplyTo(PodState& pod) {
  // What was read before the container was known counts for it, too.
  if (std::exchange(pod.has_new_container, false)) ApplyCadvisorTo(pod);
  const Rows& last = is_cadvisor_last_ ? cadvisor_ : resource_;
  for (auto& [name, container] : pod.containers) {
    const NameView key = {pod.pod_namespace, pod.name, name};
    container.has_row.reset();
    if (last.by_name.contains(key)) {
      container.has_row = true;
      container.had_row = true;
    } else if (last.is_whole) {
      container.has_row = false;
    }
    const auto resource = resource_.by_name.find(key);
    const bool has_resource = resource != resource_.by_name.end();
    container.evidence.SetResourceIsLater(!is_cadvisor_last_);
    std::optional<double> set_bytes;
    if (has_resource) set_bytes = resource->second.working_set_bytes;
    if (set_bytes || resource_.is_whole) container.evidence.ObserveResource(set_bytes);
    // Where /pods does not tell a container by its id, or not when it began, its row's start time
    // does.
    const bool is_told = !container.id.empty() && container.current.start_unix;
    if (is_told || !has_resource || !resource->second.start_unix) continue;
    const double told_start = *resource->second.start_unix;
    const double told_unix = resource->second.first_told_unix;
    const double start = container.ShownStart(told_start, told_unix);
    const std::optional<double> known_start = container.current.start_unix;
    if (!known_start || start > *known_start) {
      if (known_start) StartAnew(pod, name, start);
      container.SetStart(told_start, told_unix);
      if (!known_start) JudgeSuccesses(pod, container);
    }
    for (auto& [id, probe] : pod.probes) {
      if (probe.container_state == &container) DateHistory(start, &probe);
    }
  }
}

void ContainerRows::KeepUnclaimed() {
  decltype(unclaimed_) kept;
  for (std::size_t i = 0; i < last_cadvisor_.rows.size(); ++i) {
    if (is_claimed_[i]) continue;
    const ContainerRow& row = last_cadvisor_.rows[i];
    const auto [at, is_new] = kept.try_emplace(KeyOfUnclaimed(row));
    const auto earlier = unclaimed_.find(at->first);
    if (earlier != unclaimed_.end()) at->second = std::move(earlier->second);
    at->second.ObserveCadvisor(row, last_cadvisor_unix_, last_cadvisor_.has_bad_lines);
  }
  unclaimed_ = std::move(kept);
}

std::optional<std::uint32_t> ContainerRows::FindCadvisorRow(const PodState& pod,
                                                            std::string_view container) const {
  const auto name_at = [this](std::uint32_t index) { return NameOf(last_cadvisor_.rows[index]); };
  // Not equal_range, which clang 14 cannot read.
  const NameView own_name(pod.pod_namespace, pod.name, container);
  const std::span<const std::uint32_t> found(
      std::ranges::lower_bound(cadvisor_order_, own_name, {}, name_at),
      std::ranges::upper_bound(cadvisor_order_, own_name, {}, name_at));
  std::optional<std::uint32_t> own;
  double own_start = 0;
  // Pods of one name have rows each, and that of a dead container can linger beside that of the
  // one that runs: the younger.
  for (const std::uint32_t index : found) {
    const ContainerRow& row = last_cadvisor_.rows[index];
    if (pod.has_uid() && IsCgroupOfAnother(row.id, pod.uid)) continue;
    const double start = row.start_unix_seconds.value_or(0);
    if (own && start <= own_start) continue;
    own = index;
    own_start = start;
  }
  return own;
}

void ContainerRows::ApplyCadvisorTo(PodState& pod) {
  for (auto& [name, container] : pod.containers) {
    const std::optional<std::uint32_t> index = FindCadvisorRow(pod, name);
    if (!index) {
      if (!last_cadvisor_.has_bad_lines) container.evidence.ForgetCadvisor();
      continue;
    }
    const ContainerRow& own = last_cadvisor_.rows[*index];
    is_claimed_[*index] = true;
    const auto earlier = unclaimed_.find(KeyOfUnclaimed(own));
    if (earlier != unclaimed_.end()) {
      container.evidence.TakeCadvisor(std::move(earlier->second));
      unclaimed_.erase(earlier);
    }
    container.evidence.ObserveCadvisor(own, last_cadvisor_unix_, last_cadvisor_.has_bad_lines);
  }
}

}  // namespace podprobe
