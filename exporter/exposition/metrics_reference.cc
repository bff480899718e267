#include "exporter/exposition/metrics_reference.h"

#include <string_view>

#include "exporter/exposition/metric_table.h"
#include "exporter/exposition/metrics_notes.h"

namespace podprobe {
namespace {

std::string LabelList(const MetricRow& row) {
  if (row.labels.empty()) return "no labels";
  std::string list = row.labels.size() == 1 ? "label " : "labels ";
  std::string_view separator;
  for (const std::string_view label : row.labels) {
    list.append(separator).append("`").append(label).append("`");
    separator = ", ";
  }
  return list;
}

void AppendEntry(const MetricRow& row, std::string* text) {
  text->append("### `").append(row.name).append("`\n\n");
  text->append(TypeName(row.type)).append(", ").append(LabelList(row)).append("\n\n");
  text->append(row.help).append("\n\n");
  text->append("*Good for:* ").append(row.good_for).append("\n\n");
  text->append("```promql\n").append(row.query).append("\n```\n\n");
}

}  // namespace

std::string MetricsReference() {
  std::string text(MetricsIntroduction());
  std::string_view group;
  for (const MetricRow& row : MetricTable()) {
    if (row.group != group) {
      text.append("## ").append(row.group).append("\n\n");
      group = row.group;
    }
    AppendEntry(row, &text);
  }
  text.append(MetricsNotes());
  return text;
}

}  // namespace podprobe
