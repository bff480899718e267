#ifndef PODPROBE_EXPORTER_HEALTH_PHASE_H_
#define PODPROBE_EXPORTER_HEALTH_PHASE_H_

#include <array>
#include <cstddef>
#include <string_view>

namespace podprobe {

// When in a pod's life a result fell.
enum class Phase { kStartup, kSteady, kTerminating };
inline constexpr std::array kAllPhases = {Phase::kStartup, Phase::kSteady, Phase::kTerminating};

constexpr std::string_view PhaseName(Phase phase) {
  constexpr std::array<std::string_view, 3> kNames = {"startup", "steady", "terminating"};
  return kNames[static_cast<std::size_t>(phase)];
}

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_PHASE_H_
