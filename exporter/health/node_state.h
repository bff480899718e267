#ifndef PODPROBE_EXPORTER_HEALTH_NODE_STATE_H_
#define PODPROBE_EXPORTER_HEALTH_NODE_STATE_H_

#include <algorithm>
#include <optional>

#include "exporter/health/engine_options.h"
#include "exporter/health/increments.h"
#include "exporter/health/instant.h"
#include "exporter/health/readings.h"

namespace podprobe {

// Whether `seconds` or more have gone by since `since`.
inline bool HasPassed(const Instant& since, double seconds, const Instant& now) {
  return now.steady_seconds - since.steady_seconds >= seconds;
}

// Whether what waits is judged before or after a reading that comes just when its wait ends.
enum class Deadline { kPassed, kReached };

// Whether a wait of at most `seconds` is over.
inline bool HasEnded(const Instant& since, double seconds, const Instant& now, Deadline deadline) {
  const double waited = now.steady_seconds - since.steady_seconds;
  return deadline == Deadline::kReached ? waited >= seconds : waited > seconds;
}

// Good readings of a source that lacked something, since one had it. Of those only the first and
// the last can matter: whether one was of a kubelet's first minute may be known only later.
struct Absence {
  double first_unix = 0;
  double last_unix = 0;
};

// What all judgements about a node's pods share: the options, and when each
// source was last good.
struct NodeState {
  EngineOptions options;
  ReadingSequence sequence;
  std::optional<Instant> first_probes;
  std::optional<Instant> last_probes;
  double previous_probes_unix = 0;  // of the good reading before that
  Instant observed_since;           // from then on all results are kept, as far as a window reaches
  // A reading of /metrics/probes failed since the last good one.
  bool has_probes_gap = false;
  std::optional<Instant> last_pods;  // when it began; set: `/pods` works
  Instant last_pods_ended;
  std::optional<Instant> last_cadvisor;  // when it began
  // The later of the readings of /metrics/resource and /metrics/cadvisor: it
  // says which containers run.
  std::optional<Instant> last_rows;  // when it began
  double rows_interval_seconds = 0;
  bool is_incident = false;  // many workloads fail together

  // /metrics/probes has been silent for so long that its gauges say nothing.
  bool IsProbesDead(const Instant& now) const {
    return IsSilent(last_probes, options.probes_interval_seconds, now);
  }
  // /pods was never good, or is silent for so long.
  bool IsPodsStale(const Instant& now) const {
    return !last_pods || IsSilent(last_pods_ended, options.pods_interval_seconds, now);
  }
  bool IsCadvisorStale(const Instant& now) const {
    return IsSilent(last_cadvisor, options.cadvisor_interval_seconds, now);
  }

  // When it was last read which containers run; absent: too long ago to say.
  std::optional<Instant> CurrentRows(const Instant& now) const {
    return IsSilent(last_rows, rows_interval_seconds, now) ? std::nullopt : last_rows;
  }

  // For up to a minute after its start a kubelet serves pages that fill up:
  // what they lack is not gone.
  bool IsFillingUp(double unix_seconds) const;
  // Whether a source lacks what was missing from its readings.
  bool IsMissing(const std::optional<Absence>& absence) const;
  // Notes that a reading lacks something.
  void NoteMissing(std::optional<Absence>* absence, double unix_seconds) const;
  static bool IsFirstMinute(double process_start, double unix_seconds);

 private:
  // The gauges of a source that was not read for max(60 s, 3 intervals) are absent.
  static bool IsSilent(const std::optional<Instant>& last_good, double interval,
                       const Instant& now) {
    constexpr double kDeadSourceSeconds = 60;
    constexpr double kDeadSourceIntervals = 3;
    return !last_good ||
           HasPassed(*last_good, std::max(kDeadSourceSeconds, kDeadSourceIntervals * interval),
                     now);
  }
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_NODE_STATE_H_
