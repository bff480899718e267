#ifndef PODPROBE_EXPORTER_HEALTH_POD_HISTORY_H_
#define PODPROBE_EXPORTER_HEALTH_POD_HISTORY_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "exporter/health/snapshot.h"

namespace podprobe {

// What happened last under one set of pod labels, for people: failures run by run, and restarts.
// Of no use for counting: the oldest are forgotten. A pod that never failed costs a pointer.
class PodHistory {
 public:
  static constexpr std::size_t kMaxEvents = 10;

  // Failures of one reading, with their cause. `continues_run`: the probe had no success since
  // its failures before, and these add to what stands there of the same phase and cause.
  void AddFailures(PodEvent failures, bool continues_run);
  void AddRestart(PodEvent restart);

  // Sorted by the time of the last failure, the newest last; null while nothing happened. It does
  // not change: snapshots keep it.
  const std::shared_ptr<const std::vector<PodEvent>>& events() const { return events_; }

 private:
  std::shared_ptr<const std::vector<PodEvent>> events_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_POD_HISTORY_H_
