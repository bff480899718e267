#include "tests/unit/exposition/full_snapshot.h"

#include <variant>

namespace podprobe {

Snapshot FullSnapshot() {
  Snapshot snapshot;
  snapshot.unix_seconds = 1700000100;
  snapshot.probes = {
      {.labels = {.pod_namespace = "shop",
                  .pod = "cart-5b8f9c7d4-x2x7k",
                  .workload = "cart",
                  .workload_type = "deployment",
                  .probe_type = "Liveness"},
       .phases = {{.phase = "startup", .attempts = 2, .failures = 2},
                  {.phase = "steady", .attempts = 120, .failures = 7}},
       .causes = {{.cause = "startup", .failures = 2}, {.cause = "unexplained", .failures = 7}},
       .success_ratios = {{.window = "5m", .ratio = 0.5}, {.window = "1h", .ratio = 0.9}},
       .near_timeout_ratio = WindowRatio{.window = "5m", .ratio = 0.25},
       .timeout_headroom_ratio = 0.125,
       .containers = {{.container = "app",
                       .condition = Condition::kFailing,
                       .consecutive_failures = 2,
                       .failing_since_unix = 1700000080,
                       .last_success_unix = 1700000070,
                       .forecast = Forecast{.action = "restart", .seconds = 7.5},
                       .startup_budget_used = 0.75,
                       .settings = ProbeSettings{.handler = "httpGet",
                                                 .period_seconds = 10,
                                                 .timeout_seconds = 1,
                                                 .failure_threshold = 3,
                                                 .success_threshold = 1},
                       .are_settings_served = true,
                       .evidence = {{.signal = "cpu_throttled", .ratio = 0.5},
                                    {.signal = "memory_limit", .ratio = 0.25}}},
                      {.container = "proxy"}}},
      {.labels = {.pod_namespace = "shop",
                  .pod = "unknown",
                  .workload = "",
                  .workload_type = "",
                  .probe_type = "Readiness"},
       .phases = {{.phase = "steady", .attempts = 0, .failures = 0}}}};
  snapshot.pods = {{.labels = {.pod_namespace = "shop",
                               .pod = "cart-5b8f9c7d4-x2x7k",
                               .workload = "cart",
                               .workload_type = "deployment"},
                    .has_failing_probe = true,
                    .first_seen_order = 1,
                    .restarts = {{.container = "app", .reason = "liveness", .restarts = 3}},
                    .unready = UnreadyCounts{.transitions = 2, .seconds = 61.5}},
                   {.labels = {.pod_namespace = "shop", .pod = "unknown"}, .first_seen_order = 2}};
  snapshot.spec_findings = {{.pod_namespace = "shop",
                             .container = "app",
                             .workload = "cart",
                             .workload_type = "deployment",
                             .probe_type = "Liveness",
                             .rule = "threshold_one"}};
  snapshot.node = {
      .probes = {{.probe_type = "Liveness", .condition = Condition::kPassing, .probes = 1},
                 {.probe_type = "Liveness", .condition = Condition::kFailing, .probes = 1}},
      .containers = {{.probe_type = "Liveness", .is_probed = false, .containers = 4},
                     {.probe_type = "Liveness", .is_probed = true, .containers = 2}},
      .durations = {{.probe_type = "Liveness",
                     .buckets = {{0.005, 10}, {0.01, 12}},
                     .count = 13,
                     .sum_seconds = 0.5}},
      .probed_workloads = 2,
      .failing_workloads = 1,
      .is_incident = false,
      .missing_evidence = {"cpu_pressure"},
      .stale_pods = 0,
      .dropped_series = 12};
  snapshot.sources = {{.source = "probes",
                       .is_up = true,
                       .last_success_unix_seconds = 1700000099.5,
                       .duration_seconds = 0.004,
                       .body_bytes = 12345,
                       .samples = 678,
                       .parse_errors = 1,
                       .errors = {},
                       .last_error = ""},
                      {.source = "pods",
                       .is_up = false,
                       .last_success_unix_seconds = std::nullopt,
                       .duration_seconds = 0.001,
                       .body_bytes = std::nullopt,
                       .samples = std::nullopt,
                       .parse_errors = 0,
                       .errors = {{"forbidden", 3}, {"timeout", 1}},
                       .last_error = "HTTP 403, want 200"}};
  snapshot.kubelet = {.start_unix_seconds = 1699990000.25,
                      .restarts = 1,
                      .is_tls_verified = false,
                      .is_pod_label_truncated = false};
  return snapshot;
}

std::size_t CountLines(const MetricFamily& family) {
  std::size_t lines = 0;
  for (const Metric& metric : family.metrics) {
    const auto* histogram = std::get_if<HistogramValue>(&metric.value);
    lines += histogram == nullptr ? 1 : histogram->buckets.size() + 3;
  }
  return lines;
}

}  // namespace podprobe
