#include "exporter/web/index_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace podprobe {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ProbeSnapshot Probe(const std::string& type, double consecutive_failures) {
  ProbeSnapshot probe;
  probe.labels.probe_type = type;
  probe.containers.push_back({.container = "app", .consecutive_failures = std::nullopt});
  if (consecutive_failures > 0) probe.containers[0].consecutive_failures = consecutive_failures;
  return probe;
}

TEST(IndexPage, SaysWhatItIsAndWhereToLook) {
  const std::string page = RenderIndexPage(
      {.version = "1.2.3", .node_name = "worker-1", .telemetry_path = "/m"}, nullptr);
  EXPECT_THAT(page, HasSubstr("<h1>podprobe-exporter</h1>"));
  EXPECT_THAT(page, HasSubstr("pods of worker-1 fail"));
  EXPECT_THAT(page, HasSubstr("Version 1.2.3."));
  EXPECT_THAT(page, HasSubstr("<a href=\"/m\">/m</a>"));
  EXPECT_THAT(page, HasSubstr("The first answers of the kubelet have not come yet."));
}

TEST(IndexPage, CountsProbesByType) {
  Snapshot snapshot;
  snapshot.probes = {Probe("Liveness", 0), Probe("Readiness", 3), Probe("Readiness", 0)};
  const std::string page = RenderIndexPage({}, &snapshot);
  EXPECT_THAT(page, HasSubstr("<tr><td>Liveness</td><td>1</td><td>0</td></tr>"));
  EXPECT_THAT(page, HasSubstr("<tr><td>Readiness</td><td>2</td><td class=\"bad\">1</td></tr>"));
}

TEST(IndexPage, SaysHowEachSourceIsDoing) {
  Snapshot snapshot;
  SourceSnapshot up;
  up.source = "probes";
  up.is_up = true;
  up.last_success_unix_seconds = 995.4;
  SourceSnapshot down;
  down.source = "pods";
  down.last_error = "HTTP 403, want 200";
  snapshot.sources = {up, down};
  const std::string page = RenderIndexPage({.now_unix_seconds = 1000}, &snapshot);
  EXPECT_THAT(page, HasSubstr("<tr><td>probes</td><td>up</td><td>5 s ago</td><td></td></tr>"));
  EXPECT_THAT(page, HasSubstr("<tr><td>pods</td><td class=\"bad\">down</td><td>never</td>"
                              "<td>HTTP 403, want 200</td></tr>"));
}

TEST(IndexPage, ForeignTextIsTextAndNoMarkup) {
  Snapshot snapshot;
  SourceSnapshot source;
  source.source = "probes";
  source.last_error = "<script>alert('x')</script> & \"more\"";
  snapshot.sources = {source};
  snapshot.probes = {Probe("<b>", 1)};
  const std::string page = RenderIndexPage({.version = "<i>", .node_name = "<u>"}, &snapshot);
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; "
                              "&quot;more&quot;"));
  for (const char* tag : {"<script", "<b>", "<i>", "<u>"}) EXPECT_THAT(page, Not(HasSubstr(tag)));
}

}  // namespace
}  // namespace podprobe
