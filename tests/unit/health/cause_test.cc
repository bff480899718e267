#include "exporter/health/cause.h"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

namespace podprobe {
namespace {

std::string_view NameOf(const FailureFacts& facts) {
  return CauseName(CauseOf(facts, CauseThresholds()));
}

// Each fact alone, on the edge of its rule and beside it.
TEST(Cause, EachRuleHoldsFromItsEdgeOn) {
  const struct {
    std::string_view name;
    FailureFacts facts;
    std::string_view want;
  } cases[] = {
      {"nothing is known", {}, "unexplained"},
      {"the kubelet began just now", {.kubelet_age_seconds = 0}, "kubelet_restart"},
      {"two periods ago", {.kubelet_age_seconds = 20}, "kubelet_restart"},
      {"longer ago", {.kubelet_age_seconds = 20.1}, "unexplained"},
      {"two of its own periods",
       {.period_seconds = 1, .kubelet_age_seconds = 2},
       "kubelet_restart"},
      {"more than two of its own",
       {.period_seconds = 1, .kubelet_age_seconds = 2.1},
       "unexplained"},
      {"terminating", {.phase = Phase::kTerminating}, "terminating"},
      {"an OOM kill a minute away", {.oom_distance_seconds = 60}, "oom_killed"},
      {"an OOM kill farther away", {.oom_distance_seconds = 60.1}, "unexplained"},
      {"an incident", {.is_node_incident = true}, "node_wide"},
      {"startup", {.phase = Phase::kStartup}, "startup"},
      {"little throttling", {.evidence = {.cpu_throttled = 0.249}}, "unexplained"},
      {"throttling", {.evidence = {.cpu_throttled = 0.25}}, "cpu_throttling"},
      {"memory free", {.evidence = {.memory_limit = 0.949}}, "unexplained"},
      {"memory full", {.evidence = {.memory_limit = 0.95}}, "memory_pressure"},
      {"little waiting for memory", {.evidence = {.memory_pressure = 0.099}}, "unexplained"},
      {"waiting for memory", {.evidence = {.memory_pressure = 0.1}}, "memory_pressure"},
      {"little waiting for CPU", {.evidence = {.cpu_pressure = 0.249}}, "unexplained"},
      {"waiting for CPU", {.evidence = {.cpu_pressure = 0.25}}, "cpu_pressure"},
      {"little waiting for I/O", {.evidence = {.io_pressure = 0.249}}, "unexplained"},
      {"waiting for I/O", {.evidence = {.io_pressure = 0.25}}, "io_pressure"},
      {"quick answers", {.near_timeout_ratio = 0.499}, "unexplained"},
      {"slow answers", {.near_timeout_ratio = 0.5}, "slow_response"},
  };
  for (const auto& c : cases) EXPECT_EQ(NameOf(c.facts), c.want) << c.name;
}

// All facts hold at first; then the first rule's is taken away, and the next one speaks.
TEST(Cause, TheFirstRuleThatHoldsSpeaks) {
  FailureFacts facts = {.phase = Phase::kTerminating,
                        .kubelet_age_seconds = 1,
                        .oom_distance_seconds = 1,
                        .is_node_incident = true,
                        .evidence = {.cpu_throttled = 1,
                                     .memory_limit = 1,
                                     .cpu_pressure = 1,
                                     .memory_pressure = 1,
                                     .io_pressure = 1},
                        .near_timeout_ratio = 1};
  EXPECT_EQ(NameOf(facts), "kubelet_restart");
  facts.kubelet_age_seconds.reset();
  EXPECT_EQ(NameOf(facts), "terminating");
  facts.phase = Phase::kStartup;
  EXPECT_EQ(NameOf(facts), "oom_killed");
  facts.oom_distance_seconds.reset();
  EXPECT_EQ(NameOf(facts), "node_wide");
  facts.is_node_incident = false;
  EXPECT_EQ(NameOf(facts), "startup");
  facts.phase = Phase::kSteady;
  EXPECT_EQ(NameOf(facts), "cpu_throttling");
  facts.evidence.cpu_throttled.reset();
  EXPECT_EQ(NameOf(facts), "memory_pressure");
  facts.evidence.memory_limit.reset();
  EXPECT_EQ(NameOf(facts), "memory_pressure") << "by the time that memory was waited for";
  facts.evidence.memory_pressure.reset();
  EXPECT_EQ(NameOf(facts), "cpu_pressure");
  facts.evidence.cpu_pressure.reset();
  EXPECT_EQ(NameOf(facts), "io_pressure");
  facts.evidence.io_pressure.reset();
  EXPECT_EQ(NameOf(facts), "slow_response");
  facts.near_timeout_ratio.reset();
  EXPECT_EQ(NameOf(facts), "unexplained");
}

TEST(Cause, ThresholdsAreSettings) {
  const CauseThresholds strict = {.cpu_throttled_ratio = 0.9,
                                  .memory_limit_ratio = 0.99,
                                  .memory_pressure_ratio = 0.9,
                                  .cpu_pressure_ratio = 0.9,
                                  .io_pressure_ratio = 0.9,
                                  .near_timeout_ratio = 0.9};
  const std::array<FailureFacts, 6> facts = {{{.evidence = {.cpu_throttled = 0.8}},
                                              {.evidence = {.memory_limit = 0.98}},
                                              {.evidence = {.cpu_pressure = 0.8}},
                                              {.evidence = {.memory_pressure = 0.8}},
                                              {.evidence = {.io_pressure = 0.8}},
                                              {.near_timeout_ratio = 0.8}}};
  for (const FailureFacts& fact : facts) {
    EXPECT_NE(CauseOf(fact, CauseThresholds()), Cause::kUnexplained);
    EXPECT_EQ(CauseOf(fact, strict), Cause::kUnexplained);
  }
}

}  // namespace
}  // namespace podprobe
