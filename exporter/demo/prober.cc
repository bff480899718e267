#include "exporter/demo/prober.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace podprobe {
namespace {

// While a container is not ready, each update of the pod's status makes the
// kubelet probe its readiness at once: some runs come before their period is over.
constexpr double kManualRunChance = 0.1;

}  // namespace

template <typename Function>
void Prober::ForEachWorker(SimulatedPod* pod, Function function) {
  for (SimulatedContainer& container : pod->containers()) {
    for (std::size_t i = 0; i < container.workers.size(); ++i) {
      function(Place{.pod = pod,
                     .container = &container,
                     .probe = &container.made_from->probes[i],
                     .worker = &container.workers[i]});
    }
  }
}

void Prober::Add(SimulatedPod* pod, double now) {
  ForEachWorker(pod, [now](const Place& place) {
    *place.worker = {};
    // A startup probe begins with its container: see Follow.
    if (place.probe->type != ProbeType::kStartup) place.worker->next_run_at = now;
  });
}

void Prober::AddFound(SimulatedPod* pod, double now) {
  ForEachWorker(pod, [this, now](const Place& place) {
    *place.worker = {.container_id = place.container->id};
    if (place.probe->type == ProbeType::kStartup) return;
    place.worker->next_run_at = now + random_->Uniform(0, place.probe->period_seconds);
  });
  Follow(pod, now);
}

void Prober::Follow(SimulatedPod* pod, double now) {
  const bool is_finished = pod->IsFinished();
  const bool is_terminating = pod->deleted_at().has_value();
  ForEachWorker(pod, [&](const Place& place) {
    const ProbeType type = place.probe->type;
    if (is_finished || (is_terminating && type != ProbeType::kReadiness)) {
      End(place);
      return;
    }
    ProbeWorker* worker = place.worker;
    if (worker->container_id == place.container->id) return;
    worker->container_id = place.container->id;
    worker->is_on_hold = false;
    if (type == ProbeType::kStartup) {
      worker->next_run_at = now + random_->Uniform(0.1, 1);
    } else if (type == ProbeType::kReadiness) {
      worker->next_run_at = std::min(worker->next_run_at, now + random_->Uniform(0.3, 1.2));
    }
  });
}

void Prober::Remove(const SimulatedPod& pod) {
  std::erase_if(series_.totals,
                [&pod](const auto& entry) { return entry.first.pod_uid == pod.identity().uid; });
  std::erase_if(series_.durations, [&pod](const auto& entry) {
    return entry.first.pod_namespace == pod.identity().pod_namespace &&
           entry.first.pod == pod.identity().name;
  });
}

void Prober::ForgetAll() { series_ = {}; }

double Prober::NextRunAt(const SimulatedPod& pod) {
  double next = kNever;
  for (const SimulatedContainer& container : pod.containers()) {
    for (const ProbeWorker& worker : container.workers) next = std::min(next, worker.next_run_at);
  }
  return next;
}

void Prober::Run(SimulatedPod* pod, double now) {
  ForEachWorker(pod, [this, now](const Place& place) {
    if (place.worker->next_run_at <= now) RunOne(place, now);
  });
}

void Prober::RunOne(const Place& place, double now) {
  const ProbeTemplate& probe = *place.probe;
  const SimulatedContainer& container = *place.container;
  ProbeWorker* worker = place.worker;
  worker->next_run_at = now + probe.period_seconds;
  if (worker->is_on_hold || container.state != SimulatedContainer::State::kRunning) return;
  const double uptime_seconds = now - container.started_at;
  if (uptime_seconds < probe.initial_delay_seconds) return;
  if (container.is_started == (probe.type == ProbeType::kStartup)) return;

  const Answer answer =
      probe.behaviour({.unix_seconds = now, .uptime_seconds = uptime_seconds}, random_);
  const bool is_in_time = answer.after_seconds < probe.timeout_seconds;
  if (is_in_time && answer.kind == Answer::Kind::kCannotRun) return;
  const bool is_ok = is_in_time && answer.kind == Answer::Kind::kOk;
  Count(place, is_ok, answer.after_seconds);

  if (worker->last_was_ok != is_ok) worker->run_length = 0;
  worker->last_was_ok = is_ok;
  ++worker->run_length;
  if (worker->run_length >= (is_ok ? probe.success_threshold : probe.failure_threshold)) {
    Conclude(place, is_ok, now);
  }
  if (probe.type == ProbeType::kReadiness && !container.is_ready &&
      random_->Chance(kManualRunChance)) {
    worker->next_run_at = now + random_->Uniform(0.2, 0.8) * probe.period_seconds;
  }
}

void Prober::Count(const Place& place, bool is_ok, double after_seconds) {
  const PodIdentity& pod = place.pod->identity();
  const std::string probe_type(ProbeTypeName(place.probe->type));
  ++series_.totals[{.container = place.container->made_from->name,
                    .pod_namespace = pod.pod_namespace,
                    .pod = pod.name,
                    .pod_uid = pod.uid,
                    .probe_type = probe_type,
                    .result = is_ok ? "successful" : "failed"}];
  if (!is_ok) return;  // The kubelet observes successes only.
  ProbeDurations& durations = series_.durations[{.container = place.container->made_from->name,
                                                 .pod_namespace = pod.pod_namespace,
                                                 .pod = pod.name,
                                                 .probe_type = probe_type}];
  for (std::size_t i = 0; i < kProbeDurationBounds.size(); ++i) {
    if (after_seconds <= kProbeDurationBounds[i]) ++durations.cumulative_counts[i];
  }
  ++durations.cumulative_counts.back();
  durations.sum_seconds += after_seconds;
}

// A run of equal results has reached its threshold.
void Prober::Conclude(const Place& place, bool is_ok, double now) {
  ProbeWorker* worker = place.worker;
  switch (place.probe->type) {
    case ProbeType::kReadiness:
      place.pod->SetReady(place.container, is_ok, now);
      return;
    case ProbeType::kLiveness:
      if (is_ok) return;
      worker->is_on_hold = true;
      worker->run_length = 0;
      place.pod->Kill(place.container, now);
      return;
    case ProbeType::kStartup:
      worker->is_on_hold = true;
      worker->run_length = 0;
      worker->next_run_at = kNever;
      if (!is_ok) {
        place.pod->Kill(place.container, now);
        return;
      }
      place.pod->SetStarted(place.container, now);
      // The new status makes the kubelet ask for the readiness without waiting for the period.
      for (std::size_t i = 0; i < place.container->workers.size(); ++i) {
        if (place.container->made_from->probes[i].type != ProbeType::kReadiness) continue;
        place.container->workers[i].next_run_at = now + random_->Uniform(0.1, 0.7);
      }
      return;
  }
}

void Prober::End(const Place& place) {
  const PodIdentity& pod = place.pod->identity();
  const std::string& container = place.container->made_from->name;
  const std::string probe_type(ProbeTypeName(place.probe->type));
  place.worker->next_run_at = kNever;
  for (const std::string_view result : {"successful", "failed"}) {
    series_.totals.erase({.container = container,
                          .pod_namespace = pod.pod_namespace,
                          .pod = pod.name,
                          .pod_uid = pod.uid,
                          .probe_type = probe_type,
                          .result = std::string(result)});
  }
  series_.durations.erase({.container = container,
                           .pod_namespace = pod.pod_namespace,
                           .pod = pod.name,
                           .probe_type = probe_type});
}

}  // namespace podprobe
