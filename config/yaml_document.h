#ifndef PODPROBE_CONFIG_YAML_DOCUMENT_H_
#define PODPROBE_CONFIG_YAML_DOCUMENT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.h"

namespace podprobe {

inline constexpr std::size_t kMaxConfigBytes = 1 << 20;
// The configuration is four levels deep and has less than a hundred values.
inline constexpr std::size_t kMaxYamlDepth = 16;
inline constexpr std::size_t kMaxYamlNodes = 10'000;

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMapping };

  Kind kind = Kind::kNull;
  ConfigPosition at;
  std::string text;       // of a scalar
  bool is_plain = false;  // a scalar without quotes
  // The items of a sequence; of a mapping key, value, key, value, in the order
  // written and with keys given twice.
  std::vector<YamlNode> children;
};

struct YamlDocument {
  YamlNode root;  // kNull for an empty text
  // The YAML is broken or is more than a configuration needs. `root` then holds
  // what stands before that place.
  std::optional<ConfigProblem> problem;
};

// Reads one YAML document. Aliases, anchors and tags are refused, so a document is never
// larger than its text; the limits are the constants above.
YamlDocument ParseYaml(std::string_view text);

}  // namespace podprobe

#endif  // PODPROBE_CONFIG_YAML_DOCUMENT_H_
