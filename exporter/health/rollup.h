#ifndef PODPROBE_EXPORTER_HEALTH_ROLLUP_H_
#define PODPROBE_EXPORTER_HEALTH_ROLLUP_H_

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "exporter/health/instant.h"
#include "exporter/health/sliding_counts.h"
#include "exporter/health/snapshot.h"

namespace podprobe {

enum class Phase { kStartup, kSteady, kTerminating };
inline constexpr std::array kAllPhases = {Phase::kStartup, Phase::kSteady, Phase::kTerminating};

constexpr std::string_view PhaseName(Phase phase) {
  constexpr std::array<std::string_view, 3> kNames = {"startup", "steady", "terminating"};
  return kNames[static_cast<std::size_t>(phase)];
}

// What is counted under one set of served labels, over all pods that share it.
// Counters begin at 0 with the exporter and never fall.
class Rollup {
 public:
  // The phase's two counters exist from now on. A late one (see design,
  // "born at zero") is served as 0 for a while, so that increase() in a
  // monitoring system sees its first increments.
  void Ensure(Phase phase, bool is_late);
  void Count(Phase phase, double steady_time, const ResultCounts& added);

  // The counters as a page at `now` shows them; a page that shows a phase for
  // the first time is remembered as its birth.
  std::vector<PhaseCounts> Serve(const Instant& now, double born_at_zero_seconds);

  const SlidingCounts& steady() const { return steady_; }
  void Prune(double steady_time) { steady_.Prune(steady_time); }

 private:
  struct Series {
    bool exists = false;
    bool is_late = false;
    std::optional<double> shown_since;  // steady time
    ResultCounts total;
  };
  std::array<Series, 3> series_;
  SlidingCounts steady_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_ROLLUP_H_
