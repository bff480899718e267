#include "config/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "config/yaml_document.h"
#include "tests/unit/config/render.h"

namespace podprobe {
namespace {

struct Case {
  const char* yaml;
  const char* want;
};

std::string Problems(const std::string& yaml) {
  return RenderProblems(LoadConfig(yaml, FakeEnvironment()));
}

// The settings that are not the defaults, or the problems.
std::string Changes(const std::string& yaml) {
  const LoadResult result = LoadConfig(yaml, FakeEnvironment());
  if (!result.problems.empty()) return RenderProblems(result);
  return AddedLines(RenderConfig({}), RenderConfig(result.config));
}

TEST(LoaderTest, SetsWhatTheTextSaysAndLeavesTheRest) {
  constexpr Case kCases[] = {
      {"", ""},
      {"# nothing but a comment", ""},
      {"---\n", ""},
      {"kubelet:\nsources:\n  pods:\n", ""},
      {"{}", ""},
      {"kubelet: {url: https://worker-1:10250, timeout: 1m30s}",
       "kubelet.url=https://worker-1:10250\nkubelet.timeout=90\n"},
      {"kubelet:\n"
       "  tls_config:\n"
       "    ca_file: /ca\n"
       "    cert_file: /cert\n"
       "    key_file: /key\n"
       "    server_name: worker-1\n"
       "    insecure_skip_verify: true\n"
       "  authorization:\n"
       "    credentials_file: /token\n",
       "kubelet.tls_config.ca_file=/ca\n"
       "kubelet.tls_config.cert_file=/cert\n"
       "kubelet.tls_config.key_file=/key\n"
       "kubelet.tls_config.server_name=worker-1\n"
       "kubelet.tls_config.insecure_skip_verify=true\n"
       "kubelet.authorization.credentials_file=/token\n"},
      {"kubelet: {tls_config: {min_version: TLS13}, enable_compression: true}",
       "kubelet.tls_config.min_version=1\nkubelet.enable_compression=1\n"},
      {"sources: {pods: {from: apiserver}}\n"
       "apiserver:\n"
       "  url: https://10.96.0.1\n"
       "  tls_config:\n"
       "    ca_file: /ca\n"
       "    cert_file: /cert\n"
       "    key_file: /key\n"
       "    server_name: kubernetes\n"
       "    min_version: TLS13\n"
       "    insecure_skip_verify: true\n"
       "  authorization: {credentials_file: /token}\n"
       "  enable_compression: true\n",
       "apiserver.url=https://10.96.0.1\n"
       "apiserver.tls_config.ca_file=/ca\n"
       "apiserver.tls_config.cert_file=/cert\n"
       "apiserver.tls_config.key_file=/key\n"
       "apiserver.tls_config.server_name=kubernetes\n"
       "apiserver.tls_config.min_version=1\n"
       "apiserver.tls_config.insecure_skip_verify=true\n"
       "apiserver.authorization.credentials_file=/token\n"
       "apiserver.enable_compression=1\n"
       "sources.pods.from=1\n"},
      {"sources:\n"
       "  probes: {enabled: true, interval: 1s, timeout: 100ms}\n"
       "  cadvisor: {enabled: false, interval: 2m, timeout: 5m}\n"
       "  resource: {enabled: false, interval: 1h, timeout: 1s}\n"
       "  pods: {enabled: false, interval: 15s, timeout: 0s}\n",
       "sources.probes.interval=1\n"
       "sources.probes.timeout=0.1\n"
       "sources.cadvisor.enabled=false\n"
       "sources.cadvisor.interval=120\n"
       "sources.cadvisor.timeout=300\n"
       "sources.resource.enabled=false\n"
       "sources.resource.interval=3600\n"
       "sources.resource.timeout=1\n"
       "sources.pods.enabled=false\n"
       "sources.pods.interval=15\n"},
      {"windows: [1m, 90m, 24h]", "windows=1m:60,1h30m:5400,1d:86400,\n"},
      {"min_attempts: 1\nstartup_grace: 0s\nseries: {born_at_zero: 0}",
       "min_attempts=1\nstartup_grace=0\nseries.born_at_zero=0\n"},
      {"limits: {pods_bytes: 65536, metrics_bytes: 4GiB}",
       "limits.pods_bytes=65536\nlimits.metrics_bytes=4294967296\n"},
      {"limits: {pods_bytes: '64KiB', metrics_bytes: 1MiB}",
       "limits.pods_bytes=65536\nlimits.metrics_bytes=1048576\n"},
      {"series: {level: workload, detail: unhealthy, spec: all}",
       "series.level=1\nseries.detail=1\nseries.spec=1\n"},
      {"series: {level: 'node', detail: all, spec: failing}", "series.level=2\n"},
      {"causes:\n"
       "  cpu_throttled_ratio: 0.5\n"
       "  memory_limit_ratio: 1\n"
       "  memory_pressure_ratio: 1.0\n"
       "  cpu_pressure_ratio: .5\n"
       "  io_pressure_ratio: 0.001\n"
       "  near_timeout_ratio: 0.75\n",
       "causes.cpu_throttled_ratio=0.5\n"
       "causes.memory_limit_ratio=1\n"
       "causes.memory_pressure_ratio=1\n"
       "causes.cpu_pressure_ratio=0.5\n"
       "causes.io_pressure_ratio=0.001\n"
       "causes.near_timeout_ratio=0.75\n"},
      {"limits: {max_series: 1}", "limits.max_series=1\n"},
      {"web:\n"
       "  listen_addresses:\n"
       "  - :9714\n"
       "  - '[::1]:0'\n"
       "  health_listen_address: ''\n"
       "  telemetry_path: /probes\n"
       "  openmetrics_created: true\n",
       "web.listen_addresses=:9714,[::1]:0,\n"
       "web.health_listen_address=\n"
       "web.telemetry_path=/probes\n"
       "web.openmetrics_created=1\n"},
      {"min_attempts: 4\r\nkubelet:\r\n  url: http://a\r\n",
       "kubelet.url=http://a\nmin_attempts=4\n"},
      {"\xef\xbb\xbfkubelet: {url: \"http://a\"}", "kubelet.url=http://a\n"},
      {"---\nmin_attempts: 4\n...\n", "min_attempts=4\n"},
  };
  for (const Case& row : kCases) EXPECT_EQ(Changes(row.yaml), row.want) << row.yaml;
}

TEST(LoaderTest, ReferencesStandForTheEnvironment) {
  constexpr Case kCases[] = {
      {"kubelet: {url: 'https://${NODE_IP}:10250'}", "kubelet.url=https://10.0.0.7:10250\n"},
      {"kubelet: {url: 'a${EMPTY}b${NODE_IP}${NODE_IP}'}", "kubelet.url=ab10.0.0.710.0.0.7\n"},
      {"web: {listen_addresses: ['${NODE_IP}:1']}", "web.listen_addresses=10.0.0.7:1,\n"},
      {"web: {telemetry_path: '${EMPTY}/a'}", "web.telemetry_path=/a\n"},
      {"kubelet: {url: '${TWICE}'}", "kubelet.url=${NODE_IP}\n"},
      {"kubelet: {url: 'a$b$$c$'}", "kubelet.url=a$b$$c$\n"},
      {"kubelet: {url: '$${NODE_IP}'}", "kubelet.url=${NODE_IP}\n"},
      {"kubelet: {url: '$${${NODE_IP}'}", "kubelet.url=${10.0.0.7\n"},
      {"kubelet: {url: '${NOPE} ${1A} ${NODE_IP} ${'}",
       "1:16: kubelet.url: the environment variable NOPE is not set\n"
       "1:16: kubelet.url: \"${1A}\" names no environment variable: its name is made of letters, "
       "digits and _ (a plain ${ is written $${)\n"
       "1:16: kubelet.url: a reference ${NAME} is not closed (a plain ${ is written $${)\n"},
      {"kubelet: {url: '${A:-b}${}'}",
       "1:16: kubelet.url: \"${A:-b}\" names no environment variable: its name is made of letters, "
       "digits and _ (a plain ${ is written $${)\n"
       "1:16: kubelet.url: \"${}\" names no environment variable: its name is made of letters, "
       "digits and _ (a plain ${ is written $${)\n"},
      {"web:\n  listen_addresses: ['${NOPE}', '${NODE_IP}:1', '${NOR}']",
       "2:22: web.listen_addresses: the environment variable NOPE is not set\n"
       "2:49: web.listen_addresses: the environment variable NOR is not set\n"},
  };
  for (const Case& row : kCases) EXPECT_EQ(Changes(row.yaml), row.want) << row.yaml;
}

TEST(LoaderTest, UnknownKeysNameTheNearest) {
  constexpr Case kCases[] = {
      {"kubelet:\n  urll: x\n", "2:3: kubelet.urll: unknown key; did you mean kubelet.url?\n"},
      {"Kubelet: {}", "1:1: Kubelet: unknown key; did you mean kubelet?\n"},
      {"kubelet: {ca_file: x}",
       "1:11: kubelet.ca_file: unknown key; did you mean kubelet.tls_config.ca_file?\n"},
      {"kubelet: {tls_config: {cert: x}}",
       "1:24: kubelet.tls_config.cert: unknown key; did you mean kubelet.tls_config.cert_file?\n"},
      {"kubelet: {authorization: {credentials: s3cret}}",
       "1:27: kubelet.authorization.credentials: unknown key; did you mean "
       "kubelet.authorization.credentials_file?\n"},
      {"web: {listenAddresses: [a]}",
       "1:7: web.listenAddresses: unknown key; did you mean web.listen_addresses?\n"},
      {"web: {listen_address: [a]}",
       "1:7: web.listen_address: unknown key; did you mean web.listen_addresses?\n"},
      {"timeout: 5s", "1:1: timeout: unknown key; did you mean kubelet.timeout?\n"},
      {"kubelet: {foo: x}",
       "1:11: kubelet.foo: unknown key; valid here: url, timeout, tls_config, authorization, "
       "enable_compression\n"},
      {"foo: x",
       "1:1: foo: unknown key; valid here: kubelet, apiserver, sources, windows, min_attempts, "
       "startup_grace, series, causes, limits, web\n"},
      {"\"\": x",
       "1:1: \"\": unknown key; valid here: kubelet, apiserver, sources, windows, min_attempts, "
       "startup_grace, series, causes, limits, web\n"},
      {"sources: {\"a\\nb\": x}",
       "1:11: sources.\"a\\x0ab\": unknown key; valid here: probes, cadvisor, resource, pods\n"},
      {"kubelet.url: x",
       "1:1: kubelet.url: write each part of the key on a line of its own, indented under the one "
       "before\n"},
      {"[a]: b", "1:1: a key must be a word\n"},
      {"kubelet: {? {a: b} : c}", "1:13: a key must be a word, in the section kubelet\n"},
      {"~: b", "1:1: a key must be a word\n"},
  };
  for (const Case& row : kCases) EXPECT_EQ(Problems(row.yaml), row.want) << row.yaml;
}

TEST(LoaderTest, RepeatedKeysAreRefused) {
  constexpr Case kCases[] = {
      {"kubelet:\n  url: a\n  timeout: 5s\n  url: b\n",
       "4:3: kubelet.url: given twice, first in line 2\n"},
      {"web: {}\nkubelet: {}\nweb: {}\nweb: {}\n",
       "3:1: web: given twice, first in line 1\n4:1: web: given twice, first in line 1\n"},
      {"foo: 1\n\"foo\": 2\n",
       "1:1: foo: unknown key; valid here: kubelet, apiserver, sources, windows, min_attempts, "
       "startup_grace, series, causes, limits, web\n"
       "2:1: foo: given twice, first in line 1\n"},
      {"sources: {probes: {timeout: 1s}, pods: {timeout: 1s}}", ""},
  };
  for (const Case& row : kCases) EXPECT_EQ(Problems(row.yaml), row.want) << row.yaml;
}

TEST(LoaderTest, ValuesOfTheWrongKindAreRefused) {
  constexpr Case kCases[] = {
      {"[1, 2]", "1:1: the file wants keys such as kubelet:, not a list\n"},
      {"word", "1:1: the file wants keys such as kubelet:, not a single value\n"},
      {"kubelet:\n  authorization: s3cret\n  tls_config: [1]\n",
       "2:18: kubelet.authorization: wants keys of its own, not a single value\n"
       "3:15: kubelet.tls_config: wants keys of its own, not a list\n"},
      {"kubelet:\n  url:\n  timeout: ~\n",
       "2:3: kubelet.url: wants a string, has no value\n"
       "3:3: kubelet.timeout: wants a duration such as 1m30s, has no value\n"},
      {"kubelet: {url: [a], timeout: {a: b}}",
       "1:16: kubelet.url: wants a string, not a list\n"
       "1:30: kubelet.timeout: wants a duration such as 1m30s, not keys of its own\n"},
      {"kubelet: {timeout: 5}",
       "1:20: kubelet.timeout: \"5\" has no unit at its end: write it as in 30s or 1m30s\n"},
      {"kubelet: {tls_config: {insecure_skip_verify: yes}}",
       "1:46: kubelet.tls_config.insecure_skip_verify: wants true or false, not \"yes\"\n"},
      {"kubelet: {tls_config: {insecure_skip_verify: 'true'}}",
       "1:46: kubelet.tls_config.insecure_skip_verify: wants true or false without quotes, not "
       "the string \"true\"\n"},
      {"series: {level: cluster, detail: [all], spec: }",
       "1:17: series.level: wants pod, workload or node, not \"cluster\"\n"
       "1:34: series.detail: wants all or unhealthy, not a list\n"
       "1:41: series.spec: wants failing or all, has no value\n"},
      {"kubelet: {tls_config: {min_version: TLS11}}",
       "1:37: kubelet.tls_config.min_version: TLS11 is refused: it is broken (RFC 8996), and "
       "kubelet and API server speak TLS12 and TLS13; wants TLS12 or TLS13\n"},
      {"apiserver: {tls_config: {min_version: TLS10}}",
       "1:39: apiserver.tls_config.min_version: TLS10 is refused: it is broken (RFC 8996), and "
       "kubelet and API server speak TLS12 and TLS13; wants TLS12 or TLS13\n"},
      {"kubelet: {tls_config: {min_version: 1.2}}",
       "1:37: kubelet.tls_config.min_version: wants TLS12 or TLS13, not \"1.2\"\n"},
      {"series: {level: Pod}", "1:17: series.level: wants pod, workload or node, not \"Pod\"\n"},
      {"causes: {io_pressure_ratio: 25%, cpu_pressure_ratio: '0.5'}",
       "1:29: causes.io_pressure_ratio: wants a number above 0 and up to 1, such as 0.25, not "
       "\"25%\"\n"
       "1:54: causes.cpu_pressure_ratio: wants a number above 0 and up to 1, such as 0.25 without "
       "quotes, not the string \"0.5\"\n"},
      {"min_attempts: '3'",
       "1:15: min_attempts: wants a whole number without quotes, not the string \"3\"\n"},
      {"min_attempts: 3.5", "1:15: min_attempts: wants a whole number, not \"3.5\"\n"},
      {"min_attempts: -3", "1:15: min_attempts: wants a whole number, not \"-3\"\n"},
      {"limits:\n  pods_bytes: 16MB\n  metrics_bytes: 99999999999GiB\n",
       "2:15: limits.pods_bytes: wants a size in bytes such as 16777216 or 16MiB, not \"16MB\"\n"
       "3:18: limits.metrics_bytes: wants a size in bytes such as 16777216 or 16MiB, not "
       "\"99999999999GiB\"\n"},
      {"web: {listen_addresses: :9714}",
       "1:25: web.listen_addresses: wants a list of strings such as [\":9714\"], not a single "
       "value\n"},
      {"web: {listen_addresses: [[a], {b: c}, ~]}",
       "1:26: web.listen_addresses: wants a string, not a list\n"
       "1:31: web.listen_addresses: wants a string, not keys of its own\n"
       "1:39: web.listen_addresses: wants a string, has no value\n"},
      {"windows:", "1:1: windows: wants a list of durations such as [5m, 1h], has no value\n"},
      {"windows: {a: b}",
       "1:10: windows: wants a list of durations such as [5m, 1h], not keys of its own\n"},
      {"windows: 5m",
       "1:10: windows: wants a list of durations such as [5m, 1h], not a single value\n"},
  };
  for (const Case& row : kCases) EXPECT_EQ(Problems(row.yaml), row.want) << row.yaml;
}

TEST(LoaderTest, ValuesOutOfRangeAreRefused) {
  constexpr Case kCases[] = {
      {"kubelet: {timeout: 100ms}", ""},
      {"kubelet: {timeout: 99ms}",
       "1:20: kubelet.timeout: 99ms is out of range: from 100ms to 5m\n"},
      {"kubelet: {timeout: 5m}", ""},
      {"kubelet: {timeout: 301s}",
       "1:20: kubelet.timeout: 5m1s is out of range: from 100ms to 5m\n"},
      {"kubelet: {timeout: 0s}", "1:20: kubelet.timeout: 0s is out of range: from 100ms to 5m\n"},
      {"sources: {probes: {interval: 0s}}",
       "1:30: sources.probes.interval: 0s is out of range: from 1s to 1h\n"},
      {"sources: {pods: {timeout: 1ms}}",
       "1:27: sources.pods.timeout: 1ms is out of range: from 100ms to 5m, or 0s\n"},
      {"sources: {probes: {enabled: false}}",
       "1:29: sources.probes.enabled: cannot be false: without this source the exporter has "
       "nothing to say\n"},
      {"min_attempts: 0", "1:15: min_attempts: 0 is out of range: from 1 to 1000000\n"},
      {"min_attempts: 1000000", ""},
      {"min_attempts: 1000001", "1:15: min_attempts: 1000001 is out of range: from 1 to 1000000\n"},
      {"limits: {max_series: 0}",
       "1:22: limits.max_series: 0 is out of range: from 1 to 10000000\n"},
      {"limits: {max_series: 10000000}", ""},
      {"limits: {max_series: 10000001}",
       "1:22: limits.max_series: 10000001 is out of range: from 1 to 10000000\n"},
      {"causes: {near_timeout_ratio: 1}", ""},
      {"causes: {near_timeout_ratio: 1.001}",
       "1:30: causes.near_timeout_ratio: wants a number above 0 and up to 1, such as 0.25, not "
       "\"1.001\"\n"},
      {"causes: {near_timeout_ratio: 0}",
       "1:30: causes.near_timeout_ratio: wants a number above 0 and up to 1, such as 0.25, not "
       "\"0\"\n"},
      {"causes: {near_timeout_ratio: nan}",
       "1:30: causes.near_timeout_ratio: wants a number above 0 and up to 1, such as 0.25, not "
       "\"nan\"\n"},
      {"causes: {near_timeout_ratio: 1e-1}",
       "1:30: causes.near_timeout_ratio: wants a number above 0 and up to 1, such as 0.25, not "
       "\"1e-1\"\n"},
      {"startup_grace: 25h", "1:16: startup_grace: 1d1h is out of range: from 1s to 1d, or 0s\n"},
      {"series: {born_at_zero: 500ms}",
       "1:24: series.born_at_zero: 500ms is out of range: from 1s to 1h, or 0s\n"},
      {"limits: {pods_bytes: 65535, metrics_bytes: 5GiB}",
       "1:22: limits.pods_bytes: 65535 is out of range: from 64KiB to 1GiB\n"
       "1:44: limits.metrics_bytes: 5GiB is out of range: from 64KiB to 4GiB\n"},
      {"windows: [5m, 300s, 9s, 86401s, x]",
       "1:15: windows: the window 5m is given twice\n"
       "1:21: windows: 9s is out of range: from 10s to 1d\n"
       "1:25: windows: 1d1s is out of range: from 10s to 1d\n"
       "1:33: windows: \"x\" is no duration: write whole numbers with units, as in 1m30s\n"},
      {"windows: []", "1:10: windows: the list is empty: leave the key out for the default\n"},
      {"windows: [1m,2m,3m,4m,5m,6m,7m,8m,9m,10m]", ""},
      {"windows: [1m,2m,3m,4m,5m,6m,7m,8m,9m,10m,11m]",
       "1:10: windows: the list has 11 items, at most 10 are allowed\n"},
      {"web: {telemetry_path: metrics}", "1:23: web.telemetry_path: must begin with \"/\"\n"},
  };
  for (const Case& row : kCases) EXPECT_EQ(Problems(row.yaml), row.want) << row.yaml;
}

TEST(LoaderTest, BrokenYamlHasItsPlaceAndWhatStandsBeforeItIsChecked) {
  constexpr Case kCases[] = {
      {"kubelet:\n\turl: x\n",
       "2:5: broken YAML: illegal map value (the line is indented by a tab: use spaces)\n"},
      {"kubelet:\n  timeout: 5\n url: x\n",
       "2:12: kubelet.timeout: \"5\" has no unit at its end: write it as in 30s or 1m30s\n"
       "3:2: broken YAML: end of map not found\n"},
      {"web: {listen_addresses: [\":9714\"\n",
       "2:1: broken YAML: end of sequence flow not found\n"},
      {"kubelet: a: b", "1:11: broken YAML: illegal map value\n"},
      {"kubelet: @x", "1:10: broken YAML: unknown token\n"},
      {"kubelet: {url: \"\\q\"}", "1:19: broken YAML: unknown escape character: \"q\"\n"},
      {"kubelet: {url: \"\\\u00e9\"}", "1:19: broken YAML: unknown escape character: \"\\xc3\"\n"},
      {"kubelet: {url: \"x\\", "1:20: broken YAML: this quote is not closed\n"},
      {"%YAML 1.\u00e9\n---\n", "1:1: broken YAML: bad YAML version: \"1.\\xc3\\xa9\"\n"},
      {"kubelet:\n  url: \"x\n", "2:8: broken YAML: this quote is not closed\n"},
      {"kubelet:\n  url: \"x\\\"\n", "2:8: broken YAML: this quote is not closed\n"},
      {"kubelet:\n  url: 'it''s\nfoo: 1\n", "2:8: broken YAML: this quote is not closed\n"},
      {"web: {}\n---\nweb: {}\n",
       "2:1: a second document begins here: the configuration is one document\n"},
      {"web: {}\n...\njunk\n",
       "3:1: a second document begins here: the configuration is one document\n"},
      {"kubelet: &a {}\n",
       "1:10: anchors (&name) are not supported: write the value out where it is needed\n"},
      {"kubelet: *a\n", "1:10: broken YAML: the referenced anchor is not defined\n"},
      {"min_attempts: !!int 3\n", "1:15: tags (!name) are not supported: write the value alone\n"},
      {"web: {}\n  \x04",
       "2:3: the byte \"\\x04\" cannot stand in a configuration, which is text in UTF-8\n"},
      {"\xff\xfek",
       "1:1: the byte \"\\xff\" cannot stand in a configuration, which is text in UTF-8\n"},
  };
  for (const Case& row : kCases) EXPECT_EQ(Problems(row.yaml), row.want) << row.yaml;
}

TEST(LoaderTest, AbsurdSizesAreRefused) {
  EXPECT_EQ(Problems(std::string(kMaxConfigBytes, '\n')), "");
  EXPECT_EQ(Problems(std::string(kMaxConfigBytes + 1, '\n')),
            "1:1: more than 1048576 bytes: no configuration needs so many\n");

  // The mapping around them is a level, too.
  const auto nested = [](std::size_t lists) {
    return Problems("windows: " + std::string(lists, '[') + std::string(lists, ']'));
  };
  EXPECT_EQ(nested(kMaxYamlDepth - 1),
            "1:11: windows: wants a duration such as 1m30s, not a list\n");
  EXPECT_THAT(nested(kMaxYamlDepth), testing::HasSubstr("nested more than 16 levels deep"));

  // The mapping, the key and the list are nodes, too.
  std::string items;
  for (std::size_t i = 3; i < kMaxYamlNodes; ++i) items += "1m,";
  EXPECT_THAT(Problems("windows: [" + items + "]"), testing::HasSubstr("9997 items, at most 10"));
  EXPECT_THAT(
      Problems("windows: [" + items + "1m]"),
      testing::HasSubstr("more than 10000 keys and values: no configuration needs so many"));
}

TEST(LoaderTest, NoMessageShowsWhatMayBeSecret) {
  const EnvironmentLookup environment = [](const std::string&) { return "s3cret"; };
  for (const char* yaml : {
           "kubelet: {authorization: s3cret}",
           "kubelet: {authorization: {token: s3cret}}",
           "kubelet: {authorization: {credentials_file: [s3cret]}}",
           "bearer_token: s3cret",
           "web: {telemetry_path: '${TOKEN}'}",
           "min_attempts: ${TOKEN}",
       }) {
    const std::string problems = RenderProblems(LoadConfig(yaml, environment));
    EXPECT_NE(problems, "") << yaml;
    EXPECT_THAT(problems, testing::Not(testing::HasSubstr("s3cret"))) << yaml;
  }
}

TEST(LoaderTest, PlacesOfValuesAreKnown) {
  const LoadResult result = LoadConfig(
      "kubelet:\n  url: a\nweb:\n  listen_addresses:\n    - b\n    - c\n", FakeEnvironment());
  std::string places;
  for (const auto& [key, at] : result.positions) {
    places += key + " " + std::to_string(at.line) + ":" + std::to_string(at.column) + "\n";
  }
  EXPECT_EQ(places,
            "kubelet 1:1\n"
            "kubelet.url 2:8\n"
            "web 3:1\n"
            "web.listen_addresses 5:5\n"
            "web.listen_addresses[0] 5:7\n"
            "web.listen_addresses[1] 6:7\n");
}

TEST(LoaderTest, LongForeignTextsAreCutInMessages) {
  const std::string problems = Problems("min_attempts: " + std::string(1000, 'x'));
  EXPECT_EQ(problems, "1:15: min_attempts: wants a whole number, not \"" +
                          std::string(kMaxQuotedBytes, 'x') + "...\"\n");
}

}  // namespace
}  // namespace podprobe
