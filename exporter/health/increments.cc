#include "exporter/health/increments.h"

#include <cmath>
#include <limits>

namespace podprobe {

ReadingContext ReadingSequence::Next(const ProbesReading& reading) {
  // A page without the start time says nothing of the process: only another one is a new one.
  const std::optional<double> start = reading.process_start_unix_seconds;
  is_new_process_ = start && process_start_ && *start != *process_start_;
  if (is_new_process_) {
    ++process_;
    ++restarts_;
  }
  if (start) process_start_ = start;
  ++number_;
  const ReadingContext context = {
      .number = number_, .last_complete = last_complete_, .process = process_};
  if (!reading.has_bad_lines) last_complete_ = number_;
  return context;
}

bool CounterHistory::is_remembered(const ReadingContext& context) const {
  return seen_in_ > 0 && process_ == context.process && seen_in_ >= context.last_complete;
}

double CounterHistory::Observe(double value, const ReadingContext& context) {
  const double previous = is_remembered(context) ? value_ : 0;
  value_ = value;
  seen_in_ = context.number;
  process_ = context.process;
  if (context.is_first()) return 0;
  return value >= previous ? value - previous : value;
}

std::vector<HistogramHistory::Increment> HistogramHistory::Observe(
    const DurationHistogram& histogram, const ReadingContext& context) {
  const bool has_fallen =
      histogram.count && count_.is_remembered(context) && *histogram.count < count_.value();
  if (has_fallen) buckets_.clear();
  std::map<double, double> cumulative = histogram.buckets;
  if (histogram.count) {
    count_.Observe(*histogram.count, context);
    cumulative[std::numeric_limits<double>::infinity()] = *histogram.count;
  }
  if (cumulative.empty() || std::isfinite(cumulative.rbegin()->first)) return {};

  std::vector<Increment> increments;
  bounds_.clear();
  double below = 0;
  for (const auto& [bound, count] : cumulative) {
    if (std::isfinite(bound)) bounds_.push_back(bound);
    const double up_to = buckets_[bound].Observe(count, context);
    if (up_to != below) increments.push_back({.upper_bound = bound, .count = up_to - below});
    below = up_to;
  }
  return increments;
}

}  // namespace podprobe
