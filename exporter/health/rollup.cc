#include "exporter/health/rollup.h"

#include <algorithm>

namespace podprobe {

void Rollup::Ensure(Phase phase, bool is_late) {
  std::optional<Series>& series = phases_[static_cast<std::size_t>(phase)];
  if (!series) series = Series{.birth = Birth(is_late), .total = {}};
}

void Rollup::Count(Phase phase, const Place& place, const ResultCounts& added) {
  if (added.attempts() == 0) return;
  Ensure(phase, /*is_late=*/true);
  phases_[static_cast<std::size_t>(phase)]->total += added;
  if (phase != Phase::kSteady) return;
  steady_.Add(place.reading, added);
  minutes_.Add(place.minute, added.successes, added.attempts());
}

void Rollup::CountCause(Cause cause, double failures) {
  if (failures <= 0) return;
  auto at = std::ranges::lower_bound(causes_, cause, {}, &std::pair<Cause, LateCounter>::first);
  if (at == causes_.end() || at->first != cause) at = causes_.insert(at, {cause, LateCounter()});
  at->second.total += failures;
}

void Rollup::ServePhases(const Instant& now, double hold_seconds, PhaseCountsList* served) {
  for (const Phase phase : kAllPhases) {
    std::optional<Series>& series = phases_[static_cast<std::size_t>(phase)];
    if (!series) continue;
    PhaseCounts& counts = served->emplace_back();
    counts.phase = PhaseName(phase);
    if (series->birth.IsHeldAtZero(now, hold_seconds)) continue;
    counts.attempts = series->total.attempts();
    counts.failures = series->total.failures;
  }
}

void Rollup::ServeCauses(const Instant& now, double hold_seconds, std::vector<CauseCount>* served) {
  for (auto& [cause, counter] : causes_) {
    served->push_back({.cause = CauseName(cause), .failures = counter.Serve(now, hold_seconds)});
  }
}

void Rollup::TakeBackBirths(const Instant& now) {
  for (std::optional<Series>& series : phases_) {
    if (series) series->birth.TakeBack(now);
  }
  for (auto& [cause, counter] : causes_) counter.birth.TakeBack(now);
}

void PodCounts::CountRestarts(const std::string& container, RestartReason reason, double restarts) {
  if (restarts > 0) restarts_[{container, reason}].total += restarts;
}

void PodCounts::EnsureUnready(bool is_late) {
  if (!unready_) unready_ = Unready{.birth = Birth(is_late), .total = {}};
}

void PodCounts::CountUnready(double transitions, double seconds) {
  if (!unready_) return;
  unready_->total.transitions += transitions;
  unready_->total.seconds += seconds;
}

std::vector<RestartCount> PodCounts::ServeRestarts(const Instant& now, double hold_seconds) {
  std::vector<RestartCount> served;
  for (auto& [key, counter] : restarts_) {
    served.push_back({.container = key.first,
                      .reason = RestartReasonName(key.second),
                      .restarts = counter.Serve(now, hold_seconds)});
  }
  return served;
}

std::optional<UnreadyCounts> PodCounts::ServeUnready(const Instant& now, double hold_seconds) {
  if (!unready_) return std::nullopt;
  if (unready_->birth.IsHeldAtZero(now, hold_seconds)) return UnreadyCounts();
  return unready_->total;
}

void PodCounts::TakeBackBirths(const Instant& now) {
  for (auto& [key, counter] : restarts_) counter.birth.TakeBack(now);
  if (unready_) unready_->birth.TakeBack(now);
}

}  // namespace podprobe
