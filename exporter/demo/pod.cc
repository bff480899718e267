#include "exporter/demo/pod.h"

#include <algorithm>
#include <string>
#include <utility>

namespace podprobe {
namespace {

// The kubelet's back-off between restarts of one container.
constexpr double kFirstBackOffSeconds = 10;
constexpr double kMaxBackOffSeconds = 300;
// A container that went well for so long begins with the first back-off again.
constexpr double kBackOffForgottenSeconds = 600;
// A backdated pod has all its containers up by then.
constexpr double kSettlingSeconds = 60;

// As Go prints a time.Duration of whole seconds: 40s, 1m20s, 5m0s.
std::string GoDuration(double seconds) {
  const int whole = static_cast<int>(seconds);
  if (whole < 60) return std::to_string(whole) + "s";
  return std::to_string(whole / 60) + "m" + std::to_string(whole % 60) + "s";
}

double OutOfMemoryAfterSeconds(const ContainerTemplate& container) {
  const double limit = static_cast<double>(container.resources.memory_limit_bytes);
  if (limit == 0 || container.usage.memory_growth_bytes_per_second <= 0) return kNever;
  return (limit - container.usage.memory_bytes) / container.usage.memory_growth_bytes_per_second;
}

}  // namespace

bool SimulatedContainer::HasProbe(ProbeType type) const {
  return std::any_of(made_from->probes.begin(), made_from->probes.end(),
                     [type](const ProbeTemplate& probe) { return probe.type == type; });
}

SimulatedPod::SimulatedPod(PodIdentity identity, std::shared_ptr<const PodTemplate> made_from,
                           double now, Random* random)
    : identity_(std::move(identity)),
      made_from_(std::move(made_from)),
      random_(random),
      created_at_(now),
      sandbox_at_(now + random->Uniform(0.6, 1.6)),
      ready_transition_at_(now) {
  for (const ContainerTemplate& container : made_from_->init_containers) {
    containers_.push_back({.made_from = &container, .is_init = true});
  }
  for (const ContainerTemplate& container : made_from_->containers) {
    containers_.push_back({.made_from = &container});
  }
  const bool has_init = !made_from_->init_containers.empty();
  for (SimulatedContainer& container : containers_) {
    container.waiting_reason = has_init ? "PodInitializing" : "ContainerCreating";
    container.workers.resize(container.made_from->probes.size());
  }
}

void SimulatedPod::BackdateTo(double then) {
  created_at_ = then;
  ready_transition_at_ = then;
  sandbox_at_ = then + 1;
  while (NextChangeAt() < then + kSettlingSeconds) {
    const double next = NextChangeAt();
    Change(next);
    for (SimulatedContainer& container : containers_) {
      if (container.state == SimulatedContainer::State::kRunning && !container.is_started) {
        SetStarted(&container, next + 1);
      }
    }
  }
  for (SimulatedContainer& container : containers_) {
    for (const ProbeTemplate& probe : container.made_from->probes) {
      if (probe.type != ProbeType::kReadiness) continue;
      const double asked_at = container.started_at + 5;
      const Answer answer =
          probe.behaviour({.unix_seconds = asked_at, .uptime_seconds = 5}, random_);
      const bool is_ok =
          answer.kind == Answer::Kind::kOk && answer.after_seconds < probe.timeout_seconds;
      SetReady(&container, is_ok, asked_at);
    }
  }
}

double SimulatedPod::NextChangeAt() const {
  double next = std::min(sandbox_at_, gone_at_);
  for (const SimulatedContainer& container : containers_) {
    next = std::min({next, container.start_at, container.exit_at});
  }
  return next;
}

void SimulatedPod::Change(double now) {
  if (sandbox_at_ <= now) {
    sandbox_at_ = kNever;
    sandbox_id_ = NewHexId(random_, 64);
    sandbox_started_at_ = now;
    ScheduleStarts(now);
  }
  for (SimulatedContainer& container : containers_) {
    if (container.exit_at <= now) Exit(&container, now);
    if (container.start_at <= now) Start(&container, now);
  }
  if (deleted_at_ && gone_at_ == kNever && !HasLivingContainer()) {
    gone_at_ = now + random_->Uniform(0.5, 1.5);
  }
  if (gone_at_ <= now) {
    gone_at_ = kNever;
    is_gone_ = true;
  }
}

void SimulatedPod::Delete(double now) {
  if (deleted_at_) return;
  deleted_at_ = now;
  sandbox_at_ = kNever;
  for (SimulatedContainer& container : containers_) {
    container.start_at = kNever;
    if (container.state == SimulatedContainer::State::kRunning) Kill(&container, now);
  }
  if (!HasLivingContainer()) gone_at_ = now + random_->Uniform(0.5, 1.5);
}

void SimulatedPod::SetReady(SimulatedContainer* container, bool is_ready, double now) {
  container->is_ready = is_ready;
  UpdateReadyCondition(now);
}

void SimulatedPod::SetStarted(SimulatedContainer* container, double now) {
  container->is_started = true;
  if (!container->HasProbe(ProbeType::kReadiness)) container->is_ready = true;
  UpdateReadyCondition(now);
  ScheduleStarts(now);  // a sidecar that has started lets the next container begin
}

void SimulatedPod::Kill(SimulatedContainer* container, double now) {
  if (container->state != SimulatedContainer::State::kRunning) return;
  const double grace = made_from_->termination_grace_seconds;
  const double stop = container->made_from->stop_seconds;
  // An end of its own may come first.
  const double dead_at = now + std::min(stop, grace) + random_->Uniform(0.05, 0.3);
  if (dead_at >= container->exit_at) return;
  container->is_being_killed = true;
  container->exit_at = dead_at;
  container->exit_code = stop <= grace ? 0 : 137;
  container->exit_reason = stop <= grace ? "Completed" : "Error";
}

void SimulatedPod::KubeletRestarted(double now) {
  for (SimulatedContainer& container : containers_) {
    container.back_off_seconds = 0;
    if (container.state == SimulatedContainer::State::kRunning) {
      SetStarted(&container, now);
    } else if (container.start_at != kNever) {
      container.start_at = std::min(container.start_at, now + random_->Uniform(1, 3));
    }
  }
}

std::string SimulatedPod::Phase() const {
  if (!IsInitialized()) return "Pending";
  bool is_any_running = false;
  bool has_any_failed = false;
  for (const SimulatedContainer& container : containers_) {
    if (container.is_init) continue;
    if (container.id.empty()) return "Pending";
    is_any_running |= container.state != SimulatedContainer::State::kTerminated;
    has_any_failed |= container.termination && container.termination->exit_code != 0;
  }
  // With restartPolicy Always an ended container is between two lives, unless the pod is deleted.
  if (is_any_running || (made_from_->restarts && !deleted_at_)) return "Running";
  return has_any_failed ? "Failed" : "Succeeded";
}

bool SimulatedPod::IsInitialized() const {
  return std::all_of(containers_.begin(), containers_.end(), [](const SimulatedContainer& c) {
    if (!c.is_init) return true;
    return c.made_from->is_sidecar ? !c.id.empty() : c.termination.has_value();
  });
}

// Init containers come one after the other, a sidecar lets the next begin when
// it has started, and the others come together after them.
void SimulatedPod::ScheduleStarts(double now) {
  if (deleted_at_ || sandbox_id_.empty()) return;
  for (SimulatedContainer& container : containers_) {
    if (container.id.empty() && container.start_at == kNever) {
      container.start_at = now + random_->Uniform(0.2, 0.7);
    }
    if (!container.is_init) continue;
    const bool is_done =
        container.made_from->is_sidecar ? container.is_started : container.termination.has_value();
    if (!is_done) return;
  }
}

void SimulatedPod::Start(SimulatedContainer* container, double now) {
  if (container->state == SimulatedContainer::State::kTerminated || !container->id.empty()) {
    ++container->restart_count;
  }
  container->start_at = kNever;
  container->state = SimulatedContainer::State::kRunning;
  container->id = NewHexId(random_, 64);
  container->started_at = now;
  container->is_started = false;
  container->is_ready = false;
  container->is_being_killed = false;
  container->exit_at = now + container->made_from->exits_after_seconds;
  container->exit_code = container->made_from->exit_code;
  container->exit_reason = container->exit_code == 0 ? "Completed" : "Error";
  const double out_of_memory_at = now + OutOfMemoryAfterSeconds(*container->made_from);
  if (out_of_memory_at < container->exit_at) {
    container->exit_at = out_of_memory_at;
    container->exit_code = 137;
    container->exit_reason = "OOMKilled";
  }
  if (!container->HasProbe(ProbeType::kStartup)) SetStarted(container, now);
}

void SimulatedPod::Exit(SimulatedContainer* container, double now) {
  container->ended_uptime_seconds += now - container->started_at;
  container->previous_termination = std::move(container->termination);
  container->termination = ContainerTermination{.reason = container->exit_reason,
                                                .exit_code = container->exit_code,
                                                .started_at = container->started_at,
                                                .finished_at = now,
                                                .container_id = container->id};
  container->exit_at = kNever;
  container->state = SimulatedContainer::State::kTerminated;
  container->is_started = false;
  const bool is_plain_init = container->is_init && !container->made_from->is_sidecar;
  container->is_ready = is_plain_init && container->exit_code == 0;
  UpdateReadyCondition(now);
  if (is_plain_init) {
    ScheduleStarts(now);
  } else if (made_from_->restarts && !deleted_at_) {
    ScheduleRestart(container, now);
  }
}

// When the kubelet kills a container it looks for a back-off at the end of the
// instance before; when a container ends by itself, at this very end. So the
// first kills are followed by a restart at once, the later ones are not.
void SimulatedPod::ScheduleRestart(SimulatedContainer* container, double now) {
  if (now - container->back_off_set_at > kBackOffForgottenSeconds) container->back_off_seconds = 0;
  double looked_at = now;
  if (container->is_being_killed) {
    looked_at =
        container->previous_termination ? container->previous_termination->finished_at : -kNever;
  }
  const double back_off = container->back_off_seconds;
  container->back_off_seconds =
      back_off == 0 ? kFirstBackOffSeconds : std::min(2 * back_off, kMaxBackOffSeconds);
  if (back_off == 0 || now - looked_at >= back_off) {
    container->start_at = now + random_->Uniform(0.2, 0.6);
  } else {
    container->start_at = now + back_off;
    container->state = SimulatedContainer::State::kWaiting;
    container->waiting_reason = "CrashLoopBackOff";
    container->waiting_message = "back-off " + GoDuration(back_off) +
                                 " restarting failed container=" + container->made_from->name +
                                 " pod=" + identity_.name + "_" + identity_.pod_namespace + "(" +
                                 identity_.uid + ")";
  }
  container->back_off_set_at = container->start_at;
}

void SimulatedPod::UpdateReadyCondition(double now) {
  const bool is_ready =
      std::all_of(containers_.begin(), containers_.end(), [](const SimulatedContainer& container) {
        const bool counts = !container.is_init || container.made_from->is_sidecar;
        return !counts || container.is_ready;
      });
  if (is_ready == is_ready_) return;
  is_ready_ = is_ready;
  ready_transition_at_ = now;
}

bool SimulatedPod::HasLivingContainer() const {
  return std::any_of(containers_.begin(), containers_.end(), [](const SimulatedContainer& c) {
    return c.state == SimulatedContainer::State::kRunning;
  });
}

}  // namespace podprobe
