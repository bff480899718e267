#include "exporter/health/containers_page.h"

#include <cmath>
#include <string_view>
#include <utility>

namespace podprobe {

std::vector<std::string> ContainersPage::Families() {
  return {"container_start_time_seconds", "resource_scrape_error"};
}

void ContainersPage::OnSample(const Sample& sample) {
  if (sample.name == "resource_scrape_error") {
    reading_.has_scrape_error = sample.value != 0;
    return;
  }
  if (sample.name != "container_start_time_seconds" || !std::isfinite(sample.value)) return;
  std::string_view pod_namespace, pod, container;
  for (const Label& label : sample.labels) {
    if (label.name == "namespace") pod_namespace = label.value;
    if (label.name == "pod") pod = label.value;
    if (label.name == "container") container = label.value;
  }
  // cAdvisor also has rows for slices, pods and sandboxes: no container name, or POD.
  if (container.empty() || container == "POD" || pod.empty()) return;
  reading_.starts.push_back({.pod_namespace = std::string(pod_namespace),
                             .pod = std::string(pod),
                             .container = std::string(container),
                             .unix_seconds = sample.value});
}

ContainersReading ContainersPage::Take() { return std::exchange(reading_, ContainersReading()); }

}  // namespace podprobe
