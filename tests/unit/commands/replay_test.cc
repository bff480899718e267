#include "exporter/replay_command.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace podprobe {
namespace {

// A recording in a folder that goes with the test.
class ReplayTest : public ::testing::Test {
 protected:
  ReplayTest()
      : dir_(std::filesystem::path(::testing::TempDir()) /
             ("podprobe-replay-test-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(dir_);
    std::filesystem::create_directories(dir_);
  }
  ~ReplayTest() override { std::filesystem::remove_all(dir_); }

  void Write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((dir_ / path).parent_path());
    std::ofstream(dir_ / path) << text;
  }

  int Run(bool every = false) {
    out_.str("");
    err_.str("");
    return RunReplay({.dir = dir_.string(), .every = every}, Config(), out_, err_);
  }

  static std::string Probes(int successful) {
    return "prober_probe_total{container=\"app\",namespace=\"shop\",pod=\"web\",pod_uid=\"u\","
           "probe_type=\"Readiness\",result=\"successful\"} " +
           std::to_string(successful) + "\n";
  }

  const std::filesystem::path dir_;
  std::ostringstream out_;
  std::ostringstream err_;
};

constexpr char kAttempts[] =
    "podprobe_attempts_total{namespace=\"shop\",pod=\"web\",workload=\"\",workload_type=\"\","
    "probe_type=\"Readiness\",phase=\"steady\"} ";

TEST_F(ReplayTest, PrintsThePageAfterTheLastReading) {
  Write("1000/metrics-probes.prom", Probes(5));
  Write("1010.5/metrics-probes.prom", Probes(7));
  EXPECT_EQ(Run(), 0);
  EXPECT_NE(out_.str().find(std::string(kAttempts) + "2\n"), std::string::npos) << out_.str();
  EXPECT_EQ(out_.str().find("process_cpu_seconds_total"), std::string::npos);
  EXPECT_NE(out_.str().find("podprobe_source_last_success_timestamp_seconds{source=\"probes\"} "
                            "1010.5\n"),
            std::string::npos);
  EXPECT_EQ(err_.str(), "");
}

TEST_F(ReplayTest, PrintsEveryPageUnderItsReading) {
  Write("9/metrics-probes.prom", Probes(5));
  Write("10/metrics-probes.prom", Probes(7));
  Write("notes/x", "");
  EXPECT_EQ(Run(/*every=*/true), 0);
  const std::string page = out_.str();
  const std::size_t first = page.find("# reading 9\n");
  const std::size_t second = page.find("# reading 10\n");
  ASSERT_EQ(first, 0U);
  ASSERT_NE(second, std::string::npos);
  EXPECT_LT(page.find(std::string(kAttempts) + "0\n"), second);
  EXPECT_GT(page.find(std::string(kAttempts) + "2\n"), second);
}

TEST_F(ReplayTest, AFailedReadingIsSaidAndCounted) {
  Write("1000/metrics-probes.prom", Probes(5));
  Write("1010/metrics-probes.prom", "");
  EXPECT_EQ(Run(), 0);
  EXPECT_NE(out_.str().find("podprobe_source_up{source=\"probes\"} 0\n"), std::string::npos);
  EXPECT_NE(
      out_.str().find("podprobe_source_errors_total{source=\"probes\",reason=\"truncated\"} 1\n"),
      std::string::npos);
  EXPECT_EQ(err_.str().substr(0, 20), "1010: probes failed:");
}

TEST_F(ReplayTest, AFolderWithoutReadingsIsAnError) {
  EXPECT_EQ(Run(), 1);
  EXPECT_EQ(out_.str(), "");
  EXPECT_NE(err_.str().find(dir_.string()), std::string::npos);
}

}  // namespace
}  // namespace podprobe
