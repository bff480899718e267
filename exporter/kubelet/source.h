#ifndef PODPROBE_EXPORTER_KUBELET_SOURCE_H_
#define PODPROBE_EXPORTER_KUBELET_SOURCE_H_

#include <array>
#include <string_view>

namespace podprobe {

// The kubelet's pages that we read. Within one round they count as read in this order.
enum class Source { kProbes, kCadvisor, kResource, kPods };

inline constexpr std::array kAllSources = {Source::kProbes, Source::kCadvisor, Source::kResource,
                                           Source::kPods};

constexpr std::string_view SourceName(Source source) {
  constexpr std::array<std::string_view, 4> kNames = {"probes", "cadvisor", "resource", "pods"};
  return kNames[static_cast<std::size_t>(source)];
}

constexpr std::string_view SourcePath(Source source) {
  constexpr std::array<std::string_view, 4> kPaths = {"/metrics/probes", "/metrics/cadvisor",
                                                      "/metrics/resource", "/pods"};
  return kPaths[static_cast<std::size_t>(source)];
}

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_SOURCE_H_
