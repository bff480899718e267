#include "exporter/health/increments.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace podprobe {
namespace {

// What a kubelet's start explains lies within a minute of it: no kubelet is restarted so often.
constexpr std::size_t kProcessesRemembered = 16;
constexpr double kKeptSeconds = 3600;

}  // namespace

ReadingContext ReadingSequence::Next(const ProbesReading& reading, double steady_seconds) {
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
  times_.push_back(steady_seconds);
  while (times_.front() <= steady_seconds - kKeptSeconds) times_.pop_front();
  const ReadingContext context = {.number = number_,
                                  .last_complete = last_complete_,
                                  .kept_from = number_ + 1 - times_.size(),
                                  .process = process_};
  if (!reading.has_bad_lines) {
    last_complete_ = number_;
    times_.clear();
    times_.push_back(steady_seconds);
  }
  return context;
}

void HistogramHistory::FindBucket(std::size_t* index, double upper_bound,
                                  std::vector<double>* bounds) {
  while (*index < bounds->size() && (*bounds)[*index] < upper_bound) ++*index;
  if (*index < bounds->size() && (*bounds)[*index] == upper_bound) return;
  if (std::isfinite(upper_bound)) new_bounds_.push_back(upper_bound);
  const auto place = static_cast<std::ptrdiff_t>(*index);
  bounds->insert(bounds->begin() + place, upper_bound);
  values_.insert(values_.begin() + place, 0);
  each_seen_.insert(each_seen_.begin() + place, LastSeen());
}

void HistogramHistory::ForgetBuckets() {
  bounds_.reset();
  values_.clear();
  each_seen_.clear();
  bounds_id_ = 0;
}

void HistogramHistory::ShareBounds(SharedBounds* last) {
  if (bounds_ == *last || bounds_ == nullptr) return;
  if (*last != nullptr && **last == *bounds_) {
    bounds_ = *last;
  } else {
    *last = bounds_;
  }
}

std::optional<double> HistogramHistory::BoundFrom(double least) const {
  if (known_bound_.version != bounds_version_ || known_bound_.least != least) {
    known_bound_ = {.version = bounds_version_, .least = least, .bound = FindBound(least)};
  }
  return known_bound_.bound;
}

std::optional<double> HistogramHistory::FindBound(double least) const {
  if (bounds_ == nullptr) return std::nullopt;
  auto bound = std::ranges::lower_bound(*bounds_, least);
  const auto was_seen = [this](auto at) {
    return each_seen_.empty() ||
           each_seen_[static_cast<std::size_t>(at - bounds_->begin())].reading ==
               buckets_seen_.reading;
  };
  while (bound != bounds_->end() && !was_seen(bound)) ++bound;
  if (bound == bounds_->end() || !std::isfinite(*bound)) return std::nullopt;
  return *bound;
}

HistogramHistory::Increments HistogramHistory::Observe(const DurationHistogram& histogram,
                                                       const ReadingContext& context) {
  const bool has_fallen =
      histogram.count && count_.is_remembered(context) && *histogram.count < count_.value();
  if (has_fallen) {
    ForgetBuckets();
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
                                      const ReadingContext& context) {
  const std::vector<DurationHistogram::Bucket>& seen = histogram.buckets;
  if (values_.empty() || !each_seen_.empty() || values_.size() != seen.size()) return false;
  if (!buckets_seen_.is_remembered(context)) return false;
  if (bounds_id_ != 0 && bounds_id_ == histogram.bounds_id) return true;
  if (!std::ranges::equal(*bounds_, seen, {}, {}, &DurationHistogram::Bucket::upper_bound)) {
    return false;
  }
  bounds_id_ = histogram.bounds_id;
  return true;
}

HistogramHistory::Increments HistogramHistory::ObserveSameBuckets(
    const DurationHistogram& histogram, double all, const ReadingContext& context) {
  Increments increments;
  buckets_seen_ = LastSeen::In(context);
  const std::size_t last = values_.size() - 1;
  double* const values = values_.data();
  double below = 0;
  const auto observe = [&](std::size_t i, double count) {
    const double up_to = Increase(std::exchange(values[i], count), count);
    if (up_to == below) return;
    increments.push_back({.upper_bound = (*bounds_)[i], .count = up_to - below});
    below = up_to;
  };
  const DurationHistogram::Bucket* const seen = histogram.buckets.data();
  for (std::size_t i = 0; i < last; ++i) observe(i, seen[i].count);
  observe(last, all);
  return increments;
}

HistogramHistory::Increments HistogramHistory::ObserveBuckets(const DurationHistogram& histogram,
                                                              double all,
                                                              const ReadingContext& context) {
  Increments increments;
  std::vector<double> bounds;
  if (bounds_ != nullptr) bounds = *bounds_;
  const bool had_all = !bounds.empty() && each_seen_.empty();
  const std::size_t were_known = bounds.size();
  const LastSeen now = LastSeen::In(context);
  if (bounds.empty()) {
    bounds.reserve(histogram.buckets.size() + 1);
    values_.reserve(histogram.buckets.size() + 1);
  }
  if (had_all) each_seen_.assign(bounds.size(), buckets_seen_);
  bounds_id_ = 0;
  buckets_seen_ = now;
  double below = 0;
  std::size_t index = 0;
  std::size_t seen = 0;
  const auto observe = [&](double upper_bound, double count) {
    FindBucket(&index, upper_bound, &bounds);
    const bool is_remembered = each_seen_[index].is_remembered(context);
    const double previous = std::exchange(values_[index], count);
    each_seen_[index] = now;
    const double up_to = context.is_first() ? 0 : Increase(is_remembered ? previous : 0, count);
    if (up_to != below) increments.push_back({.upper_bound = upper_bound, .count = up_to - below});
    below = up_to;
    ++index;
    ++seen;
  };
  for (const DurationHistogram::Bucket& bucket : histogram.buckets) {
    if (!std::isfinite(bucket.upper_bound)) continue;
    observe(bucket.upper_bound, bucket.count);
  }
  observe(std::numeric_limits<double>::infinity(), all);
  const bool has_all = seen == bounds.size();
  const bool has_more = bounds.size() > were_known;
  if (has_all) each_seen_ = {};
  if (!has_all || !had_all || has_more) ++bounds_version_;
  if (has_more) bounds_ = std::make_shared<const std::vector<double>>(std::move(bounds));
  return increments;
}

}  // namespace podprobe
