#include "exporter/demo/metric_text.h"

#include <gtest/gtest.h>

#include <string>

namespace podprobe {
namespace {

TEST(MetricTextTest, ValuesAreWrittenAsGoWritesThem) {
  struct Case {
    double value;
    const char* text;
  };
  constexpr Case kCases[] = {
      {0, "0"},
      {1, "1"},
      {-1, "-1"},
      {0.04, "0.04"},
      {0.0001, "0.0001"},
      {0.00005, "5e-05"},
      {279790, "279790"},
      {999999, "999999"},
      {1000000, "1e+06"},
      {1267162, "1.267162e+06"},
      {322.719517269, "322.719517269"},
      {1795461223, "1.795461223e+09"},
      {2.5276510208e+10, "2.5276510208e+10"},
  };
  for (const Case& c : kCases) {
    std::string text;
    AppendValue(c.value, &text);
    EXPECT_EQ(text, c.text);
  }
}

TEST(MetricTextTest, TimestampIsInWholeMilliseconds) {
  std::string page;
  AppendSampleAt("up{a=\"b\"}", 3, 1795461223.4567, &page);
  EXPECT_EQ(page, "up{a=\"b\"} 3 1795461223456\n");
}

}  // namespace
}  // namespace podprobe
