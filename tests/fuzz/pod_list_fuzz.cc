// Any bytes as a PodList: read or refused in words, as JSON or not as the library says that reads
// it; in pieces and a second time the same; and what is recorded of one that was read is read as
// the same pods.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/kubelet/pod_redaction.h"
#include "parsers/pod_list_reader.h"
#include "tests/fuzz/judge.h"

namespace podprobe {
namespace {

std::string NameOf(const Pod& pod) {
  std::string name = pod.pod_namespace + "/" + pod.name + " " + pod.uid + " " + pod.phase + "\n";
  for (const PodContainer& container : pod.containers) {
    name += " " + container.name;
    for (const char* type : {"Readiness", "Liveness", "Startup"}) {
      const ProbeSpec* probe = container.Probe(type);
      if (probe != nullptr) name += " " + probe->handler_type;
    }
  }
  return name;
}

// Of the pods in any order: those that are unchanged come apart.
class Names {
 public:
  std::string Of(const PodListResult& result) {
    if (!result.list) return "none: " + result.error;
    std::vector<std::string> names;
    for (const Pod& pod : result.list->pods) {
      names.push_back(NameOf(pod));
      names_[pod.fingerprint] = names.back();
    }
    for (const std::uint64_t fingerprint : result.list->unchanged) {
      names.push_back(names_.at(fingerprint));
    }
    std::ranges::sort(names);
    std::string all;
    for (const std::string& name : names) all += name;
    return all;
  }

 private:
  std::map<std::uint64_t, std::string> names_;
};

std::string InPieces(PodListReader* reader, Names* names, std::string_view json) {
  constexpr std::size_t kPieceBytes = 3;
  reader->Begin();
  for (std::size_t i = 0; i < json.size(); i += kPieceBytes)
    reader->Feed(json.substr(i, kPieceBytes));
  return names->Of(reader->Finish());
}

void Check(std::string_view json) {
  const PodListResult result = ParsePodList(json);
  MustEqual("an error or a list", result.error.empty() ? "list" : "error",
            result.list ? "list" : "error");
  const bool is_json = !result.error.starts_with("byte");
  MustEqual("JSON", is_json ? "yes" : "no", nlohmann::json::accept(json) ? "yes" : "no");
  const std::string names = Names().Of(result);
  PodListReader reader;
  Names known;
  MustEqual("in pieces", InPieces(&reader, &known, json), names);
  MustEqual("a second time", InPieces(&reader, &known, json), names);

  const std::optional<std::string> redacted = RedactPodList(json, "salt");
  if (!result.list) return;
  if (!redacted) MustEqual("redacted", "nothing", "something");
  MustEqual("redacted", Names().Of(ParsePodList(*redacted)), names);
}

}  // namespace
}  // namespace podprobe

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  podprobe::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
