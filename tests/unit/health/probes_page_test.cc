#include "exporter/health/probes_page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/exposition_parser.h"
#include "tests/unit/allocations.h"

namespace podprobe {
namespace {

ProbesReading Read(std::string_view text) {
  ProbesPage page;
  ExpositionParser parser({.families = ProbesPage::Families()}, &page);
  parser.Feed(text);
  parser.Finish();
  return page.Take();
}

std::string Render(const ProbesReading& reading) {
  std::ostringstream text;
  for (const ProbeCounters& probe : reading.probes) {
    text << probe.pod_namespace << "/" << probe.pod << "/" << probe.pod_uid << "/"
         << probe.container << "/" << probe.probe_type << " " << probe.successful.value_or(-1)
         << " " << probe.failed.value_or(-1) << " " << probe.unknown.value_or(-1);
    for (const OtherCounter& other : probe.others) {
      std::string series = other.series;
      std::ranges::replace(series, '\0', ' ');
      text << " " << series << static_cast<int>(other.result) << "=" << other.value.value_or(-1);
    }
    text << "\n";
  }
  for (const DurationHistogram& histogram : reading.histograms) {
    text << histogram.pod << " " << histogram.probe_type << ":";
    for (const auto& [bound, count] : histogram.buckets) text << " " << bound << "=" << count;
    text << " count=" << histogram.count.value_or(-1) << "\n";
  }
  if (reading.process_start_unix_seconds) {
    text << "start " << *reading.process_start_unix_seconds << "\n";
  }
  if (reading.has_bad_lines) text << "bad lines\n";
  return text.str();
}

TEST(ProbesPage, GathersTheResultsOfOneProbeInAnyOrder) {
  EXPECT_EQ(
      Render(Read("prober_probe_total{container=\"a\",namespace=\"n\",pod=\"p\",pod_uid=\"u\","
                  "probe_type=\"Liveness\",result=\"failed\"} 2\n"
                  "prober_probe_total{container=\"b\",namespace=\"n\",pod=\"p\",pod_uid=\"u\","
                  "probe_type=\"Liveness\",result=\"unknown\"} 1\n"
                  "process_start_time_seconds 17.5\n"
                  "prober_probe_total{result=\"successful\",probe_type=\"Liveness\",pod_uid=\"u\","
                  "pod=\"p\","
                  "namespace=\"n\",container=\"a\"} 9\n")),
      "n/p/u/a/Liveness 9 2 -1\n"
      "n/p/u/b/Liveness -1 -1 1\n"
      "start 17.5\n");
}

TEST(ProbesPage, AHistogramKeepsItsBoundsIdAsLongAsItsBuckets) {
  ProbesPage page;
  ExpositionParser parser({.families = ProbesPage::Families()}, &page);
  const auto read = [&](const std::vector<std::string>& bounds) {
    for (const std::string& bound : bounds) {
      parser.Feed("prober_probe_duration_seconds_bucket{pod=\"p\",le=\"" + bound + "\"} 2\n");
    }
    parser.Finish();
    const DurationHistogram& histogram = page.Take().histograms.at(0);
    return std::pair(histogram.id, histogram.bounds_id);
  };
  const auto without_end = read({"0.1"});
  EXPECT_NE(without_end.second, 0);
  const auto first = read({"0.1", "+Inf"});
  EXPECT_NE(first, without_end);
  EXPECT_EQ(read({"0.1", "+Inf"}), first);
  const auto other_order = read({"+Inf", "0.1"});
  EXPECT_EQ(other_order, first);
  const auto with_more = read({"0.1", "0.2", "+Inf"});
  EXPECT_NE(with_more, first);
  const auto at_home = read({"0.1", "0.2", "+Inf"});
  EXPECT_NE(at_home, first);
  const auto with_less = read({"0.2", "+Inf"});
  EXPECT_NE(with_less, at_home);
  EXPECT_NE(read({"0.1", "0.2", "+Inf"}), with_less);
}

TEST(ProbesPage, SeriesWithAnUnknownLabelOrResultStandByThemselves) {
  ProbesPage page;
  ExpositionParser parser({.families = ProbesPage::Families()}, &page);
  const auto read = [&](std::string_view text) {
    parser.Feed(text);
    parser.Finish();
    return Render(page.Take());
  };
  EXPECT_EQ(read("prober_probe_total{pod=\"p\",result=\"failed\",why=\"timeout\"} 2\n"
                 "prober_probe_total{why=\"refused\",result=\"failed\",pod=\"p\"} 3\n"
                 "prober_probe_total{pod=\"p\",result=\"successful\",why=\"\"} 4\n"
                 "prober_probe_total{pod=\"p\",result=\"warning\"} 5\n"
                 "prober_probe_total{pod=\"p\",result=\"unknown\"} 6\n"),
            "/p/// 4 -1 6 result=failed why=timeout 1=2 result=failed why=refused 1=3"
            " result=warning 2=5\n");
  EXPECT_EQ(read("prober_probe_total{pod=\"p\",result=\"failed\",why=\"refused\"} 7\n"),
            "/p/// -1 -1 -1 result=failed why=refused 1=7\n");
}

TEST(ProbesPage, GathersAHistogramInAnyOrder) {
  EXPECT_EQ(
      Render(Read(
          "prober_probe_duration_seconds_bucket{pod=\"p\",probe_type=\"Readiness\",le=\"1\"} 3\n"
          "prober_probe_duration_seconds_count{pod=\"q\",probe_type=\"Readiness\"} 1\n"
          "prober_probe_duration_seconds_bucket{pod=\"p\",probe_type=\"Readiness\",le=\"+Inf\"} 4\n"
          "prober_probe_duration_seconds_sum{pod=\"p\",probe_type=\"Readiness\"} 0.5\n"
          "prober_probe_duration_seconds_count{pod=\"p\",probe_type=\"Readiness\"} 4\n")),
      "p Readiness: 1=3 inf=4 count=4\n"
      "q Readiness: count=1\n");
}

TEST(ProbesPage, AValueThatNoCounterCanHaveIsABadLine) {
  for (const char* value : {"-1", "NaN", "+Inf"}) {
    EXPECT_EQ(Render(Read("prober_probe_total{pod=\"p\",result=\"failed\"} " + std::string(value) +
                          "\n")),
              "bad lines\n")
        << value;
  }
}

TEST(ProbesPage, AnUnreadableLineIsABadLine) {
  EXPECT_EQ(Render(Read("prober_probe_total{pod=\"p\n")), "bad lines\n");
}

// Reads one page after the other, as the exporter does.
class Pages {
 public:
  const ProbesReading& Read(std::string_view text) {
    parser_.Reset();
    parser_.Feed(text);
    parser_.Finish();
    return page_.Take();
  }
  const ProbesPage& page() const { return page_; }

 private:
  ProbesPage page_;
  ExpositionParser parser_{{.families = ProbesPage::Families(), .remember_series = true}, &page_};
};

// The order of the probes does not matter.
std::string Sorted(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  std::string sorted;
  for (const std::string& line : lines) sorted += line + "\n";
  return sorted;
}

std::string Total(const std::string& pod, const std::string& result, const std::string& value) {
  return "prober_probe_total{pod=\"" + pod + "\",result=\"" + result + "\"} " + value + "\n";
}
std::string Bucket(const std::string& pod, const std::string& le, const std::string& value) {
  return "prober_probe_duration_seconds_bucket{pod=\"" + pod + "\",le=\"" + le + "\"} " + value +
         "\n";
}
std::string Count(const std::string& pod, const std::string& value) {
  return "prober_probe_duration_seconds_count{pod=\"" + pod + "\"} " + value + "\n";
}

// Each story is a few pages that follow each other; what was there before must not show.
TEST(ProbesPage, APageTellsTheSameWhateverCameBefore) {
  const std::string plain = Total("p", "successful", "1") + Total("q", "failed", "2") +
                            Bucket("p", "0.5", "1") + Bucket("p", "1", "2") +
                            Bucket("p", "+Inf", "3") + Count("p", "3");
  const std::vector<std::vector<std::string>> stories = {
      {plain, plain, plain},
      {plain, "", plain},
      {plain, Total("q", "failed", "3"), plain, plain},
      {plain, Total("p", "successful", "4") + Total("p", "failed", "1"), plain},
      {plain, Bucket("p", "0.5", "1") + Bucket("p", "+Inf", "3"), plain},
      {plain, Bucket("p", "0.5", "1") + Bucket("p", "0.7", "1") + Bucket("p", "+Inf", "3"), plain},
      {plain, Bucket("p", "+Inf", "3") + Bucket("p", "1", "2") + Bucket("p", "0.5", "1"), plain},
      {plain, Total("p", "successful", "-1") + Total("q", "failed", "2"), plain},
      {plain, Total("p", "successful", "x") + Total("q", "failed", "2"), plain},
      {plain, Bucket("p", "x", "1"), Bucket("p", "NaN", "1"), plain},
      {Total("p", "a", "1") + Total("p", "b", "2"), Total("p", "b", "3"), Total("p", "a", "4")},
      {"process_start_time_seconds 1\n", plain, "process_start_time_seconds 2\n"},
      {Bucket("p", "1", "1") + Bucket("p", "1.0", "2"), Bucket("p", "1.0", "3"),
       Bucket("p", "1", "4") + Bucket("p", "1.0", "5")},
  };
  for (const std::vector<std::string>& story : stories) {
    Pages pages;
    for (const std::string& text : story) {
      EXPECT_EQ(Sorted(Render(pages.Read(text))), Sorted(Render(Read(text)))) << text;
    }
  }
}

TEST(ProbesPage, RandomPagesTellTheSameWhateverCameBefore) {
  std::mt19937 random(17);
  const auto pick = [&](std::initializer_list<const char*> list) {
    return std::string(list.begin()[random() % list.size()]);
  };
  Pages pages;
  for (int i = 0; i < 2000; ++i) {
    std::vector<std::string> lines = {"process_start_time_seconds 1\n"};
    for (auto line = random() % 30; line > 0; --line) {
      const std::string pod = pick({"p", "q", "r"});
      const std::string value = pick({"1", "2", "3", "4", "5", "6", "7", "NaN"});
      lines.push_back(random() % 3 == 0 ? Total(pod, pick({"successful", "failed", "x"}), value)
                      : random() % 4 == 0
                          ? Count(pod, value)
                          : Bucket(pod, pick({"0.5", "1", "1.0", "2", "+Inf", "z"}), value));
    }
    // Mostly as the kubelet does, sorted.
    if (random() % 4 > 0) std::sort(lines.begin(), lines.end());
    std::string text;
    for (const std::string& line : lines) text += line;
    ASSERT_EQ(Sorted(Render(pages.Read(text))), Sorted(Render(Read(text)))) << text;
  }
}

TEST(ProbesPage, OneIdIsOfOneProbe) {
  Pages pages;
  const std::uint64_t p = pages.Read(Total("p", "failed", "1")).probes[0].id;
  EXPECT_NE(p, 0u);
  const ProbesReading& both = pages.Read(Total("q", "failed", "1") + Total("p", "failed", "2"));
  EXPECT_EQ(both.probes[0].pod, "p");
  EXPECT_EQ(both.probes[0].id, p);
  const std::uint64_t q = both.probes[1].id;
  EXPECT_NE(q, p);
  EXPECT_EQ(pages.Read(Total("q", "failed", "1")).probes[0].id, q);
  const std::uint64_t again = pages.Read(Total("p", "failed", "1")).probes[0].id;
  EXPECT_NE(again, q);
}

TEST(ProbesPage, BadValuesAreThoseOfThePage) {
  Pages pages;
  pages.Read(Total("p", "failed", "1"));
  pages.Read(Total("p", "failed", "-1"));
  EXPECT_EQ(pages.page().bad_values(),
            std::vector<std::string>{"prober_probe_total: a value that is negative or not finite"});
  pages.Read(Total("p", "failed", "1"));
  EXPECT_TRUE(pages.page().bad_values().empty());
}

TEST(ProbesPage, ASteadyReadingAllocatesNothing) {
  const auto page = [](int reading) {
    std::string text = "# TYPE prober_probe_total counter\n";
    for (int i = 0; i < 300; ++i) {
      const std::string pod = "a-pod-with-quite-a-long-name-" + std::to_string(i);
      const std::string value = std::to_string(1000 + i + reading);
      for (const char* le : {"0.005", "0.1", "1", "10", "+Inf"}) text += Bucket(pod, le, value);
      text += "prober_probe_duration_seconds_sum{pod=\"" + pod + "\"} 0.1234\n";
      text += Count(pod, value);
      text += Total(pod, "failed", value) + Total(pod, "successful", value);
    }
    return text + "process_start_time_seconds 17.5\n";
  };
  Pages pages;
  pages.Read(page(1));
  pages.Read(page(2));
  const std::string third = page(3);
  const std::size_t before = AllocationCount();
  const ProbesReading& reading = pages.Read(third);
  EXPECT_EQ(AllocationCount(), before);
  EXPECT_EQ(reading.probes.size(), 300u);
  EXPECT_EQ(reading.probes[299].failed, 1302);
  EXPECT_EQ(reading.histograms[299].buckets[4].count, 1302);
}

}  // namespace
}  // namespace podprobe
