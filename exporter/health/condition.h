#ifndef PODPROBE_EXPORTER_HEALTH_CONDITION_H_
#define PODPROBE_EXPORTER_HEALTH_CONDITION_H_

#include <array>
#include <cstddef>
#include <string_view>

namespace podprobe {

// How one container's probe stands, as served in the label `state`.
enum class Condition {
  kPassing,
  kNotRunning,    // there is no container to probe
  kActing,        // the threshold is reached: the kubelet kills it, or holds it unready
  kStalled,       // it should be probed and is not
  kInitializing,  // starting, no success yet
  kFailing,
};

inline constexpr std::array kAllConditions = {Condition::kPassing,      Condition::kNotRunning,
                                              Condition::kActing,       Condition::kStalled,
                                              Condition::kInitializing, Condition::kFailing};

constexpr std::string_view ConditionName(Condition condition) {
  constexpr std::array<std::string_view, 6> kNames = {"passing", "not_running",  "acting",
                                                      "stalled", "initializing", "failing"};
  return kNames[static_cast<std::size_t>(condition)];
}

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_CONDITION_H_
