#include "exporter/health/failure_run.h"

#include <algorithm>

namespace podprobe {

void FailureRun::Observe(const Results& results, std::optional<bool> is_ready) {
  if (results.successes <= 0 && results.failures <= 0) return;
  if (results.successes <= 0) {
    if (!failing_since_) failing_since_ = results.at.unix_seconds;
    if (mixed_ && !mixed_->next_failure_unix) mixed_->next_failure_unix = results.at.unix_seconds;
    count_ += results.failures;
    most_ += results.failures;
    fresh_ += results.failures;
    peak_ = std::max(peak_, most_);
    return;
  }
  mixed_.reset();
  count_ = 0;
  failing_since_.reset();
  peak_ = std::max(peak_, most_ + results.failures);
  most_ = results.failures;
  fresh_ = results.failures;
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
  count_ = 0;
  most_ = 0;
  MarkListed();
  ForgetMixedFailures();
}

void FailureRun::BeginAgainAfterKill(double threshold) {
  const double beyond = std::clamp(peak_ - threshold, 0.0, fresh_);
  // After a success the run is the next container's already.
  if (count_ >= threshold) count_ = beyond;
  most_ = std::max(count_, beyond);
  ForgetMixedFailures();
}

void FailureRun::MarkListed() {
  peak_ = most_;
  fresh_ = 0;
}

void FailureRun::End() { *this = FailureRun(); }

void FailureRun::TakeHistory(double failures, double failing_since_unix) {
  count_ += failures;
  most_ += failures;
  peak_ = std::max(peak_, most_);
  failing_since_ = failing_since_unix;
}

}  // namespace podprobe
