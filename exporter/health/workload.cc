#include "exporter/health/workload.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

namespace podprobe {
namespace {

constexpr double kSecondsPerDay = 86400;
constexpr std::size_t kCronJobDigits = 8;

// `name` without `suffix` and the dash before it; absent if it does not end so.
std::optional<std::string> WithoutSuffix(std::string_view name, std::string_view suffix) {
  const bool ends_so = !suffix.empty() && name.size() > suffix.size() + 1 &&
                       name.ends_with(suffix) && name[name.size() - suffix.size() - 1] == '-';
  if (!ends_so) return std::nullopt;
  return std::string(name.substr(0, name.size() - suffix.size() - 1));
}

std::optional<std::string> CronJobOf(const Pod& pod) {
  const std::string_view job = pod.owner_name;
  if (job.size() < kCronJobDigits || !pod.creation_timestamp) return std::nullopt;
  const std::string_view digits = job.substr(job.size() - kCronJobDigits);
  double minutes = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return std::nullopt;
    minutes = minutes * 10 + (digit - '0');
  }
  if (std::fabs(minutes * 60 - *pod.creation_timestamp) > kSecondsPerDay) return std::nullopt;
  return WithoutSuffix(job, digits);
}

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

}  // namespace

Workload WorkloadOf(const Pod& pod) {
  if (!pod.config_source.empty() && pod.config_source != "api") {
    return {.name = WithoutSuffix(pod.name, pod.node_name).value_or(pod.name), .type = "staticpod"};
  }
  if (pod.owner_kind.empty()) return {.name = pod.name, .type = "barepod"};
  if (pod.owner_kind == "ReplicaSet") {
    if (auto name = WithoutSuffix(pod.owner_name, pod.rollout_template_hash)) {
      return {.name = *name, .type = "rollout"};
    }
    if (auto name = WithoutSuffix(pod.owner_name, pod.template_hash)) {
      return {.name = *name, .type = "deployment"};
    }
  }
  if (pod.owner_kind == "Job") {
    if (auto name = CronJobOf(pod)) return {.name = *name, .type = "cronjob"};
  }
  return {.name = pod.owner_name, .type = LowerCase(pod.owner_kind)};
}

}  // namespace podprobe
