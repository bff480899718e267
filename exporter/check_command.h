#ifndef PODPROBE_EXPORTER_CHECK_COMMAND_H_
#define PODPROBE_EXPORTER_CHECK_COMMAND_H_

#include <iosfwd>
#include <string>

#include "config/config.h"
#include "exporter/kubelet/target.h"

namespace podprobe {

// `podprobe-exporter check`: reaches each source once and says which works, and of the others
// which of name, connection, certificate, token, permission or format failed and what mends it.
// Returns the exit status: 0 where /metrics/probes works.
int RunCheck(const Config& config, const Surroundings& surroundings, std::ostream& out);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_CHECK_COMMAND_H_
