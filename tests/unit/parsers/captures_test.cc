// Every page of the recordings, by what its kubelet really said.

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/exposition_parser.h"
#include "tests/unit/parsers/oracle.h"
#include "tests/unit/parsers/render.h"

namespace podprobe {
namespace {

namespace fs = std::filesystem;

std::string ReadGzip(const fs::path& path) {
  std::string content;
  gzFile file = gzopen(path.c_str(), "rb");
  std::string buffer(64 * 1024, '\0');
  for (int size = 0; (size = gzread(file, buffer.data(), 64 * 1024)) > 0;) {
    content.append(buffer, 0, static_cast<std::size_t>(size));
  }
  gzclose(file);
  return content;
}

std::vector<fs::path> Pages(std::string_view run) {
  std::vector<fs::path> pages;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(PODPROBE_TESTDATA) / run)) {
    if (entry.path().filename().string().ends_with(".prom.gz")) pages.push_back(entry.path());
  }
  std::sort(pages.begin(), pages.end());
  return pages;
}

// Sample lines counted without a parser.
std::size_t CountSampleLines(std::string_view page) {
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < page.size();) {
    const std::size_t end = std::min(page.find('\n', begin), page.size());
    if (end > begin && page[begin] != '#') ++count;
    begin = end + 1;
  }
  return count;
}

class CountingSink : public SampleSink {
 public:
  void OnSample(const Sample&) override { ++samples; }
  void OnError(const ParseError& error) override { errors += error.message + "\n"; }
  std::size_t samples = 0;
  std::string errors;
};

// Sums over each run of what the recorder counted (prober_probe_total: with grep).
struct RunSums {
  std::string_view name;
  std::size_t pages;  // of each source
  std::size_t probes;
  std::size_t cadvisor;
  std::size_t resource;
  std::size_t probe_totals;
};

constexpr RunSums kRuns[] = {
    {.name = "run-a",
     .pages = 50,
     .probes = 91958,
     .cadvisor = 216045,
     .resource = 19813,
     .probe_totals = 6690},
    {.name = "run-c",
     .pages = 36,
     .probes = 10257,
     .cadvisor = 51711,
     .resource = 2334,
     .probe_totals = 743},
};

TEST(Captures, EveryPageIsReadWithoutErrorAndWithAllItsSamples) {
  for (const RunSums& run : kRuns) {
    std::map<std::string, std::size_t> samples;
    std::map<std::string, std::size_t> pages;
    for (const fs::path& path : Pages(run.name)) {
      const std::string page = ReadGzip(path);
      CountingSink sink;
      ExpositionParser parser({}, &sink);
      parser.Feed(page);
      parser.Finish();
      ASSERT_EQ(sink.errors, "") << path;
      ASSERT_EQ(sink.samples, CountSampleLines(page)) << path;
      ASSERT_EQ(parser.stats().samples, sink.samples) << path;

      CountingSink selected;
      ExpositionParser selection({.families = {"prober_probe_total"}}, &selected);
      selection.Feed(page);
      selection.Finish();
      ASSERT_EQ(selected.errors, "") << path;
      ASSERT_EQ(selection.stats().samples, sink.samples) << path;
      const std::string source = path.filename().string();
      samples[source] += sink.samples;
      ++pages[source];
      if (source == "metrics-probes.prom.gz") samples["selected"] += selected.samples;
    }
    EXPECT_EQ(pages["metrics-probes.prom.gz"], run.pages) << run.name;
    EXPECT_EQ(samples["metrics-probes.prom.gz"], run.probes) << run.name;
    EXPECT_EQ(samples["metrics-cadvisor.prom.gz"], run.cadvisor) << run.name;
    EXPECT_EQ(samples["metrics-resource.prom.gz"], run.resource) << run.name;
    EXPECT_EQ(samples["selected"], run.probe_totals) << run.name;
  }
}

TEST(Captures, ParserAndOracleReadTheSame) {
  const std::vector<fs::path> pages = Pages("run-c");
  ASSERT_FALSE(pages.empty());
  for (std::size_t i = 0; i < pages.size(); i += 17) {
    const std::string page = ReadGzip(pages[i]);
    ASSERT_EQ(ParseInChunks(page, 4096), OracleRender(page)) << pages[i];
  }
}

}  // namespace
}  // namespace podprobe
