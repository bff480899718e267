#ifndef PODPROBE_EXPORTER_HEALTH_SLIDING_COUNTS_H_
#define PODPROBE_EXPORTER_HEALTH_SLIDING_COUNTS_H_

#include <deque>

namespace podprobe {

// Increments of a probe's results.
struct ResultCounts {
  double successes = 0;
  double failures = 0;
  double unknown = 0;

  double attempts() const { return successes + failures + unknown; }
  ResultCounts& operator+=(const ResultCounts& added);
};

// Results by the time that saw them, for sums over windows that end now. Times
// are steady seconds. Additions may come late (a failure waits for its phase).
class SlidingCounts {
 public:
  void Add(double time, const ResultCounts& added);
  // The sum over (now - window, now].
  ResultCounts Over(double window_seconds, double now) const;
  // Forgets what lies at or before `time`.
  void Prune(double time);

 private:
  struct Entry {
    double time;
    ResultCounts counts;
  };
  std::deque<Entry> entries_;  // ascending by time
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_SLIDING_COUNTS_H_
