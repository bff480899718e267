#include "exporter/health/containers_page.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/exposition_parser.h"
#include "tests/unit/allocations.h"

namespace podprobe {
namespace {

ContainersReading Read(std::string_view text) {
  ContainersPage page;
  ExpositionParser parser({.families = ContainersPage::Families()}, &page);
  parser.Feed(text);
  parser.Finish();
  return page.Take();
}

std::string Gunzip(const std::string& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  std::array<char, 64 * 1024> buffer;
  std::string text;
  for (int size = 0; (size = gzread(file, buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  gzclose(file);
  return text;
}

void Add(std::string_view name, const std::optional<double>& value, std::ostringstream* text) {
  if (value) *text << " " << name << "=" << *value;
}

void Add(std::string_view name, const std::optional<Measurement>& measured,
         std::ostringstream* text) {
  if (!measured) return;
  Add(name, measured->value, text);
  if (measured->unix_seconds) *text << "@" << *measured->unix_seconds;
}

std::string Render(const ContainerRow& row) {
  std::ostringstream text;
  text.precision(13);
  text << row.pod_namespace << "/" << row.pod << "/" << row.container;
  if (!row.id.empty()) text << " id=" << row.id;
  Add("start", row.start_unix_seconds, &text);
  Add("set", row.working_set_bytes, &text);
  Add("limit", row.memory_limit_bytes, &text);
  Add("periods", row.cfs_periods, &text);
  Add("throttled", row.cfs_throttled_periods, &text);
  Add("cpu", row.cpu_waiting_seconds, &text);
  Add("memory", row.memory_waiting_seconds, &text);
  Add("io", row.io_waiting_seconds, &text);
  return text.str();
}

std::string Families(const EvidenceFamilies& families) {
  std::string text;
  if (families.cfs_periods) text += "periods ";
  if (families.cfs_throttled) text += "throttled ";
  if (families.memory_limit) text += "limit ";
  if (families.cpu_pressure) text += "cpu ";
  if (families.memory_pressure) text += "memory ";
  if (families.io_pressure) text += "io ";
  return text;
}

std::string Render(const ContainersReading& reading) {
  std::string text;
  for (const ContainerRow& row : reading.rows) text += Render(row) + "\n";
  return text + Families(reading.families);
}

TEST(ContainersPage, ARowHoldsAllThatIsSaidOfAContainer) {
  EXPECT_EQ(
      Render(Read(
          "container_start_time_seconds{container=\"a\",id=\"/x\",namespace=\"n\",pod=\"p\"} 5\n"
          "container_memory_working_set_bytes{container=\"a\",id=\"/x\",namespace=\"n\","
          "pod=\"p\"} 7 9000\n"
          "container_spec_memory_limit_bytes{pod=\"p\",namespace=\"n\",id=\"/x\","
          "container=\"a\"} 0\n"
          "container_cpu_cfs_periods_total{container=\"a\",id=\"/x\",namespace=\"n\","
          "pod=\"p\"} 100 1500\n"
          "container_cpu_cfs_throttled_periods_total{container=\"a\",id=\"/x\","
          "namespace=\"n\",pod=\"p\"} 25 1500\n"
          "container_pressure_cpu_waiting_seconds_total{container=\"a\",id=\"/x\","
          "namespace=\"n\",pod=\"p\"} 1\n"
          "container_pressure_memory_waiting_seconds_total{container=\"a\",id=\"/x\","
          "namespace=\"n\",pod=\"p\"} 2\n"
          "container_pressure_io_waiting_seconds_total{container=\"a\",id=\"/x\","
          "namespace=\"n\",pod=\"p\"} 3\n")),
      "n/p/a id=/x start=5 set=7 limit=0 periods=100@1.5 throttled=25@1.5 cpu=1 memory=2 io=3\n"
      "periods throttled limit cpu memory io ");
}

TEST(ContainersPage, OnlyContainersHaveRows) {
  const struct {
    std::string_view name;
    std::string_view labels;
    std::string_view want;
  } cases[] = {
      {"a container", "container=\"a\",namespace=\"n\",pod=\"p\"", "n/p/a set=1\n"},
      {"a pod", "container=\"\",namespace=\"n\",pod=\"p\"", ""},
      {"a pod without the label", "namespace=\"n\",pod=\"p\"", ""},
      {"a sandbox", "container=\"POD\",namespace=\"n\",pod=\"p\"", ""},
      {"a slice", "container=\"\",id=\"/kubepods\",namespace=\"\",pod=\"\"", ""},
      {"a container of no pod", "container=\"a\",namespace=\"\",pod=\"\"", ""},
      {"a container whose name only begins so", "container=\"POD-a\",namespace=\"n\",pod=\"p\"",
       "n/p/POD-a set=1\n"},
  };
  for (const auto& c : cases) {
    std::string line = "container_memory_working_set_bytes{";
    line.append(c.labels).append("} 1\n");
    EXPECT_EQ(Render(Read(line)), c.want) << c.name;
  }
}

TEST(ContainersPage, TwoInstancesOfOneNameAreTwoRows) {
  EXPECT_EQ(Render(Read("container_start_time_seconds{container=\"a\",id=\"/x/1\",namespace=\"n\","
                        "pod=\"p\"} 5\n"
                        "container_start_time_seconds{container=\"a\",id=\"/x/2\",namespace=\"n\","
                        "pod=\"p\"} 6\n"
                        "container_memory_working_set_bytes{container=\"a\",id=\"/x/1\","
                        "namespace=\"n\",pod=\"p\"} 1\n")),
            "n/p/a id=/x/1 start=5 set=1\n"
            "n/p/a id=/x/2 start=6\n");
}

TEST(ContainersPage, AFamilyOfAnyCgroupIsThere) {
  EXPECT_EQ(Render(Read("container_pressure_io_waiting_seconds_total{container=\"\",id=\"/\","
                        "namespace=\"\",pod=\"\"} 0\n")),
            "io ");
  EXPECT_EQ(Render(Read("container_memory_usage_bytes{container=\"a\",namespace=\"n\","
                        "pod=\"p\"} 1\n")),
            "");
}

TEST(ContainersPage, AValueThatIsNoNumberIsNone) {
  for (const std::string_view value : {"NaN", "+Inf", "-Inf"}) {
    EXPECT_EQ(Render(Read("container_memory_working_set_bytes{container=\"a\",namespace=\"n\","
                          "pod=\"p\"} " +
                          std::string(value) + "\n")),
              "")
        << value;
  }
}

TEST(ContainersPage, SaysWhetherTheKubeletFailedToListAndWhetherLinesAreBad) {
  EXPECT_FALSE(Read("resource_scrape_error 0\n").has_scrape_error);
  EXPECT_TRUE(Read("resource_scrape_error 1\n").has_scrape_error);
  EXPECT_FALSE(Read("resource_scrape_error 0\n").has_bad_lines);
  EXPECT_TRUE(Read("container_start_time_seconds{container=\"a\n").has_bad_lines);
}

TEST(ContainersPage, EachReadingBeginsAnew) {
  ContainersPage page;
  ExpositionParser parser({.families = ContainersPage::Families()}, &page);
  parser.Feed("container_start_time_seconds{container=\"a\",namespace=\"n\",pod=\"p\"} 5\n");
  parser.Finish();
  EXPECT_EQ(Render(page.Take()), "n/p/a start=5\n");
  parser.Reset();
  parser.Feed("resource_scrape_error 1\n");
  parser.Finish();
  EXPECT_EQ(Render(page.Take()), "");
}

// What one container's rows of a captured page say; of its 57 rows half are no container's.
TEST(ContainersPage, ReadsACapturedPageOfCadvisor) {
  const ContainersReading reading = Read(
      Gunzip(std::string(PODPROBE_TESTDATA) + "/run-a/1795461298.242/metrics-cadvisor.prom.gz"));
  EXPECT_FALSE(reading.has_bad_lines);
  EXPECT_EQ(Families(reading.families), "periods throttled limit ");
  std::string throttled, oomer;
  for (const ContainerRow& row : reading.rows) {
    if (row.pod == "throttled-worker-1") throttled += Render(row) + "\n";
    if (row.pod == "oomer-worker-1") oomer += Render(row) + "\n";
  }
  EXPECT_EQ(reading.rows.size(), 29U);
  EXPECT_EQ(
      throttled,
      "perf/throttled-worker-1/burner "
      "id=/kubepods/burstable/podd5c72f5d99eb03aea99a483914b8c11d/"
      "8b6fa9b4e9610650d5da89a0d7e660d5fead9a0c417ca4e6e5d1529575240bec start=1795461087 "
      "set=2297856 limit=67108864 periods=1979@1795461285.814 throttled=1960@1795461285.814\n");
  EXPECT_EQ(oomer,
            "perf/oomer-worker-1/app id=/kubepods/burstable/poddda95a0a881c6504e6bfc4968c24ec85/"
            "e21dbd5aba44a575c9f77c0ce64e6508a9f974339833b9feba6715be610a936d start=1795461275 "
            "set=8949760 limit=67108864 periods=4@1795461286.289 throttled=0@1795461286.289\n");
}

TEST(ContainersPage, ReadsACapturedPageOfResources) {
  const ContainersReading reading = Read(
      Gunzip(std::string(PODPROBE_TESTDATA) + "/run-a/1795461298.242/metrics-resource.prom.gz"));
  EXPECT_FALSE(reading.has_bad_lines);
  EXPECT_FALSE(reading.has_scrape_error);
  std::string oomer;
  for (const ContainerRow& row : reading.rows) {
    if (row.pod == "oomer-worker-1") oomer += Render(row) + "\n";
  }
  EXPECT_EQ(oomer, "perf/oomer-worker-1/app start=1795461275.851 set=8949760\n");
  EXPECT_EQ(Families(reading.families), "");
}

// All that a reading says, its rows in any order.
std::string RenderAll(const ContainersReading& reading) {
  std::vector<std::string> rows;
  for (const ContainerRow& row : reading.rows) rows.push_back(Render(row));
  std::ranges::sort(rows);
  std::string text;
  for (const std::string& row : rows) text += row + "\n";
  const EvidenceFamilies& families = reading.families;
  for (const bool has : {families.cfs_periods, families.cfs_throttled, families.memory_limit,
                         families.cpu_pressure, families.memory_pressure, families.io_pressure,
                         reading.has_bad_lines, reading.has_scrape_error}) {
    text += has ? '1' : '0';
  }
  return text;
}

// Random pages, one after the other as the exporter reads them, each beside a reader that has
// seen nothing before.
TEST(ContainersPage, APageTellsTheSameWhateverCameBefore) {
  std::mt19937 random(11);
  const auto pick = [&](std::initializer_list<const char*> list) {
    return std::string(list.begin()[random() % list.size()]);
  };
  ContainersPage page;
  ExpositionParser parser({.families = ContainersPage::Families(), .remember_series = true}, &page);
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (auto line = random() % 12; line > 0; --line) {
      text += pick({"container_start_time_seconds", "container_memory_working_set_bytes",
                    "container_spec_memory_limit_bytes", "container_cpu_cfs_periods_total",
                    "container_pressure_io_waiting_seconds_total"}) +
              "{container=\"" + pick({"app", "app", "", "POD"}) + "\",id=\"" + pick({"1", "2"}) +
              "\",namespace=\"n\",pod=\"" + pick({"p", "q"}) + "\"} " +
              pick({"1", "2", "3", "NaN", "x"}) + pick({"", " 1500"}) + "\n";
    }
    if (random() % 4 == 0) text += "resource_scrape_error " + pick({"0", "1"}) + "\n";
    parser.Reset();
    parser.Feed(text);
    parser.Finish();
    ASSERT_EQ(RenderAll(page.Take()), RenderAll(Read(text))) << text;
  }
}

TEST(ContainersPage, ASteadyReadingAllocatesNothing) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    for (const char* family : {"container_start_time_seconds", "container_cpu_cfs_periods_total"}) {
      text += std::string(family) + "{container=\"a-container-with-a-long-name\",id=\"" +
              std::to_string(i) + "\",namespace=\"n\",pod=\"a-pod-with-quite-a-long-name\"} 1 5\n";
    }
  }
  ContainersPage page;
  ExpositionParser parser({.families = ContainersPage::Families(), .remember_series = true}, &page);
  std::size_t allocations = 0;
  for (int reading = 0; reading < 3; ++reading) {
    const std::size_t before = AllocationCount();
    parser.Reset();
    parser.Feed(text);
    parser.Finish();
    EXPECT_EQ(page.Take().rows.size(), 300u);
    allocations = AllocationCount() - before;
  }
  EXPECT_EQ(allocations, 0u);
}

}  // namespace
}  // namespace podprobe
