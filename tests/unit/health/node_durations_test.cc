#include "exporter/health/node_durations.h"

#include <gtest/gtest.h>

#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace podprobe {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
const std::vector<double> kBounds = {0.1, 0.5};

Instant At(double seconds) { return {.unix_seconds = seconds, .steady_seconds = seconds}; }

DurationLog::Added Added(HistogramHistory::Increments increments, double sum,
                         const std::vector<double>& bounds = kBounds) {
  return {.increments = std::move(increments), .bounds = bounds, .sum_seconds = sum};
}

std::string Page(NodeDurations& durations, double now) {
  std::ostringstream text;
  for (const DurationCounts& counts : durations.Serve(At(now), 75)) {
    text << counts.probe_type << ":";
    for (const auto& [bound, count] : counts.buckets) text << " " << bound << "=" << count;
    text << " count=" << counts.count << " sum=" << counts.sum_seconds << "\n";
  }
  return text.str();
}

TEST(NodeDurations, AddsUpWhatReadingsAddByProbeType) {
  NodeDurations durations;
  durations.Add("Readiness", Added({{0.1, 2}, {kInf, 1}}, 3), /*is_late=*/false);
  durations.Add("Liveness", Added({}, 0), /*is_late=*/false);
  durations.Add("Readiness", Added({{0.5, 4}}, 1.5), /*is_late=*/false);
  EXPECT_EQ(Page(durations, 0),
            "Liveness: 0.1=0 0.5=0 count=0 sum=0\n"
            "Readiness: 0.1=2 0.5=6 count=7 sum=4.5\n");
}

TEST(NodeDurations, ABucketBoundThatComesLaterIsAddedInItsPlace) {
  const std::vector<double> more_bounds = {0.1, 0.25, 0.5};
  NodeDurations durations;
  durations.Add("Readiness", Added({{0.1, 2}, {0.5, 1}}, 1), /*is_late=*/false);
  durations.Add("Readiness", Added({{0.25, 3}}, 1, more_bounds), /*is_late=*/false);
  EXPECT_EQ(Page(durations, 0), "Readiness: 0.1=2 0.25=5 0.5=6 count=6 sum=2\n");
}

TEST(NodeDurations, ATypeThatComesLateIsHeldAtZeroWithAllItsLines) {
  NodeDurations durations;
  durations.Add("Startup", Added({{0.1, 2}, {kInf, 1}}, 3), /*is_late=*/true);
  EXPECT_EQ(Page(durations, 100), "Startup: 0.1=0 0.5=0 count=0 sum=0\n");
  durations.Add("Startup", Added({{0.1, 1}}, 1), /*is_late=*/true);
  EXPECT_EQ(Page(durations, 174.9), "Startup: 0.1=0 0.5=0 count=0 sum=0\n");
  EXPECT_EQ(Page(durations, 175), "Startup: 0.1=3 0.5=3 count=4 sum=4\n");
}

TEST(NodeDurations, ATypeThatWasThereFirstIsNotLateByAnotherPod) {
  NodeDurations durations;
  durations.Add("Liveness", Added({}, 0), /*is_late=*/false);
  durations.Add("Liveness", Added({{0.1, 2}}, 1), /*is_late=*/true);
  EXPECT_EQ(Page(durations, 0), "Liveness: 0.1=2 0.5=2 count=2 sum=1\n");
}

}  // namespace
}  // namespace podprobe
