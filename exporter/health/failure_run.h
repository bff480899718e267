#ifndef PODPROBE_EXPORTER_HEALTH_FAILURE_RUN_H_
#define PODPROBE_EXPORTER_HEALTH_FAILURE_RUN_H_

#include <limits>
#include <optional>
#include <vector>

#include "exporter/health/instant.h"

namespace podprobe {

// The failures of one container's probe since its last success, as the
// kubelet's worker counts them (prober/worker.go, resultRun).
class FailureRun {
 public:
  struct Results {
    Instant at;
    // When the good reading before it was: they are from after that.
    double after_unix = std::numeric_limits<double>::lowest();
    double successes = 0;
    double failures = 0;
  };

  // Takes what one reading added. When it added both successes and failures
  // their order is unknown: a container that is ready by then has succeeded
  // last. `is_ready` is what is known so far; SettleMixed corrects it.
  void Observe(const Results& results, std::optional<bool> is_ready);
  // `is_ready` as it is known now: it may no longer be.
  void TakeMixed(std::optional<bool> is_ready);
  // `is_ready` as a pod reading begun after the last Observe says it.
  void SettleMixed(std::optional<bool> is_ready);
  // The kubelet's own run begins anew; that the probe fails does not end.
  void BeginAgain();
  // One container ended and the next one started, as far as /pods tells.
  struct Succession {
    bool is_dated = false;                                        // else nobody knows when
    double ended_unix = std::numeric_limits<double>::infinity();  // at the latest
    double started_unix = std::numeric_limits<double>::lowest();  // at the earliest
    int restarts = 1;                                             // since the last MarkListed
  };
  // The container was killed for this run. Its own are the failures in readings from before the
  // next one started, the next one's those in readings from after it ended; of those between the
  // kubelet counted none beyond its threshold, in each of the containers since the last MarkListed.
  void BeginAgainAfterKill(double threshold, const Succession& next);
  // /pods still showed the container that all failures so far are of.
  void MarkListed();
  // The probe is over and done with: nothing fails any more.
  void End();
  // What had failed before the exporter came: `failures` in a row, as far as known.
  void TakeHistory(double failures, double failing_since_unix);

  double count() const { return count_; }
  // The most failures in a row that the readings since the last MarkListed allow: where a reading
  // has both results the container may have been killed before its success or after it.
  double peak() const { return PeakUntil(std::numeric_limits<double>::infinity()); }
  // The same of a container that had ended at `ended_unix`.
  double PeakUntil(double ended_unix) const;
  // The first reading since the last MarkListed after which it was `threshold` or more; the time
  // before all of them where it was so already. Absent: it was not.
  std::optional<double> ReachedAt(double threshold, double ended_unix) const;
  // A reading since the last MarkListed and before `unix_seconds` had a success. One that follows
  // no failure may be left out.
  bool HasSuccessBefore(double unix_seconds) const;
  // The same, in one at or after `unix_seconds`.
  bool HasSuccessFrom(double unix_seconds) const;
  // Unix time of the reading that first saw this run, over container and
  // kubelet restarts; absent while the last result was a success.
  std::optional<double> failing_since() const { return failing_since_; }

 private:
  struct Mixed {
    double failures = 0;  // that count; 0 where the run has begun again since
    double at_unix = 0;
    bool taken_as_failing = false;
    std::optional<double> next_failure_unix;  // of the readings after it
  };
  struct Reading {
    double after_unix = 0;
    double at_unix = 0;
    double successes = 0;
    double failures = 0;
  };
  void Keep(const Results& results);
  // Calls `visit` with the longest run that each reading of a container allows, and its time.
  template <typename Visitor>
  void ForEachPeak(double ended_unix, Visitor visit) const;
  // The run has begun again; since when the probe fails stays to be settled.
  void ForgetMixedFailures();

  double count_ = 0;
  double most_ = 0;  // as count_, if failures came last in every reading
  // The readings since the last MarkListed, as far as they matter. The oldest of many are forgotten
  // and told by the next three.
  std::vector<Reading> readings_;
  double most_before_ = 0;  // of most_, before those readings
  double peak_before_ = 0;
  bool had_success_before_ = false;
  // The kubelet's process changed after a failure: a success would tell that it was over, and one
  // from before another change is forgotten.
  bool awaits_success_ = false;
  std::optional<double> failing_since_;
  std::optional<Mixed> mixed_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_FAILURE_RUN_H_
