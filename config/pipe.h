#ifndef PODPROBE_CONFIG_PIPE_H_
#define PODPROBE_CONFIG_PIPE_H_

#include <filesystem>
#include <string>
#include <system_error>

namespace podprobe {

// What is wrong with a file that must not be waited for, after its name: it is a pipe, whose reader
// waits until somebody writes. Else empty, also if there is none.
inline std::string PipeProblem(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_fifo(path, error) ? "is a pipe: it must be a file" : "";
}

}  // namespace podprobe

#endif  // PODPROBE_CONFIG_PIPE_H_
