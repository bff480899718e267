#ifndef PODPROBE_EXPORTER_WEB_METRICS_PAGE_H_
#define PODPROBE_EXPORTER_WEB_METRICS_PAGE_H_

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "exporter/exposition/metric_family.h"
#include "exporter/exposition/text_writer.h"
#include "exporter/health/snapshot.h"
#include "exporter/web/content_negotiation.h"
#include "exporter/web/gzip.h"
#include "exporter/web/http_message.h"
#include "exporter/web/shared_self_metrics.h"

namespace podprobe {

// The /metrics page of one snapshot. Each of its encodings is rendered at most once, when the first
// scraper asks for it, and shared by all that follow. So are the few lines of self metrics at its
// end, as long as they are the same reading. Safe from any thread.
class MetricsPage : public std::enable_shared_from_this<MetricsPage> {
 public:
  MetricsPage(std::shared_ptr<const Snapshot> snapshot, OpenMetricsOptions open_metrics);

  const Snapshot& snapshot() const { return *snapshot_; }

  // The answer to a GET with these headers. It holds on to the page.
  HttpResponse Respond(const HttpRequest& request, const SharedSelfMetrics::Reading& self) const;

 private:
  // The last lines of one encoding, as of the reading that was asked for last.
  class End {
   public:
    std::shared_ptr<const std::string> Of(const SharedSelfMetrics::Reading& self,
                                          const std::function<std::string()>& render);

   private:
    std::mutex mutex_;
    SharedSelfMetrics::Reading self_;  // null before the first
    std::shared_ptr<const std::string> bytes_;
  };

  // What is shared in one format. Who asks for gzip alone costs no memory for the text.
  struct Rendered {
    std::once_flag once;
    std::string text;
    End end;
    std::once_flag gzip_once;
    std::optional<GzipHead> gzip;
    End gzip_end;
  };

  const std::string& Text(TextFormat format) const;
  const GzipHead& Gzip(TextFormat format) const;
  std::string RenderEnd(TextFormat format, const std::vector<MetricFamily>& self) const;
  Rendered& RenderedIn(TextFormat format) const {
    return format == TextFormat::kOpenMetrics ? open_metrics_ : text_;
  }

  const std::shared_ptr<const Snapshot> snapshot_;
  const OpenMetricsOptions open_metrics_options_;
  mutable Rendered text_;
  mutable Rendered open_metrics_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_METRICS_PAGE_H_
