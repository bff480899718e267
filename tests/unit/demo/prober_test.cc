#include "exporter/demo/prober.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "exporter/demo/behaviours.h"

namespace podprobe {
namespace {

// A pod of one container with one probe, and the prober that watches it.
class ProbedPod {
 public:
  ProbedPod(ProbeTemplate probe, double stop_seconds)
      : random_(1),
        prober_(&random_),
        pod_({.pod_namespace = "shop", .name = "web", .uid = "u-1"},
             std::make_shared<const PodTemplate>(
                 PodTemplate{.containers = {{.name = "app",
                                             .stop_seconds = stop_seconds,
                                             .probes = {std::move(probe)}}},
                             .termination_grace_seconds = 40}),
             1000, &random_) {
    prober_.Add(&pod_, 1000);
  }

  void RunUntil(double unix_seconds) {
    while (true) {
      const double next = std::min(pod_.NextChangeAt(), Prober::NextRunAt(pod_));
      if (next > unix_seconds) return;
      if (pod_.NextChangeAt() <= next) {
        pod_.Change(next);
        prober_.Follow(&pod_, next);
      }
      prober_.Run(&pod_, next);
    }
  }

  // "failed 2 successful 1"
  std::string Counts() const {
    std::string text;
    for (const auto& [key, count] : prober_.series().totals) {
      text += (text.empty() ? "" : " ") + key.result + " " + std::to_string(count);
    }
    return text;
  }

  const SimulatedContainer& container() const { return pod_.containers()[0]; }

 private:
  Random random_;
  Prober prober_;
  SimulatedPod pod_;
};

TEST(ProberTest, LivenessIsOnHoldFromTheThresholdUntilThereIsANewContainer) {
  ProbedPod pod({.type = ProbeType::kLiveness,
                 .period_seconds = 5,
                 .failure_threshold = 2,
                 .behaviour = Fails()},
                60);
  pod.RunUntil(1012);
  EXPECT_EQ(pod.Counts(), "failed 2");
  // It ignores SIGTERM and runs on for its grace period of 40 s, unprobed.
  pod.RunUntil(1045);
  EXPECT_EQ(pod.container().state, SimulatedContainer::State::kRunning);
  EXPECT_EQ(pod.Counts(), "failed 2");
  pod.RunUntil(1062);
  EXPECT_EQ(pod.container().restart_count, 1);
  EXPECT_EQ(pod.Counts(), "failed 4");
}

TEST(ProberTest, StartupIsOnHoldAfterEitherThreshold) {
  ProbedPod started({.type = ProbeType::kStartup, .period_seconds = 1, .behaviour = Passes(0.01)},
                    1);
  started.RunUntil(1060);
  EXPECT_EQ(started.Counts(), "successful 1");
  EXPECT_TRUE(started.container().is_started);

  ProbedPod stuck({.type = ProbeType::kStartup,
                   .period_seconds = 1,
                   .failure_threshold = 4,
                   .behaviour = Fails()},
                  60);
  stuck.RunUntil(1030);
  EXPECT_EQ(stuck.Counts(), "failed 4");
  EXPECT_FALSE(stuck.container().is_started);
}

TEST(ProberTest, NothingIsCountedDuringTheInitialDelay) {
  ProbedPod pod({.type = ProbeType::kLiveness,
                 .initial_delay_seconds = 20,
                 .period_seconds = 5,
                 .behaviour = Passes(0.01)},
                1);
  pod.RunUntil(1021);
  EXPECT_EQ(pod.Counts(), "");
  pod.RunUntil(1040);
  EXPECT_EQ(pod.Counts(), "successful 4");
}

TEST(ProberTest, AnswerAtTheTimeoutIsAFailure) {
  struct Case {
    const char* name;
    double after_seconds;
    const char* counts;
  };
  constexpr Case kCases[] = {
      {"in time", 0.999, "successful 6"},
      {"at the timeout", 1, "failed 6"},
      {"after it", 3, "failed 6"},
  };
  for (const Case& c : kCases) {
    ProbedPod pod(
        {.type = ProbeType::kLiveness,
         .failure_threshold = 100,
         .behaviour = Answers({.least_seconds = c.after_seconds, .most_seconds = c.after_seconds})},
        1);
    pod.RunUntil(1060);
    EXPECT_EQ(pod.Counts(), c.counts) << c.name;
  }
}

TEST(ProberTest, ProbeThatCannotRunIsCountedNowhereAndNeverReady) {
  ProbedPod cannot({.type = ProbeType::kReadiness, .behaviour = CannotRun()}, 1);
  cannot.RunUntil(1100);
  EXPECT_EQ(cannot.Counts(), "");
  EXPECT_FALSE(cannot.container().is_ready);
}

}  // namespace
}  // namespace podprobe
