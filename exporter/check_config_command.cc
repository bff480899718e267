#include "exporter/check_config_command.h"

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <vector>

#include "config/config_file.h"
#include "exporter/kubelet/target.h"
#include "exporter/web/listen_address.h"

namespace podprobe {
namespace {

// The place of the key, else of the nearest section around it, else of the whole file.
ConfigPosition PositionOf(const LoadResult& loaded, std::string key) {
  while (true) {
    const auto position = loaded.positions.find(key);
    if (position != loaded.positions.end()) return position->second;
    const std::size_t dot = key.rfind('.');
    if (dot == std::string::npos) return {};
    key.resize(dot);
  }
}

// Whether the loader has found something wrong with the key or under it.
bool HasProblem(const LoadResult& loaded, const std::string& key) {
  return std::ranges::any_of(loaded.problems, [&](const ConfigProblem& problem) {
    return problem.what.starts_with(key + ":") || problem.what.starts_with(key + ".");
  });
}

// What the parts that use a value will find wrong with it. What a pod's surroundings bring is
// taken for granted: the file may be checked elsewhere.
void CheckTargets(const LoadResult& loaded, std::vector<ConfigProblem>* problems) {
  const Surroundings in_a_pod = {
      .node_name = "node", .apiserver_host = "127.0.0.1", .apiserver_port = "443"};
  for (const std::string& problem : ResolveTargets(loaded.config, in_a_pod).problems) {
    const std::string key = problem.substr(0, problem.find(": "));
    // A value that could not be read is not missing.
    if (HasProblem(loaded, key)) continue;
    problems->push_back({.at = PositionOf(loaded, key), .what = problem});
  }
}

void CheckListenAddress(const LoadResult& loaded, const std::string& key,
                        const std::string& address, std::vector<ConfigProblem>* problems) {
  const ListenAddressResult result = ParseListenAddress(address);
  if (result.address) return;
  problems->push_back({.at = PositionOf(loaded, key), .what = key + ": " + result.error});
}

void CheckWeb(const LoadResult& loaded, std::vector<ConfigProblem>* problems) {
  const WebConfig& web = loaded.config.web;
  for (std::size_t i = 0; i < web.listen_addresses.size(); ++i) {
    CheckListenAddress(loaded, "web.listen_addresses[" + std::to_string(i) + "]",
                       web.listen_addresses[i], problems);
  }
  if (!web.health_listen_address.empty()) {
    CheckListenAddress(loaded, "web.health_listen_address", web.health_listen_address, problems);
  }
}

}  // namespace

int RunCheckConfig(const std::string& file, std::ostream& out, std::ostream& err) {
  const LoadResult loaded = LoadConfigFile(file, ProcessEnvironment());
  std::vector<ConfigProblem> problems = loaded.problems;
  CheckTargets(loaded, &problems);
  CheckWeb(loaded, &problems);
  std::ranges::stable_sort(problems, {}, &ConfigProblem::at);
  for (const ConfigProblem& problem : problems) err << problem.ToString(file) << '\n';
  if (!problems.empty()) return 1;
  out << file << ": no problems found\n";
  return 0;
}

}  // namespace podprobe
