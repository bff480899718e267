#include "exporter/web/metrics_page.h"

#include <utility>

#include "exporter/exposition/families.h"

namespace podprobe {

MetricsPage::MetricsPage(std::shared_ptr<const Snapshot> snapshot, OpenMetricsOptions open_metrics)
    : snapshot_(std::move(snapshot)), open_metrics_options_(open_metrics) {}

HttpResponse MetricsPage::Respond(const HttpRequest& request,
                                  const SharedSelfMetrics::Reading& self) const {
  const PageFormat format = NegotiateFormat(request.Header("Accept"));
  const bool is_open_metrics = format == PageFormat::kOpenMetrics;
  const TextFormat text = is_open_metrics ? TextFormat::kOpenMetrics : TextFormat::kPrometheus;

  HttpResponse response;
  response.content_type = is_open_metrics
                              ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                              : "text/plain; version=0.0.4; charset=utf-8";
  response.headers.push_back({"Vary", "Accept, Accept-Encoding"});
  // Parts of this page are shared with the answer, which keeps the whole page alive.
  const std::shared_ptr<const MetricsPage> page = shared_from_this();
  const auto render_end = [&] { return RenderEnd(text, *self); };
  if (AcceptsGzip(request.Header("Accept-Encoding"))) {
    const GzipHead& gzip = Gzip(text);
    response.headers.push_back({"Content-Encoding", "gzip"});
    response.body.emplace_back(page, &gzip.bytes());
    response.body.push_back(
        RenderedIn(text).gzip_end.Of(self, [&] { return gzip.Finish(render_end()); }));
  } else {
    response.body.emplace_back(page, &Text(text));
    response.body.push_back(RenderedIn(text).end.Of(self, render_end));
  }
  return response;
}

std::shared_ptr<const std::string> MetricsPage::End::Of(
    const SharedSelfMetrics::Reading& self, const std::function<std::string()>& render) {
  const std::lock_guard lock(mutex_);
  // Another reading stands at another place, as this one is kept.
  if (self_ != self) {
    bytes_ = std::make_shared<const std::string>(render());
    self_ = self;
  }
  return bytes_;
}

std::string MetricsPage::RenderEnd(TextFormat format, const std::vector<MetricFamily>& self) const {
  if (format == TextFormat::kPrometheus) return WriteText(self);
  return WriteOpenMetrics(self, open_metrics_options_).append(kOpenMetricsEnd);
}

const std::string& MetricsPage::Text(TextFormat format) const {
  Rendered& rendered = RenderedIn(format);
  std::call_once(rendered.once, [&] {
    WriteSnapshot(*snapshot_, format, open_metrics_options_,
                  [&](std::string_view piece) { rendered.text.append(piece); });
  });
  return rendered.text;
}

const GzipHead& MetricsPage::Gzip(TextFormat format) const {
  Rendered& rendered = RenderedIn(format);
  std::call_once(rendered.gzip_once, [&] {
    rendered.gzip.emplace([&](const GzipHead::Sink& sink) {
      WriteSnapshot(*snapshot_, format, open_metrics_options_, sink);
    });
  });
  return *rendered.gzip;
}

}  // namespace podprobe
