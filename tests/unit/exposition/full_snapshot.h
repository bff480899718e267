#ifndef PODPROBE_TESTS_UNIT_EXPOSITION_FULL_SNAPSHOT_H_
#define PODPROBE_TESTS_UNIT_EXPOSITION_FULL_SNAPSHOT_H_

#include <cstddef>

#include "exporter/exposition/metric_family.h"
#include "exporter/health/snapshot.h"

namespace podprobe {

// A snapshot in which every field is there, so that every family has a metric.
Snapshot FullSnapshot();

// The sample lines that a family is written as.
std::size_t CountLines(const MetricFamily& family);

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_EXPOSITION_FULL_SNAPSHOT_H_
