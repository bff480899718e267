#include "exporter/metrics_command.h"

#include <ostream>

#include "exporter/exposition/metrics_reference.h"

namespace podprobe {

void RunMetricsCommand(std::ostream& out) { out << MetricsReference(); }

}  // namespace podprobe
