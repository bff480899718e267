#ifndef PODPROBE_EXPORTER_PARSE_COMMAND_H_
#define PODPROBE_EXPORTER_PARSE_COMMAND_H_

#include <ostream>
#include <string>

namespace podprobe {

struct ParseOptions {
  std::string file;             // "-": standard input. May be compressed with gzip.
  std::string format = "auto";  // auto, prometheus, openmetrics
  std::string output = "json";  // json, summary
};

// The command `parse`: reads one exposition as a stream, writes its samples or
// its summary to `out` and what is wrong with it to `err`, one line per error as
// FILE:LINE:COLUMN. Returns the exit code: 0 if the whole input is valid, 1 if
// not or if it cannot be read, 2 if the options are wrong.
//
// `auto` means OpenMetrics if a line `# EOF` is anywhere in the input. To know
// that before the first sample the input is read twice; what cannot be rewound,
// as a pipe, is kept in a temporary file meanwhile.
int RunParse(const ParseOptions& options, int standard_input, std::ostream& out, std::ostream& err);

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_PARSE_COMMAND_H_
