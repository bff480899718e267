#include "exporter/exposition/families.h"

#include <utility>

#include "exporter/exposition/metric_table.h"

namespace podprobe {

std::vector<MetricFamily> BuildFamilies(const Snapshot& snapshot) {
  std::vector<MetricFamily> families;
  for (const MetricRow& row : MetricTable()) {
    if (row.append == nullptr) continue;
    MetricFamily family = EmptyFamily(row);
    if (!snapshot.has_pod_label) std::erase(family.label_names, "pod");
    row.append(snapshot, &family);
    if (!family.metrics.empty()) families.push_back(std::move(family));
  }
  return families;
}

}  // namespace podprobe
