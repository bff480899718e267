#ifndef PODPROBE_EXPORTER_KUBELET_POD_REDACTION_H_
#define PODPROBE_EXPORTER_KUBELET_POD_REDACTION_H_

#include <optional>
#include <string>
#include <string_view>

namespace podprobe {

// A PodList fit to be given away: only what this project reads of it, and a little that explains
// it, is kept; what is not named in the .cc is left out. So there is no environment, command,
// argument, volume, image or message in it, of the annotations only kubernetes.io/config.source
// and kubernetes.io/config.mirror, of the labels only the template hashes. Of a probe's handler,
// whose command, header or path may be secret, every text but scheme and port becomes a
// fingerprint: equal where the text was equal and `salt` is the same one, and no more than that.
// Absent where `json` is no JSON.
std::optional<std::string> RedactPodList(std::string_view json, std::string_view salt);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_POD_REDACTION_H_
