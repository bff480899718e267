#include "exporter/exposition/process_metrics.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace podprobe {
namespace {

std::map<std::string, double> ByName(const std::vector<MetricFamily>& families) {
  std::map<std::string, double> values;
  for (const MetricFamily& family : families) {
    values[family.name] = std::get<double>(family.metrics.at(0).value);
  }
  return values;
}

// A /proc of our own making.
class ProcDirectory {
 public:
  ProcDirectory() {
    std::string name = std::filesystem::temp_directory_path() / "podprobe-proc-XXXXXX";
    path_ = mkdtemp(name.data());
    std::filesystem::create_directories(path_ / "self" / "fd");
  }
  ~ProcDirectory() { std::filesystem::remove_all(path_); }
  ProcDirectory(const ProcDirectory&) = delete;
  ProcDirectory& operator=(const ProcDirectory&) = delete;

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
  }
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

TEST(ProcessMetrics, AreReadFromProc) {
  const ProcDirectory proc;
  // A program's name may hold blanks and parentheses.
  proc.Write("self/stat",
             "42 (a) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 250 150 0 0 20 0 1 0 5000 1000000 300 "
             "18446744073709551615 1 1 0\n");
  proc.Write("stat", "cpu  1 2 3\nintr 5\nbtime 1700000000\nprocesses 7\n");
  for (const char* fd : {"0", "1", "2", "3"}) proc.Write(std::string("self/fd/") + fd, "");

  const std::map<std::string, double> values = ByName(ReadProcessMetrics(proc.path()));
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  EXPECT_EQ(values.at("process_cpu_seconds_total"), 400 / ticks);
  EXPECT_EQ(values.at("process_resident_memory_bytes"),
            300 * static_cast<double>(sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(values.at("process_open_fds"), 3);  // the one that reads the folder is not counted
  EXPECT_EQ(values.at("process_start_time_seconds"), 1700000000 + 5000 / ticks);
  EXPECT_GT(values.at("process_max_fds"), 0);
}

TEST(ProcessMetrics, WhatCannotBeReadIsAbsent) {
  const std::map<std::string, double> values = ByName(ReadProcessMetrics("/nonexistent"));
  EXPECT_EQ(values.size(), 1U);
  EXPECT_TRUE(values.contains("process_max_fds"));

  const ProcDirectory proc;
  proc.Write("self/stat", "42 (cut off) S 1 42");
  EXPECT_FALSE(ByName(ReadProcessMetrics(proc.path())).contains("process_cpu_seconds_total"));
}

TEST(ProcessMetrics, ThisProcessHasAllFive) {
  const std::map<std::string, double> values = ByName(ReadProcessMetrics());
  EXPECT_EQ(values.size(), 5U);
  EXPECT_GE(values.at("process_open_fds"), 3);
  EXPECT_GT(values.at("process_resident_memory_bytes"), 100'000);
}

}  // namespace
}  // namespace podprobe
