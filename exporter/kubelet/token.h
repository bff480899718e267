#ifndef PODPROBE_EXPORTER_KUBELET_TOKEN_H_
#define PODPROBE_EXPORTER_KUBELET_TOKEN_H_

#include <cstddef>
#include <optional>
#include <string>

namespace podprobe {

// A service account's token has about 1 kB; what is far longer is some other file.
inline constexpr std::size_t kMaxTokenBytes = 64 << 10;

struct TokenResult {
  std::optional<std::string> token;  // absent: there is no such file, or a problem
  std::string problem;               // names the file, never what is in it
};

// Reads a bearer token, white space around it left out. The kubelet rotates a
// projected token by replacing the folder behind a symlink, so the file is
// opened by its path for every request; nothing is kept open and nothing watched.
TokenResult ReadToken(const std::string& path);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_KUBELET_TOKEN_H_
