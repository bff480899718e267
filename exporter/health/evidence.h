#ifndef PODPROBE_EXPORTER_HEALTH_EVIDENCE_H_
#define PODPROBE_EXPORTER_HEALTH_EVIDENCE_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "exporter/health/readings.h"

namespace podprobe {

// What the node's own measurements say of one container, as ratios from 0 to 1.
// Absent: not measured here, or not yet.
struct Evidence {
  std::optional<double> cpu_throttled;    // CFS periods in which it was throttled
  std::optional<double> memory_limit;     // working set over the limit
  std::optional<double> cpu_pressure;     // time in which some task waited for it
  std::optional<double> memory_pressure;  // likewise
  std::optional<double> io_pressure;      // likewise
};

// The values of the label `signal`, and where each stands.
struct EvidenceSignal {
  std::string_view name;
  std::optional<double> Evidence::*value;
};
inline constexpr std::array<EvidenceSignal, 5> kEvidenceSignals = {{
    {"cpu_throttled", &Evidence::cpu_throttled},
    {"memory_limit", &Evidence::memory_limit},
    {"cpu_pressure", &Evidence::cpu_pressure},
    {"memory_pressure", &Evidence::memory_pressure},
    {"io_pressure", &Evidence::io_pressure},
}};

// Turns one container's rows into evidence. cAdvisor measures every 10 to 20 s
// and repeats itself in between: rates are taken between the last two readings
// that differ. A row of another cgroup (`id`) is another container's.
class EvidenceLog {
 public:
  // A row of /metrics/cadvisor, read at `unix_seconds`. What it lacks is gone, unless the page
  // `has_bad_lines`.
  void ObserveCadvisor(const ContainerRow& row, double unix_seconds, bool has_bad_lines = false);
  // The rows of /metrics/cadvisor so far, which `earlier` took, are of this container.
  void TakeCadvisor(EvidenceLog earlier);
  // /metrics/cadvisor has no row of it any more.
  void ForgetCadvisor();
  // The working set as /metrics/resource has it.
  void ObserveResource(std::optional<double> working_set_bytes) {
    resource_set_bytes_ = working_set_bytes;
  }
  // Whether /metrics/resource was read after /metrics/cadvisor.
  void SetResourceIsLater(bool is_later) { is_resource_later_ = is_later; }

  Evidence Current() const;

 private:
  // A counter's last two measurements that differ.
  struct Rate {
    std::optional<Measurement> before;
    std::optional<Measurement> last;
    // Returns whether `last` is a new measurement. A counter that fell began again.
    bool Observe(const std::optional<Measurement>& measured, double unix_seconds);
    std::optional<double> Increase() const;
    // Increase per second.
    std::optional<double> PerSecond() const;
  };

  std::string id_;
  Rate cfs_periods_;
  // As of the two measurements of `cfs_periods_`: they belong together.
  double throttled_before_ = 0;
  double throttled_last_ = 0;
  Rate cpu_waiting_;
  Rate memory_waiting_;
  Rate io_waiting_;
  std::optional<double> resource_set_bytes_;
  bool is_resource_later_ = false;
  std::optional<double> cadvisor_set_bytes_;
  std::optional<double> memory_limit_bytes_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_EVIDENCE_H_
