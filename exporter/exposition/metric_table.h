#ifndef PODPROBE_EXPORTER_EXPOSITION_METRIC_TABLE_H_
#define PODPROBE_EXPORTER_EXPOSITION_METRIC_TABLE_H_

#include <span>
#include <string_view>

#include "exporter/exposition/metric_family.h"
#include "exporter/health/snapshot.h"

namespace podprobe {

// Everything that is said about a series, said once: the page, the reference
// (METRICS.md) and the tests read it here. Names, labels and meanings are an
// interface to other people's dashboards.
//
// A new series is one row here and one function in family_builders.
struct MetricRow {
  std::string_view group;  // its chapter in the reference
  std::string_view name;
  MetricType type = MetricType::kGauge;
  std::string_view unit;  // what the name says: seconds, bytes, ratio, or nothing
  std::span<const std::string_view> labels;  // in the order in which they are served
  std::string_view help;                     // one sentence, the HELP line
  std::string_view good_for;                 // one sentence: which question it answers
  std::string_view query;                    // one PromQL example
  // Gives the metrics of a snapshot; null for the process's own metrics, which no
  // snapshot holds.
  void (*append)(const Snapshot& snapshot, MetricSink* sink) = nullptr;
};

// In the order of the page.
std::span<const MetricRow> MetricTable();

// The row of a name that is in the table.
const MetricRow& MetricRowOf(std::string_view name);

// A family that has what the row says, and no metrics yet.
MetricFamily EmptyFamily(const MetricRow& row);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_EXPOSITION_METRIC_TABLE_H_
