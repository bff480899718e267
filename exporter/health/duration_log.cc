#include "exporter/health/duration_log.h"

#include <algorithm>
#include <limits>

namespace podprobe {

DurationLog::Added DurationLog::Observe(const DurationHistogram& histogram,
                                        const ReadingContext& context, double time) {
  last_seen_ = context.number;
  Added added = {.increments = history_.Observe(histogram, context),
                 .bounds = history_.bounds(),
                 .sum_seconds = history_.sum_increase()};
  for (const HistogramHistory::Increment& increment : added.increments) {
    entries_.push_back({.time = time, .increment = increment});
  }
  return added;
}

std::optional<DurationLog::Share> DurationLog::NearTimeout(double timeout_seconds,
                                                           double window_seconds,
                                                           double now) const {
  std::optional<double> slow_bound;
  for (const double bound : history_.bounds()) {
    if (timeout_seconds / 2 <= bound && bound < timeout_seconds) {
      slow_bound = bound;
      break;
    }
  }
  if (!slow_bound) return std::nullopt;
  Share share;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (entry->time <= now - window_seconds) break;
    share.all += entry->increment.count;
    if (entry->increment.upper_bound > *slow_bound) share.slow += entry->increment.count;
  }
  share.slow = std::clamp(share.slow, 0.0, std::max(0.0, share.all));
  return share;
}

std::optional<double> DurationLog::QuantileBound(double quantile, double window_seconds,
                                                 double now) const {
  std::vector<double> counts(history_.bounds().size() + 1);
  double all = 0;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (entry->time <= now - window_seconds) break;
    const auto bucket = std::ranges::lower_bound(history_.bounds(), entry->increment.upper_bound);
    counts[static_cast<std::size_t>(bucket - history_.bounds().begin())] += entry->increment.count;
    all += entry->increment.count;
  }
  if (all <= 0) return std::nullopt;
  double up_to = 0;
  for (std::size_t i = 0; i < history_.bounds().size(); ++i) {
    up_to += counts[i];
    if (up_to >= quantile * all) return history_.bounds()[i];
  }
  return std::numeric_limits<double>::infinity();
}

void DurationLog::Prune(double time) {
  const auto is_over = [time](const Entry& entry) { return entry.time <= time; };
  // They are few, and ascending.
  entries_.erase(entries_.begin(), std::find_if_not(entries_.begin(), entries_.end(), is_over));
}

}  // namespace podprobe
