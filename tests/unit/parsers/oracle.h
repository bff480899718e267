#ifndef PODPROBE_TESTS_UNIT_PARSERS_ORACLE_H_
#define PODPROBE_TESTS_UNIT_PARSERS_ORACLE_H_

#include <optional>
#include <string>
#include <string_view>

namespace podprobe {

// A second reader of the Prometheus text format 0.0.4, slow and obvious, sharing
// no code with the parser: the judge of random pages. Renders as RenderingSink
// does, but of an error only its line: "error 3". Knows no limits.
std::string OracleRender(std::string_view page);

// The same for OpenMetrics: nothing if anything is wrong with the page. Reads all of
// it before it judges any.
std::optional<std::string> OracleRenderOpenMetrics(std::string_view page);

// What RenderingSink wrote, with errors cut down to their line.
std::string WithoutErrorTexts(std::string_view rendered);

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_PARSERS_ORACLE_H_
