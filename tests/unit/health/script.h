#ifndef PODPROBE_TESTS_UNIT_HEALTH_SCRIPT_H_
#define PODPROBE_TESTS_UNIT_HEALTH_SCRIPT_H_

#include <string>
#include <string_view>
#include <vector>

namespace podprobe {

// One thing that happens: "probes web Readiness +1/0; db Liveness 5/1".
struct ScriptEvent {
  double at = 0;
  std::string what;                             // probes
  std::vector<std::vector<std::string>> items;  // words: {web, Readiness, +1/0}, {db, …}
};

// Reads a timeline, one event a line, in the order of time (of one time: of lines):
//
//   1000          pods   web id=1 ready
//                 probes web Readiness 5/0      # again at 1000
//   1005..1060/5  probes                        # every 5 s from 1005 to 1060
//
// What is read in several lines of one time is read once, where the first of them stands.
// `w1..3` as an item's first word stands for three items: w1, w2, w3. `#` begins a comment.
std::vector<ScriptEvent> ParseScript(std::string_view text);

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_HEALTH_SCRIPT_H_
