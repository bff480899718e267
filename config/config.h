#ifndef PODPROBE_CONFIG_CONFIG_H_
#define PODPROBE_CONFIG_CONFIG_H_

#include <cstddef>
#include <string>
#include <vector>

namespace podprobe {

// The configuration as a value. Every field has its default here and nowhere else.
// Durations are in seconds.

// The oldest version of TLS that is spoken.
enum class TlsVersion { kTls12, kTls13 };

struct TlsConfig {
  // Empty: the service account's CA where there is one, else the system's.
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  std::string server_name;
  TlsVersion min_version = TlsVersion::kTls12;
  bool insecure_skip_verify = false;
};

struct KubeletConfig {
  // Empty: https://$NODE_IP:10250, or https://127.0.0.1:10250 without NODE_IP.
  std::string url;
  double timeout_seconds = 10;
  TlsConfig tls;
  // Bearer token, read anew when it changes. Empty: the service account's where there is one.
  std::string credentials_file;
  // Whether gzip is asked for.
  bool enable_compression = false;
};

// The API server, where pods come from it. The fields are as for the kubelet.
struct ApiserverConfig {
  // Empty: https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT.
  std::string url;
  TlsConfig tls;
  std::string credentials_file;
  bool enable_compression = false;
};

// Who is asked for the pods.
enum class PodsFrom { kKubelet, kApiserver };

struct SourceConfig {
  bool is_enabled = true;
  double interval_seconds = 0;
  double timeout_seconds = 0;  // 0: the kubelet's timeout
};

struct SourcesConfig {
  SourceConfig probes = {.interval_seconds = 5};
  SourceConfig cadvisor = {.interval_seconds = 60};
  SourceConfig resource = {.interval_seconds = 30};
  SourceConfig pods = {.interval_seconds = 10};
  PodsFrom pods_from = PodsFrom::kKubelet;
};

// A window and how it is written in the label `window`.
struct WindowConfig {
  std::string name;
  double seconds = 0;
};

// What one set of series stands for.
enum class SeriesLevel { kPod, kWorkload, kNode };
// Whether the gauges of probes that pass are served, too.
enum class SeriesDetail { kAll, kUnhealthy };
// For which probes their settings are served.
enum class SeriesSpec { kFailing, kAll };

struct SeriesConfig {
  double born_at_zero_seconds = 75;
  SeriesLevel level = SeriesLevel::kPod;
  SeriesDetail detail = SeriesDetail::kAll;
  SeriesSpec spec = SeriesSpec::kFailing;
};

// From which share on something counts as the cause of a failure.
struct CausesConfig {
  double cpu_throttled_ratio = 0.25;
  double memory_limit_ratio = 0.95;
  double memory_pressure_ratio = 0.1;
  double cpu_pressure_ratio = 0.25;
  double io_pressure_ratio = 0.25;
  double near_timeout_ratio = 0.5;
};

struct LimitsConfig {
  std::size_t pods_bytes = 16 << 20;
  // A metrics page is never held, only read: this ends one that does not end by itself.
  std::size_t metrics_bytes = 256 << 20;
  // Of the page that is served; above 0.
  std::size_t max_series = 50'000;
};

struct WebConfig {
  std::vector<std::string> listen_addresses = {":9714"};
  std::string health_listen_address = ":9715";  // empty: off
  std::string telemetry_path = "/metrics";
  // Adds _created series to OpenMetrics pages; Prometheus stores them as series of their own.
  bool openmetrics_created = false;
};

struct Config {
  KubeletConfig kubelet;
  ApiserverConfig apiserver;
  SourcesConfig sources;
  std::vector<WindowConfig> windows = {{"5m", 300}, {"1h", 3600}};
  double min_attempts = 3;
  double startup_grace_seconds = 300;
  SeriesConfig series;
  CausesConfig causes;
  LimitsConfig limits;
  WebConfig web;
};

}  // namespace podprobe

#endif  // PODPROBE_CONFIG_CONFIG_H_
