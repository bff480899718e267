#include "exporter/exposition/metric_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

namespace podprobe {
namespace {

using ::testing::AnyOf;
using ::testing::EndsWith;
using ::testing::Not;
using ::testing::StartsWith;

// The name with what comes after the unit taken away.
std::string_view WithoutTotal(std::string_view name) {
  constexpr std::string_view kTotal = "_total";
  if (name.ends_with(kTotal)) name.remove_suffix(kTotal.size());
  return name;
}

TEST(MetricTable, EachNameIsThereOnce) {
  std::set<std::string_view> names;
  for (const MetricRow& row : MetricTable()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(&MetricRowOf(row.name), &row);
  }
}

TEST(MetricTable, NamesFollowPrometheus) {
  for (const MetricRow& row : MetricTable()) {
    const std::string name(row.name);
    EXPECT_THAT(name, AnyOf(StartsWith("podprobe_"), StartsWith("process_")));
    EXPECT_EQ(row.type == MetricType::kCounter, row.name.ends_with("_total")) << name;
    if (!row.unit.empty()) {
      EXPECT_TRUE(WithoutTotal(row.name).ends_with("_" + std::string(row.unit))) << name;
    } else {
      EXPECT_THAT(std::string(WithoutTotal(row.name)),
                  Not(AnyOf(EndsWith("_seconds"), EndsWith("_bytes"), EndsWith("_ratio"))));
    }
  }
}

TEST(MetricTable, EachRowSaysWhatItIsFor) {
  for (const MetricRow& row : MetricTable()) {
    for (const std::string_view sentence : {row.help, row.good_for}) {
      EXPECT_TRUE(sentence.ends_with('.')) << row.name << ": " << sentence;
      EXPECT_EQ(sentence.find('\n'), std::string_view::npos) << row.name;
    }
    EXPECT_FALSE(row.group.empty()) << row.name;
    EXPECT_NE(row.query.find(row.name), std::string_view::npos) << row.name << ": " << row.query;
  }
}

TEST(MetricTable, LabelsAreThereOnceAndNeverReserved) {
  for (const MetricRow& row : MetricTable()) {
    std::set<std::string_view> labels;
    for (const std::string_view label : row.labels) {
      EXPECT_FALSE(label.empty()) << row.name;
      EXPECT_TRUE(labels.insert(label).second) << row.name << " " << label;
      EXPECT_TRUE(label != "le" && label != "quantile" && label != "job" && label != "instance")
          << row.name << " " << label;
    }
  }
}

TEST(MetricTable, AnEmptyFamilyHasWhatTheRowSays) {
  const MetricFamily family = EmptyFamily(MetricRowOf("podprobe_source_errors_total"));
  EXPECT_EQ(family.name, "podprobe_source_errors_total");
  EXPECT_EQ(family.type, MetricType::kCounter);
  EXPECT_EQ(family.label_names, (std::vector<std::string>{"source", "reason"}));
  EXPECT_TRUE(family.metrics.empty());
}

}  // namespace
}  // namespace podprobe
