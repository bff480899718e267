#include "exporter/intake.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace podprobe {
namespace {

constexpr char kProbesPage[] =
    "# TYPE process_start_time_seconds gauge\n"
    "process_start_time_seconds 1\n"
    "prober_probe_total{container=\"app\",namespace=\"shop\",pod=\"web\",pod_uid=\"u\","
    "probe_type=\"Readiness\",result=\"successful\"} 7\n";

// An intake whose clock stands still until told, and what it said.
struct Fixture {
  double now = 100;
  std::vector<std::string> said;
  Intake intake{{.engine = {},
                 .clock = [this] { return Instant{.unix_seconds = now, .steady_seconds = now}; },
                 .on_change =
                     [this](Source source, SourceLog::Change change, const std::string& message) {
                       const bool is_down = change == SourceLog::Change::kWentDown;
                       said.push_back(std::string(SourceName(source)) +
                                      (is_down ? " down: " + message : " up"));
                     },
                 .on_bad_lines =
                     [this](Source source, std::size_t lines, const std::string& first) {
                       said.push_back(std::string(SourceName(source)) + " " +
                                      std::to_string(lines) + " bad: " + first);
                     }}};

  bool Read(Source source, std::string_view body, ReadingResult result = {}) {
    intake.Begin(source);
    // In two pieces, torn anywhere.
    intake.Body(source, body.substr(0, body.size() / 2));
    intake.Body(source, body.substr(body.size() / 2));
    result.body_bytes = body.size();
    return intake.End(source, result);
  }

  const SourceSnapshot& State(std::string_view name) {
    snapshot = intake.TakeSnapshot();
    for (const SourceSnapshot& source : snapshot.sources) {
      if (source.source == name) return source;
    }
    ADD_FAILURE() << "no source " << name;
    return snapshot.sources.front();
  }
  Snapshot snapshot;
};

TEST(Intake, AGoodPageReachesTheEngine) {
  Fixture fixture;
  EXPECT_TRUE(fixture.Read(Source::kProbes, kProbesPage));
  const SourceSnapshot& state = fixture.State("probes");
  EXPECT_TRUE(state.is_up);
  EXPECT_EQ(state.samples, 2);
  EXPECT_EQ(state.body_bytes, sizeof(kProbesPage) - 1);
  EXPECT_EQ(state.duration_seconds, std::nullopt);
  ASSERT_EQ(fixture.snapshot.probes.size(), 1U);
  EXPECT_EQ(fixture.snapshot.probes[0].labels.pod, "web");
  EXPECT_EQ(fixture.snapshot.sources.size(), 1U) << "sources that were never read are not served";
}

TEST(Intake, ABodyThatFailedMidwayChangesNothingButTheSource) {
  Fixture fixture;
  fixture.Read(Source::kProbes, kProbesPage);
  fixture.now = 105;
  EXPECT_FALSE(fixture.Read(Source::kProbes, "prober_probe_total{",
                            {.error = ReadingError::kTruncated, .message = "cut off"}));
  EXPECT_FALSE(fixture.State("probes").is_up);
  EXPECT_EQ(fixture.State("probes").errors.at("truncated"), 1);
  EXPECT_EQ(fixture.State("probes").last_success_unix_seconds, 100);
  EXPECT_EQ(fixture.State("probes").parse_errors, 0);
  EXPECT_EQ(fixture.snapshot.probes.size(), 1U);
  fixture.now = 110;
  EXPECT_TRUE(fixture.Read(Source::kProbes, kProbesPage));
  EXPECT_EQ(fixture.said, (std::vector<std::string>{"probes down: cut off", "probes up"}));
  EXPECT_EQ(fixture.snapshot.probes[0].phases[0].attempts, 0);
}

TEST(Intake, SaysOnceThatASourceIsDown) {
  Fixture fixture;
  for (int i = 0; i < 5; ++i) {
    fixture.Read(Source::kPods, "", {.error = ReadingError::kForbidden, .message = "HTTP 403"});
  }
  EXPECT_EQ(fixture.said, std::vector<std::string>{"pods down: HTTP 403"});
  EXPECT_EQ(fixture.State("pods").errors.at("forbidden"), 5);
}

TEST(Intake, APageOfSomethingElseIsAFailedReading) {
  const struct {
    Source source;
    const char* body;
    const char* want;
  } cases[] = {
      {Source::kProbes, "",
       "probes down: /metrics/probes: the body is no metrics page: no sample in it (is kubelet.url "
       "the kubelet's own address?)"},
      {Source::kResource, "<html>\nSign in please\n</html>\n",
       "resource down: /metrics/resource: the body is no metrics page: line 1, column 1: metric "
       "name "
       "expected: \"<html>\" (is kubelet.url the kubelet's own address?)"},
      {Source::kCadvisor, "upstream connect error\n",
       "cadvisor down: /metrics/cadvisor: the body is no metrics page: line 1, column 10: value is "
       "not a number: \"connect\" (is kubelet.url the kubelet's own address?)"},
      {Source::kPods, "{\"kind\":\"Status\"}",
       "pods down: /pods: the body is no pod list: valid JSON, but no PodList: kind is \"Status\", "
       "and no items"},
      {Source::kResource, "resource_scrape_error 1\n",
       "resource down: /metrics/resource: resource_scrape_error 1: the kubelet could not list its "
       "containers; its log says why"},
  };
  for (const auto& c : cases) {
    Fixture fixture;
    EXPECT_FALSE(fixture.Read(c.source, c.body));
    EXPECT_EQ(fixture.said, std::vector<std::string>{c.want});
  }
  Fixture html;
  EXPECT_FALSE(html.Read(Source::kProbes, "<html>\n<body>Sign in</body>\n</html>\n"));
  EXPECT_EQ(html.State("probes").errors.at("parse"), 1);
  EXPECT_EQ(html.State("probes").parse_errors, 3);
}

TEST(Intake, ABadLineCostsThatLineAndIsNamed) {
  Fixture fixture;
  const std::string page = std::string(kProbesPage) + "prober_probe_total{pod=\"torn\n";
  EXPECT_TRUE(fixture.Read(Source::kProbes, page));
  EXPECT_EQ(fixture.State("probes").parse_errors, 1);
  ASSERT_EQ(fixture.said.size(), 1U);
  EXPECT_EQ(fixture.said[0].substr(0, 23), "probes 1 bad: line 4, c");
  EXPECT_NE(fixture.said[0].find("torn"), std::string::npos);
  EXPECT_EQ(fixture.snapshot.probes.size(), 1U);
}

TEST(Intake, AFailureAsksForPodsOnlyWherePodsCanBeRead) {
  const auto failing = [](int failed) {
    return std::string(kProbesPage) +
           "prober_probe_total{container=\"app\",namespace=\"shop\",pod=\"web\",pod_uid=\"u\","
           "probe_type=\"Readiness\",result=\"failed\"} " +
           std::to_string(failed) + "\n";
  };
  Fixture fixture;
  fixture.Read(Source::kProbes, failing(1));
  fixture.now = 105;
  fixture.Read(Source::kProbes, failing(2));
  EXPECT_FALSE(fixture.intake.WantsPods());
  fixture.Read(
      Source::kPods,
      R"({"kind":"PodList","items":[{"metadata":{"name":"web","namespace":"shop","uid":"u"}}]})");
  fixture.now = 110;
  fixture.Read(Source::kProbes, failing(3));
  EXPECT_TRUE(fixture.intake.WantsPods());
  fixture.Read(
      Source::kPods,
      R"({"kind":"PodList","items":[{"metadata":{"name":"web","namespace":"shop","uid":"u"}}]})");
  EXPECT_FALSE(fixture.intake.WantsPods());
}

// Pods with a readiness probe, by name; "web:Failed" is one in that phase.
std::string PodsPage(const std::vector<std::string>& pods) {
  std::string page;
  for (const std::string& pod : pods) {
    const std::string name = pod.substr(0, pod.find(':'));
    const std::string phase = name == pod ? "Running" : pod.substr(name.size() + 1);
    page += page.empty() ? R"({"kind":"PodList","items":[)" : ",";
    page += R"({"metadata":{"namespace":"shop","name":")" + name + R"(","uid":")" + name +
            R"("},)" + R"("spec":{"containers":[{"name":"app","readinessProbe":{"exec":{}}}]},)" +
            R"("status":{"phase":")" + phase +
            R"(","conditions":[{"type":"Ready","status":"True"}]}})";
  }
  return page + "]}";
}

// The pods with series of a probe, and how many pods the last list had.
std::string Served(Fixture* fixture) {
  const auto listed = static_cast<int>(fixture->State("pods").samples.value_or(-1));
  std::string text = std::to_string(listed) + " listed:";
  for (const ProbeSnapshot& probe : fixture->snapshot.probes) text += " " + probe.labels.pod.str();
  return text;
}

TEST(Intake, APodThatIsListedInTheSameWordsIsStillThere) {
  Fixture fixture;
  const auto read = [&fixture](const std::vector<std::string>& pods) {
    fixture.now += 30;
    EXPECT_TRUE(fixture.Read(Source::kPods, PodsPage(pods)));
    return Served(&fixture);
  };
  EXPECT_EQ(read({"web", "db"}), "2 listed: db web");
  EXPECT_EQ(read({"db", "web"}), "2 listed: db web");
  EXPECT_EQ(read({"web", "job", "db"}), "3 listed: db job web");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(read({"db", "web"}).substr(0, 9), "2 listed:");
  EXPECT_EQ(read({"db", "web"}), "2 listed: db web");
  EXPECT_EQ(read({"db:Failed", "web"}), "2 listed: db web");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(read({"web", "db:Failed"}).substr(0, 9), "2 listed:");
  EXPECT_EQ(read({"web", "db:Failed"}), "2 listed: web");
}

TEST(Intake, APodThatIsListedInTheSameWordsCountsOnAtAnotherLevel) {
  Fixture fixture;
  fixture.Read(Source::kPods, PodsPage({"web"}));
  for (const ServedLevel level : {ServedLevel::kWorkload, ServedLevel::kPod}) {
    EngineOptions options;
    options.level = level;
    fixture.intake.SetOptions(options);
    EXPECT_TRUE(fixture.Read(Source::kPods, PodsPage({"web"})));
    EXPECT_EQ(Served(&fixture), level == ServedLevel::kPod ? "1 listed: web" : "1 listed: ");
  }
}

TEST(Intake, ASourceThatIsOffIsNotShownAndLosesNothing) {
  Fixture fixture;
  fixture.Read(Source::kProbes, kProbesPage);
  fixture.Read(Source::kPods, "", {.error = ReadingError::kForbidden, .message = "HTTP 403"});
  EXPECT_EQ(fixture.intake.TakeSnapshot().sources.size(), 2U);
  fixture.intake.Show(Source::kPods, false);
  EXPECT_EQ(fixture.intake.TakeSnapshot().sources.size(), 1U);
  fixture.intake.Show(Source::kPods, true);
  EXPECT_EQ(fixture.State("pods").errors.at("forbidden"), 1);
}

std::string ProbesPage(int successes) {
  const std::string page = kProbesPage;
  return page.substr(0, page.rfind(' ') + 1) + std::to_string(successes) + "\n";
}

// "5m=1 1h=0.5", and the attempts of phase steady.
std::string Ratios(const Snapshot& snapshot) {
  std::string text;
  for (const PhaseCounts& phase : snapshot.probes.at(0).phases) {
    if (phase.phase == "steady") text += std::to_string(static_cast<int>(phase.attempts));
  }
  for (const auto& ratio : snapshot.probes.at(0).success_ratios) text += " " + ratio.window;
  return text;
}

TEST(Intake, NewOptionsLoseNoCounterAndALongerWindowFillsFirst) {
  Fixture fixture;
  int successes = 0;
  // A reading every 10 s until `until`.
  const auto read = [&](double until) {
    for (; fixture.now < until; fixture.now += 10) {
      fixture.Read(Source::kProbes, ProbesPage(++successes));
      fixture.snapshot = fixture.intake.TakeSnapshot();
    }
    return Ratios(fixture.snapshot);
  };
  fixture.intake.SetOptions({.windows = {{"5m", 300}}});
  EXPECT_EQ(read(100 + 3600), "359 5m");
  fixture.intake.SetOptions({.windows = {{"2m", 120}, {"20m", 1200}}});
  // 5 minutes were kept: 20 minutes are half known 5 minutes later.
  EXPECT_EQ(read(100 + 3600 + 290), "388 2m");
  EXPECT_EQ(read(100 + 3600 + 320), "391 2m 20m");
  fixture.intake.SetOptions({.windows = {{"2m", 120}}});
  fixture.intake.SetOptions({.windows = {{"2m", 120}, {"20m", 1200}}});
  EXPECT_EQ(read(100 + 3600 + 340), "393 2m");
}

}  // namespace
}  // namespace podprobe
