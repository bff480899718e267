#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "exporter/web/assets.h"
#include "exporter/web/html.h"
#include "exporter/web/page_words.h"
#include "exporter/web/plain_page.h"
#include "exporter/web/pod_page.h"
#include "exporter/web/pod_view.h"
#include "exporter/web/sources_page.h"
#include "exporter/web/sparkline.h"
#include "exporter/web/status_page.h"
#include "exporter/web/status_query.h"
#include "exporter/web/verdict.h"

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

PodSnapshot PodWith(std::vector<PodEvent> events) {
  return {.events = std::make_shared<const std::vector<PodEvent>>(std::move(events))};
}

TEST(PageWords, WhyNamesTheRunAndTheCauseOfItsLastFailures) {
  ProbeSnapshot probe = Probe("a", Condition::kFailing);
  ContainerProbe& container = probe.containers[0];
  EXPECT_EQ(WhyWords(nullptr, probe, container), "");
  container.consecutive_failures = 1;
  EXPECT_EQ(WhyWords(nullptr, probe, container), "1 failure");
  container.consecutive_failures = 7;
  const PodSnapshot pod =
      PodWith({{.container = "app", .probe_type = "Readiness", .cause = "unexplained"},
               {.container = "app", .probe_type = "Readiness", .cause = "oom_killed"},
               {.container = "app", .probe_type = "Liveness", .cause = "startup"},
               {.container = "proxy", .probe_type = "Readiness", .cause = "io_pressure"},
               {.container = "app", .cause = "error"}});
  EXPECT_EQ(WhyWords(&pod, probe, container), "7 failures in a row: out of memory, killed");
  container.condition = Condition::kStalled;
  container.consecutive_failures.reset();
  EXPECT_EQ(WhyWords(&pod, probe, container),
            "no attempt is counted: the probe errors, or the kubelet is stuck");
  container.condition = Condition::kNotRunning;
  EXPECT_EQ(WhyWords(&pod, probe, container), "it ended with an error");
  container.condition = Condition::kPassing;
  EXPECT_EQ(WhyWords(&pod, probe, container), "");
}

TEST(Verdict, CountsPodsByTheWorstThatBecomesOfThem) {
  const auto text = [](const Snapshot* snapshot) {
    const Verdict verdict = VerdictOf(snapshot);
    return verdict.headline + "|" + verdict.details + (verdict.is_well ? "|well" : "");
  };
  EXPECT_EQ(text(nullptr),
            "Waiting for the kubelet|The first answers of the kubelet have not come yet.");
  Snapshot snapshot = Six();
  EXPECT_EQ(text(&snapshot),
            "5 of 6 pods have a probe that does not pass|1 gets no traffic, 1 waits for its "
            "container, 2 are failing, 1 is not being probed");
  snapshot.probes[3].labels.pod = "b";  // one pod with two probes
  snapshot.probes[3].labels.probe_type = "Liveness";
  EXPECT_EQ(text(&snapshot),
            "4 of 5 pods have a probe that does not pass|1 is being restarted, 1 waits for its "
            "container, 1 is failing, 1 is not being probed");
  snapshot.probes.resize(1);
  EXPECT_EQ(text(&snapshot), "The one pod passes its probes||well");
  snapshot.probes.push_back(Probe("b", Condition::kPassing));
  EXPECT_EQ(text(&snapshot), "All 2 pods pass their probes||well");
  snapshot.probes.clear();
  EXPECT_EQ(text(&snapshot), "No pod here has a probe||well");
  snapshot.node.probes = {{.condition = Condition::kPassing, .probes = 3},
                          {.condition = Condition::kFailing, .probes = 2}};
  EXPECT_EQ(text(&snapshot), "2 of 5 probes do not pass|");
  snapshot.sources = {{.source = "probes"}};
  EXPECT_EQ(text(&snapshot),
            "The kubelet's probes cannot be read|What the pods do now is not known.");
}

// Neither what is rolled up nor what cannot be read may pass for well.
TEST(StatusPage, AnEmptyListSaysWhyItIsEmpty) {
  Snapshot snapshot;
  snapshot.probes = {Probe("a", Condition::kPassing)};
  const auto list = [&](std::string_view query) {
    const std::string page = RenderStatusPage(Options(), &snapshot, query);
    const std::string begin = "<p class=\"nothing\">";
    const std::size_t at = page.find(begin);
    return at == std::string::npos
               ? "rows"
               : page.substr(at + begin.size(), page.find("</p>", at) - at - begin.size());
  };
  const std::string passing = "All probes that are asked for here pass.";
  EXPECT_EQ(list(""), passing);
  EXPECT_EQ(list("sort=name"), passing);
  EXPECT_EQ(list("q=b"), "No probe matches.");
  EXPECT_EQ(list("namespace=b"), "No probe matches.");
  EXPECT_EQ(list("state=all"), "rows");
  EXPECT_THAT(RenderPlainStatus(Options(), &snapshot, ""), HasSubstr(passing));
  snapshot.probes[0].containers.clear();
  snapshot.sources = {{.source = "probes"}};
  EXPECT_EQ(list(""), "What the pods do now is not known.");
  EXPECT_THAT(RenderPlainStatus(Options(), &snapshot, ""), Not(HasSubstr(passing)));
  snapshot.has_pod_label = false;
  EXPECT_THAT(list(""), HasSubstr("series.level"));
}

std::string Picture(const LastHour& hour) {
  Html html;
  AppendSparkline(hour, &html);
  return html.Take();
}

TEST(Sparkline, AMinuteIsAColumnAndEvenAFewFailuresAreSeen) {
  LastHour hour;
  EXPECT_EQ(Picture(hour), "");
  EXPECT_EQ(HourWords(hour), "");
  hour.attempted_minutes = 0b1111;
  EXPECT_THAT(Picture(hour), AllOf(HasSubstr("no failures in 4 min"),
                                   HasSubstr("<path class=\"tried\" d=\"M56 0V8H60V0z\"/>"),
                                   Not(HasSubstr("failed"))));
  hour.attempted_minutes |= std::uint64_t{1} << 59;
  hour.flawed = {{.minutes_ago = 59, .percent = 0},
                 {.minutes_ago = 2, .percent = 99},
                 {.minutes_ago = 1, .percent = 50},
                 {.minutes_ago = 0, .percent = 50}};
  EXPECT_THAT(Picture(hour),
              AllOf(HasSubstr("failures in 4 of 5 min"),
                    HasSubstr("<path class=\"tried\" d=\"M0 0V8H1V0zM56 0V8H60V0z\"/>"),
                    HasSubstr("<path class=\"failed\" d=\"M0 0H0V8H1V0H57V1H58V4H60V0z\"/>")));
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
  StatusQuery query =
      StatusQuery::Parse("q=a%26b&namespace=x&workload=w&state=all&sort=name&page=3");
  EXPECT_EQ(query.page, 3U);
  EXPECT_EQ(query.ToString(), "q=a%26b&namespace=x&workload=w&state=all&sort=name&page=3");
  query.page = 1;
  EXPECT_EQ(query.ToString(), "q=a%26b&namespace=x&workload=w&state=all&sort=name");
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
  snapshot.pods = {PodWith({{.container = kHostile, .probe_type = kHostile, .cause = "unexplained"},
                            {.container = kHostile, .cause = "error"}})};
  snapshot.pods[0].labels = {kHostile, kHostile, kHostile, kHostile};
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

TEST(StatusPage, FiftyRowsAndTheWayToTheNext) {
  Snapshot snapshot;
  for (int i = 0; i < 250; ++i) {
    snapshot.probes.push_back(Probe("pod-" + std::to_string(1000 + i), Condition::kFailing, 1));
  }
  const std::string first = RenderStatusPage(Options(), &snapshot, "q=pod");
  EXPECT_THAT(
      first, AllOf(HasSubstr(">pod-1000<"), HasSubstr(">pod-1049<"), Not(HasSubstr(">pod-1050<")),
                   HasSubstr("page 1 of 5"), HasSubstr("<a href=\"/?q=pod&amp;page=2\">Next</a>")));
  EXPECT_THAT(RenderStatusPage(Options(), &snapshot, "page=5"),
              AllOf(HasSubstr(">pod-1249<"), Not(HasSubstr("Next</a>"))));
}

// 500 pods of workloads of their own with names of a usual length, all ill in every way that shows.
TEST(StatusPage, WeighsLessThan100KilobytesWithAllThatBelongsToIt) {
  Snapshot snapshot;
  snapshot.unix_seconds = 1'800'000'000;
  for (int i = 0; i < 500; ++i) {
    const std::string workload = "recommendations-" + std::to_string(1000 + i);
    ProbeSnapshot& probe = snapshot.probes.emplace_back(
        Probe(workload + "-7d9f8b6c5-x2x7z", Condition::kFailing, 1'799'999'000.125));
    probe.labels.workload = workload;
    probe.success_ratios = {{.window = "5m", .ratio = 0.5}, {.window = "1h", .ratio = 0.7}};
    probe.last_hour.attempted_minutes = (std::uint64_t{1} << LastHour::kMinutes) - 1;
    for (int ago = LastHour::kMinutes - 1; ago >= 0; --ago) {
      probe.last_hour.flawed.push_back({.minutes_ago = static_cast<std::uint8_t>(ago),
                                        .percent = static_cast<std::uint8_t>(ago * 37 % 100)});
    }
    ContainerProbe& container = probe.containers[0];
    container.consecutive_failures = 12;
    container.forecast = Forecast{.action = "restart", .seconds = 12.375};
    container.evidence = {{.signal = "cpu_throttled", .ratio = 0.4321},
                          {.signal = "memory_limit", .ratio = 0.9876}};
    snapshot.pods.push_back(
        PodWith({{.container = "app", .probe_type = "Readiness", .cause = "cpu_throttling"}}));
    PodLabels& labels = snapshot.pods.back().labels;
    labels = {"shop", probe.labels.pod, workload, "deployment"};
  }
  for (const char* query : {"", "state=all&sort=name", "page=10"}) {
    const std::size_t bytes = RenderStatusPage(Options(), &snapshot, query).size() +
                              kPageStyle.size() + kPageScript.size() + kPageIcon.size();
    EXPECT_LT(bytes, 100'000U) << query;
  }
}

TEST(PlainPage, IsATable) {
  Snapshot snapshot = Six();
  snapshot.probes.resize(3);
  snapshot.probes[1].containers[0].consecutive_failures = 2;
  snapshot.probes[1].containers[0].forecast = Forecast{.action = "unready", .seconds = 12};
  EXPECT_EQ(RenderPlainStatus(Options(), &snapshot, ""),
            "podprobe-exporter 1 on n\n"
            "2 of 3 pods have a probe that does not pass: 2 are failing\n"
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

TEST(PodPage, ARestartThatWasLearntOfLaterStandsAtItsTime) {
  const PodSnapshot pod = PodWith({{.first_unix = 943, .last_unix = 943, .container = "first"},
                                   {.first_unix = 948, .last_unix = 948, .container = "last"},
                                   {.first_unix = 944, .last_unix = 944, .container = "restarted"},
                                   {.first_unix = 944, .last_unix = 944, .container = "then"}});
  std::string order;
  for (const PodEvent* event : EventsByTime(pod)) order += event->container + " ";
  EXPECT_EQ(order, "first restarted then last ");
  EXPECT_TRUE(EventsByTime(PodSnapshot()).empty());
}

TEST(PodPage, HasItsLastFailuresTheNewestFirst) {
  Snapshot snapshot = Six();
  snapshot.pods = {PodWith({{.first_unix = 400,
                             .last_unix = 520,
                             .count = 13,
                             .container = "app",
                             .probe_type = "Readiness",
                             .phase = "steady",
                             .cause = "cpu_throttling"},
                            {.first_unix = 940,
                             .last_unix = 940,
                             .count = 1,
                             .container = "app",
                             .cause = "oom_killed"}})};
  snapshot.pods[0].labels = {"shop", "b", "web", "deployment"};
  const std::string page = RenderPodPage(Options(), snapshot, "namespace=shop&pod=b").value_or("");
  const std::size_t restart = page.find("app restarted");
  const std::size_t failures = page.find("Readiness of app failed 13 times in 2 min");
  ASSERT_NE(restart, std::string::npos);
  ASSERT_NE(failures, std::string::npos);
  EXPECT_LT(restart, failures);
  EXPECT_THAT(page, AllOf(HasSubstr("8 min</time> ago"), HasSubstr("01-01 00:08 UTC"),
                          HasSubstr("steady"), HasSubstr("CPU throttled by its limit")));
  EXPECT_THAT(RenderPodPage(Options(), snapshot, "namespace=shop&pod=c").value_or(""),
              Not(HasSubstr("Last failures")));
}

TEST(PodPage, CommandsAreSafeToPaste) {
  Snapshot snapshot = Six();
  EXPECT_THAT(RenderPodPage(Options(), snapshot, "namespace=shop&pod=b").value_or(""),
              AllOf(HasSubstr(">kubectl -n shop describe pod b<"),
                    HasSubstr(">kubectl -n shop logs b -c app --tail=100<")));
  snapshot.probes[1].labels.pod = "$(reboot);'x";
  EXPECT_THAT(
      RenderPodPage(Options(), snapshot, PodUrl(snapshot.probes[1].labels).substr(5)).value_or(""),
      HasSubstr(">kubectl -n shop describe pod &#39;$(reboot);&#39;\\&#39;&#39;x&#39;<"));
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
