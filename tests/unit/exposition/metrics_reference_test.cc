#include "exporter/exposition/metrics_reference.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "exporter/exposition/metric_table.h"

namespace podprobe {
namespace {

TEST(MetricsReference, IsTheFileInTheRepository) {
  std::ifstream file(PODPROBE_METRICS_REFERENCE);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_TRUE(text == MetricsReference())
      << PODPROBE_METRICS_REFERENCE
      << " is not what the exporter prints; renew it: podprobe-exporter metrics > "
         "exporter/METRICS.md";
}

TEST(MetricsReference, HasAnEntryForEachRow) {
  const std::string reference = MetricsReference();
  for (const MetricRow& row : MetricTable()) {
    EXPECT_NE(reference.find("### `" + std::string(row.name) + "`\n"), std::string::npos)
        << row.name;
    EXPECT_NE(reference.find(row.query), std::string::npos) << row.name;
  }
}

}  // namespace
}  // namespace podprobe
