#ifndef PODPROBE_EXPORTER_PAGE_TIMING_H_
#define PODPROBE_EXPORTER_PAGE_TIMING_H_

#include <bitset>
#include <cstddef>
#include <limits>

#include "exporter/kubelet/source.h"

namespace podprobe {

// When a page is made: the first one once every source has answered, well or not, and at the
// latest ten seconds after the start; then one for all readings that are under way at a time, and
// at a tick where one of them takes longer or the last page has grown old, since windows and waits
// move on by the clock. Times are seconds of any steady clock. Not thread-safe.
class PageTiming {
 public:
  static constexpr double kLongestWaitSeconds = 10;
  static constexpr double kOldestPageSeconds = 5;

  explicit PageTiming(double started) : started_(started) {}

  // From now on these are read. What is under way may be dropped without its end.
  void Follow(const std::bitset<kAllSources.size()>& enabled) {
    enabled_ = enabled;
    under_way_.reset();
  }

  void ReadingBegins(Source source) { under_way_.set(static_cast<std::size_t>(source)); }
  // Of a reading, good or not. Returns whether a page is due.
  bool ReadingEnds(Source source, double now) {
    under_way_.reset(static_cast<std::size_t>(source));
    answered_.set(static_cast<std::size_t>(source));
    has_news_ = true;
    return IsFirstPageDue(now) && under_way_.none();
  }
  bool IsDueAtTick(double now) const {
    return IsFirstPageDue(now) && (has_news_ || now - made_ >= kOldestPageSeconds);
  }
  void PageMade(double now) {
    made_ = now;
    has_news_ = false;
  }

 private:
  bool IsFirstPageDue(double now) const {
    return (enabled_ & ~answered_).none() || now - started_ >= kLongestWaitSeconds;
  }

  const double started_;
  std::bitset<kAllSources.size()> enabled_;
  std::bitset<kAllSources.size()> answered_;   // ever
  std::bitset<kAllSources.size()> under_way_;  // readings
  bool has_news_ = false;                      // since the last page
  double made_ = -std::numeric_limits<double>::infinity();
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_PAGE_TIMING_H_
