#ifndef PODPROBE_EXPORTER_KUBELET_REQUEST_H_
#define PODPROBE_EXPORTER_KUBELET_REQUEST_H_

#include <cstddef>
#include <string>

#include "exporter/kubelet/source.h"
#include "exporter/kubelet/target.h"

namespace podprobe {

// One page to be read. `target` must outlive the reading.
struct Request {
  Source source = Source::kProbes;
  const Target* target = nullptr;
  double timeout_seconds = 0;
  std::size_t limit_bytes = 0;  // of the body
};

// What is asked for, under the target's URL.
inline std::string RequestPath(const Request& request) {
  const bool is_from_apiserver = request.target->kind == Target::Kind::kApiserver;
  return is_from_apiserver ? request.target->pods_path : std::string(SourcePath(request.source));
}

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_REQUEST_H_
