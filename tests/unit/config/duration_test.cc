#include "config/duration.h"

#include <gtest/gtest.h>

#include <string>

namespace podprobe {
namespace {

struct Case {
  const char* text;
  // "MILLISECONDS as Prometheus spells it", or the error.
  const char* want;
};

std::string Render(const char* text) {
  const DurationResult result = ParseDuration(text);
  if (!result.duration) return result.error;
  return std::to_string(result.duration->count()) + " " + FormatDuration(*result.duration);
}

TEST(DurationTest, ReadsAndWritesPrometheusSpelling) {
  constexpr Case kCases[] = {
      {"0", "0 0s"},
      {"0s", "0 0s"},
      {"0ms", "0 0s"},
      {"1ms", "1 1ms"},
      {"500ms", "500 500ms"},
      {"1500ms", "1500 1s500ms"},
      {"5s", "5000 5s"},
      {"007s", "7000 7s"},
      {"75s", "75000 1m15s"},
      {"60s", "60000 1m"},
      {"1m30s", "90000 1m30s"},
      {"1h30m", "5400000 1h30m"},
      {"90m", "5400000 1h30m"},
      {"24h", "86400000 1d"},
      {"7d", "604800000 1w"},
      {"8d", "691200000 8d"},
      {"90d", "7776000000 90d"},
      {"365d", "31536000000 1y"},
      {"366d", "31622400000 366d"},
      {"1y1w1d1h1m1s1ms", "32230861001 373d1h1m1s1ms"},
      {"1h0m5s", "3605000 1h5s"},
      {"9223372036854ms", "9223372036854 106751d23h47m16s854ms"},
  };
  for (const Case& row : kCases) EXPECT_EQ(Render(row.text), row.want) << row.text;
}

TEST(DurationTest, SaysWhyATextIsNoDuration) {
  constexpr Case kCases[] = {
      {"", "\"\" is no duration: write it as in 1m30s"},
      {"5", "\"5\" has no unit at its end: write it as in 30s or 1m30s"},
      {"1m30", "\"1m30\" has no unit at its end: write it as in 30s or 1m30s"},
      {"m", "\"m\" is no duration: write whole numbers with units, as in 1m30s"},
      {"-5s", "\"-5s\" is no duration: write whole numbers with units, as in 1m30s"},
      {"+5s", "\"+5s\" is no duration: write whole numbers with units, as in 1m30s"},
      {" 5s", "\" 5s\" is no duration: write whole numbers with units, as in 1m30s"},
      {"5s ", "\"5s \" is no duration: its units are y, w, d, h, m, s, ms, in this order"},
      {"5 s", "\"5 s\" is no duration: its units are y, w, d, h, m, s, ms, in this order"},
      {"1.5s", "\"1.5s\" is no duration: its units are y, w, d, h, m, s, ms, in this order"},
      {"5sec", "\"5sec\" is no duration: its units are y, w, d, h, m, s, ms, in this order"},
      {"5S", "\"5S\" is no duration: its units are y, w, d, h, m, s, ms, in this order"},
      {"1us", "\"1us\" is no duration: its units are y, w, d, h, m, s, ms, in this order"},
      {"1s1m", "\"1s1m\" is no duration: its units are y, w, d, h, m, s, ms, in this order"},
      {"1s1s", "\"1s1s\" is no duration: its units are y, w, d, h, m, s, ms, in this order"},
      {"9223372036855ms", "\"9223372036855ms\" is longer than 292 years"},
      {"293y", "\"293y\" is longer than 292 years"},
      {"292y52w", "\"292y52w\" is longer than 292 years"},
      {"99999999999999999999s", "\"99999999999999999999s\" is longer than 292 years"},
  };
  for (const Case& row : kCases) EXPECT_EQ(Render(row.text), row.want) << row.text;
}

}  // namespace
}  // namespace podprobe
