#ifndef PODPROBE_EXPORTER_HEALTH_NODE_STATE_H_
#define PODPROBE_EXPORTER_HEALTH_NODE_STATE_H_

#include <optional>

#include "exporter/health/engine_options.h"
#include "exporter/health/increments.h"
#include "exporter/health/instant.h"
#include "exporter/health/readings.h"

namespace podprobe {

// Whether `seconds` or more have gone by since `since`.
bool HasPassed(const Instant& since, double seconds, const Instant& now);

// Whether what waits is judged before or after a reading that comes just when its wait ends.
enum class Deadline { kPassed, kReached };

// Whether a wait of at most `seconds` is over.
bool HasEnded(const Instant& since, double seconds, const Instant& now, Deadline deadline);

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
  Instant observed_since;  // from then on all results are kept, as far as a window reaches
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
  bool IsProbesDead(const Instant& now) const;
  // /pods was never good, or is silent for so long.
  bool IsPodsStale(const Instant& now) const;
  bool IsCadvisorStale(const Instant& now) const;

  // When it was last read which containers run; absent: too long ago to say.
  std::optional<Instant> CurrentRows(const Instant& now) const;

  // For up to a minute after its start a kubelet serves pages that fill up:
  // what they lack is not gone.
  bool IsFillingUp(double unix_seconds) const;
  // Whether a source lacks what was missing from its readings.
  bool IsMissing(const std::optional<Absence>& absence) const;
  // Notes that a reading lacks something.
  void NoteMissing(std::optional<Absence>* absence, double unix_seconds) const;
  static bool IsFirstMinute(double process_start, double unix_seconds);
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_NODE_STATE_H_
