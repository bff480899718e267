#ifndef PODPROBE_CONFIG_PIPE_H_
#define PODPROBE_CONFIG_PIPE_H_

#include <filesystem>
#include <string>
#include <system_error>

namespace podprobe {

// For a file that is read anew whenever it may have changed: what is wrong with it if it is a pipe,
// for which a reader waits until somebody writes, and which has its contents once. Else empty, also
// if there is none.
inline std::string PipeProblem(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_fifo(path, error)) return "";
  return path + " is a pipe, which cannot be read again: it must be a file";
}

}  // namespace podprobe

#endif  // PODPROBE_CONFIG_PIPE_H_
