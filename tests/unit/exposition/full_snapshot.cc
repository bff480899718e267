#include "tests/unit/exposition/full_snapshot.h"

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
       .success_ratios = {{.window = "5m", .ratio = 0.5}, {.window = "1h", .ratio = 0.9}},
       .near_timeout_ratio = WindowRatio{.window = "5m", .ratio = 0.25},
       .containers = {{.container = "app", .consecutive_failures = 2},
                      {.container = "proxy", .consecutive_failures = std::nullopt}}},
      {.labels = {.pod_namespace = "shop",
                  .pod = "unknown",
                  .workload = "",
                  .workload_type = "",
                  .probe_type = "Readiness"},
       .phases = {{.phase = "steady", .attempts = 0, .failures = 0}},
       .success_ratios = {},
       .near_timeout_ratio = std::nullopt,
       .containers = {}}};
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

}  // namespace podprobe
