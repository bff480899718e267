#ifndef PODPROBE_TESTS_UNIT_EXPOSITION_FULL_SNAPSHOT_H_
#define PODPROBE_TESTS_UNIT_EXPOSITION_FULL_SNAPSHOT_H_

#include "exporter/health/snapshot.h"

namespace podprobe {

// A snapshot in which every field is there, so that every family has a metric.
Snapshot FullSnapshot();

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_EXPOSITION_FULL_SNAPSHOT_H_
