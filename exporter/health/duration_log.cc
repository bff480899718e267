#include "exporter/health/duration_log.h"

#include <algorithm>
#include <limits>

#include "exporter/health/fetch_ahead.h"

namespace podprobe {

DurationLog::Added DurationLog::Observe(const DurationHistogram& histogram,
                                        const ReadingContext& context, std::uint32_t reading) {
  last_seen_ = context.number;
  const std::uint32_t bounds_version = history_.bounds_version();
  Added added = {.increments = history_.Observe(histogram, context),
                 .bounds = {},
                 .sum_seconds = history_.sum_increase()};
  if (!added.increments.empty() || history_.bounds_version() != bounds_version) ForgetAnswers();
  if (!added.increments.empty()) pruned_to_ = std::min(pruned_to_, reading);
  for (const HistogramHistory::Increment& increment : added.increments) {
    const std::size_t bucket = PlaceOf(increment.upper_bound);
    window_[bucket].count += increment.count;
    const double count = increment.count;
    const bool is_small = bucket <= UINT16_MAX && count >= 0 && count <= UINT16_MAX &&
                          count == static_cast<double>(static_cast<std::uint16_t>(count));
    if (is_small) {
      if (entries_.size() == entries_.capacity()) Compact();
      entries_.push_back({.reading = reading,
                          .bucket = static_cast<std::uint16_t>(bucket),
                          .count = static_cast<std::uint16_t>(count)});
    } else {
      big_entries_.push_back({.reading = reading, .increment = increment});
    }
  }
  return added;
}

std::size_t DurationLog::PlaceOf(double upper_bound) {
  const auto at =
      std::ranges::lower_bound(window_, upper_bound, {}, &HistogramHistory::Increment::upper_bound);
  const auto place = static_cast<std::size_t>(at - window_.begin());
  if (at != window_.end() && at->upper_bound == upper_bound) return place;
  window_.insert(at, {.upper_bound = upper_bound});
  Compact();
  // An entry whose bucket moves out of reach becomes a big one.
  std::erase_if(entries_, [&](Entry& entry) {
    if (entry.bucket < place) return false;
    if (entry.bucket < UINT16_MAX) {
      ++entry.bucket;
      return false;
    }
    big_entries_.push_back(
        {.reading = entry.reading,
         .increment = {.upper_bound = window_[std::size_t{UINT16_MAX} + 1].upper_bound,
                       .count = static_cast<double>(entry.count)}});
    return true;
  });
  return place;
}

void DurationLog::PruneTo(std::uint32_t first_reading) {
  pruned_to_ = first_reading;
  const std::size_t were_pruned = pruned_;
  for (; pruned_ < entries_.size() && entries_[pruned_].reading < first_reading; ++pruned_) {
    window_[entries_[pruned_].bucket].count -= entries_[pruned_].count;
  }
  if (pruned_ != were_pruned) ForgetAnswers();
  if (big_entries_.empty()) return;
  ForgetAnswers();
  std::erase_if(big_entries_, [&](const BigEntry& big) {
    if (big.reading >= first_reading) return false;
    window_[PlaceOf(big.increment.upper_bound)].count -= big.increment.count;
    return true;
  });
}

void DurationLog::FetchInside() const {
  history_.FetchInside();
  FetchAhead(entries_.data() + pruned_, sizeof(Entry));
  FetchAhead(entries_.data() + entries_.size(), sizeof(Entry));
}

void DurationLog::Compact() {
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(pruned_));
  pruned_ = 0;
}

void DurationLog::Clear() {
  entries_.clear();
  pruned_ = 0;
  big_entries_.clear();
  window_.clear();
  ForgetAnswers();
}

void DurationLog::ForgetAnswers() {
  near_timeout_.reset();
  quantile_bound_.reset();
}

std::optional<DurationLog::Share> DurationLog::NearTimeout(double timeout_seconds) const {
  if (!near_timeout_ || near_timeout_->asked != timeout_seconds) {
    near_timeout_ = {.asked = timeout_seconds, .answer = FindNearTimeout(timeout_seconds)};
  }
  return near_timeout_->answer;
}

std::optional<double> DurationLog::QuantileBound(double quantile) const {
  if (!quantile_bound_ || quantile_bound_->asked != quantile) {
    quantile_bound_ = {.asked = quantile, .answer = FindQuantileBound(quantile)};
  }
  return quantile_bound_->answer;
}

std::optional<DurationLog::Share> DurationLog::FindNearTimeout(double timeout_seconds) const {
  const std::optional<double> slow_bound = history_.BoundFrom(timeout_seconds / 2);
  if (!slow_bound || *slow_bound >= timeout_seconds) return std::nullopt;
  Share share;
  for (const HistogramHistory::Increment& bucket : window_) {
    share.all += bucket.count;
    if (bucket.upper_bound > *slow_bound) share.slow += bucket.count;
  }
  share.slow = std::clamp(share.slow, 0.0, std::max(0.0, share.all));
  return share;
}

std::optional<double> DurationLog::FindQuantileBound(double quantile) const {
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
