#ifndef PODPROBE_EXPORTER_KUBELET_SCHEDULE_H_
#define PODPROBE_EXPORTER_KUBELET_SCHEDULE_H_

namespace podprobe {

// When one source is read. Knows no clock and no dice: both come in as
// arguments, in seconds of any steady clock and as a number from [0, 1).
//
// - Readings begin on a grid: the first beginning plus multiples of the interval.
// - One reading at a time. One that overruns its interval costs the beginnings
//   that it covers; the next is on the grid again.
// - After a failure the source waits, counted from the failed reading's end:
//   at least one interval, at most 2, 4, then 6 of them, by dice. Many
//   exporters that failed at one moment therefore do not come back at one.
// - The first success ends that, and the grid begins anew with that reading.
// - A requested reading begins off the grid, a minimum gap after the last
//   beginning at the earliest, and the grid keeps that gap to it.
// - With a new interval the next reading is due so long after the last one
//   began, and a new grid begins with it. A wait after a failure that has begun
//   goes on to its end.
class Schedule {
 public:
  static constexpr double kLongestBackOffIntervals = 6;

  struct Pace {
    double interval_seconds = 0;     // above 0
    double minimum_gap_seconds = 0;  // more than the interval counts as the interval
  };

  Schedule(Pace pace, double first_begin);

  // Infinity while a reading is under way.
  double NextBegin() const;
  void Begin(double now);
  void End(double now, bool is_good, double dice);
  // The reading under way does not count, and a source that is failing is not hurried.
  void Request();
  // Nothing happens if it is the interval already.
  void SetInterval(double seconds);

 private:
  Pace pace_;
  double wanted_gap_;  // although the interval may be shorter
  double grid_;        // the next point of it
  double begin_;       // the last reading's; before the first one, minus infinity
  double retry_ = 0;   // only while failures_ > 0
  int failures_ = 0;   // in a row
  bool is_reading_ = false;
  bool is_requested_ = false;
  bool is_off_grid_ = false;  // the last reading was requested
  bool is_grid_new_ = false;  // it begins with the next reading, due or requested
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_SCHEDULE_H_
