#include "exporter/kubelet/schedule.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

namespace podprobe {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The first point of the grid that is not before `time`.
double NextOnGrid(double point, double interval, double time) {
  if (point >= time) return point;
  return point + interval * std::ceil((time - point) / interval);
}

double LongestBackOff(int failures, double interval) {
  const double doubled = failures >= 3 ? Schedule::kLongestBackOffIntervals : 1 << failures;
  return interval * std::min(doubled, Schedule::kLongestBackOffIntervals);
}

}  // namespace

Schedule::Schedule(Pace pace, double first_begin)
    : pace_(pace), wanted_gap_(pace.minimum_gap_seconds), grid_(first_begin), begin_(-kInfinity) {
  assert(pace.interval_seconds > 0);
  pace_.minimum_gap_seconds = std::min(pace_.minimum_gap_seconds, pace_.interval_seconds);
}

double Schedule::NextBegin() const {
  if (is_reading_) return kInfinity;
  if (failures_ > 0) return retry_;
  const double gap_end = begin_ + pace_.minimum_gap_seconds;
  // Beginnings on the grid are an interval apart by themselves; to hold them to the gap, too,
  // would add each one's lateness to the next.
  const double on_grid = is_off_grid_ ? std::max(grid_, gap_end) : grid_;
  return is_requested_ ? std::min(on_grid, gap_end) : on_grid;
}

void Schedule::Begin(double now) {
  is_reading_ = true;
  is_requested_ = false;
  if (std::exchange(is_grid_new_, false)) grid_ = now;
  is_off_grid_ = now < grid_;
  begin_ = now;
  if (!is_off_grid_) {
    grid_ = NextOnGrid(grid_ + pace_.interval_seconds, pace_.interval_seconds, now);
  }
}

void Schedule::End(double now, bool is_good, double dice) {
  is_reading_ = false;
  if (!is_good) {
    failures_ = std::min(failures_ + 1, 3);
    is_requested_ = false;
    const double longest = LongestBackOff(failures_, pace_.interval_seconds);
    retry_ = now + pace_.interval_seconds + dice * (longest - pace_.interval_seconds);
    return;
  }
  if (failures_ > 0) {
    failures_ = 0;
    grid_ = begin_ + pace_.interval_seconds;
    is_off_grid_ = false;
  }
  grid_ = NextOnGrid(grid_, pace_.interval_seconds, now);
}

void Schedule::Request() { is_requested_ = true; }

void Schedule::SetInterval(double seconds) {
  assert(seconds > 0);
  if (seconds == pace_.interval_seconds) return;
  pace_.interval_seconds = seconds;
  pace_.minimum_gap_seconds = std::min(wanted_gap_, seconds);
  if (begin_ == -kInfinity) return;
  grid_ = begin_ + seconds;
  is_grid_new_ = !is_reading_;
  is_off_grid_ = false;
}

}  // namespace podprobe
