#ifndef PODPROBE_PARSERS_OPENMETRICS_LINE_H_
#define PODPROBE_PARSERS_OPENMETRICS_LINE_H_

#include <string_view>

#include "parsers/line.h"

namespace podprobe {

inline constexpr std::string_view kOpenMetricsEof = "# EOF";

// Reads one line of the OpenMetrics 1.0 text format, begun in `line`: exactly one
// blank between tokens, no free comments, no blank lines, seconds as timestamps.
// Beyond the specification quoted names are read, as Prometheus writes them. What
// a line must be to fit those before it is OpenMetricsPage's.
LineKind ReadOpenMetricsLine(Line* line);

}  // namespace podprobe

#endif  // PODPROBE_PARSERS_OPENMETRICS_LINE_H_
