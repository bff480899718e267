#ifndef PODPROBE_CONFIG_VALUE_READER_H_
#define PODPROBE_CONFIG_VALUE_READER_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/problem.h"
#include "config/settings.h"
#include "config/yaml_document.h"

namespace podprobe {

// The value of an environment variable; absent if it is not set.
using EnvironmentLookup = std::function<std::optional<std::string>(const std::string& name)>;

// One key with its value.
struct YamlEntry {
  const std::string& key;  // whole: "kubelet.tls_config.ca_file"
  const YamlNode& name;
  const YamlNode& value;
};

// Reads the entry's value into its setting, or adds to `problems` all that is wrong with
// it; the setting then keeps what it had.
void ReadValue(const YamlEntry& entry, const Setting& setting, const EnvironmentLookup& environment,
               std::vector<ConfigProblem>* problems);

}  // namespace podprobe

#endif  // PODPROBE_CONFIG_VALUE_READER_H_
