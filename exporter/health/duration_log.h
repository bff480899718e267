#ifndef PODPROBE_EXPORTER_HEALTH_DURATION_LOG_H_
#define PODPROBE_EXPORTER_HEALTH_DURATION_LOG_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "exporter/health/increments.h"
#include "exporter/health/shared_text.h"

namespace podprobe {

// The labels of a duration histogram: pods of one name share it.
struct HistogramKey {
  SharedText pod_namespace;
  SharedText pod;
  SharedText container;
  SharedText probe_type;
  auto operator<=>(const HistogramKey&) const = default;
};

// How long one container's successful probes took over a window that ends now:
// what is older has been pruned. Readings are told by their numbers in a Timeline.
class DurationLog {
 public:
  struct Share {
    double slow = 0;
    double all = 0;
  };

  // Returns the histogram with its last increments.
  struct Added {
    HistogramHistory::Increments increments;
    std::vector<double> bounds;  // as TakeNewBounds gives them
    double sum_seconds = 0;
  };
  Added Observe(const DurationHistogram& histogram, const ReadingContext& context,
                std::uint32_t reading);

  // The finite bounds that came since the last call.
  std::vector<double> TakeNewBounds() { return history_.TakeNewBounds(); }

  // See HistogramHistory.
  void ShareBounds(HistogramHistory::SharedBounds* last) { history_.ShareBounds(last); }

  // Forgets what was seen before that reading.
  void Prune(std::uint32_t first_reading) {
    if (first_reading > pruned_to_) PruneTo(first_reading);
  }

  // Of the successes, those slower than the smallest bucket bound b with
  // timeout/2 <= b < timeout. Absent without such a bound.
  std::optional<Share> NearTimeout(double timeout_seconds) const;

  // The upper bound of the bucket that holds this quantile of the successes;
  // +Inf beyond all bounds. Absent without successes.
  std::optional<double> QuantileBound(double quantile) const;

  // Fetches what the next Prune and Observe look at, besides this itself.
  void FetchInside() const;

  // What was seen so far belongs to somebody else.
  void Clear();
  bool is_empty() const { return entries_.size() == pruned_ && big_entries_.empty(); }
  // The number of the last reading that had the histogram.
  std::uint64_t last_seen_in() const { return last_seen_; }

 private:
  // Small, since there are thousands.
  struct Entry {
    std::uint32_t reading = 0;
    std::uint16_t bucket = 0;  // in `window_`
    std::uint16_t count = 0;
  };
  // What no Entry can hold; rare.
  struct BigEntry {
    std::uint32_t reading = 0;
    HistogramHistory::Increment increment;
  };
  // An answer and what it was asked for; absent: not asked since anything changed. Without default
  // values: clang 14 could not make one.
  template <typename Answer>
  struct Remembered {
    double asked;
    Answer answer;
  };
  std::optional<Share> FindNearTimeout(double timeout_seconds) const;
  std::optional<double> FindQuantileBound(double quantile) const;
  void ForgetAnswers();
  // The bucket's place in `window_`, made when there is none.
  std::size_t PlaceOf(double upper_bound);

  void PruneTo(std::uint32_t first_reading);
  // Lets go of the entries that are pruned.
  void Compact();

  HistogramHistory history_;
  std::vector<Entry> entries_;   // ascending by reading
  std::size_t pruned_ = 0;       // the first so many of them
  std::uint32_t pruned_to_ = 0;  // the first reading of which nothing is pruned
  std::vector<BigEntry> big_entries_;
  // The sums of all entries by bucket, ascending.
  absl::InlinedVector<HistogramHistory::Increment, 2> window_;
  std::uint64_t last_seen_ = 0;
  mutable std::optional<Remembered<std::optional<Share>>> near_timeout_;
  mutable std::optional<Remembered<std::optional<double>>> quantile_bound_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_DURATION_LOG_H_
