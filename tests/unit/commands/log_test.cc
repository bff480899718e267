#include "exporter/log.h"

#include <gtest/gtest.h>

namespace podprobe {
namespace {

TEST(FormatLogLine, QuotesWhatNeedsQuotesAndKeepsOneLine) {
  EXPECT_EQ(
      FormatLogLine(LogFormat::kLogfmt, 1795461088.731, LogLevel::kWarn, "source failed",
                    {{"source", "pods"}, {"error", "a \"b\" = c\\d\nnext\x01"}, {"empty", ""}}),
      "ts=2026-11-23T19:11:28.731Z level=warn msg=\"source failed\" source=pods "
      "error=\"a \\\"b\\\" = c\\\\d\\nnext\\x01\" empty=\"\"");
}

TEST(FormatLogLine, LogfmtIsUtf8WhateverComes) {
  EXPECT_EQ(FormatLogLine(LogFormat::kLogfmt, 0, LogLevel::kError, "m",
                          {{"whole", "caf\xC3\xA9"}, {"broken", "\x96\xC3("}}),
            "ts=1970-01-01T00:00:00.000Z level=error msg=m whole=caf\xC3\xA9 "
            "broken=\"\\x96\\xc3(\"");
}

TEST(FormatLogLine, JsonSurvivesAnyBytes) {
  EXPECT_EQ(
      FormatLogLine(LogFormat::kJson, 0, LogLevel::kError, "m", {{"error", "\xff\n\"quoted\""}}),
      "{\"ts\":\"1970-01-01T00:00:00.000Z\",\"level\":\"error\",\"msg\":\"m\","
      "\"error\":\"\xEF\xBF\xBD\\n\\\"quoted\\\"\"}");
}

TEST(ParseLogLevel, KnowsItsNamesOnly) {
  EXPECT_EQ(ParseLogLevel("warn"), LogLevel::kWarn);
  EXPECT_EQ(ParseLogLevel("warning"), std::nullopt);
  EXPECT_EQ(ParseLogFormat("json"), LogFormat::kJson);
  EXPECT_EQ(ParseLogFormat(""), std::nullopt);
}

}  // namespace
}  // namespace podprobe
