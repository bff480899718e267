#ifndef PODPROBE_EXPORTER_HEALTH_SLIDING_COUNTS_H_
#define PODPROBE_EXPORTER_HEALTH_SLIDING_COUNTS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "absl/container/inlined_vector.h"

namespace podprobe {

// Results by outcome.
struct ResultCounts {
  double successes = 0;
  double failures = 0;
  double unknown = 0;
  double attempts() const { return successes + failures + unknown; }
  ResultCounts& operator+=(const ResultCounts& added) {
    successes += added.successes;
    failures += added.failures;
    unknown += added.unknown;
    return *this;
  }
};

// When the readings were that some window may still hold. All counters share
// it, so that each keeps a reading's number only. Times are steady seconds.
class Timeline {
 public:
  // Notes a reading, not before the last one; two of one time are one.
  void Add(double time);
  // The number of the reading at `time`; it was added and is not yet forgotten.
  std::uint32_t NumberAt(double time) const {
    // Most often it is the last one.
    return last_ && last_->time == time ? last_->number : FindNumber(time);
  }
  // The first reading after `time`: the oldest that a window from there on holds.
  std::uint32_t FirstAfter(double time) const;
  // Forgets what lies at or before `time`.
  void Prune(double time);

 private:
  std::uint32_t FindNumber(double time) const;

  std::uint32_t first_ = 1;  // the number of times_.front()
  std::deque<double> times_;
  // Absent where all are forgotten.
  struct Last {
    double time = 0;
    std::uint32_t number = 0;
  };
  std::optional<Last> last_;
};

// One probe's results by reading, and their sums over some windows. A window
// is given by the first reading that it holds.
// Additions may come late (a failure waits for its phase).
class SlidingCounts {
 public:
  struct Sum {
    double successes = 0;
    double attempts = 0;
  };

  void Add(std::uint32_t reading, const ResultCounts& added);
  // Moves the windows on; results that no window holds are forgotten. A window
  // that begins earlier than before is summed up anew, from what is kept.
  void MoveTo(std::span<const std::uint32_t> first_readings);
  // The sum over the window of that index in MoveTo.
  Sum Over(std::size_t window) const;

 private:
  // One reading's counts. An hour of a thousand probes is most of what an exporter
  // must remember: a byte, on purpose.
  struct Cell {
    std::uint8_t successes : 5 = 0;
    std::uint8_t others : 3 = 0;  // failures and unknown results
  };
  // What no Cell can hold; rare.
  struct BigEntry {
    std::uint32_t reading = 0;
    Sum counts;
  };
  struct Window {
    std::uint32_t first_reading = 0;
    std::uint32_t successes = 0;  // of the cells from `first_reading` on
    std::uint32_t attempts = 0;   // likewise
  };

  std::uint32_t end() const { return first_ + static_cast<std::uint32_t>(cells_.size()); }
  Cell* CellOf(std::uint32_t reading);
  // The sums over the cells of the readings from `first` to before `last`.
  Window SumOf(std::uint32_t first, std::uint32_t last) const;
  void Forget();

  std::uint32_t first_ = 0;  // the reading of cells_.front()
  std::vector<Cell> cells_;  // by reading
  std::vector<BigEntry> big_entries_;
  absl::InlinedVector<Window, 2> windows_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_SLIDING_COUNTS_H_
