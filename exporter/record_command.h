#ifndef PODPROBE_EXPORTER_RECORD_COMMAND_H_
#define PODPROBE_EXPORTER_RECORD_COMMAND_H_

#include <iosfwd>
#include <string>

#include "config/config.h"

namespace podprobe {

struct RecordOptions {
  std::string dir;
  std::string duration = "10m";  // as in the configuration
  std::string node_name;
};

// `podprobe-exporter record`: reads the kubelet as `serve` does and writes what it says as a
// recording that `replay` reads, until the time is over, SIGTERM or SIGINT. Returns the exit
// status: 0 where /metrics/probes was read well at least once. Call it once per process: it takes
// the signals.
int RunRecord(const RecordOptions& options, const Config& config, std::ostream& out,
              std::ostream& err);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_RECORD_COMMAND_H_
