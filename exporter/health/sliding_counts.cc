#include "exporter/health/sliding_counts.h"

#include <iterator>

namespace podprobe {

ResultCounts& ResultCounts::operator+=(const ResultCounts& added) {
  successes += added.successes;
  failures += added.failures;
  unknown += added.unknown;
  return *this;
}

void SlidingCounts::Add(double time, const ResultCounts& added) {
  auto at = entries_.end();
  while (at != entries_.begin() && std::prev(at)->time > time) --at;
  if (at != entries_.begin() && std::prev(at)->time == time) {
    std::prev(at)->counts += added;
  } else {
    entries_.insert(at, {.time = time, .counts = added});
  }
}

ResultCounts SlidingCounts::Over(double window_seconds, double now) const {
  ResultCounts total;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (entry->time > now) continue;
    if (entry->time <= now - window_seconds) break;
    total += entry->counts;
  }
  return total;
}

void SlidingCounts::Prune(double time) {
  while (!entries_.empty() && entries_.front().time <= time) entries_.pop_front();
}

}  // namespace podprobe
