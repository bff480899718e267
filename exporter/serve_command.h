#ifndef PODPROBE_EXPORTER_SERVE_COMMAND_H_
#define PODPROBE_EXPORTER_SERVE_COMMAND_H_

#include <functional>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/web_config.h"

namespace podprobe {

// The configuration as file and flags give it, or what is wrong with it.
struct ConfigResult {
  Config config;
  std::vector<std::string> problems;
};

struct ServeOptions {
  Config config;
  // Reads it again, on SIGHUP or POST /-/reload. Empty: there is nothing to read again.
  std::function<ConfigResult()> load_config;
  bool is_lifecycle_enabled = false;  // whether POST /-/reload is allowed
  WebFileConfig web_file;             // TLS, users and headers
  std::string web_config_file;        // where they stand; may be empty
  std::string node_name;
  // Called once the web server listens, with the first URL it is reached at.
  std::function<void(const std::string& url)> on_listening;
};

// `podprobe-exporter serve`: reads the kubelet and serves HTTP until SIGTERM or
// SIGINT. SIGHUP loads the configuration again; all of it but `web` changes in place, no counter
// and no window is lost, and a bad one leaves the old one in force. Returns the exit status: 0
// after a clean stop, 1 when it cannot start. Call it once per process: it takes the signals.
int RunServe(const ServeOptions& options);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_SERVE_COMMAND_H_
