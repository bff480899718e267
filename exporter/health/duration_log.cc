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
    AddToWindow(increment);
  }
  return added;
}

void DurationLog::AddToWindow(const HistogramHistory::Increment& increment) {
  const auto bucket = std::ranges::lower_bound(window_, increment.upper_bound, {},
                                               &HistogramHistory::Increment::upper_bound);
  if (bucket != window_.end() && bucket->upper_bound == increment.upper_bound) {
    bucket->count += increment.count;
  } else {
    window_.insert(bucket, increment);
  }
}

void DurationLog::Prune(double time) {
  auto kept = entries_.begin();
  for (; kept != entries_.end() && kept->time <= time; ++kept) {
    AddToWindow({.upper_bound = kept->increment.upper_bound, .count = -kept->increment.count});
  }
  if (kept != entries_.begin()) entries_.erase(entries_.begin(), kept);
}

void DurationLog::Clear() {
  entries_.clear();
  window_.clear();
}

std::optional<DurationLog::Share> DurationLog::NearTimeout(double timeout_seconds) const {
  const auto slow_bound = std::ranges::lower_bound(history_.bounds(), timeout_seconds / 2);
  if (slow_bound == history_.bounds().end() || *slow_bound >= timeout_seconds) return std::nullopt;
  Share share;
  for (const HistogramHistory::Increment& bucket : window_) {
    share.all += bucket.count;
    if (bucket.upper_bound > *slow_bound) share.slow += bucket.count;
  }
  share.slow = std::clamp(share.slow, 0.0, std::max(0.0, share.all));
  return share;
}

std::optional<double> DurationLog::QuantileBound(double quantile) const {
  double all = 0;
  for (const HistogramHistory::Increment& bucket : window_) all += bucket.count;
  if (all <= 0) return std::nullopt;
  double up_to = 0;
  for (const HistogramHistory::Increment& bucket : window_) {
    up_to += bucket.count;
    if (up_to >= quantile * all) return bucket.upper_bound;
  }
  return std::numeric_limits<double>::infinity();
}

}  // namespace podprobe
