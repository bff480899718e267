#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/demo/cgroups.h"
#include "exporter/demo/node.h"
#include "exporter/demo/pages.h"
#include "exporter/demo/pod.h"

namespace podprobe {
namespace {

// Keeps the keys in the order in which they are set, which is the API's own.
using Json = nlohmann::ordered_json;

std::string DateTime(double unix_seconds) {
  const auto whole = static_cast<std::time_t>(std::floor(unix_seconds));
  std::tm parts{};
  gmtime_r(&whole, &parts);
  char text[32];
  const std::size_t length = std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
  return {text, length};
}

// As metav1.Time is written: whole seconds.
std::string ApiTime(double unix_seconds) { return DateTime(unix_seconds) + "Z"; }

std::string NanosecondTime(double unix_seconds) {
  char fraction[16];
  std::snprintf(fraction, sizeof(fraction), ".%09.0fZ",
                std::floor((unix_seconds - std::floor(unix_seconds)) * 1e9));
  return DateTime(unix_seconds) + fraction;
}

Json Quantities(int cpu_millicores, std::int64_t memory_bytes) {
  Json json = Json::object();
  if (cpu_millicores > 0) json["cpu"] = std::to_string(cpu_millicores) + "m";
  if (memory_bytes > 0) json["memory"] = std::to_string(memory_bytes / kMebibyte) + "Mi";
  return json;
}

Json ResourcesJson(const ContainerResources& resources) {
  Json json = Json::object();
  const Json limits = Quantities(resources.cpu_limit_millicores, resources.memory_limit_bytes);
  const Json requests =
      Quantities(resources.cpu_request_millicores, resources.memory_request_bytes);
  if (!limits.empty()) json["limits"] = limits;
  if (!requests.empty()) json["requests"] = requests;
  return json;
}

Json ProbeJson(const ProbeTemplate& probe) {
  const ProbeHandler& handler = probe.handler;
  Json json;
  switch (handler.kind) {
    case ProbeHandler::Kind::kHttpGet:
      json["httpGet"] = {{"path", handler.path}, {"port", handler.port}, {"scheme", "HTTP"}};
      break;
    case ProbeHandler::Kind::kTcpSocket:
      json["tcpSocket"] = {{"port", handler.port}};
      break;
    case ProbeHandler::Kind::kExec:
      json["exec"] = {{"command", handler.command}};
      break;
  }
  if (probe.initial_delay_seconds > 0) json["initialDelaySeconds"] = probe.initial_delay_seconds;
  json["timeoutSeconds"] = probe.timeout_seconds;
  json["periodSeconds"] = probe.period_seconds;
  json["successThreshold"] = probe.success_threshold;
  json["failureThreshold"] = probe.failure_threshold;
  return json;
}

std::string ServiceAccountVolume(const PodIdentity& pod) {
  return "kube-api-access-" + pod.uid.substr(pod.uid.size() - 5);
}

Json ContainerSpecJson(const ContainerTemplate& container, const PodIdentity& pod) {
  Json json;
  json["name"] = container.name;
  json["image"] = container.image;
  if (!container.command.empty()) json["command"] = container.command;
  json["env"] = Json::array({{{"name", "LOG_LEVEL"}, {"value", "info"}}});
  json["resources"] = ResourcesJson(container.resources);
  if (container.is_sidecar) json["restartPolicy"] = "Always";
  if (!pod.is_static) {
    json["volumeMounts"] =
        Json::array({{{"name", ServiceAccountVolume(pod)},
                      {"readOnly", true},
                      {"mountPath", "/var/run/secrets/kubernetes.io/serviceaccount"}}});
  }
  for (const ProbeTemplate& probe : container.probes) {
    constexpr const char* kFields[] = {"livenessProbe", "readinessProbe", "startupProbe"};
    json[kFields[static_cast<std::size_t>(probe.type)]] = ProbeJson(probe);
  }
  json["terminationMessagePath"] = "/dev/termination-log";
  json["terminationMessagePolicy"] = "File";
  json["imagePullPolicy"] = "IfNotPresent";
  return json;
}

Json MetadataJson(const SimulatedPod& pod) {
  const PodIdentity& identity = pod.identity();
  Json json;
  json["name"] = identity.name;
  if (!identity.generate_name.empty()) json["generateName"] = identity.generate_name;
  json["namespace"] = identity.pod_namespace;
  json["uid"] = identity.uid;
  if (!identity.is_static) {
    json["generation"] = pod.deleted_at() ? 2 : 1;
    json["creationTimestamp"] = ApiTime(pod.created_at());
  }
  if (pod.deleted_at()) {
    // What a user asked for plus the grace: a time to come.
    const int grace_seconds = pod.made_from().termination_grace_seconds;
    json["deletionTimestamp"] = ApiTime(*pod.deleted_at() + grace_seconds);
    json["deletionGracePeriodSeconds"] = grace_seconds;
  }
  json["labels"] = identity.labels;
  Json annotations;
  if (identity.is_static) annotations["kubernetes.io/config.hash"] = identity.uid;
  annotations["kubernetes.io/config.seen"] = NanosecondTime(pod.created_at());
  annotations["kubernetes.io/config.source"] = identity.is_static ? "file" : "api";
  json["annotations"] = annotations;
  if (identity.owner) {
    json["ownerReferences"] = Json::array({{{"apiVersion", identity.owner->api_version},
                                            {"kind", identity.owner->kind},
                                            {"name", identity.owner->name},
                                            {"uid", identity.owner->uid},
                                            {"controller", true},
                                            {"blockOwnerDeletion", true}}});
  }
  if (!identity.is_static) {
    const Json fields = {{"f:metadata", {{"f:labels", {{".", Json::object()}}}}},
                         {"f:spec", {{"f:containers", Json::object()}}}};
    json["managedFields"] = Json::array({{{"manager", "kube-controller-manager"},
                                          {"operation", "Update"},
                                          {"apiVersion", "v1"},
                                          {"time", ApiTime(pod.created_at())},
                                          {"fieldsType", "FieldsV1"},
                                          {"fieldsV1", fields}}});
  }
  return json;
}

Json VolumesJson(const PodIdentity& pod) {
  const Json token = {{"serviceAccountToken", {{"expirationSeconds", 3607}, {"path", "token"}}}};
  const Json authority = {{"configMap",
                           {{"name", "kube-root-ca.crt"},
                            {"items", Json::array({{{"key", "ca.crt"}, {"path", "ca.crt"}}})}}}};
  return Json::array(
      {{{"name", ServiceAccountVolume(pod)},
        {"projected", {{"sources", Json::array({token, authority})}, {"defaultMode", 420}}}}});
}

Json SpecJson(const SimulatedPod& pod, std::string_view node_name) {
  const PodTemplate& made_from = pod.made_from();
  const PodIdentity& identity = pod.identity();
  Json json;
  if (!identity.is_static) json["volumes"] = VolumesJson(identity);
  for (const ContainerTemplate& container : made_from.init_containers) {
    json["initContainers"].push_back(ContainerSpecJson(container, identity));
  }
  for (const ContainerTemplate& container : made_from.containers) {
    json["containers"].push_back(ContainerSpecJson(container, identity));
  }
  json["restartPolicy"] = made_from.restarts ? "Always" : "Never";
  json["terminationGracePeriodSeconds"] = made_from.termination_grace_seconds;
  json["dnsPolicy"] = "ClusterFirst";
  if (!identity.is_static) {
    json["serviceAccountName"] = "default";
    json["serviceAccount"] = "default";
  }
  json["nodeName"] = node_name;
  if (made_from.uses_host_network) json["hostNetwork"] = true;
  json["securityContext"] = Json::object();
  json["schedulerName"] = "default-scheduler";
  if (!made_from.priority_class.empty()) {
    json["priorityClassName"] = made_from.priority_class;
    json["priority"] = 2000001000;
  }
  json["enableServiceLinks"] = true;
  json["preemptionPolicy"] = "PreemptLowerPriority";
  return json;
}

Json TerminatedJson(const ContainerTermination& termination) {
  return {{"terminated",
           {{"exitCode", termination.exit_code},
            {"reason", termination.reason},
            {"startedAt", ApiTime(termination.started_at)},
            {"finishedAt", ApiTime(termination.finished_at)},
            {"containerID", "containerd://" + termination.container_id}}}};
}

Json StateJson(const SimulatedContainer& container) {
  switch (container.state) {
    case SimulatedContainer::State::kRunning:
      return {{"running", {{"startedAt", ApiTime(container.started_at)}}}};
    case SimulatedContainer::State::kTerminated:
      return TerminatedJson(*container.termination);
    case SimulatedContainer::State::kWaiting:
      break;
  }
  Json waiting = {{"reason", container.waiting_reason}};
  if (!container.waiting_message.empty()) waiting["message"] = container.waiting_message;
  return {{"waiting", waiting}};
}

Json LastStateJson(const SimulatedContainer& container) {
  // While an end is the present state, the one before it is the last.
  const bool is_ended = container.state == SimulatedContainer::State::kTerminated;
  const auto& last = is_ended ? container.previous_termination : container.termination;
  return last ? TerminatedJson(*last) : Json::object();
}

Json ContainerStatusJson(const SimulatedContainer& container) {
  const ContainerTemplate& made_from = *container.made_from;
  Json json;
  json["name"] = made_from.name;
  json["state"] = StateJson(container);
  json["lastState"] = LastStateJson(container);
  json["ready"] = container.is_ready;
  json["restartCount"] = container.restart_count;
  json["image"] = made_from.image;
  if (container.id.empty()) {
    json["imageID"] = "";
    json["started"] = false;
    return json;
  }
  json["imageID"] = "sha256:b598002c5e34a072b9c42e6349ff6ffb6b5c1236b6cfb570a7cfbc6892d24170";
  json["containerID"] = "containerd://" + container.id;
  json["started"] = container.is_started;
  json["resources"] = ResourcesJson(made_from.resources);
  json["user"] = {{"linux", {{"uid", 0}, {"gid", 0}, {"supplementalGroups", Json::array({0})}}}};
  return json;
}

struct Condition {
  std::string type;
  bool is_true = false;
  double transition_at = 0;
  std::string reason;
  std::string message;
};

Json ConditionJson(const Condition& condition, const SimulatedPod& pod) {
  Json json;
  json["type"] = condition.type;
  if (!pod.identity().is_static) json["observedGeneration"] = pod.deleted_at() ? 2 : 1;
  json["status"] = condition.is_true ? "True" : "False";
  json["lastProbeTime"] = nullptr;
  json["lastTransitionTime"] = ApiTime(condition.transition_at);
  if (!condition.reason.empty()) json["reason"] = condition.reason;
  if (!condition.message.empty()) json["message"] = condition.message;
  return json;
}

// "containers with unready status: [app proxy]"
std::string UnreadyMessage(const SimulatedPod& pod) {
  std::string names;
  for (const SimulatedContainer& container : pod.containers()) {
    if (container.is_ready || container.is_init) continue;
    if (!names.empty()) names += ' ';
    names += container.made_from->name;
  }
  return "containers with unready status: [" + names + "]";
}

double InitializedAt(const SimulatedPod& pod) {
  double at = pod.created_at();
  for (const SimulatedContainer& container : pod.containers()) {
    if (container.is_init && container.termination) at = container.termination->finished_at;
  }
  return at;
}

Json ConditionsJson(const SimulatedPod& pod) {
  const bool is_finished = pod.IsFinished();
  const bool has_sandbox = !pod.sandbox_id().empty();
  Condition sandbox{.type = "PodReadyToStartContainers",
                    .is_true = has_sandbox && !is_finished,
                    .transition_at = has_sandbox ? pod.sandbox_started_at() : pod.created_at()};
  Condition initialized{
      .type = "Initialized", .is_true = pod.IsInitialized(), .transition_at = InitializedAt(pod)};
  Condition ready{
      .type = "Ready", .is_true = pod.is_ready(), .transition_at = pod.ready_transition_at()};
  if (is_finished) {
    initialized.reason = ready.reason = "PodCompleted";
  } else if (!ready.is_true) {
    ready.reason = "ContainersNotReady";
    ready.message = UnreadyMessage(pod);
  }
  if (!initialized.is_true) {
    initialized.transition_at = pod.created_at();
    initialized.reason = "ContainersNotInitialized";
  }
  Condition containers_ready = ready;
  containers_ready.type = "ContainersReady";
  const Condition scheduled{
      .type = "PodScheduled", .is_true = true, .transition_at = pod.created_at()};
  Json json = Json::array();
  for (const Condition& c : {sandbox, initialized, ready, containers_ready, scheduled}) {
    json.push_back(ConditionJson(c, pod));
  }
  return json;
}

Json StatusJson(const SimulatedPod& pod) {
  Json json;
  if (!pod.identity().is_static) json["observedGeneration"] = pod.deleted_at() ? 2 : 1;
  json["phase"] = pod.Phase();
  json["conditions"] = ConditionsJson(pod);
  json["hostIP"] = kNodeAddress;
  json["hostIPs"] = Json::array({{{"ip", kNodeAddress}}});
  if (!pod.sandbox_id().empty()) {
    json["podIP"] = pod.identity().ip;
    json["podIPs"] = Json::array({{{"ip", pod.identity().ip}}});
  }
  json["startTime"] = ApiTime(pod.created_at());
  for (const SimulatedContainer& container : pod.containers()) {
    const char* key = container.is_init ? "initContainerStatuses" : "containerStatuses";
    json[key].push_back(ContainerStatusJson(container));
  }
  json["qosClass"] = QosClass(pod);
  return json;
}

}  // namespace

std::string WritePodListPage(const std::vector<const SimulatedPod*>& pods,
                             std::string_view node_name) {
  Json list;
  list["kind"] = "PodList";
  list["apiVersion"] = "v1";
  list["metadata"] = Json::object();
  list["items"] = Json::array();
  for (const SimulatedPod* pod : pods) {
    Json item;
    item["metadata"] = MetadataJson(*pod);
    item["spec"] = SpecJson(*pod, node_name);
    item["status"] = StatusJson(*pod);
    list["items"].push_back(std::move(item));
  }
  return list.dump() + "\n";
}

}  // namespace podprobe
