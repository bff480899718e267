#include "exporter/demo/pod.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "exporter/demo/behaviours.h"

namespace podprobe {
namespace {

PodTemplate OneContainer(ContainerTemplate container) {
  return {.containers = {std::move(container)}, .termination_grace_seconds = 10};
}

SimulatedPod NewPod(PodTemplate made_from, Random* random) {
  return SimulatedPod({.pod_namespace = "shop", .name = "web", .uid = "u-1"},
                      std::make_shared<const PodTemplate>(std::move(made_from)), 1000, random);
}

void RunUntil(double unix_seconds, SimulatedPod* pod) {
  while (pod->NextChangeAt() <= unix_seconds) pod->Change(pod->NextChangeAt());
}

// Runs the pod to its next start, and says how long its container was down, in tenths.
std::string NextStart(SimulatedPod* pod) {
  const int restarts = pod->containers()[0].restart_count;
  std::string waited_as = "at once";
  while (pod->containers()[0].restart_count == restarts) {
    pod->Change(pod->NextChangeAt());
    if (pod->containers()[0].state == SimulatedContainer::State::kWaiting) {
      waited_as = pod->containers()[0].waiting_message;
    }
  }
  return waited_as;
}

std::string BackOff(const std::string& duration) {
  return "back-off " + duration + " restarting failed container=app pod=web_shop(u-1)";
}

TEST(PodTest, ContainerThatEndsByItselfBacksOffFromItsSecondEndOn) {
  Random random(1);
  SimulatedPod pod =
      NewPod(OneContainer({.name = "app", .exits_after_seconds = 8, .exit_code = 1}), &random);
  RunUntil(1005, &pod);
  for (const char* want : {"at once", "10s", "20s", "40s", "1m20s", "2m40s", "5m0s", "5m0s"}) {
    EXPECT_EQ(NextStart(&pod), want == std::string("at once") ? want : BackOff(want));
  }
  const ContainerTermination& last = *pod.containers()[0].termination;
  EXPECT_EQ(last.reason + " " + std::to_string(last.exit_code), "Error 1");
}

TEST(PodTest, KilledContainerBacksOffByTheEndOfTheInstanceBefore) {
  Random random(1);
  SimulatedPod pod = NewPod(OneContainer({.name = "app"}), &random);
  RunUntil(1005, &pod);
  // Each instance is killed after 30 s, as in the recordings: the back-off
  // outgrows its life at the fourth kill.
  double now = 1005;
  for (const char* want : {"at once", "at once", "at once", "40s", "1m20s"}) {
    now = std::max(now, pod.containers()[0].started_at) + 30;
    pod.Kill(&pod.containers()[0], now);
    EXPECT_EQ(NextStart(&pod), want == std::string("at once") ? want : BackOff(want));
  }
}

TEST(PodTest, MemoryThatReachesTheLimitIsAnOutOfMemoryKill) {
  Random random(1);
  ContainerTemplate app{.name = "app", .resources = {.memory_limit_bytes = 64 * kMebibyte}};
  app.usage.memory_bytes = 4.0 * kMebibyte;
  app.usage.memory_growth_bytes_per_second = 1.0 * kMebibyte;
  SimulatedPod pod = NewPod(OneContainer(app), &random);
  RunUntil(1070, &pod);
  const SimulatedContainer& container = pod.containers()[0];
  ASSERT_TRUE(container.termination.has_value());
  EXPECT_EQ(container.termination->reason, "OOMKilled");
  EXPECT_EQ(container.termination->exit_code, 137);
  EXPECT_NEAR(container.termination->finished_at - container.termination->started_at, 60, 1e-6);
}

TEST(PodTest, DeletedPodIsGoneAfterItsContainersDied) {
  struct Case {
    const char* name;
    double stop_seconds;
    int exit_code;
    double least_seconds;
    double most_seconds;
  };
  constexpr Case kCases[] = {
      {"stops by itself", 3, 0, 3, 5},
      {"ignores SIGTERM", 60, 137, 10, 12},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    Random random(1);
    SimulatedPod pod =
        NewPod(OneContainer({.name = "app", .stop_seconds = c.stop_seconds}), &random);
    RunUntil(1010, &pod);
    EXPECT_EQ(pod.Phase(), "Running");
    pod.Delete(1010);
    double now = 1010;
    while (!pod.is_gone()) pod.Change(now = pod.NextChangeAt());
    EXPECT_GT(now - 1010, c.least_seconds);
    EXPECT_LT(now - 1010, c.most_seconds);
    EXPECT_EQ(pod.containers()[0].termination->exit_code, c.exit_code);
  }
}

TEST(PodTest, SidecarStartsAfterTheInitContainerAndBeforeTheProgram) {
  Random random(1);
  PodTemplate made_from = OneContainer({.name = "app"});
  made_from.init_containers = {
      {.name = "migrate", .exits_after_seconds = 4},
      {.name = "mesh",
       .is_sidecar = true,
       .probes = {{.type = ProbeType::kStartup, .behaviour = Passes(0.001)}}}};
  SimulatedPod pod = NewPod(made_from, &random);
  RunUntil(1003, &pod);
  EXPECT_EQ(pod.Phase(), "Pending");
  EXPECT_TRUE(pod.containers()[1].id.empty());
  RunUntil(1060, &pod);
  EXPECT_FALSE(pod.containers()[1].id.empty());
  EXPECT_TRUE(pod.containers()[2].id.empty()) << "the sidecar has not started";
  pod.SetStarted(&pod.containers()[1], 1060);
  RunUntil(1062, &pod);
  EXPECT_FALSE(pod.containers()[2].id.empty());
  EXPECT_EQ(pod.Phase(), "Running");
  EXPECT_TRUE(pod.is_ready());
}

}  // namespace
}  // namespace podprobe
