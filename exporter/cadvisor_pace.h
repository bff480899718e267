#ifndef PODPROBE_EXPORTER_CADVISOR_PACE_H_
#define PODPROBE_EXPORTER_CADVISOR_PACE_H_

#include <algorithm>
#include <optional>

#include "exporter/health/instant.h"

namespace podprobe {

// How often /metrics/cadvisor is read. It is the kubelet's dearest page, and
// only failures need what it says.
struct CadvisorPace {
  double interval_seconds = 0;
  // Something failed lately. When this begins, a reading is wanted at once.
  bool is_fast = false;
};

// `slow_seconds` is the interval while all is well.
inline CadvisorPace CadvisorPaceAt(const Instant& now, const std::optional<Instant>& last_failure,
                                   double slow_seconds) {
  constexpr double kFastSeconds = 10;
  constexpr double kFastForSeconds = 120;
  const bool is_fast = last_failure.has_value() &&
                       now.steady_seconds - last_failure->steady_seconds < kFastForSeconds;
  return {.interval_seconds = is_fast ? std::min(kFastSeconds, slow_seconds) : slow_seconds,
          .is_fast = is_fast};
}

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_CADVISOR_PACE_H_
