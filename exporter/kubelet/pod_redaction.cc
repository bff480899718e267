#include "exporter/kubelet/pod_redaction.h"

#include <openssl/evp.h>

#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

namespace podprobe {
namespace {

using Json = nlohmann::json;

// "[]" is an element of a list; "*" one of the three probes.
constexpr std::string_view kKept[] = {
    "kind",
    "apiVersion",
    "metadata.resourceVersion",
    "items",
    "items[].metadata.name",
    "items[].metadata.namespace",
    "items[].metadata.uid",
    "items[].metadata.creationTimestamp",
    "items[].metadata.deletionTimestamp",
    "items[].metadata.deletionGracePeriodSeconds",
    "items[].metadata.labels.pod-template-hash",
    "items[].metadata.labels.rollouts-pod-template-hash",
    "items[].metadata.annotations.kubernetes.io/config.source",
    "items[].metadata.annotations.kubernetes.io/config.mirror",
    "items[].metadata.ownerReferences[].apiVersion",
    "items[].metadata.ownerReferences[].kind",
    "items[].metadata.ownerReferences[].name",
    "items[].metadata.ownerReferences[].controller",
    "items[].spec.nodeName",
    "items[].spec.restartPolicy",
    "items[].spec.terminationGracePeriodSeconds",
    "items[].spec.containers[].name",
    "items[].spec.containers[].restartPolicy",
    "items[].spec.containers[].*.initialDelaySeconds",
    "items[].spec.containers[].*.periodSeconds",
    "items[].spec.containers[].*.timeoutSeconds",
    "items[].spec.containers[].*.successThreshold",
    "items[].spec.containers[].*.failureThreshold",
    "items[].spec.containers[].*.terminationGracePeriodSeconds",
    "items[].status.phase",
    "items[].status.qosClass",
    "items[].status.startTime",
    "items[].status.conditions[].type",
    "items[].status.conditions[].status",
    "items[].status.conditions[].lastTransitionTime",
    "items[].status.containerStatuses[].name",
    "items[].status.containerStatuses[].containerID",
    "items[].status.containerStatuses[].ready",
    "items[].status.containerStatuses[].started",
    "items[].status.containerStatuses[].restartCount",
    "items[].status.containerStatuses[].state.waiting.reason",
    "items[].status.containerStatuses[].state.running.startedAt",
    "items[].status.containerStatuses[].state.terminated.reason",
    "items[].status.containerStatuses[].state.terminated.exitCode",
    "items[].status.containerStatuses[].state.terminated.signal",
    "items[].status.containerStatuses[].state.terminated.startedAt",
    "items[].status.containerStatuses[].state.terminated.finishedAt",
    "items[].status.containerStatuses[].lastState.terminated.reason",
    "items[].status.containerStatuses[].lastState.terminated.exitCode",
    "items[].status.containerStatuses[].lastState.terminated.signal",
    "items[].status.containerStatuses[].lastState.terminated.startedAt",
    "items[].status.containerStatuses[].lastState.terminated.finishedAt",
};
constexpr std::string_view kHandlers[] = {
    "items[].spec.containers[].*.httpGet",
    "items[].spec.containers[].*.tcpSocket",
    "items[].spec.containers[].*.grpc",
    "items[].spec.containers[].*.exec",
};

// The values that are kept, and the objects and lists on the way to them.
class KeptPaths {
 public:
  KeptPaths() {
    for (const std::string_view path : kKept) {
      leaves_.emplace(path);
      AddWay(path);
    }
    for (const std::string_view path : kHandlers) AddWay(std::string(path) + ".");
  }

  bool HasLeaf(const std::string& path) const { return leaves_.contains(path); }
  bool HasWay(const std::string& path) const { return ways_.contains(path); }

 private:
  void AddWay(std::string_view path) {
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (path[i] == '.' || path[i] == '[') ways_.emplace(path.substr(0, i));
      if (path[i] == ']') ways_.emplace(path.substr(0, i + 1));
    }
  }

  std::set<std::string, std::less<>> leaves_;
  std::set<std::string, std::less<>> ways_;
};

std::string Text(const std::string& value) {
  return Json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
}

class Redactor : public nlohmann::json_sax<Json> {
 public:
  explicit Redactor(std::string_view salt) : salt_(salt) {}

  std::string Take() { return std::move(out_); }

  bool null() override { return Scalar("null"); }
  bool boolean(bool value) override { return Scalar(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return Scalar(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return Scalar(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return Scalar(text); }
  bool string(string_t& value) override {
    const bool is_known_word = key_ == "scheme" || key_ == "port";
    const bool is_private = handler_depth_ > 0 && !is_known_word;
    return Scalar(Text(is_private ? Fingerprint(value) : value));
  }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return Open('{'); }
  bool start_array(std::size_t) override { return Open('['); }
  bool end_object() override { return Close('}'); }
  bool end_array() override { return Close(']'); }
  bool key(string_t& key) override {
    key_ = key;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  struct Level {
    std::string path;
    bool is_list = false;
    bool has_members = false;
  };

  // Of what comes next.
  std::string Path() const {
    if (levels_.empty()) return "";
    const Level& level = levels_.back();
    if (level.is_list) return level.path + "[]";
    std::string name = key_;
    if (name == "readinessProbe" || name == "livenessProbe" || name == "startupProbe") name = "*";
    if (name == "initContainers") name = "containers";
    if (name == "initContainerStatuses") name = "containerStatuses";
    return level.path.empty() ? name : level.path + "." + name;
  }

  static bool IsHandler(const std::string& path) {
    for (const std::string_view handler : kHandlers) {
      if (path == handler) return true;
    }
    return false;
  }

  void BeginMember() {
    if (levels_.empty()) return;
    Level& level = levels_.back();
    if (level.has_members) out_ += ',';
    level.has_members = true;
    if (!level.is_list) out_ += Text(key_) + ":";
  }

  bool Scalar(const std::string& text) {
    if (skipped_depth_ > 0) return true;
    if (handler_depth_ == 0 && !kept_.HasLeaf(Path())) return true;
    BeginMember();
    out_ += text;
    return true;
  }

  bool Open(char bracket) {
    const std::string path = Path();
    if (skipped_depth_ > 0 || (handler_depth_ == 0 && !levels_.empty() && !kept_.HasWay(path))) {
      ++skipped_depth_;
      return true;
    }
    BeginMember();
    out_ += bracket;
    if (handler_depth_ > 0 || IsHandler(path)) ++handler_depth_;
    levels_.push_back({.path = path, .is_list = bracket == '['});
    return true;
  }

  bool Close(char bracket) {
    if (skipped_depth_ > 0) {
      --skipped_depth_;
      return true;
    }
    out_ += bracket;
    if (handler_depth_ > 0) --handler_depth_;
    levels_.pop_back();
    return true;
  }

  std::string Fingerprint(const std::string& value) const {
    const std::string salted = salt_ + value;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest = {};
    unsigned size = 0;
    EVP_Digest(salted.data(), salted.size(), digest.data(), &size, EVP_sha256(), nullptr);
    constexpr std::string_view kDigits = "0123456789abcdef";
    constexpr std::size_t kShownBytes = 8;
    std::string text = "redacted-";
    for (std::size_t i = 0; i < kShownBytes; ++i) {
      text += kDigits[digest[i] >> 4];
      text += kDigits[digest[i] & 15];
    }
    return text;
  }

  const std::string salt_;
  const KeptPaths kept_;
  std::string out_;
  std::vector<Level> levels_;      // of what is kept
  std::size_t skipped_depth_ = 0;  // how deep we are in something that is not
  std::size_t handler_depth_ = 0;  // how deep we are in a probe's handler
  std::string key_;
};

}  // namespace

std::optional<std::string> RedactPodList(std::string_view json, std::string_view salt) {
  Redactor redactor(salt);
  if (!Json::sax_parse(json.begin(), json.end(), &redactor)) return std::nullopt;
  return redactor.Take();
}

}  // namespace podprobe
