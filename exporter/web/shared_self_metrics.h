#ifndef PODPROBE_EXPORTER_WEB_SHARED_SELF_METRICS_H_
#define PODPROBE_EXPORTER_WEB_SHARED_SELF_METRICS_H_

#include <memory>
#include <mutex>
#include <vector>

#include "exporter/exposition/metric_family.h"
#include "exporter/exposition/self_metrics.h"

namespace podprobe {

// The exporter's own metrics as scrapers get them. Reading them costs as much as answering a scrape
// does, so that all scrapes of one second share one reading. Safe from any thread.
class SharedSelfMetrics {
 public:
  using Reading = std::shared_ptr<const std::vector<MetricFamily>>;

  // `self_metrics` must outlive this.
  explicit SharedSelfMetrics(const SelfMetrics* self_metrics) : self_metrics_(*self_metrics) {}

  // What they are at this time of a clock that only goes forward: the last reading where that is no
  // older than a second and no instrument has changed since, else a new one.
  Reading At(double steady_seconds);

 private:
  struct Latest {
    Reading reading;  // null before the first
    double steady_seconds = 0;
    unsigned long changes = 0;
  };

  const SelfMetrics& self_metrics_;
  std::mutex mutex_;  // guards latest_
  Latest latest_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_WEB_SHARED_SELF_METRICS_H_
