#ifndef PODPROBE_EXPORTER_HEALTH_ROLLUP_H_
#define PODPROBE_EXPORTER_HEALTH_ROLLUP_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "exporter/health/cause.h"
#include "exporter/health/instant.h"
#include "exporter/health/late_counter.h"
#include "exporter/health/minute_log.h"
#include "exporter/health/phase.h"
#include "exporter/health/pod_history.h"
#include "exporter/health/restart_reason.h"
#include "exporter/health/sliding_counts.h"
#include "exporter/health/snapshot.h"

namespace podprobe {

struct PodState;
struct ProbeState;

// What is counted under one set of served probe labels, over all pods that
// share it. Counters begin at 0 with the exporter and never fall; a late one is
// born at zero (late_counter.h).
class Rollup {
 public:
  // The phase's two counters exist from now on, born together.
  void Ensure(Phase phase, bool is_late);
  // When results were read: the reading's number in the engine's Timeline, and its minute.
  struct Place {
    std::uint32_t reading = 0;
    std::uint32_t minute = 0;
  };
  void Count(Phase phase, const Place& place, const ResultCounts& added);
  void CountCause(Cause cause, double failures);

  // The counters as a page at `now` shows them; a page that shows a counter for
  // the first time is remembered as its birth.
  void ServePhases(const Instant& now, double hold_seconds, PhaseCountsList* served);
  void ServeCauses(const Instant& now, double hold_seconds, std::vector<CauseCount>* served);

  // The page at `now` leaves them out after all.
  void TakeBackBirths(const Instant& now);

  // See SlidingCounts.
  void MoveTo(std::span<const std::uint32_t> first_readings) { steady_.MoveTo(first_readings); }
  const SlidingCounts& steady() const { return steady_; }
  const MinuteLog& minutes() const { return minutes_; }

  // Who shares the labels, while a page is made.
  struct PageProbe {
    const PodState* pod;
    const ProbeState* probe;
  };
  using PageProbes = absl::InlinedVector<PageProbe, 1>;
  struct Page {
    std::uint64_t number = 0;  // the last one that has them
    PageProbes living;
  };
  Page page;

 private:
  struct Series {
    Birth birth;
    ResultCounts total;
  };
  std::array<std::optional<Series>, kAllPhases.size()> phases_;
  std::vector<std::pair<Cause, LateCounter>> causes_;  // in the order of Cause
  SlidingCounts steady_;
  MinuteLog minutes_;  // of what is steady
};

// What is counted under one set of served pod labels.
class PodCounts {
 public:
  void CountRestarts(const std::string& container, RestartReason reason, double restarts);
  // The counters of unreadiness exist from now on.
  void EnsureUnready(bool is_late);
  void CountUnready(double transitions, double seconds);

  std::vector<RestartCount> ServeRestarts(const Instant& now, double hold_seconds);
  std::optional<UnreadyCounts> ServeUnready(const Instant& now, double hold_seconds);
  // As of Rollup.
  void TakeBackBirths(const Instant& now);

  PodHistory history;

  // Who shares the labels, while a page is made.
  struct Page {
    std::uint64_t number = 0;  // the last one that has them
    bool has_failing_probe = false;
    std::uint64_t first_seen_order = 0;
  };
  Page page;

 private:
  struct Unready {
    Birth birth;
    UnreadyCounts total;
  };
  std::map<std::pair<std::string, RestartReason>, LateCounter> restarts_;
  std::optional<Unready> unready_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_ROLLUP_H_
