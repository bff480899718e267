#include "exporter/web/metrics_page.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

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

TEST(MetricsPage, EachEncodingIsRenderedOnceAndShared) {
  const std::shared_ptr<const MetricsPage> page = EmptyPage();
  for (const char* accept : {"text/plain", "application/openmetrics-text"}) {
    for (const char* encoding : {"identity", "gzip"}) {
      const HttpRequest request = RequestWith(accept, encoding);
      const HttpResponse first = page->Respond(request, {});
      const HttpResponse second = page->Respond(request, {});
      EXPECT_EQ(first.body.at(0).get(), second.body.at(0).get()) << accept << " " << encoding;
    }
  }
}

TEST(MetricsPage, AnswersOutliveThePage) {
  std::shared_ptr<const MetricsPage> page = EmptyPage();
  const HttpResponse response = page->Respond(RequestWith("", ""), {});
  const std::weak_ptr<const MetricsPage> seen = page;
  page.reset();
  EXPECT_FALSE(seen.expired());
  EXPECT_TRUE(
      response.body.at(0)->ends_with("podprobe_series_dropped_total{reason=\"max_series\"} 0\n"));
}

TEST(MetricsPage, OwnSeriesAreReadForEachAnswer) {
  const std::shared_ptr<const MetricsPage> page = EmptyPage();
  MetricFamily family{.name = "own",
                      .type = MetricType::kGauge,
                      .help = "Help.",
                      .unit = "",
                      .label_names = {},
                      .metrics = {{{}, 1.0}}};
  const HttpRequest request = RequestWith("application/openmetrics-text", "");
  EXPECT_EQ(*page->Respond(request, {&family, 1}).body.at(1),
            "# HELP own Help.\n# TYPE own gauge\nown 1\n# EOF\n");
  family.metrics[0].value = 2.0;
  EXPECT_EQ(*page->Respond(request, {&family, 1}).body.at(1),
            "# HELP own Help.\n# TYPE own gauge\nown 2\n# EOF\n");
}

}  // namespace
}  // namespace podprobe
