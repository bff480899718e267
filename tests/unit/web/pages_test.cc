#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "exporter/web/html.h"
#include "exporter/web/page_words.h"
#include "exporter/web/plain_page.h"
#include "exporter/web/pod_page.h"
#include "exporter/web/sources_page.h"
#include "exporter/web/status_page.h"
#include "exporter/web/status_query.h"

namespace podprobe {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kHostile[] = "<script>alert(1)</script>\"'&\x1b[31m\xff";

PageOptions Options() { return {.version = "1", .node_name = "n", .telemetry_path = "/metrics"}; }

ProbeSnapshot Probe(std::string pod, Condition condition, std::optional<double> since = {}) {
  ProbeSnapshot probe;
  probe.labels = {.pod_namespace = "shop",
                  .pod = std::move(pod),
                  .workload = "web",
                  .workload_type = "deployment",
                  .probe_type = "Readiness"};
  probe.containers.push_back(
      {.container = "app", .condition = condition, .failing_since_unix = since});
  return probe;
}

Snapshot Six() {
  Snapshot snapshot;
  snapshot.unix_seconds = 1000;
  snapshot.probes = {Probe("a", Condition::kPassing),         Probe("b", Condition::kFailing, 900),
                     Probe("c", Condition::kFailing, 800),    Probe("d", Condition::kActing, 990),
                     Probe("e", Condition::kNotRunning, 999), Probe("f", Condition::kStalled)};
  return snapshot;
}

TEST(EscapeHtml, LeavesNothingThatIsMarkup) {
  EXPECT_EQ(EscapeHtml(kHostile),
            "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp; [31m\xEF\xBF\xBD");
  EXPECT_EQ(EscapeHtml("caf\xC3\xA9\n"), "caf\xC3\xA9 ");
}

TEST(PageWords, DurationsHaveTwoUnits) {
  struct Case {
    double seconds;
    const char* words;
  };
  const Case cases[] = {{-5, "0 s"},         {0, "0 s"},
                        {59.4, "59 s"},      {59.6, "1 min"},
                        {119, "1 min"},      {3600, "1 h"},
                        {3720, "1 h 2 min"}, {86'400, "1 d"},
                        {97'200, "1 d 3 h"}, {1e300, "115740 d 17 h"}};
  for (const Case& row : cases) EXPECT_EQ(DurationWords(row.seconds), row.words);
}

TEST(PageWords, WhyNamesTheRunAndTheMostFrequentCause) {
  ProbeSnapshot probe = Probe("a", Condition::kFailing);
  ContainerProbe& container = probe.containers[0];
  EXPECT_EQ(WhyWords(probe, container), "");
  container.consecutive_failures = 1;
  EXPECT_EQ(WhyWords(probe, container), "1 failure");
  container.consecutive_failures = 7;
  probe.causes = {{.cause = "unexplained", .failures = 2}, {.cause = "oom_killed", .failures = 3}};
  EXPECT_EQ(WhyWords(probe, container), "7 failures in a row, mostly: out of memory, killed");
  container.condition = Condition::kStalled;
  EXPECT_EQ(WhyWords(probe, container),
            "no attempt is counted: the probe errors, or the kubelet is stuck");
}

std::string Pods(const Snapshot& snapshot, std::string_view query) {
  std::string pods;
  for (const StatusRow& row : SelectRows(snapshot, StatusQuery::Parse(query))) {
    pods += row.probe->labels.pod;
  }
  return pods;
}

TEST(StatusQuery, SelectsAndSorts) {
  const Snapshot snapshot = Six();
  struct Case {
    const char* query;
    const char* pods;
  };
  const Case cases[] = {{"", "decbf"},          {"sort=since", "cbdef"},
                        {"sort=name", "bcdef"}, {"state=all", "decbfa"},
                        {"state=passing", "a"}, {"state=failing", "cb"},
                        {"state=ill", "decbf"}, {"q=SHO", "decbf"},
                        {"q=nothing", ""},      {"namespace=shop", "decbf"},
                        {"namespace=x", ""},    {"workload=web&q=D", "d"},
                        {"%", "decbf"}};
  for (const Case& row : cases) EXPECT_EQ(Pods(snapshot, row.query), row.pods) << row.query;
}

TEST(StatusQuery, KeepsTheListOverItsPages) {
  const StatusQuery query =
      StatusQuery::Parse("q=a%26b&namespace=x&workload=w&state=all&sort=name&page=3");
  EXPECT_EQ(query.page, 3U);
  EXPECT_EQ(query.ToString(4), "q=a%26b&namespace=x&workload=w&state=all&sort=name&page=4");
  EXPECT_EQ(query.ToString(1), "q=a%26b&namespace=x&workload=w&state=all&sort=name");
  for (const char* text : {"page=0", "page=-1", "page=x", "page="}) {
    EXPECT_EQ(StatusQuery::Parse(text).page, 1U) << text;
  }
}

TEST(StatusPage, HostileNamesAreTextEverywhere) {
  Snapshot snapshot;
  snapshot.unix_seconds = 1000;
  snapshot.probes = {Probe(kHostile, Condition::kFailing, 900)};
  ProbeLabels& labels = snapshot.probes[0].labels;
  labels.pod_namespace = labels.workload = labels.workload_type = labels.probe_type = kHostile;
  snapshot.probes[0].containers[0].container = kHostile;
  snapshot.probes[0].containers[0].settings = ProbeSettings{.handler = kHostile};
  snapshot.spec_findings = {{.pod_namespace = kHostile,
                             .container = kHostile,
                             .workload = kHostile,
                             .workload_type = kHostile,
                             .probe_type = kHostile,
                             .rule = "threshold_one"}};
  snapshot.sources = {{.source = "probes", .last_error = kHostile}};
  PageOptions options = Options();
  options.node_name = kHostile;
  const auto is_text = AllOf(HasSubstr("&lt;script&gt;alert"), Not(HasSubstr("<script>")),
                             Not(HasSubstr("\x1b")), Not(HasSubstr("\xff")));
  EXPECT_THAT(RenderStatusPage(options, &snapshot, "q=%3Cscript%3E"), is_text);
  EXPECT_THAT(RenderSourcesPage(options, &snapshot), is_text);
  EXPECT_THAT(RenderPodPage(options, snapshot, PodUrl(labels).substr(5)).value_or(""), is_text);
  const std::string plain = RenderPlainStatus(options, &snapshot, "");
  EXPECT_THAT(plain, AllOf(HasSubstr("<script>"), Not(HasSubstr("\x1b")), Not(HasSubstr("\xff"))));
  EXPECT_THAT(RenderPlainSources(&snapshot), Not(HasSubstr("\x1b")));
}

TEST(StatusPage, AHundredRowsAndTheWayToTheNext) {
  Snapshot snapshot;
  for (int i = 0; i < 250; ++i) {
    snapshot.probes.push_back(Probe("pod-" + std::to_string(1000 + i), Condition::kFailing, 1));
  }
  const std::string first = RenderStatusPage(Options(), &snapshot, "q=pod");
  EXPECT_THAT(
      first, AllOf(HasSubstr(">pod-1000<"), HasSubstr(">pod-1099<"), Not(HasSubstr(">pod-1100<")),
                   HasSubstr("page 1 of 3"), HasSubstr("<a href=\"/?q=pod&amp;page=2\">Next</a>")));
  EXPECT_LT(first.size(), 100'000U);
  EXPECT_THAT(RenderStatusPage(Options(), &snapshot, "page=3"),
              AllOf(HasSubstr(">pod-1249<"), Not(HasSubstr("Next</a>"))));
}

TEST(PlainPage, IsATable) {
  Snapshot snapshot = Six();
  snapshot.probes.resize(3);
  snapshot.probes[1].containers[0].consecutive_failures = 2;
  snapshot.probes[1].containers[0].forecast = Forecast{.action = "unready", .seconds = 12};
  EXPECT_EQ(RenderPlainStatus(Options(), &snapshot, ""),
            "podprobe-exporter 1 on n\n"
            "2 probes not passing; /?state=all shows all\n"
            "\n"
            "STATE    NAMESPACE  POD  CONTAINER  PROBE      SINCE  NEXT             WHY\n"
            "failing  shop       c    app        Readiness  3 min\n"
            "failing  shop       b    app        Readiness  1 min  unready in 12 s  2 "
            "failures in a row\n");
}

TEST(PodPage, HasItsQueriesToCopy) {
  Snapshot snapshot = Six();
  snapshot.probes[1].labels.pod = "b\\\"\n";
  EXPECT_THAT(
      RenderPodPage(Options(), snapshot, PodUrl(snapshot.probes[1].labels).substr(5)).value_or(""),
      HasSubstr(
          "podprobe_success_ratio{namespace=&quot;shop&quot;,pod=&quot;b\\\\\\&quot;\\n&quot;}"));
  EXPECT_EQ(RenderPodPage(Options(), snapshot, "namespace=shop&pod=zzz"), std::nullopt);
}

TEST(SourcesPage, SaysWhatFailedAndWhen) {
  Snapshot snapshot;
  snapshot.unix_seconds = 1000;
  snapshot.sources = {
      {.source = "probes", .is_up = true, .last_success_unix_seconds = 990},
      {.source = "pods", .errors = {{"forbidden", 3}}, .last_error = "HTTP 403, want 200"}};
  EXPECT_THAT(RenderSourcesPage(Options(), &snapshot),
              AllOf(HasSubstr("10 s</time> ago"), HasSubstr("never"), HasSubstr("3 forbidden"),
                    HasSubstr("HTTP 403, want 200")));
  EXPECT_EQ(RenderPlainSources(&snapshot),
            "SOURCE  STATE  LAST GOOD  ERROR\n"
            "probes  up     10 s ago\n"
            "pods    down   never      HTTP 403, want 200\n");
}

}  // namespace
}  // namespace podprobe
