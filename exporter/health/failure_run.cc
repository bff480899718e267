#include "exporter/health/failure_run.h"

#include <algorithm>
#include <cstddef>

namespace podprobe {
namespace {

// /pods has shown the container since, or fails.
constexpr std::size_t kMostReadings = 32;

}  // namespace

void FailureRun::Keep(const Results& results) {
  const bool matters = results.failures > 0 || most_ > 0 || !readings_.empty() || awaits_success_;
  if (!matters) return;
  if (results.successes > 0) awaits_success_ = false;
  if (readings_.size() == kMostReadings) {
    const Reading& oldest = readings_.front();
    peak_before_ = std::max(peak_before_, most_before_ + oldest.failures);
    most_before_ = oldest.failures + (oldest.successes > 0 ? 0 : most_before_);
    had_success_before_ = had_success_before_ || oldest.successes > 0;
    readings_.erase(readings_.begin());
  }
  readings_.push_back({.after_unix = results.after_unix,
                       .at_unix = results.at.unix_seconds,
                       .successes = results.successes,
                       .failures = results.failures});
}

void FailureRun::Observe(const Results& results, std::optional<bool> is_ready) {
  if (results.successes <= 0 && results.failures <= 0) return;
  Keep(results);
  if (results.successes <= 0) {
    if (!failing_since_) failing_since_ = results.at.unix_seconds;
    if (mixed_ && !mixed_->next_failure_unix) mixed_->next_failure_unix = results.at.unix_seconds;
    count_ += results.failures;
    most_ += results.failures;
    return;
  }
  mixed_.reset();
  count_ = 0;
  failing_since_.reset();
  most_ = results.failures;
  if (results.failures <= 0) return;
  const bool failed_last = !is_ready.value_or(true);
  mixed_ = {.failures = results.failures,
            .at_unix = results.at.unix_seconds,
            .taken_as_failing = failed_last,
            .next_failure_unix = std::nullopt};
  if (failed_last) {
    count_ = results.failures;
    failing_since_ = results.at.unix_seconds;
  }
}

void FailureRun::TakeMixed(std::optional<bool> is_ready) {
  const bool failed_last = !is_ready.value_or(true);
  if (!mixed_ || failed_last == mixed_->taken_as_failing) return;
  mixed_->taken_as_failing = failed_last;
  if (failed_last) {
    count_ += mixed_->failures;
    failing_since_ = mixed_->at_unix;
  } else {
    count_ = std::max(0.0, count_ - mixed_->failures);
    failing_since_ = mixed_->next_failure_unix;
  }
}

void FailureRun::SettleMixed(std::optional<bool> is_ready) {
  TakeMixed(is_ready);
  mixed_.reset();
}

void FailureRun::ForgetMixedFailures() {
  if (mixed_) mixed_->failures = 0;
}

void FailureRun::BeginAgain() {
  const bool has_success = HasSuccessBefore(std::numeric_limits<double>::infinity());
  awaits_success_ = awaits_success_ || peak() > 0 || has_success;
  count_ = 0;
  most_ = 0;
  MarkListed();
  ForgetMixedFailures();
}

template <typename Visitor>
void FailureRun::ForEachPeak(double ended_unix, Visitor visit) const {
  double run = most_before_;
  visit(peak_before_, std::numeric_limits<double>::lowest());
  for (const Reading& reading : readings_) {
    if (reading.after_unix >= ended_unix) break;
    visit(run + reading.failures, reading.at_unix);
    run = reading.failures + (reading.successes > 0 ? 0 : run);
  }
}

double FailureRun::PeakUntil(double ended_unix) const {
  double peak = 0;
  ForEachPeak(ended_unix, [&](double run, double) { peak = std::max(peak, run); });
  return peak;
}

std::optional<double> FailureRun::ReachedAt(double threshold, double ended_unix) const {
  std::optional<double> reached;
  ForEachPeak(ended_unix, [&](double run, double at_unix) {
    if (!reached && run >= threshold) reached = at_unix;
  });
  return reached;
}

bool FailureRun::HasSuccessBefore(double unix_seconds) const {
  return had_success_before_ || std::ranges::any_of(readings_, [&](const Reading& reading) {
           return reading.successes > 0 && reading.at_unix < unix_seconds;
         });
}

bool FailureRun::HasSuccessFrom(double unix_seconds) const {
  return std::ranges::any_of(readings_, [&](const Reading& reading) {
    return reading.successes > 0 && reading.at_unix >= unix_seconds;
  });
}

void FailureRun::BeginAgainAfterKill(double threshold, const Succession& next) {
  double between = 0;  // failures after the last success, in readings that either can have had
  double after = 0;    // in those that only the next one can have had
  bool has_success_between = false;
  bool has_success_after = false;
  for (const Reading& reading : readings_) {
    const bool has_success = reading.successes > 0;
    if (reading.after_unix >= next.ended_unix) {
      after += reading.failures;
      has_success_after = has_success_after || has_success;
    } else if (reading.at_unix >= next.started_unix) {
      between = reading.failures + (has_success ? 0 : between);
      has_success_between = has_success_between || has_success;
    }
  }
  // Then all that counts is the next one's.
  if (has_success_after) return;
  ForgetMixedFailures();
  const double left = PeakUntil(next.ended_unix) - threshold * next.restarts;
  const double beyond = std::clamp(left, 0.0, between);
  const double counted = std::max(0.0, count_ - after);
  // After a success the run is the next one's already.
  const bool is_next_ones = has_success_between && counted < threshold;
  count_ = after + std::min(counted, is_next_ones ? between : beyond);
  most_ = std::max(count_, after + beyond);
}

void FailureRun::MarkListed() {
  readings_.clear();
  most_before_ = most_;
  peak_before_ = most_;
  had_success_before_ = false;
}

void FailureRun::End() { *this = FailureRun(); }

void FailureRun::TakeHistory(double failures, double failing_since_unix) {
  count_ += failures;
  most_ += failures;
  most_before_ += failures;
  peak_before_ = std::max(peak_before_, most_before_);
  failing_since_ = failing_since_unix;
}

}  // namespace podprobe
