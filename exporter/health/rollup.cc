#include "exporter/health/rollup.h"

#include <string>

namespace podprobe {

void Rollup::Ensure(Phase phase, bool is_late) {
  Series& series = series_[static_cast<std::size_t>(phase)];
  if (series.exists) return;
  series.exists = true;
  series.is_late = is_late;
}

void Rollup::Count(Phase phase, double steady_time, const ResultCounts& added) {
  if (added.attempts() == 0) return;
  Ensure(phase, /*is_late=*/true);
  Series& series = series_[static_cast<std::size_t>(phase)];
  series.total += added;
  if (phase == Phase::kSteady) steady_.Add(steady_time, added);
}

std::vector<PhaseCounts> Rollup::Serve(const Instant& now, double born_at_zero_seconds) {
  std::vector<PhaseCounts> served;
  for (const Phase phase : kAllPhases) {
    Series& series = series_[static_cast<std::size_t>(phase)];
    if (!series.exists) continue;
    if (!series.shown_since) series.shown_since = now.steady_seconds;
    const bool is_held =
        series.is_late && now.steady_seconds - *series.shown_since < born_at_zero_seconds;
    served.push_back({.phase = std::string(PhaseName(phase)),
                      .attempts = is_held ? 0 : series.total.attempts(),
                      .failures = is_held ? 0 : series.total.failures});
  }
  return served;
}

}  // namespace podprobe
