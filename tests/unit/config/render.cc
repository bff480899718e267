#include "tests/unit/config/render.h"

#include <map>
#include <optional>
#include <set>
#include <sstream>

namespace podprobe {
namespace {

void RenderSource(const std::string& key, const SourceConfig& source, std::ostream& out) {
  out << key << ".enabled=" << (source.is_enabled ? "true" : "false") << '\n'
      << key << ".interval=" << source.interval_seconds << '\n'
      << key << ".timeout=" << source.timeout_seconds << '\n';
}

void RenderTls(const std::string& key, const TlsConfig& tls, std::ostream& out) {
  const std::string section = key + ".tls_config.";
  out << section << "ca_file=" << tls.ca_file << '\n'
      << section << "cert_file=" << tls.cert_file << '\n'
      << section << "key_file=" << tls.key_file << '\n'
      << section << "server_name=" << tls.server_name << '\n'
      << section << "min_version=" << static_cast<int>(tls.min_version) << '\n'
      << section << "insecure_skip_verify=" << (tls.insecure_skip_verify ? "true" : "false")
      << '\n';
}

}  // namespace

std::string RenderProblems(const LoadResult& result) {
  std::string text;
  for (const ConfigProblem& problem : result.problems) {
    text += std::to_string(problem.at.line) + ":" + std::to_string(problem.at.column) + ": " +
            problem.what + "\n";
  }
  return text;
}

std::string RenderConfig(const Config& config) {
  const KubeletConfig& kubelet = config.kubelet;
  std::ostringstream out;
  out << "kubelet.url=" << kubelet.url << '\n'
      << "kubelet.timeout=" << kubelet.timeout_seconds << '\n';
  RenderTls("kubelet", kubelet.tls, out);
  out << "kubelet.authorization.credentials_file=" << kubelet.credentials_file << '\n'
      << "kubelet.enable_compression=" << kubelet.enable_compression << '\n'
      << "apiserver.url=" << config.apiserver.url << '\n';
  RenderTls("apiserver", config.apiserver.tls, out);
  out << "apiserver.authorization.credentials_file=" << config.apiserver.credentials_file << '\n'
      << "apiserver.enable_compression=" << config.apiserver.enable_compression << '\n'
      << "sources.pods.from=" << static_cast<int>(config.sources.pods_from) << '\n';
  RenderSource("sources.probes", config.sources.probes, out);
  RenderSource("sources.cadvisor", config.sources.cadvisor, out);
  RenderSource("sources.resource", config.sources.resource, out);
  RenderSource("sources.pods", config.sources.pods, out);
  out << "windows=";
  for (const WindowConfig& window : config.windows) {
    out << window.name << ":" << window.seconds << ",";
  }
  out << "\nmin_attempts=" << config.min_attempts << '\n'
      << "startup_grace=" << config.startup_grace_seconds << '\n'
      << "series.born_at_zero=" << config.series.born_at_zero_seconds << '\n'
      << "series.level=" << static_cast<int>(config.series.level) << '\n'
      << "series.detail=" << static_cast<int>(config.series.detail) << '\n'
      << "series.spec=" << static_cast<int>(config.series.spec) << '\n'
      << "causes.cpu_throttled_ratio=" << config.causes.cpu_throttled_ratio << '\n'
      << "causes.memory_limit_ratio=" << config.causes.memory_limit_ratio << '\n'
      << "causes.memory_pressure_ratio=" << config.causes.memory_pressure_ratio << '\n'
      << "causes.cpu_pressure_ratio=" << config.causes.cpu_pressure_ratio << '\n'
      << "causes.io_pressure_ratio=" << config.causes.io_pressure_ratio << '\n'
      << "causes.near_timeout_ratio=" << config.causes.near_timeout_ratio << '\n'
      << "limits.max_series=" << config.limits.max_series << '\n'
      << "limits.pods_bytes=" << config.limits.pods_bytes << '\n'
      << "limits.metrics_bytes=" << config.limits.metrics_bytes << '\n'
      << "web.listen_addresses=";
  for (const std::string& address : config.web.listen_addresses) out << address << ",";
  out << "\nweb.health_listen_address=" << config.web.health_listen_address << '\n'
      << "web.telemetry_path=" << config.web.telemetry_path << '\n'
      << "web.openmetrics_created=" << config.web.openmetrics_created << '\n';
  return out.str();
}

std::string AddedLines(const std::string& before, const std::string& after) {
  std::set<std::string> known;
  std::istringstream old_lines(before);
  for (std::string line; std::getline(old_lines, line);) known.insert(line);
  std::string added;
  std::istringstream new_lines(after);
  for (std::string line; std::getline(new_lines, line);) {
    if (!known.contains(line)) added += line + "\n";
  }
  return added;
}

EnvironmentLookup FakeEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    static const std::map<std::string, std::string> kVariables = {
        {"NODE_IP", "10.0.0.7"}, {"EMPTY", ""}, {"TWICE", "${NODE_IP}"}};
    const auto variable = kVariables.find(name);
    if (variable == kVariables.end()) return std::nullopt;
    return variable->second;
  };
}

}  // namespace podprobe
