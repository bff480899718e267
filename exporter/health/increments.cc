#include "exporter/health/increments.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace podprobe {
namespace {

// What a kubelet's start explains lies within a minute of it: no kubelet is restarted so often.
constexpr std::size_t kProcessesRemembered = 16;

}  // namespace

ReadingContext ReadingSequence::Next(const ProbesReading& reading) {
  // A page without the start time says nothing of the process: only another one is a new one.
  const std::optional<double> start = reading.process_start_unix_seconds;
  is_new_process_ = start && process_start_ && *start != *process_start_;
  if (is_new_process_) {
    ++process_;
    ++restarts_;
  }
  if (start && start != process_start_) {
    process_start_ = start;
    if (process_starts_.size() == kProcessesRemembered) {
      process_starts_.erase(process_starts_.begin());
    }
    process_starts_.push_back(*start);
  }
  ++number_;
  const ReadingContext context = {
      .number = number_, .last_complete = last_complete_, .process = process_};
  if (!reading.has_bad_lines) last_complete_ = number_;
  return context;
}

void HistogramHistory::FindBucket(std::size_t* index, double upper_bound) {
  while (*index < buckets_.size() && buckets_[*index].upper_bound < upper_bound) ++*index;
  const auto at = buckets_.begin() + static_cast<std::ptrdiff_t>(*index);
  if (at != buckets_.end() && at->upper_bound == upper_bound) return;
  if (std::isfinite(upper_bound)) new_bounds_.push_back(upper_bound);
  buckets_.insert(at, {.upper_bound = upper_bound});
}

std::optional<double> HistogramHistory::BoundFrom(double least) const {
  if (known_bound_.version != bounds_version_ || known_bound_.least != least) {
    known_bound_ = {.version = bounds_version_, .least = least, .bound = FindBound(least)};
  }
  return known_bound_.bound;
}

std::optional<double> HistogramHistory::FindBound(double least) const {
  auto bucket = std::ranges::lower_bound(buckets_, least, {}, &Bucket::upper_bound);
  while (bucket != buckets_.end() && bucket->history.seen_in() != buckets_seen_in_) ++bucket;
  if (bucket == buckets_.end() || !std::isfinite(bucket->upper_bound)) return std::nullopt;
  return bucket->upper_bound;
}

HistogramHistory::Increments HistogramHistory::Observe(const DurationHistogram& histogram,
                                                       const ReadingContext& context) {
  const bool has_fallen =
      histogram.count && count_.is_remembered(context) && *histogram.count < count_.value();
  if (has_fallen) {
    buckets_.clear();
    sum_ = CounterHistory();
  }
  sum_increase_ = histogram.sum ? sum_.Observe(*histogram.sum, context) : 0;
  std::optional<double> all = histogram.count;
  if (all) {
    count_.Observe(*all, context);
  } else if (!histogram.buckets.empty() && std::isinf(histogram.buckets.back().upper_bound)) {
    all = histogram.buckets.back().count;
  }
  if (!all) return {};
  return HasSameBuckets(histogram, context) ? ObserveSameBuckets(histogram, *all, context)
                                            : ObserveBuckets(histogram, *all, context);
}

bool HistogramHistory::HasSameBuckets(const DurationHistogram& histogram,
                                      const ReadingContext& context) const {
  const std::vector<DurationHistogram::Bucket>& seen = histogram.buckets;
  if (!had_all_buckets_ || buckets_.empty() || buckets_.size() != seen.size()) return false;
  // All were last seen together.
  if (!buckets_.front().history.is_remembered(context)) return false;
  return std::ranges::equal(buckets_, seen, {}, &Bucket::upper_bound,
                            &DurationHistogram::Bucket::upper_bound);
}

HistogramHistory::Increments HistogramHistory::ObserveSameBuckets(
    const DurationHistogram& histogram, double all, const ReadingContext& context) {
  Increments increments;
  double below = 0;
  buckets_seen_in_ = context.number;
  const std::size_t last = buckets_.size() - 1;
  for (std::size_t i = 0; i <= last; ++i) {
    const double count = i == last ? all : histogram.buckets[i].count;
    const double up_to = buckets_[i].history.Continue(count, context);
    if (up_to == below) continue;
    increments.push_back({.upper_bound = buckets_[i].upper_bound, .count = up_to - below});
    below = up_to;
  }
  return increments;
}

HistogramHistory::Increments HistogramHistory::ObserveBuckets(const DurationHistogram& histogram,
                                                              double all,
                                                              const ReadingContext& context) {
  Increments increments;
  double below = 0;
  std::size_t index = 0;
  bool has_all = true;
  const auto observe = [&](double upper_bound, double count) {
    if (index == buckets_.size() || buckets_[index].upper_bound != upper_bound) {
      has_all = false;
      FindBucket(&index, upper_bound);
    }
    const double up_to = buckets_[index++].history.Observe(count, context);
    if (up_to != below) increments.push_back({.upper_bound = upper_bound, .count = up_to - below});
    below = up_to;
  };
  if (buckets_.empty()) buckets_.reserve(histogram.buckets.size() + 1);
  buckets_seen_in_ = context.number;
  for (const DurationHistogram::Bucket& bucket : histogram.buckets) {
    if (!std::isfinite(bucket.upper_bound)) continue;
    observe(bucket.upper_bound, bucket.count);
  }
  observe(std::numeric_limits<double>::infinity(), all);
  has_all = has_all && index == buckets_.size();
  if (!has_all || !had_all_buckets_) ++bounds_version_;
  had_all_buckets_ = has_all;
  return increments;
}

}  // namespace podprobe
