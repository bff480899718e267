#ifndef PODPROBE_EXPORTER_DEMO_BEHAVIOURS_H_
#define PODPROBE_EXPORTER_DEMO_BEHAVIOURS_H_

#include "exporter/demo/pod_template.h"

namespace podprobe {

// How programs answer their probes. A duration varies around what is said.

Behaviour Passes(double after_seconds);
Behaviour Fails();
// Fails in the last part of each cycle of the wall clock.
struct FlapTimes {
  double cycle_seconds = 0;
  double failing_seconds = 0;
};
Behaviour Flaps(FlapTimes times);
// Until the container has been up for so long.
Behaviour FailsUntil(double uptime_seconds);
// Answers between these, evenly spread; beyond the probe's timeout that is a failure.
struct AnswerTimes {
  double least_seconds = 0;
  double most_seconds = 0;
};
Behaviour Answers(AnswerTimes times);
// Answers ever more slowly from this uptime on: two seconds more for each ten seconds.
Behaviour SlowsDownFrom(double uptime_seconds);
// The probe cannot be carried out: its command does not exist.
Behaviour CannotRun();

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_DEMO_BEHAVIOURS_H_
