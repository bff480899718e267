#include "exporter/health/minute_log.h"

#include <algorithm>
#include <cmath>

namespace podprobe {
namespace {

constexpr std::uint64_t kAllMinutes = (std::uint64_t{1} << LastHour::kMinutes) - 1;

std::uint64_t OlderBy(std::uint64_t attempted, std::uint32_t minutes) {
  return minutes >= LastHour::kMinutes ? 0 : (attempted << minutes) & kAllMinutes;
}

}  // namespace

std::uint32_t MinuteLog::MinuteOf(double steady_seconds) {
  constexpr double kSeconds = 60;
  return static_cast<std::uint32_t>(std::max(0.0, steady_seconds / kSeconds));
}

void MinuteLog::Add(std::uint32_t minute, double successes, double attempts) {
  if (attempts <= 0) return;
  if (minute > newest_) {
    const std::uint32_t passed = minute - newest_;
    attempted_ = OlderBy(attempted_, passed);
    open_[1] = passed == 1 ? open_[0] : Counts();
    open_[0] = {};
    newest_ = minute;
    std::erase_if(flawed_,
                  [&](const Flawed& each) { return minute - each.minute >= LastHour::kMinutes; });
  }
  const std::uint32_t age = newest_ - minute;
  if (age >= open_.size()) return;
  attempted_ |= std::uint64_t{1} << age;
  Counts& counts = open_[age];
  counts.successes += static_cast<float>(successes);
  counts.attempts += static_cast<float>(attempts);
  if (counts.successes >= counts.attempts) return;
  const auto at = std::ranges::lower_bound(flawed_, minute, {}, &Flawed::minute);
  const bool is_known = at != flawed_.end() && at->minute == minute;
  Flawed& flawed = is_known ? *at : *flawed_.insert(at, {.minute = minute});
  // Down: a minute with a failure is never whole.
  flawed.percent = static_cast<std::uint8_t>(std::floor(100 * counts.successes / counts.attempts));
}

void MinuteLog::Serve(std::uint32_t minute, LastHour* hour) const {
  const std::uint32_t passed = std::max(minute, newest_) - newest_;
  hour->attempted_minutes = OlderBy(attempted_, passed);
  for (const Flawed& each : flawed_) {
    const std::uint32_t age = newest_ + passed - each.minute;
    if (age >= LastHour::kMinutes) continue;
    hour->flawed.push_back(
        {.minutes_ago = static_cast<std::uint8_t>(age), .percent = each.percent});
  }
}

}  // namespace podprobe
