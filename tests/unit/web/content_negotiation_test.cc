#include "exporter/web/content_negotiation.h"

#include <gtest/gtest.h>

namespace podprobe {
namespace {

TEST(NegotiateFormat, TheScrapersWishIsMet) {
  constexpr auto kText = PageFormat::kText;
  constexpr auto kOpenMetrics = PageFormat::kOpenMetrics;
  struct Case {
    const char* name;
    const char* accept;
    PageFormat want;
  };
  const Case cases[] = {
      {"no header", "", kText},
      {"curl", "*/*", kText},
      {"Prometheus 2.42",
       "application/openmetrics-text;version=1.0.0,application/"
       "openmetrics-text;version=0.0.1;q=0.75,"
       "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       kOpenMetrics},
      {"Prometheus 3",
       "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
       "application/openmetrics-text;version=0.0.1;q=0.5,"
       "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,"
       "*/*;q=0.2",
       kOpenMetrics},
      {"Prometheus before OpenMetrics 1.0",
       "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       kText},
      {"Prometheus told to take text", "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", kText},
      {"Prometheus with protobuf",
       "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
       "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       kText},
      {"browser", "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8",
       kText},
      {"OpenMetrics alone", "application/openmetrics-text", kOpenMetrics},
      {"version in quotes", "application/openmetrics-text; version=\"1.0.0\"", kOpenMetrics},
      {"any case", "Application/OpenMetrics-Text; Version=1.0.0; Q=1", kOpenMetrics},
      {"blanks", " application/openmetrics-text ; version = 1.0.0 ; q = 0.5 , text/plain ; q=0.4 ",
       kOpenMetrics},
      {"text liked better", "application/openmetrics-text;q=0.5,text/plain;q=0.9", kText},
      {"equal wishes", "text/plain,application/openmetrics-text", kOpenMetrics},
      {"OpenMetrics refused", "application/openmetrics-text;q=0,*/*", kText},
      {"OpenMetrics refused and nothing else", "application/openmetrics-text;q=0", kText},
      {"the exact version has the say",
       "application/openmetrics-text;version=1.0.0;q=0,application/openmetrics-text,text/"
       "plain;q=0.1",
       kText},
      {"any text better than OpenMetrics", "application/openmetrics-text;q=0.5,text/*;q=0.6",
       kText},
      {"a named text before any text",
       "application/openmetrics-text;q=0.5,text/*;q=0.6,text/plain;q=0.1", kOpenMetrics},
      {"any application alone", "application/*", kOpenMetrics},
      {"any application, text refused", "text/plain;q=0,*/*", kOpenMetrics},
      {"anything, text less", "text/plain;q=0.5,*/*;q=0.8", kOpenMetrics},
      {"any of both", "application/*,text/*", kText},
      {"the name before any application", "application/openmetrics-text;q=0,application/*", kText},
      {"a newer OpenMetrics", "application/openmetrics-text;version=2.0.0,text/plain;q=0.1", kText},
      {"nothing that we have", "application/json", kText},
      {"a q above one is no wish", "application/openmetrics-text;q=2,text/plain;q=0.1", kText},
      {"a q that is no number is no wish", "application/openmetrics-text;q=high", kText},
      {"a negative q is no wish", "application/openmetrics-text;q=-1,text/plain", kText},
      {"an empty q is no wish", "application/openmetrics-text;q=,text/plain;q=0.1", kText},
      {"a comma in quotes", "a/b;c=\"x,application/openmetrics-text\",text/plain", kText},
      {"a quote left open", "a/b;c=\",application/openmetrics-text", kText},
      {"commas alone", ",,;,=,;q=", kText},
  };
  for (const Case& row : cases) EXPECT_EQ(NegotiateFormat(row.accept), row.want) << row.name;
}

TEST(AcceptsGzip, OnlyWhereItIsLiked) {
  struct Case {
    const char* name;
    const char* accept_encoding;
    bool want;
  };
  const Case cases[] = {
      {"no header", "", false},
      {"Prometheus", "gzip", true},
      {"browser", "gzip, deflate, br", true},
      {"any case", "GZip", true},
      {"old name", "x-gzip", true},
      {"others only", "deflate, br", false},
      {"identity only", "identity", false},
      {"refused", "gzip;q=0", false},
      {"refused among others", "gzip;q=0, *", false},
      {"refused in three decimals", "gzip;q=0.000", false},
      {"anything", "*", true},
      {"nothing", "*;q=0", false},
      {"less liked than plain", "gzip;q=0.5, identity", false},
      {"more liked than plain", "gzip, identity;q=0.5", true},
      {"as liked as plain", "gzip;q=0.5, identity;q=0.5", true},
      {"a name that begins like it", "gzipped", false},
  };
  for (const Case& row : cases) EXPECT_EQ(AcceptsGzip(row.accept_encoding), row.want) << row.name;
}

}  // namespace
}  // namespace podprobe
