#ifndef PODPROBE_EXPORTER_DEMO_COMMAND_H_
#define PODPROBE_EXPORTER_DEMO_COMMAND_H_

#include "exporter/serve_command.h"

namespace podprobe {

// `podprobe-exporter demo`: a simulated kubelet served over real HTTP on
// loopback, the exporter reading it, the addresses to open printed. Whatever
// kubelet `options` name is replaced. Returns as RunServe does.
int RunDemo(ServeOptions options);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_DEMO_COMMAND_H_
