#include "exporter/metrics_command.h"

#include <ostream>

#include "exporter/exposition/metrics_reference.h"

namespace podprobe {

int RunMetricsCommand(std::ostream& out) {
  out << MetricsReference() << std::flush;
  return out ? 0 : 1;
}

}  // namespace podprobe
