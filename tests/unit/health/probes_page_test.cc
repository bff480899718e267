#include "exporter/health/probes_page.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string_view>

#include "parsers/exposition_parser.h"

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
         << " " << probe.failed.value_or(-1) << " " << probe.unknown.value_or(-1) << "\n";
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

}  // namespace
}  // namespace podprobe
