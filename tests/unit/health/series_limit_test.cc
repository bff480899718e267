#include "exporter/health/series_limit.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace podprobe {
namespace {

// podprobe_series, podprobe_series_dropped_total, podprobe_kubelet_restarts_total.
constexpr std::size_t kSeriesOfThePage = 3;

// A pod with one probe that costs two series, or four where it fails.
struct PodOnPage {
  std::string name;
  std::uint64_t order = 0;
  bool is_failing = false;
};

Snapshot PageOf(const std::vector<PodOnPage>& pods) {
  Snapshot page;
  for (const PodOnPage& pod : pods) {
    page.pods.push_back({.labels = {.pod_namespace = "shop", .pod = pod.name},
                         .has_failing_probe = pod.is_failing,
                         .first_seen_order = pod.order});
    ProbeSnapshot& probe = page.probes.emplace_back();
    probe.labels = {.pod_namespace = "shop", .pod = pod.name, .probe_type = "Readiness"};
    probe.phases = {{.phase = "steady"}};
    probe.containers = {{.container = "app"}};
    if (!pod.is_failing) continue;
    probe.containers[0].condition = Condition::kFailing;
    probe.containers[0].consecutive_failures = 1;
  }
  return page;
}

std::string Kept(const Snapshot& page) {
  std::string text;
  for (const PodSnapshot& pod : page.pods) text += pod.labels.pod + " ";
  std::string probes;
  for (const ProbeSnapshot& probe : page.probes) probes += probe.labels.pod + " ";
  return text == probes ? text : "half of a pod: " + text + "| " + probes;
}

std::string KeptOf(const std::vector<PodOnPage>& pods, std::size_t max_series) {
  Snapshot page = PageOf(pods);
  SeriesLimit().Apply(max_series, &page);
  return Kept(page);
}

TEST(SeriesLimit, CountsEveryLineOfThePage) {
  Snapshot page;
  EXPECT_EQ(CountSeries(page), kSeriesOfThePage);
  page.node.durations = {{.probe_type = "Liveness", .buckets = {{0.1, 0}, {0.5, 0}}}};
  EXPECT_EQ(CountSeries(page), kSeriesOfThePage + 5);  // two buckets, +Inf, sum, count
  page.node.is_incident = false;
  page.node.stale_pods = 0;
  page.node.missing_evidence = {"cpu_pressure", "io_pressure"};
  EXPECT_EQ(CountSeries(page), kSeriesOfThePage + 9);
  page.sources = {{.source = "probes", .errors = {{"dns", 0}, {"tls", 0}}}};
  EXPECT_EQ(CountSeries(page), kSeriesOfThePage + 13);  // up, parse errors, two reasons
  page.kubelet.is_pod_label_truncated = false;
  EXPECT_EQ(CountSeries(page), kSeriesOfThePage + 14);
  page.spec_findings.resize(2);
  EXPECT_EQ(CountSeries(page), kSeriesOfThePage + 16);
  page.pods = {{.restarts = {{.container = "app"}}, .unready = UnreadyCounts()}};
  EXPECT_EQ(CountSeries(page), kSeriesOfThePage + 19);

  ProbeSnapshot& probe = page.probes.emplace_back();
  probe.phases.resize(2);
  probe.causes.resize(1);
  probe.success_ratios.resize(2);
  probe.near_timeout_ratio.emplace();
  probe.timeout_headroom_ratio = 0;
  EXPECT_EQ(CountSeries(page), kSeriesOfThePage + 19 + 9);
  ContainerProbe& container = probe.containers.emplace_back();
  EXPECT_EQ(CountSeries(page), kSeriesOfThePage + 28);
  container.settings.emplace();
  EXPECT_EQ(CountSeries(page), kSeriesOfThePage + 28) << "known, and not served";
  container.are_settings_served = true;
  EXPECT_EQ(CountSeries(page), kSeriesOfThePage + 33);
  container.condition = Condition::kFailing;
  container.consecutive_failures = 1;
  container.failing_since_unix = 1;
  container.last_success_unix = 1;
  container.forecast.emplace();
  container.startup_budget_used = 0;
  container.evidence.resize(2);
  EXPECT_EQ(CountSeries(page), kSeriesOfThePage + 41);
}

TEST(SeriesLimit, CutsWholePodsFromOnePastTheLimitOn) {
  const std::vector<PodOnPage> pods = {{"a", 1}, {"b", 2}, {"c", 3}};
  EXPECT_EQ(KeptOf(pods, kSeriesOfThePage + 6), "a b c ");
  EXPECT_EQ(KeptOf(pods, kSeriesOfThePage + 5), "a b ");
  EXPECT_EQ(KeptOf(pods, kSeriesOfThePage + 4), "a b ");
  EXPECT_EQ(KeptOf(pods, kSeriesOfThePage + 3), "a ");
  EXPECT_EQ(KeptOf(pods, kSeriesOfThePage), "");
  EXPECT_EQ(KeptOf(pods, 0), "");
}

TEST(SeriesLimit, KeepsFailingPodsThenThoseKnownForLongest) {
  const std::vector<PodOnPage> pods = {{"a", 4}, {"b", 1}, {"c", 3, true}, {"d", 2, true}};
  EXPECT_EQ(KeptOf(pods, kSeriesOfThePage + 12), "a b c d ");
  EXPECT_EQ(KeptOf(pods, kSeriesOfThePage + 11), "b c d ");
  EXPECT_EQ(KeptOf(pods, kSeriesOfThePage + 9), "c d ");
  EXPECT_EQ(KeptOf(pods, kSeriesOfThePage + 7), "d ");
  // A smaller one further down does not overtake.
  EXPECT_EQ(KeptOf(pods, kSeriesOfThePage + 3), "");
}

TEST(SeriesLimit, CountsWhatItCutsOnceUntilItIsBack) {
  const std::vector<PodOnPage> pods = {{"a", 1}, {"b", 2}};
  SeriesLimit limit;
  const auto dropped = [&](std::size_t max_series) {
    Snapshot page = PageOf(pods);
    limit.Apply(kSeriesOfThePage + max_series, &page);
    return page.node.dropped_series;
  };
  EXPECT_EQ(dropped(4), 0);
  EXPECT_EQ(dropped(3), 2);
  EXPECT_EQ(dropped(3), 2) << "it was cut before";
  EXPECT_EQ(dropped(1), 4) << "and another one";
  EXPECT_EQ(dropped(4), 4) << "all are back";
  EXPECT_EQ(dropped(3), 6) << "and cut again";
}

}  // namespace
}  // namespace podprobe
