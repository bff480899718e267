#include "exporter/health/late_counter.h"

#include <gtest/gtest.h>

namespace podprobe {
namespace {

Instant At(double seconds) { return {.unix_seconds = 5000 - seconds, .steady_seconds = seconds}; }

TEST(Birth, ALateCounterIsHeldFromItsFirstPageOn) {
  Birth birth;
  EXPECT_TRUE(birth.IsHeldAtZero(At(100), 75));
  EXPECT_TRUE(birth.IsHeldAtZero(At(174.9), 75));
  EXPECT_FALSE(birth.IsHeldAtZero(At(175), 75));
  EXPECT_FALSE(birth.IsHeldAtZero(At(176), 75));
}

TEST(Birth, OneThatIsNotLateIsNeverHeld) {
  Birth birth(/*is_late=*/false);
  EXPECT_FALSE(birth.IsHeldAtZero(At(100), 75));
}

TEST(Birth, NoHoldIsNone) {
  Birth birth;
  EXPECT_FALSE(birth.IsHeldAtZero(At(100), 0));
}

TEST(Birth, OneThatItsFirstPageLeftOutIsBornLater) {
  Birth birth(/*is_late=*/false);
  EXPECT_FALSE(birth.IsHeldAtZero(At(100), 75));
  birth.TakeBack(At(100));
  EXPECT_TRUE(birth.IsHeldAtZero(At(200), 75));
  birth.TakeBack(At(210));  // one that it was on before
  EXPECT_TRUE(birth.IsHeldAtZero(At(274.9), 75));
  EXPECT_FALSE(birth.IsHeldAtZero(At(275), 75));
}

TEST(LateCounter, ServesAllOfItAfterItsHold) {
  LateCounter counter = {.total = 3, .birth = Birth()};
  EXPECT_EQ(counter.Serve(At(100), 75), 0);
  counter.total += 2;
  EXPECT_EQ(counter.Serve(At(174.9), 75), 0);
  EXPECT_EQ(counter.Serve(At(175), 75), 5);
}

}  // namespace
}  // namespace podprobe
