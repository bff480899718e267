#ifndef PODPROBE_PARSERS_PROMETHEUS_LINE_H_
#define PODPROBE_PARSERS_PROMETHEUS_LINE_H_

#include "parsers/line.h"

namespace podprobe {

// Reads one line of the Prometheus text format 0.0.4, begun in `line`.
//
// Accepts what Prometheus 3's own parser accepts, its leniencies included: blanks
// around every token, labels without a comma between them, a value that follows the
// name or the brace at once, repeated HELP and TYPE. Holds to the written format
// instead where Prometheus does not: a quoted string ends with its line, a
// timestamp may be negative, a label name occurs once, quoted names are UTF-8.
LineKind ReadPrometheusLine(Line* line);

}  // namespace podprobe

#endif  // PODPROBE_PARSERS_PROMETHEUS_LINE_H_
