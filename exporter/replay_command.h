#ifndef PODPROBE_EXPORTER_REPLAY_COMMAND_H_
#define PODPROBE_EXPORTER_REPLAY_COMMAND_H_

#include <iosfwd>
#include <string>

#include "config/config.h"

namespace podprobe {

struct ReplayOptions {
  std::string dir;
  bool every = false;  // print the page after each reading, not only after the last
};

// `podprobe-exporter replay`: feeds a recording through the same engine, on the
// recording's clock, and prints the /metrics page. Returns the exit status.
int RunReplay(const ReplayOptions& options, const Config& config, std::ostream& out,
              std::ostream& err);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_REPLAY_COMMAND_H_
