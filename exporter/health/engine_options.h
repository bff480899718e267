#ifndef PODPROBE_EXPORTER_HEALTH_ENGINE_OPTIONS_H_
#define PODPROBE_EXPORTER_HEALTH_ENGINE_OPTIONS_H_

#include <cstddef>
#include <vector>

#include "exporter/health/shared_text.h"

namespace podprobe {

// From which ratio on evidence counts as a failure's cause.
struct CauseThresholds {
  double cpu_throttled_ratio = 0.25;
  double memory_limit_ratio = 0.95;
  double memory_pressure_ratio = 0.1;
  double cpu_pressure_ratio = 0.25;
  double io_pressure_ratio = 0.25;
  double near_timeout_ratio = 0.5;
};

// How finely series are served.
enum class ServedLevel { kPod, kWorkload, kNode };

struct EngineOptions {
  struct Window {
    SharedText name;
    double seconds = 0;
  };
  std::vector<Window> windows = {{"5m", 300}, {"1h", 3600}};
  double min_attempts = 3;
  double startup_grace_seconds = 300;
  double born_at_zero_seconds = 75;
  CauseThresholds causes;
  ServedLevel level = ServedLevel::kPod;
  // Leave out the ratios of pods of which every probe passes.
  bool unhealthy_details_only = false;
  // Serve the settings of passing probes, too.
  bool all_specs = false;
  std::size_t max_series = 50'000;
  // For the rules of the dead source and of the stalled probe.
  double probes_interval_seconds = 5;
  double cadvisor_interval_seconds = 60;
  double resource_interval_seconds = 30;
  double pods_interval_seconds = 10;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_ENGINE_OPTIONS_H_
