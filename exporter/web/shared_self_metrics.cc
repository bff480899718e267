#include "exporter/web/shared_self_metrics.h"

namespace podprobe {
namespace {

constexpr double kMaxAgeSeconds = 1;

}  // namespace

SharedSelfMetrics::Reading SharedSelfMetrics::At(double steady_seconds) {
  // Before the reading: a change in its midst counts as one that came after it.
  const unsigned long changes = self_metrics_.changes();
  {
    const std::lock_guard lock(mutex_);
    const bool is_fresh = latest_.reading != nullptr && latest_.changes == changes &&
                          steady_seconds - latest_.steady_seconds <= kMaxAgeSeconds;
    if (is_fresh) return latest_.reading;
  }
  auto reading = std::make_shared<const std::vector<MetricFamily>>(self_metrics_.Collect());
  const std::lock_guard lock(mutex_);
  latest_ = {.reading = reading, .steady_seconds = steady_seconds, .changes = changes};
  return reading;
}

}  // namespace podprobe
