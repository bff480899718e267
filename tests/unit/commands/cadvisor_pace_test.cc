#include "exporter/cadvisor_pace.h"

#include <gtest/gtest.h>

#include <optional>

namespace podprobe {
namespace {

Instant At(double seconds) { return {.unix_seconds = 5000 - seconds, .steady_seconds = seconds}; }

TEST(CadvisorPace, IsFastForTwoMinutesAfterTheLastFailure) {
  const struct {
    std::optional<Instant> last_failure;
    double now;
    double slow_seconds;
    double want_seconds;
    bool want_fast;
  } cases[] = {
      {{}, 100, 60, 60, false},
      {At(100), 100, 60, 10, true},
      {At(100), 219.9, 60, 10, true},
      {At(100), 220, 60, 60, false},
      {At(100), 110, 10, 10, true},
      // One who asked for more than this gets it.
      {At(100), 110, 5, 5, true},
      {At(100), 220, 5, 5, false},
  };
  for (const auto& c : cases) {
    const CadvisorPace pace = CadvisorPaceAt(At(c.now), c.last_failure, c.slow_seconds);
    EXPECT_EQ(pace.interval_seconds, c.want_seconds) << c.now << " of " << c.slow_seconds;
    EXPECT_EQ(pace.is_fast, c.want_fast) << c.now << " of " << c.slow_seconds;
  }
}

}  // namespace
}  // namespace podprobe
