#ifndef PODPROBE_CONFIG_NEAREST_KEY_H_
#define PODPROBE_CONFIG_NEAREST_KEY_H_

#include <string>
#include <string_view>
#include <vector>

namespace podprobe {

// Which of `keys` was probably meant by the unknown `key`; keys are whole, as in
// "kubelet.tls_config.ca_file". Preferred is one of the same section, spelled nearly so;
// then one of that very name elsewhere. Empty: none is near.
std::string NearestKey(std::string_view key, const std::vector<std::string>& keys);

// "kubelet.tls_config" and "ca_file" of "kubelet.tls_config.ca_file".
std::string_view SectionOf(std::string_view key);
std::string_view NameOf(std::string_view key);

}  // namespace podprobe

#endif  // PODPROBE_CONFIG_NEAREST_KEY_H_
