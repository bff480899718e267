#ifndef PODPROBE_EXPORTER_EXPOSITION_SELF_METRICS_H_
#define PODPROBE_EXPORTER_EXPOSITION_SELF_METRICS_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "exporter/exposition/metric_family.h"

namespace podprobe {

// What this binary was built from, as the labels of podprobe_build_info.
struct BuildInfo {
  std::string version;
  std::string revision;
  std::string branch;
  std::string compiler;
};

// The exporter's own instruments: what it says about itself rather than about
// pods. They live in a prometheus-cpp registry and come out as the same families as
// everything else. All calls are safe from any thread.
class SelfMetrics {
 public:
  explicit SelfMetrics(const BuildInfo& build);
  ~SelfMetrics();
  SelfMetrics(const SelfMetrics&) = delete;
  SelfMetrics& operator=(const SelfMetrics&) = delete;

  // The configuration was loaded at `unix_seconds` or, while the old one stays in
  // force, was not. Until the first call the page has no podprobe_config_* series.
  void ConfigLoaded(double unix_seconds);
  void ConfigLoadFailed();

  // The instruments as they stand now, and the process_* families.
  std::vector<MetricFamily> Collect() const;
  // Another number than before: an instrument has changed, process_* aside.
  unsigned long changes() const { return changes_; }

 private:
  class Instruments;
  std::atomic<unsigned long> changes_ = 0;
  std::unique_ptr<Instruments> instruments_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_EXPOSITION_SELF_METRICS_H_
