#ifndef PODPROBE_EXPORTER_HEALTH_SPEC_FINDINGS_H_
#define PODPROBE_EXPORTER_HEALTH_SPEC_FINDINGS_H_

#include <string_view>
#include <vector>

#include "parsers/pod_list.h"

namespace podprobe {

// What a probe's history adds to its settings.
struct ProbeExperience {
  bool had_startup_failure = false;  // a liveness failure while starting
  bool has_tight_timeout = false;    // little headroom for an hour
};

// The rules that a container's probe of this type breaks, as in the label
// `rule`. `container` has such a probe.
std::vector<std::string_view> BrokenSpecRules(const PodContainer& container,
                                              std::string_view probe_type,
                                              const ProbeExperience& experience);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_SPEC_FINDINGS_H_
