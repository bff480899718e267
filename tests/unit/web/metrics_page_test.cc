#include "exporter/web/metrics_page.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/unit/web/gunzip.h"

namespace podprobe {
namespace {

HttpRequest RequestWith(const std::string& accept, const std::string& accept_encoding) {
  HttpRequest request;
  request.headers = {{"Accept", accept}, {"Accept-Encoding", accept_encoding}};
  return request;
}

std::shared_ptr<const MetricsPage> EmptyPage() {
  return std::make_shared<const MetricsPage>(std::make_shared<const Snapshot>(),
                                             OpenMetricsOptions{});
}

SharedSelfMetrics::Reading ReadingOf(double value) {
  return std::make_shared<const std::vector<MetricFamily>>(
      1,
      MetricFamily{
          .name = "own", .help = "Help.", .unit = "", .label_names = {}, .metrics = {{{}, value}}});
}

TEST(MetricsPage, EachEncodingIsRenderedOnceAndShared) {
  const std::shared_ptr<const MetricsPage> page = EmptyPage();
  const SharedSelfMetrics::Reading self = ReadingOf(1);
  for (const char* accept : {"text/plain", "application/openmetrics-text"}) {
    for (const char* encoding : {"identity", "gzip"}) {
      const HttpRequest request = RequestWith(accept, encoding);
      EXPECT_EQ(page->Respond(request, self).body, page->Respond(request, self).body)
          << accept << " " << encoding;
    }
  }
}

TEST(MetricsPage, AnswersOutliveThePage) {
  std::shared_ptr<const MetricsPage> page = EmptyPage();
  const HttpResponse response = page->Respond(RequestWith("", ""), ReadingOf(1));
  const std::weak_ptr<const MetricsPage> seen = page;
  page.reset();
  EXPECT_FALSE(seen.expired());
  EXPECT_TRUE(
      response.body.at(0)->ends_with("podprobe_series_dropped_total{reason=\"max_series\"} 0\n"));
}

TEST(MetricsPage, ItsEndIsThatOfTheReading) {
  const std::shared_ptr<const MetricsPage> page = EmptyPage();
  const HttpRequest text = RequestWith("", "");
  const HttpRequest gzip = RequestWith("", "gzip");
  const HttpRequest open_metrics = RequestWith("application/openmetrics-text", "");
  for (const char* value : {"1", "2"}) {
    const SharedSelfMetrics::Reading self = ReadingOf(std::stod(value));
    const std::string end = std::string("# HELP own Help.\n# TYPE own gauge\nown ") + value + "\n";
    EXPECT_EQ(*page->Respond(text, self).body.at(1), end);
    EXPECT_EQ(*page->Respond(open_metrics, self).body.at(1), end + "# EOF\n");
    const HttpResponse answer = page->Respond(gzip, self);
    EXPECT_TRUE(Gunzip(*answer.body.at(0) + *answer.body.at(1)).ends_with(end));
  }
}

}  // namespace
}  // namespace podprobe
