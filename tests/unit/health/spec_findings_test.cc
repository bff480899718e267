#include "exporter/health/spec_findings.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace podprobe {
namespace {

std::string Rules(const PodContainer& container, std::string_view probe_type,
                  const ProbeExperience& experience = {}) {
  std::string text;
  for (const std::string_view rule : BrokenSpecRules(container, probe_type, experience)) {
    text.append(rule).append(" ");
  }
  return text;
}

TEST(SpecFindings, EachRuleOnItsEdgeAndBeside) {
  const struct {
    std::string_view name;
    ProbeSpec spec;
    std::string_view liveness;
    std::string_view readiness;
  } cases[] = {
      {"defaults", {.handler_type = "httpGet"}, "", ""},
      {"timeout just below the period", {.period_seconds = 10, .timeout_seconds = 9}, "", ""},
      {"timeout as long as the period",
       {.period_seconds = 10, .timeout_seconds = 10},
       "timeout_not_below_period ",
       "timeout_not_below_period "},
      {"timeout longer than the period",
       {.period_seconds = 10, .timeout_seconds = 11},
       "timeout_not_below_period ",
       "timeout_not_below_period "},
      {"threshold of one", {.failure_threshold = 1}, "threshold_one ", ""},
      {"threshold of two", {.failure_threshold = 2}, "", ""},
      {"exec every 4 s",
       {.handler_type = "exec", .period_seconds = 4, .timeout_seconds = 2},
       "exec_often ",
       "exec_often "},
      {"exec every 5 s",
       {.handler_type = "exec", .period_seconds = 5, .timeout_seconds = 2},
       "",
       ""},
      {"httpGet every 4 s", {.handler_type = "httpGet", .period_seconds = 4}, "", ""},
      {"exec with a timeout of 1 s",
       {.handler_type = "exec", .timeout_seconds = 1},
       "exec_timeout_1s ",
       "exec_timeout_1s "},
      {"exec with a timeout of 2 s", {.handler_type = "exec", .timeout_seconds = 2}, "", ""},
      {"several at once",
       {.handler_type = "exec", .period_seconds = 1, .timeout_seconds = 1, .failure_threshold = 1},
       "timeout_not_below_period threshold_one exec_often exec_timeout_1s ",
       "timeout_not_below_period exec_often exec_timeout_1s "},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Rules({.liveness = c.spec}, "Liveness"), c.liveness) << c.name;
    EXPECT_EQ(Rules({.readiness = c.spec}, "Readiness"), c.readiness) << c.name;
  }
}

TEST(SpecFindings, LivenessThatAsksWhatReadinessAsksActsTooSoon) {
  const ProbeSpec readiness = {
      .handler_fingerprint = 7, .period_seconds = 10, .failure_threshold = 3};
  const struct {
    std::string_view name;
    ProbeSpec liveness;
    std::string_view want;
  } cases[] = {
      {"the same", readiness, "liveness_same_as_readiness "},
      {"sooner",
       {.handler_fingerprint = 7, .period_seconds = 5, .failure_threshold = 5},
       "liveness_same_as_readiness "},
      {"as soon in other steps",
       {.handler_fingerprint = 7, .period_seconds = 5, .failure_threshold = 6},
       "liveness_same_as_readiness "},
      {"later",
       {.handler_fingerprint = 7, .period_seconds = 31, .failure_threshold = 1},
       "threshold_one "},
      {"another handler",
       {.handler_fingerprint = 8, .period_seconds = 10, .failure_threshold = 3},
       ""},
  };
  for (const auto& c : cases) {
    const PodContainer container = {.readiness = readiness, .liveness = c.liveness};
    EXPECT_EQ(Rules(container, "Liveness"), c.want) << c.name;
    EXPECT_EQ(Rules(container, "Readiness"), "") << c.name << ": it is liveness' finding";
  }
  EXPECT_EQ(Rules({.liveness = readiness}, "Liveness"), "") << "there is no readiness probe";
}

TEST(SpecFindings, ASlowStartAsksForAStartupProbe) {
  const ProbeSpec spec;
  const ProbeExperience slow = {.had_startup_failure = true};
  EXPECT_EQ(Rules({.liveness = spec}, "Liveness", slow), "slow_start_without_startup_probe ");
  EXPECT_EQ(Rules({.liveness = spec}, "Liveness"), "");
  EXPECT_EQ(Rules({.liveness = spec, .startup = spec}, "Liveness", slow), "");
  EXPECT_EQ(Rules({.readiness = spec}, "Readiness", slow), "");
}

TEST(SpecFindings, ATightTimeoutIsOfAnyType) {
  const ProbeSpec spec;
  const ProbeExperience tight = {.has_tight_timeout = true};
  EXPECT_EQ(Rules({.liveness = spec}, "Liveness", tight), "tight_timeout ");
  EXPECT_EQ(Rules({.readiness = spec}, "Readiness", tight), "tight_timeout ");
  EXPECT_EQ(Rules({.startup = spec}, "Startup", tight), "tight_timeout ");
}

}  // namespace
}  // namespace podprobe
