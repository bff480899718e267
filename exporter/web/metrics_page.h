#ifndef PODPROBE_EXPORTER_WEB_METRICS_PAGE_H_
#define PODPROBE_EXPORTER_WEB_METRICS_PAGE_H_

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "exporter/exposition/metric_family.h"
#include "exporter/exposition/text_writer.h"
#include "exporter/health/snapshot.h"
#include "exporter/web/content_negotiation.h"
#include "exporter/web/gzip.h"
#include "exporter/web/http_message.h"

namespace podprobe {

// The /metrics page of one snapshot. Each of its encodings is rendered at most once,
// when the first scraper asks for it, and shared by all that follow; what a scraper
// gets of its own are the few lines of self metrics at the end, read at that moment.
// Safe from any thread.
class MetricsPage : public std::enable_shared_from_this<MetricsPage> {
 public:
  MetricsPage(std::shared_ptr<const Snapshot> snapshot, OpenMetricsOptions open_metrics);

  const Snapshot& snapshot() const { return *snapshot_; }

  // The answer to a GET with these headers. It holds on to the page.
  HttpResponse Respond(const HttpRequest& request, std::span<const MetricFamily> self) const;

 private:
  // What is shared in one format. Who asks for gzip alone costs no memory for the text.
  struct Rendered {
    std::once_flag once;
    std::string text;
    std::once_flag gzip_once;
    std::optional<GzipHead> gzip;
  };

  const std::string& Text(TextFormat format) const;
  const GzipHead& Gzip(TextFormat format) const;

  const std::shared_ptr<const Snapshot> snapshot_;
  const OpenMetricsOptions open_metrics_options_;
  mutable Rendered text_;
  mutable Rendered open_metrics_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_METRICS_PAGE_H_
