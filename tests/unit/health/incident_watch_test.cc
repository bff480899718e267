#include "exporter/health/incident_watch.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace podprobe {
namespace {

std::vector<double> Troubles(std::size_t count, double at) {
  return std::vector<double>(count, at);
}

TEST(IncidentWatch, BeginsWithFiveWorkloadsAndThreeTenths) {
  const struct {
    std::size_t probed;
    std::size_t failing;
    bool want;
  } cases[] = {
      {4, 4, false},    {5, 4, false},   {5, 5, true},   {16, 4, false},   {16, 5, true},
      {17, 5, false},   {17, 6, true},   {20, 5, false}, {20, 6, true},    {21, 6, false},
      {21, 7, true},    {60, 17, false}, {60, 18, true}, {100, 29, false}, {100, 30, true},
      {101, 30, false}, {101, 31, true},
  };
  for (const auto& c : cases) {
    IncidentWatch watch;
    EXPECT_EQ(watch.Evaluate({.probed = c.probed, .last_troubles = Troubles(c.failing, 0)}, 0),
              c.want)
        << c.failing << " of " << c.probed;
  }
}

TEST(IncidentWatch, TroubleIsFailingForTwoMinutes) {
  const struct {
    double now;
    std::size_t want;
  } cases[] = {{0, 1}, {119.9, 1}, {120, 0}};
  for (const auto& c : cases) {
    IncidentWatch watch;
    watch.Evaluate({.probed = 9, .last_troubles = {0}}, c.now);
    EXPECT_EQ(watch.failing(), c.want) << c.now;
    EXPECT_EQ(watch.probed(), 9U);
  }
}

TEST(IncidentWatch, EndsFiveMinutesAfterTheTroubleIsOver) {
  for (const double step : {0.5, 5.0, 60.0, 419.5}) {
    IncidentWatch watch;
    const IncidentWatch::Workloads workloads = {.probed = 10, .last_troubles = Troubles(5, 0)};
    for (double now = 0; now < 420; now += step) {
      EXPECT_TRUE(watch.Evaluate(workloads, now)) << now << " looking every " << step;
    }
    EXPECT_FALSE(watch.Evaluate(workloads, 420)) << "looking every " << step;
  }
}

TEST(IncidentWatch, ItsEndCountsFromTheTroubleThatMadeItEnough) {
  // Six of ten, one after the other: at 100 + 120 the fifth latest is too old.
  IncidentWatch watch;
  const IncidentWatch::Workloads workloads = {.probed = 10,
                                              .last_troubles = {50, 150, 140, 130, 120, 100}};
  EXPECT_TRUE(watch.Evaluate(workloads, 150));
  EXPECT_TRUE(watch.Evaluate(workloads, 519.9));
  EXPECT_FALSE(watch.Evaluate(workloads, 520));
}

TEST(IncidentWatch, TroubleBetweenTwoLooksCounts) {
  // The last was at 100: it was enough until 220.
  IncidentWatch watch;
  EXPECT_TRUE(watch.Evaluate({.probed = 10, .last_troubles = Troubles(5, 0)}, 0));
  EXPECT_TRUE(watch.Evaluate({.probed = 10, .last_troubles = Troubles(5, 100)}, 230));
  EXPECT_TRUE(watch.Evaluate({.probed = 10, .last_troubles = Troubles(5, 100)}, 519.9));
  EXPECT_FALSE(watch.Evaluate({.probed = 10, .last_troubles = Troubles(5, 100)}, 520));
}

TEST(IncidentWatch, NewTroubleInItsCalmKeepsItOn) {
  IncidentWatch watch;
  EXPECT_TRUE(watch.Evaluate({.probed = 10, .last_troubles = Troubles(5, 0)}, 0));
  EXPECT_TRUE(watch.Evaluate({.probed = 10, .last_troubles = Troubles(4, 400)}, 400));
  EXPECT_TRUE(watch.Evaluate({.probed = 10, .last_troubles = Troubles(5, 410)}, 410));
  EXPECT_TRUE(watch.Evaluate({.probed = 10, .last_troubles = Troubles(5, 410)}, 829.9));
  EXPECT_FALSE(watch.Evaluate({.probed = 10, .last_troubles = Troubles(5, 410)}, 830));
}

TEST(IncidentWatch, TroubleOfTooFewDoesNotKeepItOn) {
  IncidentWatch watch;
  EXPECT_TRUE(watch.Evaluate({.probed = 10, .last_troubles = Troubles(5, 0)}, 0));
  for (double now = 10; now < 420; now += 10) {
    EXPECT_TRUE(watch.Evaluate({.probed = 10, .last_troubles = {now, now, now, now, 0}}, now));
  }
  EXPECT_FALSE(watch.Evaluate({.probed = 10, .last_troubles = {420, 420, 420, 420, 0}}, 420));
}

TEST(IncidentWatch, WhenWorkloadsGoTheCalmBeginsAtThatLook) {
  IncidentWatch watch;
  EXPECT_TRUE(watch.Evaluate({.probed = 10, .last_troubles = Troubles(5, 0)}, 0));
  EXPECT_TRUE(watch.Evaluate({.probed = 6, .last_troubles = Troubles(1, 0)}, 50));
  EXPECT_TRUE(watch.Evaluate({.probed = 6, .last_troubles = Troubles(1, 0)}, 349.9));
  EXPECT_FALSE(watch.Evaluate({.probed = 6, .last_troubles = Troubles(1, 0)}, 350));
}

TEST(IncidentWatch, WhenWorkloadsComeAShareMayNoLongerBeEnough) {
  IncidentWatch watch;
  EXPECT_TRUE(watch.Evaluate({.probed = 10, .last_troubles = Troubles(5, 0)}, 0));
  EXPECT_TRUE(watch.Evaluate({.probed = 20, .last_troubles = Troubles(5, 0)}, 30));
  EXPECT_FALSE(watch.Evaluate({.probed = 20, .last_troubles = Troubles(5, 0)}, 330));
}

}  // namespace
}  // namespace podprobe
