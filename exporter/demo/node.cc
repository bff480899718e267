#include "exporter/demo/node.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace podprobe {
namespace {

constexpr double kLookIntervalSeconds = 1;
// A rollout that hangs for so long is rolled back.
constexpr double kRollbackAfterSeconds = 100;
constexpr int kBrokenVersionEvery = 3;
constexpr std::size_t kFinishedJobsKept = 3;
constexpr std::string_view kTemplateHashLabel = "pod-template-hash";

bool IsAlive(const SimulatedPod& pod) { return !pod.deleted_at() && !pod.is_gone(); }

bool IsOfVersion(const SimulatedPod& pod, const std::string& template_hash) {
  const auto found = pod.identity().labels.find(std::string(kTemplateHashLabel));
  return found != pod.identity().labels.end() && found->second == template_hash;
}

}  // namespace

SimulatedNode::SimulatedNode(Options options, const std::vector<SimulatedWorkload>& workloads,
                             Random* random)
    : options_(std::move(options)),
      random_(random),
      next_look_at_(options_.history_start_unix_seconds) {
  for (const SimulatedWorkload& workload : workloads) {
    Controller& controller = controllers_.emplace_back();
    controller.workload = workload;
    controller.uid = NewUid(random_);
    controller.version = NewVersion(workload.pod);
    const double created_at = options_.start_unix_seconds - workload.age_seconds;
    controller.begins_at = created_at;
    if (workload.kind == SimulatedWorkload::Kind::kCronJob) {
      const double interval = workload.change_interval_seconds;
      controller.next_change_at =
          std::ceil(options_.history_start_unix_seconds / interval) * interval;
      continue;
    }
    if (workload.change_interval_seconds > 0) {
      // Not all at once: the changes of the workloads lie anywhere in their first interval.
      controller.next_change_at = std::max(created_at, options_.history_start_unix_seconds) +
                                  random_->Uniform(0.3, 1) * workload.change_interval_seconds;
    }
    if (created_at > options_.history_start_unix_seconds) continue;
    FillUp(&controller, options_.history_start_unix_seconds);
    for (SimulatedPod* pod : controller.pods) pod->BackdateTo(created_at);
  }
}

void SimulatedNode::Look(double now) {
  next_look_at_ = now + kLookIntervalSeconds;
  for (Controller& controller : controllers_) LookAt(&controller, now);
}

void SimulatedNode::RemoveGone() {
  for (Controller& controller : controllers_) {
    std::erase_if(controller.pods, [](const SimulatedPod* pod) { return pod->is_gone(); });
  }
  pods_.remove_if([](const SimulatedPod& pod) { return pod.is_gone(); });
}

SimulatedNode::Version SimulatedNode::NewVersion(const std::shared_ptr<const PodTemplate>& pod) {
  return {
      .template_hash = NewNameSuffix(random_, 10), .replica_set_uid = NewUid(random_), .pod = pod};
}

void SimulatedNode::LookAt(Controller* controller, double now) {
  if (now < controller->begins_at) return;
  if (controller->next_change_at <= now) {
    controller->next_change_at += controller->workload.change_interval_seconds;
    BeginChange(controller, now);
  }
  if (controller->workload.kind == SimulatedWorkload::Kind::kCronJob) return;
  if (controller->old_version) {
    StepRollout(controller, now);
  } else {
    FillUp(controller, now);
  }
}

void SimulatedNode::BeginChange(Controller* controller, double now) {
  const SimulatedWorkload& workload = controller->workload;
  const int change = ++controller->changes;
  switch (workload.kind) {
    case SimulatedWorkload::Kind::kDeployment: {
      if (controller->old_version) return;  // the last one is not over yet
      const bool is_broken = workload.broken_pod && change % kBrokenVersionEvery == 0;
      controller->old_version = controller->version;
      controller->version = NewVersion(is_broken ? workload.broken_pod : workload.pod);
      controller->rollout_began_at = now;
      return;
    }
    case SimulatedWorkload::Kind::kStatefulSet: {
      const auto victim = static_cast<std::size_t>(change) % controller->pods.size();
      controller->pods[victim]->Delete(now);
      return;
    }
    case SimulatedWorkload::Kind::kCronJob:
      StartJob(controller, now);
      return;
    case SimulatedWorkload::Kind::kDaemonSet:
    case SimulatedWorkload::Kind::kBarePod:
    case SimulatedWorkload::Kind::kStaticPod:
      return;
  }
}

// As with maxSurge 1 and maxUnavailable 0: one pod more than wanted, an old one
// goes when all that are wanted are ready.
void SimulatedNode::StepRollout(Controller* controller, double now) {
  const int replicas = controller->workload.replicas;
  int alive = 0;
  int ready = 0;
  int alive_new = 0;
  SimulatedPod* oldest_old = nullptr;
  for (SimulatedPod* pod : controller->pods) {
    if (!IsAlive(*pod)) continue;
    ++alive;
    if (pod->is_ready()) ++ready;
    if (IsOfVersion(*pod, controller->version.template_hash)) {
      ++alive_new;
    } else if (oldest_old == nullptr) {
      oldest_old = pod;
    }
  }
  if (oldest_old == nullptr) {
    controller->old_version.reset();
    return;
  }
  if (now - controller->rollout_began_at > kRollbackAfterSeconds &&
      controller->version.pod == controller->workload.broken_pod) {
    for (SimulatedPod* pod : controller->pods) {
      if (IsOfVersion(*pod, controller->version.template_hash)) pod->Delete(now);
    }
    controller->version = *std::exchange(controller->old_version, std::nullopt);
    return;
  }
  if (ready > replicas) {
    oldest_old->Delete(now);
  } else if (alive <= replicas && alive_new < replicas) {
    AddPod(controller, NextIdentity(*controller), controller->version.pod, now);
  }
}

void SimulatedNode::StartJob(Controller* controller, double now) {
  const SimulatedWorkload& workload = controller->workload;
  const std::string job =
      workload.name + "-" + std::to_string(static_cast<long>(std::floor(now / 60)));
  PodIdentity identity;
  identity.name = job + "-" + NewNameSuffix(random_, 5);
  identity.generate_name = job + "-";
  identity.owner =
      PodOwner{.api_version = "batch/v1", .kind = "Job", .name = job, .uid = NewUid(random_)};
  identity.labels = {{"batch.kubernetes.io/controller-uid", identity.owner->uid},
                     {"batch.kubernetes.io/job-name", job},
                     {"job-name", job}};
  AddPod(controller, std::move(identity), workload.pod, now);
  // The job before this one has ended by now.
  if (controller->pods.size() > kFinishedJobsKept + 1) controller->pods.front()->Delete(now);
}

void SimulatedNode::FillUp(Controller* controller, double now) {
  // A StatefulSet waits until the pod of the same name has left the node.
  while (controller->pods.size() < static_cast<std::size_t>(controller->workload.replicas)) {
    AddPod(controller, NextIdentity(*controller), controller->version.pod, now);
  }
}

PodIdentity SimulatedNode::NextIdentity(const Controller& controller) {
  const std::string& name = controller.workload.name;
  PodIdentity identity;
  identity.labels["app"] = name;
  switch (controller.workload.kind) {
    case SimulatedWorkload::Kind::kDeployment: {
      const std::string replica_set = name + "-" + controller.version.template_hash;
      identity.generate_name = replica_set + "-";
      identity.name = identity.generate_name + NewNameSuffix(random_, 5);
      identity.owner = PodOwner{.api_version = "apps/v1",
                                .kind = "ReplicaSet",
                                .name = replica_set,
                                .uid = controller.version.replica_set_uid};
      identity.labels[std::string(kTemplateHashLabel)] = controller.version.template_hash;
      return identity;
    }
    case SimulatedWorkload::Kind::kStatefulSet: {
      int ordinal = 0;
      const auto is_taken = [&](const SimulatedPod* pod) {
        return pod->identity().name == name + "-" + std::to_string(ordinal);
      };
      while (std::any_of(controller.pods.begin(), controller.pods.end(), is_taken)) ++ordinal;
      identity.generate_name = name + "-";
      identity.name = identity.generate_name + std::to_string(ordinal);
      identity.owner = PodOwner{
          .api_version = "apps/v1", .kind = "StatefulSet", .name = name, .uid = controller.uid};
      identity.labels["statefulset.kubernetes.io/pod-name"] = identity.name;
      return identity;
    }
    case SimulatedWorkload::Kind::kDaemonSet:
      identity.generate_name = name + "-";
      identity.name = identity.generate_name + NewNameSuffix(random_, 5);
      identity.owner = PodOwner{
          .api_version = "apps/v1", .kind = "DaemonSet", .name = name, .uid = controller.uid};
      identity.labels["controller-revision-hash"] = controller.version.template_hash;
      identity.labels["pod-template-generation"] = "1";
      return identity;
    case SimulatedWorkload::Kind::kStaticPod:
      identity.name = name + "-" + options_.name;
      identity.is_static = true;
      return identity;
    case SimulatedWorkload::Kind::kBarePod:
    case SimulatedWorkload::Kind::kCronJob:
      identity.name = name;
      return identity;
  }
  return identity;
}

SimulatedPod* SimulatedNode::AddPod(Controller* controller, PodIdentity identity,
                                    std::shared_ptr<const PodTemplate> made_from, double now) {
  identity.pod_namespace = controller->workload.pod_namespace;
  // A static pod's uid is the hash of its file.
  identity.uid = identity.is_static ? NewHexId(random_, 32) : NewUid(random_);
  ++addresses_;
  identity.ip = made_from->uses_host_network
                    ? std::string(kNodeAddress)
                    : "10.244." + std::to_string(1 + addresses_ / 250 % 250) + "." +
                          std::to_string(2 + addresses_ % 250);
  SimulatedPod* pod = &pods_.emplace_back(std::move(identity), std::move(made_from), now, random_);
  controller->pods.push_back(pod);
  return pod;
}

}  // namespace podprobe
