// What the windows hold, and from when on they speak, on the edges of the rules.

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/health/page_cases.h"
#include "tests/unit/health/story.h"

namespace podprobe {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

// The exporter has looked since 1000. Five failures are read at 1010, five successes at 1020.
TEST(Windows, HoldWhatIsLessThanTheirLengthOld) {
  constexpr std::string_view kBefore = R"(
    1000           probes  web Readiness 50/0
    1010           probes  web Readiness +0/+5
    1020           probes  web Readiness +5/0
  )";
  const PageCase cases[] = {
      {"half of 5m has not been observed", "1070..1120/50 probes\n 1149.9 look", ""},
      {"half of 5m has been observed", "1070..1120/50 probes\n 1150 look",
       "web Readiness r5m=0.5\n"},
      {"the failures are just in 5m", "1070..1270/50 probes\n 1309.9 look",
       "web Readiness r5m=0.5\n"},
      {"and just not", "1070..1270/50 probes\n 1310 look", "web Readiness r5m=1\n"},
      {"the successes are just in 5m", "1070..1270/50 probes\n 1319.9 look",
       "web Readiness r5m=1\n"},
      {"and just not", "1070..1270/50 probes\n 1320 look", ""},
      {"half of 1h has not been observed", "1070..2770/50 probes\n 2799.9 look", ""},
      {"half of 1h has been observed", "1070..2770/50 probes\n 2800 look",
       "web Readiness r1h=0.5\n"},
      {"the failures are just in 1h", "1070..4570/50 probes\n 4609.9 look",
       "web Readiness r1h=0.5\n"},
      {"and just not", "1070..4570/50 probes\n 4610 look", "web Readiness r1h=1\n"},
      {"the successes are just in 1h", "1070..4570/50 probes\n 4619.9 look",
       "web Readiness r1h=1\n"},
      {"and just not", "1070..4570/50 probes\n 4620 look", ""},
  };
  ExpectPages("ratios", kBefore, cases);
}

TEST(Windows, SpeakFromThreeAttemptsOn) {
  constexpr std::string_view kBefore = "1000..1150/50 probes web Readiness 50/0";
  const PageCase cases[] = {
      {"two", "1155 probes web Readiness +1/+1", ""},
      {"three", "1155 probes web Readiness +2/+1", "web Readiness r5m=0.6666666667\n"},
      {"an unknown result is one", "1155 probes web Readiness +1/+1/+1",
       "web Readiness r5m=0.3333333333\n"},
      {"none of a start counts", R"(
        1155 pods   web probes=R down id= unready
        1160 pods   web id=1 since=1156
        1165 probes web Readiness 52/3 )",
       ""},
  };
  ExpectPages("ratios", kBefore, cases);
}

TEST(Windows, AnEmptyOneHasNoRatio) {
  Story story({.min_attempts = 0});
  story.At(1000).Probes({{.successful = 1}});
  EXPECT_EQ(story.At(1150).Probes({{.successful = 1}}).Page("ratios"), "");
  EXPECT_EQ(story.At(1151).Probes({{.successful = 2}}).Page("ratios"), "web Readiness r5m=1\n");
}

// web's readiness has a time-out of 1 s; `slow` of its `all` successes are slower than half of it.
struct Successes {
  double all = 0;
  double slow = 0;
};

std::string DurationsPage(const Successes& added, double seconds_later) {
  Story story({.probes_interval_seconds = 1000, .pods_interval_seconds = 1000});
  const auto read = [&](double at, const Successes& successes) {
    const double fast = successes.all - successes.slow;
    story.At(at)
        .Histogram({.buckets = {{0.5, fast}, {0.75, successes.all}, {kInf, successes.all}},
                    .count = successes.all})
        .Probes({{.successful = successes.all}})
        .Pods({{.probes = "R"}});
  };
  read(1000, {.all = 10});
  read(1010, {.all = 10 + added.all, .slow = added.slow});
  return story.At(1010 + seconds_later).Page("near headroom");
}

TEST(Windows, OfDurationsSpeakFromThreeSuccessesOnForFiveMinutes) {
  EXPECT_EQ(DurationsPage({.all = 2}, 0), "");
  EXPECT_EQ(DurationsPage({.all = 3}, 0), "web Readiness near=0\n");
  EXPECT_EQ(DurationsPage({.all = 4}, 0), "web Readiness near=0\n");
  EXPECT_EQ(DurationsPage({.all = 4, .slow = 1}, 299.9), "web Readiness near=0.25 headroom=0.25\n");
  EXPECT_EQ(DurationsPage({.all = 4, .slow = 1}, 300), "");
  // The slowest per cent counts: one of 99, and not one of 100.
  EXPECT_NE(DurationsPage({.all = 99, .slow = 1}, 0).find("headroom"), std::string::npos);
  EXPECT_EQ(DurationsPage({.all = 100, .slow = 1}, 0), "web Readiness near=0.01\n");
  // It needs no more than one success to tell how little is left.
  EXPECT_EQ(DurationsPage({.all = 1, .slow = 1}, 0), "web Readiness headroom=0.25\n");
}

TEST(Windows, OfDurationsAddUpThePodsOfAWorkload) {
  Story story({.level = ServedLevel::kWorkload});
  for (const double count : {10, 14}) {
    story.At(1000 + count);
    std::vector<Row> rows;
    std::vector<ListedPod> pods;
    for (const std::string name : {"a", "b"}) {
      const double fast = name == "a" ? 10 : count;
      story.Histogram(
          {.pod = name, .buckets = {{0.5, fast}, {0.75, count}, {kInf, count}}, .count = count});
      rows.push_back({.pod = name, .successful = count});
      pods.push_back({.name = name, .owner = "web", .probes = "R"});
    }
    story.Probes(rows).Pods(pods);
  }
  EXPECT_EQ(story.Page("near headroom"), "(statefulset web) Readiness near=0.5 headroom=0.25\n");
}

// All successes are in the bucket up to `bound` of a time-out of 1000 s.
TEST(Windows, HeadroomIsServedBelowAHalf) {
  const struct {
    double bound;
    std::string_view want;
  } cases[] = {
      {499, ""},
      {500, ""},
      {501, "web Readiness headroom=0.499\n"},
      {999, "web Readiness headroom=0.001\n"},
      {1000, "web Readiness headroom=0\n"},
      {1001, "web Readiness headroom=0\n"},
  };
  for (const auto& c : cases) {
    Story story;
    for (const double count : {10, 14}) {
      story.At(1000 + count)
          .Histogram({.buckets = {{c.bound, count}, {kInf, count}}, .count = count})
          .Probes({{.successful = count}})
          .Pods({{.probes = "R", .timeout = 1000}});
    }
    EXPECT_EQ(story.Page("headroom"), c.want) << c.bound;
  }
}

}  // namespace
}  // namespace podprobe
