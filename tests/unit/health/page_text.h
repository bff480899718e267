#ifndef PODPROBE_TESTS_UNIT_HEALTH_PAGE_TEXT_H_
#define PODPROBE_TESTS_UNIT_HEALTH_PAGE_TEXT_H_

#include <string>
#include <string_view>

#include "exporter/health/snapshot.h"

namespace podprobe {

// What a snapshot says, as text: only that which the words of `what` ask for.
//
// A line for each probe, with
//   counts     attempts/failures by phase     steady 5/1
//   ratios     success ratios                 r5m=0.8
//   near, headroom                            near=0.5 headroom=0.1
//   run        consecutive failures           run=3
//   state      while it is not passing        failing
//   since      failing since                  since=1005
//   success    last success                   success=1000
//   forecast   time to action                 restart_in=20
//   budget     startup budget used            budget=0.5
//   causes                                    startup:2 unexplained:1
//   evidence                                  cpu_throttled=0.9
//   settings   those that are served          10s/1s/3
// A line for each pod that has some: `restarts` (web restarts liveness:2), `unready` (web unready
// 1/40, transitions and seconds).
// Lines of the node: `findings`, `states` (those that are not 0), `workloads` (failing of all),
// `incident`, `stale`, `missing`, `containers`, `kubelet` (restarts).
//
// A probe of which the words say nothing has no line, except for `counts`. `@web` leaves only the
// pod web; `Readiness`, `Liveness` and `Startup` only probes of this type.
std::string PageText(const Snapshot& snapshot, std::string_view what);

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_HEALTH_PAGE_TEXT_H_
