#include "exporter/health/restart_reason.h"

#include <gtest/gtest.h>

#include <optional>
#include <string_view>

namespace podprobe {
namespace {

TEST(RestartReason, IsTheFirstRuleThatHolds) {
  const Termination oom = {.reason = "OOMKilled", .exit_code = 137};
  const Termination error = {.reason = "Error", .exit_code = 1};
  const Termination completed = {.reason = "Completed", .exit_code = 0};
  const struct {
    std::string_view name;
    std::optional<Termination> last_termination;
    KillingProbes killing;
    std::string_view want;
  } cases[] = {
      {"OOM kill", oom, {}, "oom_killed"},
      {"OOM kill while probes fail", oom, {.startup = true, .liveness = true}, "oom_killed"},
      {"startup before liveness", error, {.startup = true, .liveness = true}, "startup"},
      {"startup", error, {.startup = true}, "startup"},
      {"liveness", error, {.liveness = true}, "liveness"},
      {"liveness, and the container obeyed", completed, {.liveness = true}, "liveness"},
      {"liveness, and its end is unknown", {}, {.liveness = true}, "liveness"},
      {"exit code 0", completed, {}, "completed"},
      {"exit code 1", error, {}, "error"},
      {"a negative exit code", Termination{.exit_code = -1}, {}, "error"},
      {"exit code 0 under another name", Termination{.reason = "Error"}, {}, "completed"},
      {"its end is unknown", {}, {}, "unknown"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(RestartReasonName(RestartReasonOf(c.last_termination, c.killing)), c.want) << c.name;
  }
}

}  // namespace
}  // namespace podprobe
