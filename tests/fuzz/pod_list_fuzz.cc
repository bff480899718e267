// Any bytes as a PodList: read or refused in words, and what is recorded of one that was read is
// read as the same pods.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "exporter/kubelet/pod_redaction.h"
#include "parsers/pod_list.h"
#include "tests/fuzz/judge.h"

namespace podprobe {
namespace {

std::string Names(const PodListResult& result) {
  if (!result.list) return "none";
  std::string names;
  for (const Pod& pod : result.list->pods) {
    names += pod.pod_namespace + "/" + pod.name + " " + pod.uid + " " + pod.phase + "\n";
    for (const PodContainer& container : pod.containers) {
      names += " " + container.name;
      for (const char* type : {"Readiness", "Liveness", "Startup"}) {
        const ProbeSpec* probe = container.Probe(type);
        if (probe != nullptr) names += " " + probe->handler_type;
      }
    }
  }
  return names;
}

void Check(std::string_view json) {
  const PodListResult result = ParsePodList(json);
  MustEqual("an error or a list", result.error.empty() ? "list" : "error",
            result.list ? "list" : "error");
  const std::optional<std::string> redacted = RedactPodList(json, "salt");
  if (!result.list) return;
  if (!redacted) MustEqual("redacted", "nothing", "something");
  MustEqual("redacted", Names(ParsePodList(*redacted)), Names(result));
}

}  // namespace
}  // namespace podprobe

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  podprobe::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
