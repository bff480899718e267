#include "config/settings.h"

#include <initializer_list>
#include <utility>

namespace podprobe {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kShortestTimeout = 100ms;
constexpr std::chrono::milliseconds kLongestTimeout = 5min;
// The kubelet probes at most once a second.
constexpr std::chrono::milliseconds kShortestInterval = 1s;
constexpr std::chrono::milliseconds kLongestInterval = 1h;

void AddSource(const std::string& key, SourceConfig* source, std::string_view no_false_because,
               std::vector<KeyedSetting>* settings) {
  settings->push_back({key + ".enabled", SwitchSetting{.value = &source->is_enabled,
                                                       .no_false_because = no_false_because}});
  settings->push_back({key + ".interval", DurationSetting{.seconds = &source->interval_seconds,
                                                          .min = kShortestInterval,
                                                          .max = kLongestInterval}});
  settings->push_back({key + ".timeout", DurationSetting{.seconds = &source->timeout_seconds,
                                                         .min = kShortestTimeout,
                                                         .max = kLongestTimeout,
                                                         .may_be_zero = true}});
}

// `names` in the order of the enumeration.
template <typename Enum>
ChoiceSetting Choice(Enum* value, std::initializer_list<std::string_view> names) {
  return {.names = names,
          .choose = [value](std::size_t index) { *value = static_cast<Enum>(index); }};
}

constexpr std::string_view kBrokenTls =
    "it is broken (RFC 8996), and kubelet and API server speak TLS12 and TLS13";

// Of the kubelet or the API server.
void AddTls(const std::string& key, TlsConfig* tls, std::vector<KeyedSetting>* settings) {
  ChoiceSetting min_version = Choice(&tls->min_version, {"TLS12", "TLS13"});
  min_version.refused = {{.name = "TLS10", .why = kBrokenTls},
                         {.name = "TLS11", .why = kBrokenTls}};
  const std::string section = key + ".tls_config.";
  settings->push_back({section + "ca_file", TextSetting{&tls->ca_file}});
  settings->push_back({section + "cert_file", TextSetting{&tls->cert_file}});
  settings->push_back({section + "key_file", TextSetting{&tls->key_file}});
  settings->push_back({section + "server_name", TextSetting{&tls->server_name}});
  settings->push_back({section + "min_version", std::move(min_version)});
  settings->push_back(
      {section + "insecure_skip_verify", SwitchSetting{&tls->insecure_skip_verify}});
}

}  // namespace

std::vector<KeyedSetting> SettingsOf(Config* config) {
  KubeletConfig& kubelet = config->kubelet;
  ApiserverConfig& apiserver = config->apiserver;
  CausesConfig& causes = config->causes;
  WebConfig& web = config->web;

  std::vector<KeyedSetting> settings = {
      {"kubelet.url", TextSetting{&kubelet.url}},
      {"kubelet.timeout",
       DurationSetting{&kubelet.timeout_seconds, kShortestTimeout, kLongestTimeout}},
  };
  AddTls("kubelet", &kubelet.tls, &settings);
  settings.push_back(
      {"kubelet.authorization.credentials_file", TextSetting{&kubelet.credentials_file}});
  settings.push_back({"kubelet.enable_compression", SwitchSetting{&kubelet.enable_compression}});
  settings.push_back({"apiserver.url", TextSetting{&apiserver.url}});
  AddTls("apiserver", &apiserver.tls, &settings);
  settings.push_back(
      {"apiserver.authorization.credentials_file", TextSetting{&apiserver.credentials_file}});
  settings.push_back(
      {"apiserver.enable_compression", SwitchSetting{&apiserver.enable_compression}});
  AddSource("sources.probes", &config->sources.probes,
            "without this source the exporter has nothing to say", &settings);
  AddSource("sources.cadvisor", &config->sources.cadvisor, "", &settings);
  AddSource("sources.resource", &config->sources.resource, "", &settings);
  AddSource("sources.pods", &config->sources.pods, "", &settings);

  std::vector<KeyedSetting> others = {
      {"sources.pods.from", Choice(&config->sources.pods_from, {"kubelet", "apiserver"})},
      {"windows", WindowsSetting{&config->windows}},
      {"min_attempts", CountSetting{.value = &config->min_attempts, .min = 1, .max = 1'000'000}},
      {"startup_grace",
       DurationSetting{
           .seconds = &config->startup_grace_seconds, .min = 1s, .max = 24h, .may_be_zero = true}},
      {"series.born_at_zero", DurationSetting{.seconds = &config->series.born_at_zero_seconds,
                                              .min = 1s,
                                              .max = 1h,
                                              .may_be_zero = true}},
      {"series.level", Choice(&config->series.level, {"pod", "workload", "node"})},
      {"series.detail", Choice(&config->series.detail, {"all", "unhealthy"})},
      {"series.spec", Choice(&config->series.spec, {"failing", "all"})},
      {"causes.cpu_throttled_ratio", RatioSetting{&causes.cpu_throttled_ratio}},
      {"causes.memory_limit_ratio", RatioSetting{&causes.memory_limit_ratio}},
      {"causes.memory_pressure_ratio", RatioSetting{&causes.memory_pressure_ratio}},
      {"causes.cpu_pressure_ratio", RatioSetting{&causes.cpu_pressure_ratio}},
      {"causes.io_pressure_ratio", RatioSetting{&causes.io_pressure_ratio}},
      {"causes.near_timeout_ratio", RatioSetting{&causes.near_timeout_ratio}},
      {"limits.pods_bytes",
       BytesSetting{.bytes = &config->limits.pods_bytes, .min = 64 << 10, .max = 1 << 30}},
      {"limits.metrics_bytes",
       BytesSetting{.bytes = &config->limits.metrics_bytes, .min = 64 << 10, .max = 4ull << 30}},
      {"limits.max_series",
       CountSetting{.value = &config->limits.max_series, .min = 1, .max = 10'000'000}},
      {"web.listen_addresses", TextListSetting{.values = &web.listen_addresses, .max_count = 16}},
      {"web.health_listen_address", TextSetting{&web.health_listen_address}},
      {"web.telemetry_path", TextSetting{.value = &web.telemetry_path, .must_begin_with = "/"}},
      {"web.openmetrics_created", SwitchSetting{&web.openmetrics_created}},
  };
  for (KeyedSetting& other : others) settings.push_back(std::move(other));
  return settings;
}

}  // namespace podprobe
