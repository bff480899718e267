#include "exporter/health/unready_clock.h"

#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace podprobe {
namespace {

// One reading of /pods: when, what the condition Ready says, and since when.
struct Reading {
  double at = 0;
  bool is_ready = false;
  std::optional<double> since;
  bool is_interrupted = false;  // a reading failed before this one
};

struct Case {
  std::string name;
  std::vector<Reading> readings;
  std::string want;  // transitions/seconds that each reading adds
  std::vector<double> kubelet_starts = {};
  // Of the pod, and how long after it a pod that never was ready may take.
  std::optional<double> pod_start = 0;
  double grace = 0;
  double unix_offset = 0;  // the wall clock runs so far ahead of the steady one
};

std::string Added(const Case& c) {
  UnreadyClock clock;
  std::ostringstream text;
  for (const Reading& reading : c.readings) {
    if (reading.is_interrupted) clock.Interrupt();
    const UnreadyClock::Added added = clock.Observe(
        {.at = {.unix_seconds = reading.at + c.unix_offset, .steady_seconds = reading.at},
         .is_ready = reading.is_ready,
         .transition_unix = reading.since,
         .pod_start_unix = c.pod_start,
         .grace_seconds = c.grace,
         .kubelet_starts_unix = c.kubelet_starts});
    text << added.transitions << "/" << added.seconds << " ";
  }
  return text.str();
}

constexpr bool kReady = true;
constexpr bool kUnready = false;

TEST(UnreadyClock, CountsByTheEdgesOfTheCondition) {
  const Case cases[] = {
      {"ready throughout", {{100, kReady, 5}, {110, kReady, 5}}, "0/0 0/0 "},
      {"the first sight adds nothing", {{100, kUnready, 90}}, "0/0 "},
      {"unready throughout",
       {{100, kReady, 5}, {110, kUnready, 104}, {120, kUnready, 104}},
       "0/0 1/6 0/10 "},
      {"a flip is known to the second", {{100, kReady, 5}, {110, kUnready, 110}}, "0/0 1/0 "},
      {"an edge of the last reading's second",
       {{100, kReady, 5}, {110, kUnready, 100}},
       "0/0 1/10 "},
      {"an edge before the last reading (its clock is another's)",
       {{100, kReady, 5}, {110, kUnready, 98}},
       "0/0 1/10 "},
      {"an edge in the future (likewise)", {{100, kReady, 5}, {110, kUnready, 112}}, "0/0 1/0 "},
      {"ready again", {{100, kReady, 5}, {110, kUnready, 104}, {120, kReady, 117}}, "0/0 1/6 0/7 "},
      {"a flip without its time",
       {{100, kReady, {}}, {110, kUnready, {}}, {120, kReady, {}}},
       "0/0 1/0 0/10 "},
      {"ready and moved: a flip that nobody saw",
       {{100, kReady, 5}, {110, kReady, 107}},
       "0/0 1/0 "},
      {"unready and moved: ready in between",
       {{100, kReady, 5}, {110, kUnready, 104}, {120, kUnready, 117}},
       "0/0 1/6 1/3 "},
      {"unready from the start on", {{100, kUnready, 90}, {110, kUnready, 90}}, "0/0 0/10 "},
  };
  for (const Case& c : cases) EXPECT_EQ(Added(c), c.want) << c.name;
}

TEST(UnreadyClock, AddsNoSecondsAcrossFailedReadings) {
  const Case cases[] = {
      {"unready at both ends",
       {{100, kReady, 5}, {110, kUnready, 104}, {130, kUnready, 104, true}, {140, kUnready, 104}},
       "0/0 1/6 0/0 0/10 "},
      {"a transition is one all the same",
       {{100, kReady, 5}, {130, kUnready, 104, true}},
       "0/0 1/0 "},
      {"so is a moved time", {{100, kReady, 5}, {130, kReady, 120, true}}, "0/0 1/0 "},
      {"ready again", {{100, kUnready, 5}, {130, kReady, 120, true}}, "0/0 0/0 "},
  };
  for (const Case& c : cases) EXPECT_EQ(Added(c), c.want) << c.name;
}

TEST(UnreadyClock, AFlipOfAKubeletsFirstMinuteCountsNowhere) {
  const std::vector<Reading> flip_at_1000 = {
      {990, kReady, 5}, {1010, kUnready, 1000}, {1020, kUnready, 1000}, {1030, kReady, 1025}};
  const Case cases[] = {
      {"no kubelet restart known", flip_at_1000, "0/0 1/10 0/10 0/5 "},
      {"before the restart", flip_at_1000, "0/0 1/10 0/10 0/5 ", {1001}},
      {"within the second of the restart", flip_at_1000, "0/0 0/0 0/0 0/0 ", {1000.9}},
      {"just with it", flip_at_1000, "0/0 0/0 0/0 0/0 ", {1000}},
      {"a minute after it", flip_at_1000, "0/0 0/0 0/0 0/0 ", {940}},
      {"more than a minute after it", flip_at_1000, "0/0 1/10 0/10 0/5 ", {939.9}},
      {"a span that began before goes on to count",
       {{990, kReady, 5}, {1000, kUnready, 995}, {1010, kUnready, 995}, {1020, kReady, 1015}},
       "0/0 1/5 0/10 0/5 ",
       {1000}},
      {"a moved time of a ready pod", {{990, kReady, 5}, {1010, kReady, 1005}}, "0/0 0/0 ", {1000}},
      {"first seen in it", {{1010, kUnready, 1005}, {1020, kUnready, 1005}}, "0/0 0/0 ", {1000}},
      {"first seen in it, and it began with it: that is no flip",
       {{1010, kUnready, 1005}, {1020, kUnready, 1005}},
       "0/0 0/10 ",
       {1000},
       1000},
      {"and six seconds before: it had been ready",
       {{1010, kUnready, 1006}, {1020, kUnready, 1006}},
       "0/0 0/0 ",
       {1000},
       1000},
      {"never ready: the new process writes its condition anew",
       {{990, kUnready, 981}, {1010, kUnready, 1003}, {1020, kUnready, 1003}},
       "0/0 0/7 0/10 ",
       {1000},
       980},
      {"unready by a flip, and written anew",
       {{980, kReady, 5}, {990, kUnready, 985}, {1010, kUnready, 1003}, {1020, kUnready, 1003}},
       "0/0 1/5 0/0 0/0 ",
       {1000}},
      {"of the process before the last one", flip_at_1000, "0/0 0/0 0/0 0/0 ", {999, 1002}},
      {"the next flip counts again",
       {{990, kReady, 5}, {1010, kUnready, 1000}, {1020, kReady, 1015}, {1080, kUnready, 1075}},
       "0/0 0/0 0/0 1/5 ",
       {1000}},
      {"unready and moved after the minute",
       {{990, kReady, 5}, {1010, kUnready, 1000}, {1080, kUnready, 1075}},
       "0/0 0/0 1/5 ",
       {1000}},
  };
  for (const Case& c : cases) EXPECT_EQ(Added(c), c.want) << c.name;
}

TEST(UnreadyClock, APodThatNeverWasReadyCountsAfterItsGrace) {
  const std::vector<Reading> unready = {
      {100, kUnready, 90}, {110, kUnready, 90}, {120, kUnready, 90}, {130, kReady, 127}};
  const Case cases[] = {
      {"its start is unknown", unready, "0/0 0/0 0/0 0/0 ", {}, std::nullopt},
      {"its end was before", unready, "0/0 0/10 0/10 0/7 ", {}, 88, 2},
      {"its end is a reading's time", unready, "0/0 0/0 0/10 0/7 ", {}, 88, 22},
      {"its end lies between readings", unready, "0/0 0/6 0/10 0/7 ", {}, 88, 16},
      {"it ends later", unready, "0/0 0/0 0/0 0/0 ", {}, 88, 39},
      {"once ready there is no grace",
       {{100, kReady, 90}, {110, kUnready, 104}, {120, kUnready, 104}},
       "0/0 1/6 0/10 ",
       {},
       88,
       1000},
      {"a moved time hides a time of being ready: no grace from then on",
       {{100, kUnready, 90}, {110, kUnready, 104}},
       "0/0 1/6 ",
       {},
       88,
       1000},
      {"an edge long after its start: it had been ready before we came",
       {{100, kUnready, 94}, {110, kUnready, 94}},
       "0/0 0/10 ",
       {},
       88,
       1000},
      {"an edge five seconds after it is still its first condition",
       {{100, kUnready, 93}, {110, kUnready, 93}},
       "0/0 0/0 ",
       {},
       88,
       1000},
  };
  for (const Case& c : cases) EXPECT_EQ(Added(c), c.want) << c.name;
}

TEST(UnreadyClock, SecondsAreThoseOfTheSteadyClock) {
  const Case cases[] = {
      {"the wall clock is ahead, and the edge with it",
       {{100, kReady, 5}, {110, kUnready, 1104}, {120, kUnready, 1104}},
       "0/0 1/6 0/10 ",
       {},
       0,
       0,
       1000},
      {"the wall clock is behind",
       {{1100, kReady, 5}, {1110, kUnready, 104}, {1120, kUnready, 104}},
       "0/0 1/6 0/10 ",
       {},
       0,
       0,
       -1000},
  };
  for (const Case& c : cases) EXPECT_EQ(Added(c), c.want) << c.name;
}

TEST(UnreadyClock, AStepOfTheWallClockAddsNoTime) {
  for (const double step : {-3600.0, 3600.0}) {
    UnreadyClock clock;
    const auto observe = [&](double steady, double unix, bool is_ready, double since) {
      return clock
          .Observe({.at = {.unix_seconds = unix, .steady_seconds = steady},
                    .is_ready = is_ready,
                    .transition_unix = since})
          .seconds;
    };
    observe(100, 10'100, kReady, 5);
    EXPECT_EQ(observe(110, 10'110, kUnready, 10'104), 6);
    EXPECT_EQ(observe(120, 10'120 + step, kUnready, 10'104), 10) << step;
    EXPECT_LE(observe(130, 10'130 + step, kReady, 10'125), 10) << step;
    EXPECT_GE(observe(140, 10'140 + step, kReady, 10'125), 0) << step;
  }
}

}  // namespace
}  // namespace podprobe
