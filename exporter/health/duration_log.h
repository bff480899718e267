#ifndef PODPROBE_EXPORTER_HEALTH_DURATION_LOG_H_
#define PODPROBE_EXPORTER_HEALTH_DURATION_LOG_H_

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "exporter/health/increments.h"

namespace podprobe {

// The labels of a duration histogram: pods of one name share it.
struct HistogramKey {
  std::string pod_namespace;
  std::string pod;
  std::string container;
  std::string probe_type;
  auto operator<=>(const HistogramKey&) const = default;
};

// How long one container's successful probes took over a window that ends now:
// what is older has been pruned. Times are steady seconds.
class DurationLog {
 public:
  struct Share {
    double slow = 0;
    double all = 0;
  };

  // Returns the histogram with its last increments.
  struct Added {
    std::vector<HistogramHistory::Increment> increments;
    std::span<const double> bounds;  // the finite ones, ascending; valid until the next call
    double sum_seconds = 0;
  };
  Added Observe(const DurationHistogram& histogram, const ReadingContext& context, double time);

  // Forgets what was seen at or before `time`.
  void Prune(double time);

  // Of the successes, those slower than the smallest bucket bound b with
  // timeout/2 <= b < timeout. Absent without such a bound.
  std::optional<Share> NearTimeout(double timeout_seconds) const;

  // The upper bound of the bucket that holds this quantile of the successes;
  // +Inf beyond all bounds. Absent without successes.
  std::optional<double> QuantileBound(double quantile) const;

  // What was seen so far belongs to somebody else.
  void Clear();
  bool is_empty() const { return entries_.empty(); }
  bool is_remembered(const ReadingContext& context) const { return last_seen_ >= context.number; }

 private:
  struct Entry {
    double time;
    HistogramHistory::Increment increment;
  };
  void AddToWindow(const HistogramHistory::Increment& increment);

  HistogramHistory history_;
  std::vector<Entry> entries_;  // ascending by time
  // The sums of `entries_` by bucket, ascending.
  std::vector<HistogramHistory::Increment> window_;
  std::uint64_t last_seen_ = 0;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_DURATION_LOG_H_
