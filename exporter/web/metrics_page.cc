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
  const TextFormat text = is_open_metrics ? TextFormat::kOpenMetrics : TextFormat::kPrometheus;
  std::string end =
      is_open_metrics ? WriteOpenMetrics(self, open_metrics_options_) : WriteText(self);
  if (is_open_metrics) end += kOpenMetricsEnd;

  HttpResponse response;
  response.content_type = is_open_metrics
                              ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                              : "text/plain; version=0.0.4; charset=utf-8";
  response.headers.push_back({"Vary", "Accept, Accept-Encoding"});
  // Parts of this page are shared with the answer, which keeps the whole page alive.
  const std::shared_ptr<const MetricsPage> page = shared_from_this();
  if (AcceptsGzip(request.Header("Accept-Encoding"))) {
    const GzipHead& gzip = Gzip(text);
    response.headers.push_back({"Content-Encoding", "gzip"});
    response.body.emplace_back(page, &gzip.bytes());
    response.AppendBody(gzip.Finish(end));
  } else {
    response.body.emplace_back(page, &Text(text));
    response.AppendBody(std::move(end));
  }
  return response;
}

const std::string& MetricsPage::Text(TextFormat format) const {
  Rendered& rendered = format == TextFormat::kOpenMetrics ? open_metrics_ : text_;
  std::call_once(rendered.once, [&] {
    WriteSnapshot(*snapshot_, format, open_metrics_options_,
                  [&](std::string_view piece) { rendered.text.append(piece); });
  });
  return rendered.text;
}

const GzipHead& MetricsPage::Gzip(TextFormat format) const {
  Rendered& rendered = format == TextFormat::kOpenMetrics ? open_metrics_ : text_;
  std::call_once(rendered.gzip_once, [&] {
    rendered.gzip.emplace([&](const GzipHead::Sink& sink) {
      WriteSnapshot(*snapshot_, format, open_metrics_options_, sink);
    });
  });
  return *rendered.gzip;
}

}  // namespace podprobe
