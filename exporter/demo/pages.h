#ifndef PODPROBE_EXPORTER_DEMO_PAGES_H_
#define PODPROBE_EXPORTER_DEMO_PAGES_H_

#include <string>
#include <string_view>
#include <vector>

#include "exporter/demo/cgroups.h"
#include "exporter/demo/pod.h"
#include "exporter/demo/prober.h"

namespace podprobe {

// The kubelet's pages as kubelet 1.36 writes them: families, help texts, order
// and number format. `pods` are those that the kubelet knows by now.

std::string WriteProbesPage(const ProbeSeries& series, double process_start_seconds);
std::string WriteCadvisorPage(const std::vector<const SimulatedPod*>& pods, const NodeClock& clock);
std::string WriteResourcePage(const std::vector<const SimulatedPod*>& pods, const NodeClock& clock);
std::string WritePodListPage(const std::vector<const SimulatedPod*>& pods,
                             std::string_view node_name);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_DEMO_PAGES_H_
