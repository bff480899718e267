#include "exporter/health/duration_log.h"

#include <algorithm>

namespace podprobe {

void DurationLog::Observe(const DurationHistogram& histogram, const ReadingContext& context,
                          double time) {
  last_seen_ = context.number;
  for (const HistogramHistory::Increment& increment : history_.Observe(histogram, context)) {
    entries_.push_back({.time = time, .increment = increment});
  }
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

void DurationLog::Prune(double time) {
  const auto is_over = [time](const Entry& entry) { return entry.time <= time; };
  // They are few, and ascending.
  entries_.erase(entries_.begin(), std::find_if_not(entries_.begin(), entries_.end(), is_over));
}

}  // namespace podprobe
