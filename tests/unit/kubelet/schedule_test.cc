#include "exporter/kubelet/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace podprobe {
namespace {

std::string Text(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", number);
  return text;
}

// Follows a schedule: every reading begins exactly when it may.
class Follower {
 public:
  explicit Follower(Schedule::Pace pace, double first_begin = 0) : schedule_(pace, first_begin) {}

  double Begin() {
    const double now = schedule_.NextBegin();
    schedule_.Begin(now);
    begins_ += (begins_.empty() ? "" : " ") + Text(now);
    return now;
  }
  Follower& Good(double duration = 0.1) {
    schedule_.End(Begin() + duration, true, 0.5);
    return *this;
  }
  Follower& Bad(double dice, double duration = 0.1) {
    schedule_.End(Begin() + duration, false, dice);
    return *this;
  }
  Schedule& schedule() { return schedule_; }
  const std::string& begins() const { return begins_; }

 private:
  Schedule schedule_;
  std::string begins_;
};

TEST(ScheduleTest, FirstReadingIsDueAtOnceAndOthersFollowOnTheGrid) {
  Follower follower({.interval_seconds = 5}, 100);
  EXPECT_EQ(follower.Good().Good(3).Good(4.9).Good().begins(), "100 105 110 115");
}

TEST(ScheduleTest, ReadingsThatBeginLateDoNotShiftTheGrid) {
  Schedule schedule({.interval_seconds = 5, .minimum_gap_seconds = 5}, 0);
  for (int i = 0; i < 1000; ++i) {
    const double due = schedule.NextBegin();
    ASSERT_DOUBLE_EQ(due, i * 5.0);
    schedule.Begin(due + 0.04);
    schedule.End(due + 0.3, true, 0.5);
  }
}

TEST(ScheduleTest, ReadingThatOverrunsItsIntervalIsNotStacked) {
  Follower follower({.interval_seconds = 5});
  EXPECT_EQ(follower.Good(12).Good(5).Good(0.1).begins(), "0 15 20");
}

TEST(ScheduleTest, NothingIsDueWhileAReadingIsUnderWay) {
  Follower follower({.interval_seconds = 5});
  follower.Begin();
  follower.schedule().Request();
  EXPECT_EQ(Text(follower.schedule().NextBegin()), "inf");
}

TEST(ScheduleTest, AfterAStandstillOneReadingIsDueNotMany) {
  Schedule schedule({.interval_seconds = 5}, 0);
  schedule.Begin(0);
  schedule.End(0.1, true, 0.5);
  schedule.Begin(86401);
  schedule.End(86401.1, true, 0.5);
  EXPECT_DOUBLE_EQ(schedule.NextBegin(), 86405);
}

struct BackOffCase {
  const char* name;
  double dice;
  const char* waits;  // from each failed reading's end to the next beginning
};

TEST(ScheduleTest, FailuresBackOffByDiceUpToSixIntervals) {
  const BackOffCase cases[] = {
      {"least", 0, "10 10 10 10 10"},
      {"middle", 0.5, "15 25 35 35 35"},
      {"most", 1, "20 40 60 60 60"},
  };
  for (const BackOffCase& row : cases) {
    Schedule schedule({.interval_seconds = 10}, 0);
    std::string waits;
    for (int i = 0; i < 5; ++i) {
      const double end = schedule.NextBegin() + 0.5;
      schedule.Begin(schedule.NextBegin());
      schedule.End(end, false, row.dice);
      waits += (waits.empty() ? "" : " ") + Text(schedule.NextBegin() - end);
    }
    EXPECT_EQ(waits, row.waits) << row.name;
  }
}

TEST(ScheduleTest, FirstSuccessEndsTheBackOffAndBeginsANewGrid) {
  Follower follower({.interval_seconds = 10});
  EXPECT_EQ(follower.Bad(0.5, 1).Bad(0.5, 1).Good().Good().Good().begins(), "0 16 42 52 62");
}

TEST(ScheduleTest, NextFailureAfterASuccessBeginsWithTheShortBackOff) {
  Follower follower({.interval_seconds = 10});
  EXPECT_EQ(follower.Bad(1, 0).Bad(1, 0).Good(0).Bad(1, 0).Good().begins(), "0 20 60 70 90");
}

TEST(ScheduleTest, ManyExportersThatFailedTogetherDoNotComeBackTogether) {
  std::vector<int> per_second(10);
  for (int i = 0; i < 1000; ++i) {
    Schedule schedule({.interval_seconds = 10}, 0);
    schedule.Begin(0);
    schedule.End(0, false, i / 1000.0);
    const double retry = schedule.NextBegin();
    schedule.Begin(retry);
    schedule.End(retry, true, 0);
    ++per_second.at(static_cast<std::size_t>(schedule.NextBegin()) % 10);
  }
  for (const int count : per_second) EXPECT_NEAR(count, 100, 10);
}

// A thousand exporters with dice of their own lose the API server at one moment and find it again
// when `outage_seconds` are over.
struct OutageCase {
  double interval_seconds;
  double outage_seconds;
};

TEST(ScheduleTest, ExportersThatLostTheApiServerTogetherComeBackSpreadAndStaySpread) {
  constexpr int kExporters = 1000;
  const OutageCase cases[] = {{10, 5}, {10, 60}, {10, 600}, {10, 7200}, {30, 600}};
  for (const OutageCase& row : cases) {
    std::map<int, int> first_second;  // readings that were good, by the second they began in
    std::map<int, int> later_second;  // those of the fifth interval after
    for (unsigned seed = 0; seed < kExporters; ++seed) {
      std::mt19937 engine(seed);
      std::uniform_real_distribution<double> dice(0, 1);
      Schedule schedule({.interval_seconds = row.interval_seconds}, 0);
      int good = 0;
      while (good < 6) {
        const double begin = schedule.NextBegin();
        schedule.Begin(begin);
        const bool is_good = begin >= row.outage_seconds;
        schedule.End(begin + 0.05, is_good, dice(engine));
        if (is_good) ++good;
        if (is_good && good == 1) ++first_second[static_cast<int>(begin)];
        if (is_good && good == 6) ++later_second[static_cast<int>(begin)];
      }
      // At the latest with the longest wait after the outage.
      ASSERT_LE(first_second.rbegin()->first,
                row.outage_seconds + Schedule::kLongestBackOffIntervals * row.interval_seconds + 1);
    }
    const auto by_count = [](const auto& a, const auto& b) { return a.second < b.second; };
    // Evenly spread it would be a tenth of them in each second of the shortest wait.
    const double most = 1.5 * kExporters / row.interval_seconds;
    EXPECT_LT(std::ranges::max_element(first_second, by_count)->second, most) << row.outage_seconds;
    EXPECT_LT(std::ranges::max_element(later_second, by_count)->second, most) << row.outage_seconds;
  }
}

TEST(ScheduleTest, RequestBeginsAtTheMinimumGapAndTheGridKeepsTheGapToIt) {
  Follower follower({.interval_seconds = 10, .minimum_gap_seconds = 4});
  follower.Good();
  follower.schedule().Request();
  follower.Good();  // 4
  follower.schedule().Request();
  follower.Good();         // 8, and the grid's 10 waits until 12
  follower.Good().Good();  // 12, 20
  EXPECT_EQ(follower.begins(), "0 4 8 12 20");
}

TEST(ScheduleTest, RequestWithTheGapLongOverIsDueAtOnce) {
  Schedule schedule({.interval_seconds = 60, .minimum_gap_seconds = 10}, 0);
  schedule.Begin(0);
  schedule.End(1, true, 0.5);
  schedule.Request();
  EXPECT_LE(schedule.NextBegin(), 25);
  schedule.Begin(25);
  schedule.End(26, true, 0.5);
  EXPECT_DOUBLE_EQ(schedule.NextBegin(), 60);
}

TEST(ScheduleTest, GapLongerThanTheIntervalCountsAsTheInterval) {
  Follower follower({.interval_seconds = 2, .minimum_gap_seconds = 10});
  follower.Good();
  follower.schedule().Request();
  EXPECT_EQ(follower.Good().Good().begins(), "0 2 4");
}

TEST(ScheduleTest, RequestDuringAReadingAsksForAnotherOne) {
  Follower follower({.interval_seconds = 60, .minimum_gap_seconds = 5});
  const double begin = follower.Begin();
  follower.schedule().Request();
  follower.schedule().End(begin + 1, true, 0.5);
  EXPECT_EQ(follower.Good().Good().begins(), "0 5 60");
}

TEST(ScheduleTest, RequestDoesNotHurryASourceThatIsFailing) {
  Follower follower({.interval_seconds = 10, .minimum_gap_seconds = 5});
  follower.Bad(0.5, 0);
  follower.schedule().Request();
  EXPECT_DOUBLE_EQ(follower.schedule().NextBegin(), 15);
}

TEST(ScheduleTest, RequestDuringTheReadingThatEndsABackOffCounts) {
  Follower follower({.interval_seconds = 10, .minimum_gap_seconds = 5});
  follower.Bad(0.5, 0);
  const double begin = follower.Begin();
  follower.schedule().Request();
  follower.schedule().End(begin + 1, true, 0.5);
  EXPECT_EQ(follower.Good().Good().begins(), "0 15 20 25");
}

struct IntervalCase {
  const char* name;
  double interval;
  double minimum_gap;
  const char* begins;  // after readings at 0 and 60
};

TEST(ScheduleTest, NewIntervalCountsFromTheLastBeginning) {
  const IntervalCase cases[] = {
      {"shorter", 10, 0, "0 60 70 80"},
      {"longer", 90, 0, "0 60 150 240"},
      {"the same", 60, 0, "0 60 120 180"},
      {"shorter than the gap", 10, 30, "0 60 70 80"},
  };
  for (const IntervalCase& row : cases) {
    Follower follower({.interval_seconds = 60, .minimum_gap_seconds = row.minimum_gap});
    follower.Good().Good();
    follower.schedule().SetInterval(row.interval);
    EXPECT_EQ(follower.Good().Good().begins(), row.begins) << row.name;
  }
}

TEST(ScheduleTest, IntervalAskedForAgainAfterEveryReadingMovesNoGrid) {
  Schedule schedule({.interval_seconds = 60}, 0);
  for (int i = 0; i < 10; ++i) {
    const double due = schedule.NextBegin();
    EXPECT_DOUBLE_EQ(due, i * 60.0);
    schedule.Begin(due + 0.5);
    schedule.End(due + 0.7, true, 0.5);
    schedule.SetInterval(60);
  }
}

TEST(ScheduleTest, NewIntervalDuringAReadingCountsFromItsBeginning) {
  Follower follower({.interval_seconds = 60});
  follower.Begin();
  follower.schedule().SetInterval(10);
  EXPECT_EQ(Text(follower.schedule().NextBegin()), "inf");
  follower.schedule().End(12, true, 0.5);
  EXPECT_EQ(follower.Good().begins(), "0 20");
}

TEST(ScheduleTest, NewIntervalBeforeTheFirstReadingLeavesItWhereItWas) {
  Follower follower({.interval_seconds = 60}, 100);
  follower.schedule().SetInterval(10);
  EXPECT_EQ(follower.Good().Good().begins(), "100 110");
}

TEST(ScheduleTest, NewIntervalDoesNotCutTheWaitAfterAFailureShort) {
  Follower follower({.interval_seconds = 60});
  follower.Bad(0.5, 0);
  follower.schedule().SetInterval(10);
  EXPECT_EQ(follower.Good(0).Good(0).begins(), "0 90 100");
}

TEST(ScheduleTest, MinimumGapIsTheOldOneOnceTheIntervalIsLongAgain) {
  Follower follower({.interval_seconds = 60, .minimum_gap_seconds = 20});
  follower.Good();
  follower.schedule().SetInterval(5);
  follower.schedule().SetInterval(60);
  follower.schedule().Request();
  EXPECT_EQ(follower.Good().begins(), "0 20");
}

}  // namespace
}  // namespace podprobe
