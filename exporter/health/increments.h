#ifndef PODPROBE_EXPORTER_HEALTH_INCREMENTS_H_
#define PODPROBE_EXPORTER_HEALTH_INCREMENTS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "exporter/health/fetch_ahead.h"
#include "exporter/health/readings.h"

namespace podprobe {

// Which good reading this is and what went before it: all that the rules for
// increments ask for.
struct ReadingContext {
  std::uint64_t number = 0;         // good readings, from 1
  std::uint64_t last_complete = 0;  // the latest one before this without bad lines; 0: none
  // The first one of the last hour and since `last_complete`. What belongs to nobody any more, and
  // might be on a line that could not be read, is kept so long.
  std::uint64_t kept_from = 0;
  std::uint64_t process = 0;  // counts kubelet processes
  bool is_first() const { return number == 1; }
};

// Numbers the good readings of /metrics/probes and notices a new kubelet process.
class ReadingSequence {
 public:
  // Returns the context of `reading`, which is good, at that steady time.
  ReadingContext Next(const ProbesReading& reading, double steady_seconds);

  std::uint64_t kubelet_restarts() const { return restarts_; }
  std::optional<double> process_start_unix_seconds() const { return process_start_; }
  // Of the kubelet processes seen, the latest ones; oldest first.
  std::span<const double> process_starts() const { return process_starts_; }
  // Whether the reading of the last Next() was the first of its kubelet process.
  bool is_new_process() const { return is_new_process_; }

 private:
  std::uint64_t number_ = 0;
  std::uint64_t last_complete_ = 0;
  std::uint64_t process_ = 0;
  std::uint64_t restarts_ = 0;
  bool is_new_process_ = false;
  std::optional<double> process_start_;
  std::vector<double> process_starts_;
  // Of the readings of the last hour since the last one without bad lines, from that one on.
  std::deque<double> times_;
};

// The last reading that had something. Small, since there are ten thousands; a reading a second
// fills it in a century.
struct LastSeen {
  std::uint32_t reading = 0;  // by number; 0: none had it
  std::uint32_t process = 0;

  static LastSeen In(const ReadingContext& context) {
    return {.reading = static_cast<std::uint32_t>(context.number),
            .process = static_cast<std::uint32_t>(context.process)};
  }
  bool is_remembered(const ReadingContext& context) const {
    return reading > 0 && process == context.process && reading >= context.last_complete;
  }
};

// What a counter added since it was `previous`: all of it after a fall.
inline double Increase(double previous, double value) {
  return value >= previous ? value - previous : value;
}

// One kubelet counter over the good readings that have it.
class CounterHistory {
 public:
  // What `value` adds to what was seen before:
  // - nothing in the first good reading ever, which is the baseline;
  // - all of it when the series was not in the previous good reading (it was
  //   born in between, or the kubelet process is a new one);
  // - the difference else; all of it after a fall.
  double Observe(double value, const ReadingContext& context) {
    const double previous = std::exchange(value_, value);
    const bool is_remembered = seen_.is_remembered(context);
    seen_ = LastSeen::In(context);
    if (context.is_first()) return 0;
    return Increase(is_remembered ? previous : 0, value);
  }

  // What it counts from now on is another series.
  void BeginAnew() { value_ = 0; }

  bool is_remembered(const ReadingContext& context) const { return seen_.is_remembered(context); }
  double value() const { return value_; }
  std::uint32_t seen_in() const { return seen_.reading; }

 private:
  double value_ = 0;
  LastSeen seen_;
};

// A duration histogram's counters.
class HistogramHistory {
 public:
  // What one reading added to one bucket, the buckets below not counted. May be
  // negative: a bucket whose line could not be read is made up for in the next reading.
  struct Increment {
    double upper_bound = 0;
    double count = 0;
  };
  // Most often there is none, or one.
  using Increments = absl::InlinedVector<Increment, 2>;

  // The increments that are not zero. Their sum is that of `_count` (of the bucket +Inf where the
  // page has no `_count`; none without either). A fall of `_count` begins all of it again.
  Increments Observe(const DurationHistogram& histogram, const ReadingContext& context);

  // Fetches what the next Observe looks at, besides this itself.
  void FetchInside() const { FetchAhead(values_.data(), values_.size() * sizeof(double)); }

  // By how many seconds the sum of all rose in the last reading observed.
  double sum_increase() const { return sum_increase_; }

  // The smallest of the finite bounds seen last that is not below `least`.
  std::optional<double> BoundFrom(double least) const;
  // Counts how often other buckets came than in the reading before.
  std::uint32_t bounds_version() const { return bounds_version_; }
  // The finite bounds that came since the last call.
  std::vector<double> TakeNewBounds() { return std::exchange(new_bounds_, {}); }

  // Most histograms have the bounds of the one before: then they are held once. `last`: those that
  // were shared last.
  using SharedBounds = std::shared_ptr<const std::vector<double>>;
  void ShareBounds(SharedBounds* last);

 private:
  // Whether this page and the one before have the buckets that are known, and no others.
  bool HasSameBuckets(const DurationHistogram& histogram, const ReadingContext& context);
  Increments ObserveSameBuckets(const DurationHistogram& histogram, double all,
                                const ReadingContext& context);
  Increments ObserveBuckets(const DurationHistogram& histogram, double all,
                            const ReadingContext& context);
  std::optional<double> FindBound(double least) const;
  // Moves on from bucket `index` to the one of this bound, made in `bounds` when there is none.
  void FindBucket(std::size_t* index, double upper_bound, std::vector<double>* bounds);
  void ForgetBuckets();

  CounterHistory count_;
  CounterHistory sum_;
  double sum_increase_ = 0;
  // Buckets, ascending; those that a page lacks stay.
  SharedBounds bounds_;  // null: none
  std::vector<double> values_;
  LastSeen buckets_seen_;  // where the last buckets came
  // Of each bucket; empty where the last reading with buckets had all of them.
  std::vector<LastSeen> each_seen_;
  std::uint64_t bounds_id_ = 0;  // DurationHistogram::bounds_id of these; 0: none
  std::uint32_t bounds_version_ = 0;
  // The last answer of BoundFrom, as of a bounds version.
  struct Bound {
    std::uint32_t version = UINT32_MAX;
    double least = 0;
    std::optional<double> bound;
  };
  mutable Bound known_bound_;
  std::vector<double> new_bounds_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_INCREMENTS_H_
