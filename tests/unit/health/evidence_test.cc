#include "exporter/health/evidence.h"

#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace podprobe {
namespace {

std::string Render(const Evidence& evidence) {
  std::ostringstream text;
  for (const EvidenceSignal& signal : kEvidenceSignals) {
    if (const auto& ratio = evidence.*signal.value) text << signal.name << "=" << *ratio << " ";
  }
  return text.str();
}

// A row of one container: what it says of its CPU quota and of waiting for CPU.
struct Seen {
  double read_at = 0;
  std::optional<double> measured_at;
  std::optional<double> periods;
  double throttled = 0;
  std::optional<double> cpu_waiting;
  std::string id = "a";
};

ContainerRow RowOf(const Seen& seen) {
  ContainerRow row = {.id = seen.id};
  if (seen.periods) {
    row.cfs_periods = {.value = *seen.periods, .unix_seconds = seen.measured_at};
    row.cfs_throttled_periods = {.value = seen.throttled, .unix_seconds = seen.measured_at};
  }
  if (seen.cpu_waiting) {
    row.cpu_waiting_seconds = {.value = *seen.cpu_waiting, .unix_seconds = seen.measured_at};
  }
  return row;
}

TEST(Evidence, RatesAreTakenBetweenTheLastTwoRowsThatDiffer) {
  const struct {
    std::string name;
    std::vector<Seen> rows;
    std::string want;
  } cases[] = {
      {"one row is no rate", {{10, 9, 100, 50, 7}}, ""},
      {"two rows",
       {{10, 9, 100, 50, 7}, {20, 19, 200, 75, 9.5}},
       "cpu_throttled=0.25 cpu_pressure=0.25 "},
      {"a row that repeats says nothing new",
       {{10, 9, 100, 50, 7}, {20, 19, 200, 75, 9.5}, {30, 19, 200, 75, 9.5}},
       "cpu_throttled=0.25 cpu_pressure=0.25 "},
      {"seconds are those of the measurements, not of the readings",
       {{10, 0, {}, 0, 0}, {30, 10, {}, 0, 5}},
       "cpu_pressure=0.5 "},
      {"without timestamps those of the readings that first had the value",
       {{10, {}, {}, 0, 0}, {15, {}, {}, 0, 0}, {30, {}, {}, 0, 5}, {50, {}, {}, 0, 5}},
       "cpu_pressure=0.25 "},
      {"an idle container has no periods, and no share of them",
       {{10, 9, 100, 50, 7}, {20, 19, 100, 50, 7}},
       "cpu_pressure=0 "},
      {"idle without timestamps: the row repeats",
       {{10, {}, 100, 50}, {20, {}, 200, 75}, {30, {}, 200, 75}},
       "cpu_throttled=0.25 "},
      {"a counter that fell begins again", {{10, 9, 100, 50, 7}, {20, 19, 40, 10, 2}}, ""},
      {"and has a rate with the row after",
       {{10, 9, 100, 50, 7}, {20, 19, 40, 10, 2}, {30, 29, 80, 20, 4}},
       "cpu_throttled=0.25 cpu_pressure=0.2 "},
      {"another cgroup is another container", {{10, 9, 100, 50, 7}, {20, 19, 200, 75, 9, "b"}}, ""},
      {"without a quota there is no throttling",
       {{10, 9, {}, 0, 7}, {20, 19, {}, 0, 8}},
       "cpu_pressure=0.1 "},
      {"a quota that was taken away",
       {{10, 9, 100, 50, 7}, {20, 19, 200, 75, 8}, {30, 29, {}, 0, 9}},
       "cpu_pressure=0.1 "},
      {"a quota that came back has no rate yet",
       {{10, 9, 100, 50}, {20, 19, {}, 0, 8}, {30, 29, 300, 90}},
       ""},
      {"more throttled than there were periods is all of them",
       {{10, 9, 100, 50}, {20, 19, 110, 65}},
       "cpu_throttled=1 "},
      {"more waiting than time is all of it",
       {{10, 9, {}, 0, 0}, {20, 19, {}, 0, 11}},
       "cpu_pressure=1 "},
      {"a time that stands still is no rate", {{10, 9, {}, 0, 0}, {20, 9, {}, 0, 5}}, ""},
      {"a time that goes back is no rate", {{10, 9, {}, 0, 0}, {20, 8, {}, 0, 5}}, ""},
  };
  for (const auto& c : cases) {
    EvidenceLog log;
    for (const Seen& seen : c.rows) log.ObserveCadvisor(RowOf(seen), seen.read_at);
    EXPECT_EQ(Render(log.Current()), c.want) << c.name;
  }
}

TEST(Evidence, EachPressureIsItsOwn) {
  const auto row = [](double at, double cpu, double memory, double io) {
    return ContainerRow{.cpu_waiting_seconds = Measurement{.value = cpu, .unix_seconds = at},
                        .memory_waiting_seconds = Measurement{.value = memory, .unix_seconds = at},
                        .io_waiting_seconds = Measurement{.value = io, .unix_seconds = at}};
  };
  EvidenceLog log;
  log.ObserveCadvisor(row(0, 0, 0, 0), 0);
  log.ObserveCadvisor(row(10, 1, 2, 3), 10);
  EXPECT_EQ(Render(log.Current()), "cpu_pressure=0.1 memory_pressure=0.2 io_pressure=0.3 ");
}

TEST(Evidence, MemoryIsTheWorkingSetOverTheLimit) {
  const struct {
    std::string name;
    std::optional<double> limit;
    std::optional<double> working_set;
    std::string want;
  } cases[] = {
      {"both", 200, 150, "memory_limit=0.75 "},
      {"a limit of 0 is none", 0, 150, ""},
      {"no limit", {}, 150, ""},
      {"no working set", 200, {}, ""},
      {"more than the limit is all of it", 200, 201, "memory_limit=1 "},
  };
  for (const auto& c : cases) {
    EvidenceLog log;
    log.ObserveResource(c.working_set);
    log.SetResourceIsLater(true);
    log.ObserveCadvisor({.memory_limit_bytes = c.limit}, 10);
    EXPECT_EQ(Render(log.Current()), c.want) << c.name;
  }
}

TEST(Evidence, TheWorkingSetReadLastCounts) {
  EvidenceLog log;
  log.ObserveCadvisor({.working_set_bytes = 100, .memory_limit_bytes = 200}, 10);
  EXPECT_EQ(Render(log.Current()), "memory_limit=0.5 ");
  log.ObserveResource(50);
  log.SetResourceIsLater(true);
  EXPECT_EQ(Render(log.Current()), "memory_limit=0.25 ");
  log.ObserveCadvisor({.working_set_bytes = 20, .memory_limit_bytes = 200}, 20);
  log.ObserveResource(50);
  log.SetResourceIsLater(false);
  EXPECT_EQ(Render(log.Current()), "memory_limit=0.1 ");
  // Where one page has none any more the other's counts.
  log.ObserveCadvisor({.memory_limit_bytes = 200}, 30);
  EXPECT_EQ(Render(log.Current()), "memory_limit=0.25 ");
  log.ObserveCadvisor({.working_set_bytes = 20, .memory_limit_bytes = 200}, 40);
  log.ObserveResource(std::nullopt);
  log.SetResourceIsLater(true);
  EXPECT_EQ(Render(log.Current()), "memory_limit=0.1 ");
}

TEST(Evidence, APressureJustAtAQuarterIsOneAtTimesOfToday) {
  EvidenceLog log;
  const auto row = [](double waited, double unix_seconds) {
    return ContainerRow{.io_waiting_seconds = Measurement{waited, unix_seconds}};
  };
  log.ObserveCadvisor(row(1, 1795460036.85), 1795460049);
  log.ObserveCadvisor(row(7.904, 1795460064.466), 1795460075);
  EXPECT_GE(log.Current().io_pressure, 0.25);
}

TEST(Evidence, AContainerWithoutARowHasNoEvidence) {
  EvidenceLog log;
  log.ObserveCadvisor(RowOf({10, 9, 100, 50, 7}), 10);
  log.ObserveCadvisor(RowOf({20, 19, 200, 75, 8}), 20);
  log.ForgetCadvisor();
  EXPECT_EQ(Render(log.Current()), "");
}

TEST(Evidence, ThrottledPeriodsWithoutAllPeriodsTellNothing) {
  EvidenceLog log;
  ContainerRow row = RowOf({.measured_at = 10, .periods = 100, .throttled = 0});
  log.ObserveCadvisor(row, 10);
  row = RowOf({.measured_at = 20, .periods = 200, .throttled = 50});
  log.ObserveCadvisor(row, 20);
  row = RowOf({.measured_at = 30, .periods = 300, .throttled = 60});
  row.cfs_throttled_periods.reset();  // its line was bad
  log.ObserveCadvisor(row, 30);
  EXPECT_EQ(Render(log.Current()), "cpu_throttled=0.5 ");
  log.ObserveCadvisor(RowOf({.measured_at = 40, .periods = 400, .throttled = 70}), 40);
  EXPECT_EQ(Render(log.Current()), "cpu_throttled=0.1 ");
}

TEST(Evidence, WhatAPageWithABadLineLacksIsKept) {
  EvidenceLog log;
  const auto full = [](double at, double waited) {
    ContainerRow row = RowOf({at, at, 10 * at, 5 * at, waited});
    row.memory_waiting_seconds = Measurement{.value = waited, .unix_seconds = at};
    row.working_set_bytes = 90;
    row.memory_limit_bytes = 100;
    return row;
  };
  log.ObserveCadvisor(full(10, 1), 10);
  log.ObserveCadvisor(full(20, 2), 20);
  const std::string before = Render(log.Current());
  EXPECT_EQ(before, "cpu_throttled=0.5 memory_limit=0.9 cpu_pressure=0.1 memory_pressure=0.1 ");
  log.ObserveCadvisor({.id = "a"}, 30, /*has_bad_lines=*/true);
  EXPECT_EQ(Render(log.Current()), before);
  log.ObserveCadvisor(full(40, 8), 40);
  EXPECT_EQ(Render(log.Current()),
            "cpu_throttled=0.5 memory_limit=0.9 cpu_pressure=0.3 memory_pressure=0.3 ");
  log.ObserveCadvisor({.id = "a"}, 50);
  EXPECT_EQ(Render(log.Current()), "");
}

}  // namespace
}  // namespace podprobe
