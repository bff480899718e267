#include "exporter/exposition/families.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/exposition/metric_table.h"
#include "exporter/exposition/text_writer.h"
#include "exporter/health/series_limit.h"
#include "tests/unit/exposition/full_snapshot.h"

namespace podprobe {
namespace {

// The samples of a page, without its comments.
std::string Samples(const Snapshot& snapshot) {
  const std::string page = WriteText(BuildFamilies(snapshot));
  std::string samples;
  for (std::size_t line = 0; line < page.size();) {
    const std::size_t end = page.find('\n', line) + 1;
    if (page[line] != '#') samples += page.substr(line, end - line);
    line = end;
  }
  return samples;
}

TEST(Families, EveryValueOfASnapshotIsServed) {
  EXPECT_EQ(
      Samples(FullSnapshot()),
      R"(podprobe_attempts_total{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",phase="startup"} 2
podprobe_attempts_total{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",phase="steady"} 120
podprobe_attempts_total{namespace="shop",pod="unknown",workload="",workload_type="",probe_type="Readiness",phase="steady"} 0
podprobe_failures_total{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",phase="startup"} 2
podprobe_failures_total{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",phase="steady"} 7
podprobe_failures_total{namespace="shop",pod="unknown",workload="",workload_type="",probe_type="Readiness",phase="steady"} 0
podprobe_success_ratio{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",window="5m"} 0.5
podprobe_success_ratio{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",window="1h"} 0.9
podprobe_near_timeout_ratio{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",window="5m"} 0.25
podprobe_timeout_headroom_ratio{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness"} 0.125
podprobe_startup_budget_used_ratio{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",container="app"} 0.75
podprobe_failure_causes_total{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",cause="startup"} 2
podprobe_failure_causes_total{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",cause="unexplained"} 7
podprobe_evidence_ratio{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",container="app",signal="cpu_throttled"} 0.5
podprobe_evidence_ratio{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",container="app",signal="memory_limit"} 0.25
podprobe_consecutive_failures{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",container="app"} 2
podprobe_time_to_action_seconds{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",container="app",action="restart"} 7.5
podprobe_failing_since_timestamp_seconds{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",container="app"} 1700000080
podprobe_last_success_timestamp_seconds{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",container="app"} 1700000070
podprobe_state{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",container="app",state="failing"} 1
podprobe_container_restarts_total{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",container="app",workload="cart",workload_type="deployment",reason="liveness"} 3
podprobe_unready_transitions_total{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment"} 2
podprobe_unready_seconds_total{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment"} 61.5
podprobe_spec_period_seconds{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",container="app"} 10
podprobe_spec_timeout_seconds{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",container="app"} 1
podprobe_spec_failure_threshold{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",container="app"} 3
podprobe_spec_success_threshold{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",container="app"} 1
podprobe_spec_info{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",container="app",handler="httpGet"} 1
podprobe_spec_finding{namespace="shop",container="app",workload="cart",workload_type="deployment",probe_type="Liveness",rule="threshold_one"} 1
podprobe_node_probes{probe_type="Liveness",state="passing"} 1
podprobe_node_probes{probe_type="Liveness",state="failing"} 1
podprobe_node_containers{probe_type="Liveness",probed="false"} 4
podprobe_node_containers{probe_type="Liveness",probed="true"} 2
podprobe_node_probe_duration_seconds_bucket{probe_type="Liveness",le="0.005"} 10
podprobe_node_probe_duration_seconds_bucket{probe_type="Liveness",le="0.01"} 12
podprobe_node_probe_duration_seconds_bucket{probe_type="Liveness",le="+Inf"} 13
podprobe_node_probe_duration_seconds_sum{probe_type="Liveness"} 0.5
podprobe_node_probe_duration_seconds_count{probe_type="Liveness"} 13
podprobe_node_probed_workloads 2
podprobe_node_failing_workloads 1
podprobe_node_incident 0
podprobe_evidence_missing{signal="cpu_pressure"} 1
podprobe_pods_status_stale 0
podprobe_kubelet_restarts_total 1
podprobe_kubelet_start_time_seconds 1699990000.25
podprobe_kubelet_tls_verified 0
podprobe_kubelet_pod_label_truncated 0
podprobe_source_up{source="probes"} 1
podprobe_source_up{source="pods"} 0
podprobe_source_last_success_timestamp_seconds{source="probes"} 1700000099.5
podprobe_source_duration_seconds{source="probes"} 0.004
podprobe_source_duration_seconds{source="pods"} 0.001
podprobe_source_bytes{source="probes"} 12345
podprobe_source_samples{source="probes"} 678
podprobe_source_parse_errors_total{source="probes"} 1
podprobe_source_parse_errors_total{source="pods"} 0
podprobe_source_errors_total{source="pods",reason="forbidden"} 3
podprobe_source_errors_total{source="pods",reason="timeout"} 1
podprobe_series 60
podprobe_series_dropped_total{reason="max_series"} 12
)");
}

TEST(Families, WhatIsAbsentIsNotServed) {
  EXPECT_EQ(Samples({}),
            "podprobe_kubelet_restarts_total 0\n"
            "podprobe_series 3\n"
            "podprobe_series_dropped_total{reason=\"max_series\"} 0\n");
}

TEST(Families, WithoutThePodLabelNoSeriesHasIt) {
  Snapshot snapshot = FullSnapshot();
  snapshot.has_pod_label = false;
  EXPECT_EQ(Samples(snapshot).find("pod=\""), std::string::npos);
  EXPECT_NE(Samples(snapshot).find(
                "podprobe_container_restarts_total{namespace=\"shop\",container=\"app\","
                "workload=\"cart\",workload_type=\"deployment\",reason=\"liveness\"} 3\n"),
            std::string::npos);
}

TEST(Families, SeriesAreCountedAsTheyAreWritten) {
  const std::string samples = Samples(FullSnapshot());
  EXPECT_EQ(CountSeries(FullSnapshot()),
            static_cast<std::size_t>(std::count(samples.begin(), samples.end(), '\n')));
}

TEST(Families, ComeInTheOrderOfTheTable) {
  std::vector<std::string_view> want;
  for (const MetricRow& row : MetricTable()) {
    if (row.append != nullptr) want.push_back(row.name);
  }
  std::vector<std::string> got;
  for (const MetricFamily& family : BuildFamilies(FullSnapshot())) got.push_back(family.name);
  EXPECT_EQ(got, std::vector<std::string>(want.begin(), want.end()));
}

}  // namespace
}  // namespace podprobe
