#ifndef PODPROBE_TESTS_UNIT_CONFIG_RENDER_H_
#define PODPROBE_TESTS_UNIT_CONFIG_RENDER_H_

#include <string>

#include "config/loader.h"

namespace podprobe {

// Each problem as "LINE:COLUMN: what" on a line of its own.
std::string RenderProblems(const LoadResult& result);

// Every setting as "key=value", one a line; durations in seconds, lists joined by a comma.
std::string RenderConfig(const Config& config);

// Lines of `after` that `before` does not have.
std::string AddedLines(const std::string& before, const std::string& after);

// NODE_IP is 10.0.0.7, EMPTY is empty, TWICE is ${NODE_IP}; nothing else is set.
EnvironmentLookup FakeEnvironment();

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_CONFIG_RENDER_H_
