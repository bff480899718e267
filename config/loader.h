#ifndef PODPROBE_CONFIG_LOADER_H_
#define PODPROBE_CONFIG_LOADER_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/problem.h"
#include "config/value_reader.h"

namespace podprobe {

struct LoadResult {
  // Defaults, with what the text sets. With problems it is only what could be read.
  Config config;
  // All of them at once, in the order of the text.
  std::vector<ConfigProblem> problems;
  // Where each key of the text stands, sections too; an item of a list is
  // "web.listen_addresses[0]". For those who find a value unfit later.
  std::map<std::string, ConfigPosition> positions;
};

// Reads the YAML of a configuration file; an empty one is all defaults. Every key is checked:
// unknown and repeated ones, types, ranges. In strings ${NAME} stands for an environment
// variable, which must be set, and $${ for a plain ${.
LoadResult LoadConfig(std::string_view text, const EnvironmentLookup& environment);

// Every key that LoadConfig takes, as in "kubelet.tls_config.ca_file".
std::vector<std::string> ConfigKeys();

}  // namespace podprobe

#endif  // PODPROBE_CONFIG_LOADER_H_
