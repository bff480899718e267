#include "exporter/health/increments.h"

#include <gtest/gtest.h>

#include <limits>

namespace podprobe {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

// A reading of a kubelet that started at `start`.
ReadingContext Next(ReadingSequence& sequence, std::optional<double> start, bool bad = false) {
  ProbesReading reading;
  reading.process_start_unix_seconds = start;
  reading.has_bad_lines = bad;
  return sequence.Next(reading, 0);
}

TEST(CounterHistory, TheFirstReadingIsTheBaseline) {
  ReadingSequence sequence;
  CounterHistory history;
  EXPECT_EQ(history.Observe(50, Next(sequence, 1)), 0);
  EXPECT_EQ(history.Observe(52, Next(sequence, 1)), 2);
  EXPECT_EQ(history.Observe(52, Next(sequence, 1)), 0);
}

TEST(CounterHistory, ASeriesBornLaterCountsWhole) {
  ReadingSequence sequence;
  CounterHistory history;
  Next(sequence, 1);
  EXPECT_EQ(history.Observe(3, Next(sequence, 1)), 3);
}

TEST(CounterHistory, AFallBeginsAgain) {
  ReadingSequence sequence;
  CounterHistory history;
  history.Observe(50, Next(sequence, 1));
  EXPECT_EQ(history.Observe(4, Next(sequence, 1)), 4);
}

TEST(CounterHistory, ASeriesThatWasMissingIsForgotten) {
  ReadingSequence sequence;
  CounterHistory history;
  history.Observe(5, Next(sequence, 1));
  Next(sequence, 1);
  EXPECT_EQ(history.Observe(7, Next(sequence, 1)), 7);
}

TEST(CounterHistory, ABadLineForgetsNothing) {
  ReadingSequence sequence;
  CounterHistory history;
  history.Observe(5, Next(sequence, 1));
  Next(sequence, 1, /*bad=*/true);
  EXPECT_EQ(history.Observe(7, Next(sequence, 1)), 2);
}

TEST(CounterHistory, ANewKubeletProcessCountsEverythingAnew) {
  ReadingSequence sequence;
  CounterHistory history;
  history.Observe(5, Next(sequence, 1));
  EXPECT_EQ(history.Observe(6, Next(sequence, 2)), 6);
  EXPECT_EQ(sequence.kubelet_restarts(), 1);
  EXPECT_EQ(sequence.process_start_unix_seconds(), 2);
}

TEST(CounterHistory, WhatTheOldProcessCountedIsGoneAlsoBehindABadLine) {
  ReadingSequence sequence;
  CounterHistory history;
  history.Observe(5, Next(sequence, 1));
  Next(sequence, 2, /*bad=*/true);
  EXPECT_EQ(history.Observe(6, Next(sequence, 2)), 6);
}

TEST(ReadingSequence, APageWithoutStartTimeIsNoNewProcess) {
  ReadingSequence sequence;
  CounterHistory history;
  history.Observe(5, Next(sequence, 1));
  EXPECT_EQ(history.Observe(6, Next(sequence, std::nullopt)), 1);
  EXPECT_EQ(history.Observe(8, Next(sequence, 1)), 2);
  EXPECT_EQ(sequence.kubelet_restarts(), 0);
}

DurationHistogram Histogram(double fast, double slow) {
  return {.buckets = {{0.5, fast}, {1, fast + slow}, {kInf, fast + slow}}, .count = fast + slow};
}

std::string Render(const HistogramHistory::Increments& increments) {
  std::string text;
  for (const auto& [bound, count] : increments) {
    text +=
        std::to_string(bound).substr(0, 3) + ":" + std::to_string(static_cast<int>(count)) + " ";
  }
  return text;
}

TEST(HistogramHistory, GivesTheBucketsThemselvesNotTheirSums) {
  ReadingSequence sequence;
  HistogramHistory history;
  EXPECT_EQ(Render(history.Observe(Histogram(5, 1), Next(sequence, 1))), "");
  EXPECT_EQ(Render(history.Observe(Histogram(7, 2), Next(sequence, 1))), "0.5:2 1.0:1 ");
  EXPECT_EQ(history.TakeNewBounds(), (std::vector<double>{0.5, 1}));
  history.Observe(Histogram(8, 2), Next(sequence, 1));
  EXPECT_TRUE(history.TakeNewBounds().empty());
}

TEST(HistogramHistory, ABoundIsOneThatTheLastReadingHad) {
  ReadingSequence sequence;
  HistogramHistory history;
  EXPECT_EQ(history.BoundFrom(0), std::nullopt);
  history.Observe(Histogram(5, 1), Next(sequence, 1));
  EXPECT_EQ(history.BoundFrom(0), 0.5);
  EXPECT_EQ(history.BoundFrom(0.5), 0.5);
  EXPECT_EQ(history.BoundFrom(0.6), 1);
  EXPECT_EQ(history.BoundFrom(1.1), std::nullopt);
  history.Observe({.buckets = {{1, 6}, {kInf, 6}}, .count = 6}, Next(sequence, 1));
  EXPECT_EQ(history.BoundFrom(0), 1);
}

TEST(HistogramHistory, TheSameCountIsNoFall) {
  ReadingSequence sequence;
  HistogramHistory history;
  history.Observe(Histogram(2, 8), Next(sequence, 1));
  EXPECT_EQ(Render(history.Observe(Histogram(2, 8), Next(sequence, 1))), "");
}

TEST(HistogramHistory, AFallOfTheCountBeginsAllOfItAgain) {
  ReadingSequence sequence;
  HistogramHistory history;
  history.Observe(Histogram(2, 8), Next(sequence, 1));
  // The bucket of 0.5 rose, but the whole is a new pod's.
  EXPECT_EQ(Render(history.Observe(Histogram(4, 1), Next(sequence, 1))), "0.5:4 1.0:1 ");
}

TEST(HistogramHistory, AnIdOfBoundsStandsForThemUntilAnotherComes) {
  ReadingSequence sequence;
  HistogramHistory history;
  const auto observe = [&](std::uint64_t id, double bound, double count) {
    return Render(history.Observe(
        {.buckets = {{bound, count}, {kInf, count}}, .count = count, .bounds_id = id},
        Next(sequence, 1)));
  };
  EXPECT_EQ(observe(1, 0.5, 5), "");
  EXPECT_EQ(observe(1, 0.5, 6), "0.5:1 ");
  EXPECT_EQ(observe(1, 0.5, 8), "0.5:2 ");
  // Of an other bound all is new.
  EXPECT_EQ(observe(2, 1, 9), "1.0:9 inf:-8 ");
  EXPECT_EQ(history.BoundFrom(0), 1);
  EXPECT_EQ(observe(2, 1, 10), "1.0:1 ");
}

TEST(HistogramHistory, BoundsHeldOnceStayEachTheirOwn) {
  ReadingSequence sequence;
  HistogramHistory one;
  HistogramHistory other;
  HistogramHistory::SharedBounds last;
  const ReadingContext first = Next(sequence, 1);
  for (HistogramHistory* history : {&one, &other}) {
    history->Observe(Histogram(5, 1), first);
    history->ShareBounds(&last);
  }
  const ReadingContext second = Next(sequence, 1);
  one.Observe({.buckets = {{0.2, 1}, {0.5, 5}, {1, 6}, {kInf, 6}}, .count = 6}, second);
  EXPECT_EQ(Render(other.Observe(Histogram(6, 1), second)), "0.5:1 ");
  EXPECT_EQ(one.BoundFrom(0), 0.2);
  EXPECT_EQ(other.BoundFrom(0), 0.5);
  one.ShareBounds(&last);
  other.ShareBounds(&last);
  EXPECT_EQ(one.BoundFrom(0.1), 0.2);
  EXPECT_EQ(other.BoundFrom(0.1), 0.5);
}

}  // namespace
}  // namespace podprobe
