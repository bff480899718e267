#ifndef PODPROBE_PARSERS_POD_JSON_H_
#define PODPROBE_PARSERS_POD_JSON_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/pod_list.h"

namespace podprobe {

// The JSON of a PodList and of its pods, read by SAX, without a document: what struct Pod does not
// name (managedFields, volumes, env values) is passed over and never copied. Unknown fields are no
// error.

struct JsonError {
  std::size_t position = 0;  // byte, from 1
  std::string near;          // for people; never a string's value, which may be a secret
};

// One element of `items`. Its pod is added to `pods`, but not on error.
std::optional<JsonError> ParsePod(std::string_view json, std::vector<Pod>* pods);

// What shows whether a text is a PodList.
struct PodListFrame {
  std::string kind;
  bool has_items = false;  // null among them
  bool is_object = false;
};
// A PodList. Its pods are added to `pods`, on error those before it.
std::optional<JsonError> ParsePodListFrame(std::string_view json, PodListFrame* frame,
                                           std::vector<Pod>* pods);

}  // namespace podprobe

#endif  // PODPROBE_PARSERS_POD_JSON_H_
