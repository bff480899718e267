#ifndef PODPROBE_EXPORTER_SERVE_COMMAND_H_
#define PODPROBE_EXPORTER_SERVE_COMMAND_H_

#include <functional>
#include <string>

#include "config/config.h"

namespace podprobe {

struct ServeOptions {
  Config config;
  std::string node_name;
  // Called once the web server listens, with the first URL it is reached at.
  std::function<void(const std::string& url)> on_listening;
};

// `podprobe-exporter serve`: reads the kubelet and serves HTTP until SIGTERM or
// SIGINT. Returns the exit status: 0 after a clean stop, 1 when it cannot start.
// Call it once per process: it takes the signals.
int RunServe(const ServeOptions& options);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_SERVE_COMMAND_H_
