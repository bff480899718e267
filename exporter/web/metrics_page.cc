#include "exporter/web/metrics_page.h"

#include <utility>

#include "exporter/exposition/families.h"

namespace podprobe {

MetricsPage::MetricsPage(std::shared_ptr<const Snapshot> snapshot, OpenMetricsOptions open_metrics)
    : snapshot_(std::move(snapshot)), open_metrics_options_(open_metrics) {}

HttpResponse MetricsPage::Respond(const HttpRequest& request,
                                  std::span<const MetricFamily> self) const {
  const PageFormat format = NegotiateFormat(request.Header("Accept"));
  const bool is_open_metrics = format == PageFormat::kOpenMetrics;
  std::string end = Write(self, format);
  if (is_open_metrics) end += kOpenMetricsEnd;

  HttpResponse response;
  response.content_type = is_open_metrics
                              ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                              : "text/plain; version=0.0.4; charset=utf-8";
  response.headers.push_back({"Vary", "Accept, Accept-Encoding"});
  // Parts of this page are shared with the answer, which keeps the whole page alive.
  const std::shared_ptr<const MetricsPage> page = shared_from_this();
  if (AcceptsGzip(request.Header("Accept-Encoding"))) {
    const GzipHead& gzip = RenderGzip(format);
    response.headers.push_back({"Content-Encoding", "gzip"});
    response.body.emplace_back(page, &gzip.bytes());
    response.AppendBody(gzip.Finish(end));
  } else {
    response.body.emplace_back(page, &Render(format).text);
    response.AppendBody(std::move(end));
  }
  return response;
}

std::string MetricsPage::Write(std::span<const MetricFamily> families, PageFormat format) const {
  return format == PageFormat::kOpenMetrics ? WriteOpenMetrics(families, open_metrics_options_)
                                            : WriteText(families);
}

MetricsPage::Rendered& MetricsPage::Render(PageFormat format) const {
  Rendered& rendered = format == PageFormat::kOpenMetrics ? open_metrics_ : text_;
  std::call_once(rendered.once, [&] { rendered.text = Write(BuildFamilies(*snapshot_), format); });
  return rendered;
}

const GzipHead& MetricsPage::RenderGzip(PageFormat format) const {
  Rendered& rendered = Render(format);
  std::call_once(rendered.gzip_once, [&] { rendered.gzip.emplace(rendered.text); });
  return *rendered.gzip;
}

}  // namespace podprobe
