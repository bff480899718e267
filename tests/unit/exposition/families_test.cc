#include "exporter/exposition/families.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "exporter/exposition/metric_table.h"
#include "exporter/exposition/text_writer.h"
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
podprobe_consecutive_failures{namespace="shop",pod="cart-5b8f9c7d4-x2x7k",workload="cart",workload_type="deployment",probe_type="Liveness",container="app"} 2
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
)");
}

TEST(Families, WhatIsAbsentIsNotServed) {
  EXPECT_EQ(
      WriteText(BuildFamilies({})),
      "# HELP podprobe_kubelet_restarts_total Restarts of the kubelet that the exporter saw.\n"
      "# TYPE podprobe_kubelet_restarts_total counter\n"
      "podprobe_kubelet_restarts_total 0\n");
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
