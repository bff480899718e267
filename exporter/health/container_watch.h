#ifndef PODPROBE_EXPORTER_HEALTH_CONTAINER_WATCH_H_
#define PODPROBE_EXPORTER_HEALTH_CONTAINER_WATCH_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "exporter/health/evidence.h"
#include "exporter/health/instant.h"
#include "exporter/health/node_state.h"
#include "exporter/health/pod_registry.h"
#include "exporter/health/readings.h"

namespace podprobe {

// What pod readings and the rows of running containers tell of a container:
// when it began, that it began anew and why, whether it runs.

// What the counters of the exporter's first reading say of a container of `pod`, whose status
// `listed` is the last known.
void LearnHistory(PodState& pod, const PodContainer& listed, const Instant& now);

// A container of `pod` as /pods lists it. The pod has its counters.
void ObserveListedContainer(PodState& pod, const PodContainer& listed, const ReadingTimes& times);

// The rows of running containers that were read last.
class ContainerRows {
 public:
  // Of /metrics/resource, and of /metrics/cadvisor. `at`: when it was read.
  void SetResource(const ContainersReading& reading, const Instant& at);
  void SetCadvisor(ContainersReading reading, const Instant& at);

  // Tells the containers of `pod` what the rows say.
  void ApplyTo(PodState& pod);
  // Tells them what the last reading of cAdvisor gives as evidence.
  void ApplyCadvisorTo(PodState& pod);
  // All known pods were told: keeps the evidence of containers that may become known later.
  void KeepUnclaimed();

 private:
  struct Facts {
    std::optional<double> start_unix;
    double first_told_unix = 0;  // that start
    std::optional<double> working_set_bytes;
  };
  using Name = std::tuple<SharedText, SharedText, SharedText>;  // namespace, pod, container
  using NameView = std::tuple<std::string_view, std::string_view, std::string_view>;
  static NameView NameOf(const ContainerRow& row) {
    return {row.pod_namespace, row.pod, row.container};
  }
  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(const NameView& name) const { return absl::Hash<NameView>()(name); }
  };
  struct NameEqual {
    using is_transparent = void;
    bool operator()(const NameView& a, const NameView& b) const { return a == b; }
  };
  using ByName = absl::flat_hash_map<Name, Facts, NameHash, NameEqual>;

  using UnclaimedKey = std::pair<Name, std::string>;  // with the cgroup
  static UnclaimedKey KeyOfUnclaimed(const ContainerRow& row) {
    return {Name(row.pod_namespace, row.pod, row.container), row.id};
  }

  struct Rows {
    ByName by_name;
    bool is_whole = true;  // without bad lines: what it lacks is not there
  };

  static void Set(const ContainersReading& reading, const Instant& at, Rows* rows);
  // The row of a container on the last page of cAdvisor, by index; absent: it has none.
  std::optional<std::uint32_t> FindCadvisorRow(const PodState& pod,
                                               std::string_view container) const;

  Rows resource_;
  Rows cadvisor_;
  bool is_cadvisor_last_ = false;
  ContainersReading last_cadvisor_;
  double last_cadvisor_unix_ = 0;
  // The indexes of its rows, sorted by name.
  std::vector<std::uint32_t> cadvisor_order_;
  // By index: whether it is the row of a known container.
  std::vector<bool> is_claimed_;
  // The evidence of rows of no known container.
  std::map<UnclaimedKey, EvidenceLog> unclaimed_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_CONTAINER_WATCH_H_
