#ifndef PODPROBE_EXPORTER_KUBELET_STATUS_MESSAGE_H_
#define PODPROBE_EXPORTER_KUBELET_STATUS_MESSAGE_H_

#include <string>

namespace podprobe {

// What an answer that is not 200 says: the message of the API server's JSON Status, any other
// body as it is (the kubelet's are plain text).
std::string StatusMessage(const std::string& body);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_STATUS_MESSAGE_H_
