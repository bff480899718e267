#ifndef PODPROBE_EXPORTER_HEALTH_FAILURE_RUN_H_
#define PODPROBE_EXPORTER_HEALTH_FAILURE_RUN_H_

#include <optional>

#include "exporter/health/instant.h"

namespace podprobe {

// The failures of one container's probe since its last success, as the
// kubelet's worker counts them (prober/worker.go, resultRun).
class FailureRun {
 public:
  struct Results {
    Instant at;
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
  // The container was killed for this run: the kubelet counted no failure beyond its threshold, so
  // what goes beyond, of the readings since the last MarkListed, is the next container's.
  void BeginAgainAfterKill(double threshold);
  // /pods still showed the container that all failures so far are of.
  void MarkListed();
  // The probe is over and done with: nothing fails any more.
  void End();
  // What had failed before the exporter came: `failures` in a row, as far as known.
  void TakeHistory(double failures, double failing_since_unix);

  double count() const { return count_; }
  // The most failures in a row that the readings since the last MarkListed allow: where a reading
  // has both results the container may have been killed before its success or after it.
  double peak() const { return peak_; }
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
  // The run has begun again; since when the probe fails stays to be settled.
  void ForgetMixedFailures();

  double count_ = 0;
  double most_ = 0;   // as count_, if failures came last in every reading
  double peak_ = 0;   // of most_
  double fresh_ = 0;  // what readings since the last MarkListed added to most_
  std::optional<double> failing_since_;
  std::optional<Mixed> mixed_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_FAILURE_RUN_H_
