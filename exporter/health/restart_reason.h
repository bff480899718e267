#ifndef PODPROBE_EXPORTER_HEALTH_RESTART_REASON_H_
#define PODPROBE_EXPORTER_HEALTH_RESTART_REASON_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "parsers/pod_list.h"

namespace podprobe {

// Why a container was started anew, in the order in which the rules are asked.
enum class RestartReason { kOomKilled, kStartup, kLiveness, kCompleted, kError, kUnknown };
inline constexpr std::size_t kRestartReasonCount = 6;

constexpr std::string_view RestartReasonName(RestartReason reason) {
  constexpr std::array<std::string_view, kRestartReasonCount> kNames = {
      "oom_killed", "startup", "liveness", "completed", "error", "unknown"};
  return kNames[static_cast<std::size_t>(reason)];
}

// Which probes of a container had reached the threshold at which the kubelet kills it.
struct KillingProbes {
  bool startup = false;
  bool liveness = false;
};

inline RestartReason RestartReasonOf(const std::optional<Termination>& last_termination,
                                     const KillingProbes& killing) {
  if (last_termination && last_termination->reason == "OOMKilled") {
    return RestartReason::kOomKilled;
  }
  if (killing.startup) return RestartReason::kStartup;
  if (killing.liveness) return RestartReason::kLiveness;
  if (!last_termination) return RestartReason::kUnknown;
  return last_termination->exit_code == 0 ? RestartReason::kCompleted : RestartReason::kError;
}

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_RESTART_REASON_H_
