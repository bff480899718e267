// A table says which object of the JSON lies where: (place, key) -> place. What
// the table does not name is kSkip, and so is everything below it. Scalars are
// taken up by place and key. The depth of the input costs no stack.
#include "parsers/pod_json.h"

#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "parsers/text.h"

namespace podprobe {
namespace {

using Json = nlohmann::json;

enum class Place {
  kSkip,
  kTop,
  kItems,
  kPod,
  kMetadata,
  kLabels,
  kAnnotations,
  kOwners,
  kOwner,
  kSpec,
  kContainers,
  kInitContainers,
  kContainer,
  kReadinessProbe,
  kLivenessProbe,
  kStartupProbe,
  kHandler,
  kStatus,
  kConditions,
  kCondition,
  kContainerStatuses,
  kContainerStatus,
  kState,
  kLastState,
  kRunning,
  kTerminated,
  kLastTerminated,
};

struct Step {
  Place from;
  std::string_view key;  // empty: an element of the array
  Place to;
};

constexpr Step kSteps[] = {
    {Place::kTop, "items", Place::kItems},
    {Place::kItems, "", Place::kPod},
    {Place::kPod, "metadata", Place::kMetadata},
    {Place::kMetadata, "labels", Place::kLabels},
    {Place::kMetadata, "annotations", Place::kAnnotations},
    {Place::kMetadata, "ownerReferences", Place::kOwners},
    {Place::kOwners, "", Place::kOwner},
    {Place::kPod, "spec", Place::kSpec},
    {Place::kSpec, "containers", Place::kContainers},
    {Place::kSpec, "initContainers", Place::kInitContainers},
    {Place::kContainers, "", Place::kContainer},
    {Place::kInitContainers, "", Place::kContainer},
    {Place::kContainer, "readinessProbe", Place::kReadinessProbe},
    {Place::kContainer, "livenessProbe", Place::kLivenessProbe},
    {Place::kContainer, "startupProbe", Place::kStartupProbe},
    {Place::kPod, "status", Place::kStatus},
    {Place::kStatus, "conditions", Place::kConditions},
    {Place::kConditions, "", Place::kCondition},
    {Place::kStatus, "containerStatuses", Place::kContainerStatuses},
    {Place::kStatus, "initContainerStatuses", Place::kContainerStatuses},
    {Place::kContainerStatuses, "", Place::kContainerStatus},
    {Place::kContainerStatus, "state", Place::kState},
    {Place::kContainerStatus, "lastState", Place::kLastState},
    {Place::kState, "running", Place::kRunning},
    {Place::kState, "terminated", Place::kTerminated},
    {Place::kLastState, "terminated", Place::kLastTerminated},
};

bool IsProbe(Place place) {
  return place == Place::kReadinessProbe || place == Place::kLivenessProbe ||
         place == Place::kStartupProbe;
}

bool IsHandlerKey(std::string_view key) {
  return key == "httpGet" || key == "tcpSocket" || key == "grpc" || key == "exec";
}

Place Next(Place from, std::string_view key) {
  if (from == Place::kSkip) return Place::kSkip;
  // All that a handler holds bears on what the probe asks.
  if (from == Place::kHandler) return Place::kHandler;
  if (IsProbe(from)) return IsHandlerKey(key) ? Place::kHandler : Place::kSkip;
  for (const Step& step : kSteps) {
    if (step.from == from && step.key == key) return step.to;
  }
  return Place::kSkip;
}

std::optional<double> ParseTimestamp(const std::string& text) {
  absl::Time time;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) return std::nullopt;
  return absl::ToDoubleSeconds(time - absl::UnixEpoch());
}

class PodListHandler : public nlohmann::json_sax<Json> {
 public:
  // `outer`: where what comes lies; kTop's own place is nowhere.
  PodListHandler(std::vector<Place> outer, std::vector<Pod>* pods)
      : pods_(pods), places_(std::move(outer)) {}

  const JsonError& error() const { return error_; }
  const PodListFrame& frame() const { return frame_; }

  bool null() override {
    if (!places_.empty() && place() == Place::kTop && key_ == "items") frame_.has_items = true;
    return true;
  }
  bool boolean(bool value) override {
    TakeBool(value);
    return true;
  }
  bool number_integer(number_integer_t value) override {
    TakeNumber(static_cast<double>(value));
    return true;
  }
  bool number_unsigned(number_unsigned_t value) override {
    TakeNumber(static_cast<double>(value));
    return true;
  }
  bool number_float(number_float_t value, const string_t&) override {
    TakeNumber(value);
    return true;
  }
  bool string(string_t& value) override {
    TakeString(value);
    return true;
  }
  bool binary(binary_t&) override { return true; }

  bool start_object(std::size_t) override {
    if (places_.empty()) {
      frame_.is_object = true;
      places_.push_back(Place::kTop);
    } else {
      places_.push_back(Next(place(), key_));
    }
    Enter();
    key_.clear();
    return true;
  }
  bool key(string_t& key) override {
    if (place() != Place::kSkip) key_.swap(key);
    return true;
  }
  bool end_object() override {
    Leave();
    places_.pop_back();
    key_.clear();
    return true;
  }
  bool start_array(std::size_t) override {
    places_.push_back(places_.empty() ? Place::kSkip : Next(place(), key_));
    if (place() == Place::kItems) frame_.has_items = true;
    if (place() == Place::kInitContainers) in_init_containers_ = true;
    key_.clear();
    return true;
  }
  bool end_array() override {
    if (place() == Place::kInitContainers) in_init_containers_ = false;
    places_.pop_back();
    key_.clear();
    return true;
  }
  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::detail::exception&) override {
    // A string is not shown: it may be the value of an environment variable.
    constexpr std::size_t kQuotedBytes = 40;
    error_ = {.position = position,
              .near = last_token.starts_with('"') ? "a string" : Quote(last_token, kQuotedBytes)};
    return false;
  }

 private:
  Place place() const { return places_.back(); }

  void Enter() {
    switch (place()) {
      case Place::kPod:
        pod_ = Pod();
        statuses_.clear();
        mirror_uid_.clear();
        break;
      case Place::kOwner:
        owner_kind_.clear();
        owner_name_.clear();
        is_controller_ = false;
        break;
      case Place::kContainer:
        container_ = PodContainer();
        is_restartable_ = false;
        break;
      case Place::kReadinessProbe:
        probe_ = &container_.readiness.emplace();
        break;
      case Place::kLivenessProbe:
        probe_ = &container_.liveness.emplace();
        break;
      case Place::kStartupProbe:
        probe_ = &container_.startup.emplace();
        break;
      case Place::kHandler:
        if (IsProbe(places_[places_.size() - 2])) probe_->handler_type = key_;
        MixIntoHandler(key_);
        break;
      case Place::kCondition:
        condition_type_.clear();
        condition_status_.clear();
        condition_time_.reset();
        break;
      case Place::kContainerStatus:
        status_ = PodContainer();
        break;
      case Place::kTerminated:
        status_.terminated.emplace();
        break;
      case Place::kLastTerminated:
        status_.last_termination.emplace();
        break;
      default:
        break;
    }
  }

  void Leave() {
    switch (place()) {
      case Place::kOwner:
        if (is_controller_) {
          pod_.owner_kind = owner_kind_;
          pod_.owner_name = owner_name_;
        }
        break;
      case Place::kContainer:
        // An init container that is not restartable ends before any probe could run.
        if (in_init_containers_ && !is_restartable_) break;
        container_.is_sidecar = in_init_containers_;
        pod_.containers.push_back(std::move(container_));
        break;
      case Place::kCondition:
        if (condition_type_ == "Ready") {
          pod_.ready = condition_status_ == "True";
          pod_.ready_transition_time = condition_time_;
        }
        break;
      case Place::kContainerStatus:
        statuses_.push_back(std::move(status_));
        break;
      case Place::kPod:
        FinishPod();
        break;
      default:
        break;
    }
  }

  void FinishPod() {
    // A mirror pod stands for a static pod whose probes the kubelet counts
    // under the hash of its configuration (kubetypes.ConfigMirrorAnnotationKey).
    if (!mirror_uid_.empty()) pod_.uid = mirror_uid_;
    for (PodContainer& container : pod_.containers) {
      for (const PodContainer& status : statuses_) {
        if (status.name != container.name) continue;
        container.container_id = status.container_id;
        container.ready = status.ready;
        container.started = status.started;
        container.restart_count = status.restart_count;
        container.running_since = status.running_since;
        container.terminated = status.terminated;
        container.last_termination = status.last_termination;
      }
    }
    pods_->push_back(std::move(pod_));
  }

  void MixIntoHandler(std::string_view text) {
    probe_->handler_fingerprint =
        probe_->handler_fingerprint * 1099511628211U + std::hash<std::string_view>()(text) + 1;
  }

  void TakeString(std::string& value) {
    if (places_.empty()) return;
    switch (place()) {
      case Place::kTop:
        if (key_ == "kind") frame_.kind = value;
        break;
      case Place::kMetadata:
        if (key_ == "name") pod_.name = value;
        if (key_ == "namespace") pod_.pod_namespace = value;
        if (key_ == "uid") pod_.uid = value;
        if (key_ == "creationTimestamp") pod_.creation_timestamp = ParseTimestamp(value);
        if (key_ == "deletionTimestamp") pod_.deletion_timestamp = ParseTimestamp(value);
        break;
      case Place::kLabels:
        if (key_ == "pod-template-hash") pod_.template_hash = value;
        if (key_ == "rollouts-pod-template-hash") pod_.rollout_template_hash = value;
        break;
      case Place::kAnnotations:
        if (key_ == "kubernetes.io/config.source") pod_.config_source = value;
        if (key_ == "kubernetes.io/config.mirror") mirror_uid_ = value;
        break;
      case Place::kOwner:
        if (key_ == "kind") owner_kind_ = value;
        if (key_ == "name") owner_name_ = value;
        break;
      case Place::kSpec:
        if (key_ == "nodeName") pod_.node_name = value;
        break;
      case Place::kContainer:
        if (key_ == "name") container_.name = value;
        if (key_ == "restartPolicy") is_restartable_ = value == "Always";
        break;
      case Place::kHandler:
        MixIntoHandler(key_);
        MixIntoHandler(value);
        break;
      case Place::kStatus:
        if (key_ == "phase") pod_.phase = value;
        if (key_ == "startTime") pod_.start_time = ParseTimestamp(value);
        break;
      case Place::kCondition:
        if (key_ == "type") condition_type_ = value;
        if (key_ == "status") condition_status_ = value;
        if (key_ == "lastTransitionTime") condition_time_ = ParseTimestamp(value);
        break;
      case Place::kContainerStatus:
        if (key_ == "name") status_.name = value;
        if (key_ == "containerID") status_.container_id = value;
        break;
      case Place::kRunning:
        if (key_ == "startedAt") status_.running_since = ParseTimestamp(value);
        break;
      case Place::kTerminated:
        TakeTermination(&*status_.terminated, value);
        break;
      case Place::kLastTerminated:
        TakeTermination(&*status_.last_termination, value);
        break;
      default:
        break;
    }
  }

  void TakeTermination(Termination* termination, const std::string& value) {
    if (key_ == "reason") termination->reason = value;
    if (key_ == "startedAt") termination->started_at = ParseTimestamp(value);
    if (key_ == "finishedAt") termination->finished_at = ParseTimestamp(value);
  }

  void TakeNumber(double value) {
    if (places_.empty()) return;
    if (IsProbe(place())) {
      if (key_ == "initialDelaySeconds") probe_->initial_delay_seconds = value;
      if (key_ == "periodSeconds") probe_->period_seconds = value;
      if (key_ == "timeoutSeconds") probe_->timeout_seconds = value;
      if (key_ == "successThreshold") probe_->success_threshold = value;
      if (key_ == "failureThreshold") probe_->failure_threshold = value;
    }
    if (place() == Place::kHandler) {
      MixIntoHandler(key_);
      MixIntoHandler(std::to_string(value));
    }
    if (place() == Place::kContainerStatus && key_ == "restartCount") {
      status_.restart_count = ToInt(value);
    }
    if (place() == Place::kTerminated && key_ == "exitCode") {
      status_.terminated->exit_code = ToInt(value);
    }
    if (place() == Place::kLastTerminated && key_ == "exitCode") {
      status_.last_termination->exit_code = ToInt(value);
    }
  }

  void TakeBool(bool value) {
    if (places_.empty()) return;
    if (place() == Place::kOwner && key_ == "controller") is_controller_ = value;
    if (place() == Place::kContainerStatus && key_ == "ready") status_.ready = value;
    if (place() == Place::kContainerStatus && key_ == "started") status_.started = value;
  }

  static int ToInt(double value) {
    constexpr double kMost = std::numeric_limits<int>::max();
    if (std::isnan(value)) return 0;
    return static_cast<int>(std::fmin(std::fmax(value, -kMost), kMost));
  }

  std::vector<Pod>* const pods_;
  std::vector<Place> places_;
  std::string key_;
  JsonError error_;
  PodListFrame frame_;
  bool in_init_containers_ = false;

  Pod pod_;
  std::string mirror_uid_;
  std::vector<PodContainer> statuses_;
  std::string owner_kind_, owner_name_;
  bool is_controller_ = false;
  PodContainer container_;
  bool is_restartable_ = false;
  ProbeSpec* probe_ = nullptr;  // into container_
  std::string condition_type_, condition_status_;
  std::optional<double> condition_time_;
  PodContainer status_;
};

std::optional<JsonError> Parse(std::string_view json, PodListHandler* handler) {
  if (Json::sax_parse(json.begin(), json.end(), handler)) return std::nullopt;
  return handler->error();
}

}  // namespace

std::optional<JsonError> ParsePod(std::string_view json, std::vector<Pod>* pods) {
  PodListHandler handler({Place::kItems}, pods);
  return Parse(json, &handler);
}

std::optional<JsonError> ParsePodListFrame(std::string_view json, PodListFrame* frame,
                                           std::vector<Pod>* pods) {
  PodListHandler handler({}, pods);
  std::optional<JsonError> error = Parse(json, &handler);
  *frame = handler.frame();
  return error;
}

}  // namespace podprobe
