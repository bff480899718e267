#ifndef PODPROBE_EXPORTER_CHECK_CONFIG_COMMAND_H_
#define PODPROBE_EXPORTER_CHECK_CONFIG_COMMAND_H_

#include <iosfwd>
#include <string>

namespace podprobe {

// `podprobe-exporter check-config FILE`: writes every problem of the file to `err`, one line
// each as FILE:LINE:COLUMN: what. Returns the exit code: 1 if there are any, else 0 and one
// line to `out`. References ${NAME} are looked up in the environment as `serve` does.
int RunCheckConfig(const std::string& file, std::ostream& out, std::ostream& err);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_CHECK_CONFIG_COMMAND_H_
