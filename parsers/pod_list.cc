#include "parsers/pod_list.h"

namespace podprobe {

const ProbeSpec* PodContainer::Probe(std::string_view probe_type) const {
  const std::optional<ProbeSpec>* spec = nullptr;
  if (probe_type == "Readiness") spec = &readiness;
  if (probe_type == "Liveness") spec = &liveness;
  if (probe_type == "Startup") spec = &startup;
  return spec != nullptr && spec->has_value() ? &**spec : nullptr;
}

}  // namespace podprobe
