#ifndef PODPROBE_EXPORTER_HEALTH_SNAPSHOT_BUILDER_H_
#define PODPROBE_EXPORTER_HEALTH_SNAPSHOT_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "exporter/health/census.h"
#include "exporter/health/durations.h"
#include "exporter/health/incident_watch.h"
#include "exporter/health/instant.h"
#include "exporter/health/ledger.h"
#include "exporter/health/node_state.h"
#include "exporter/health/pod_registry.h"
#include "exporter/health/snapshot.h"
#include "exporter/health/spec_findings.h"

namespace podprobe {

// Writes down what is true at one moment. Everything that was waiting has been
// settled, every pod that is served has its counters.
class SnapshotBuilder {
 public:
  // All of them outlive this. `known_findings` are those of the page before, absent where pods went
  // or /pods was read since.
  SnapshotBuilder(const NodeState& node, const PodRegistry& pods, Ledger* ledger,
                  Durations* durations, const IncidentWatch& incident,
                  std::optional<std::vector<SpecFinding>>* known_findings);

  // Fills all but sources, the kubelet and the node's durations.
  Snapshot Build(const Instant& now);

 private:
  void AddProbes(Snapshot* snapshot);
  void AddPods(Snapshot* snapshot);
  void FillRatios(const Rollup& rollup, ProbeSnapshot* out) const;
  void FillDurations(std::span<const Rollup::PageProbe> living, ProbeSnapshot* out) const;
  void DescribeProbe(const PodState& pod, const ProbeState& probe, ContainerProbe* out) const;
  std::optional<Forecast> ForecastOf(const PodState& pod, const ProbeState& probe) const;
  std::optional<double> StartupBudgetUsed(const PodState& pod, const ProbeState& probe) const;
  void AddFindings(Snapshot* snapshot);
  std::vector<SpecFinding> FindAll() const;
  void FillNode(NodeSnapshot* node) const;
  void CountContainers(NodeSnapshot* node) const;

  const NodeState& node_;
  const PodRegistry& pods_;
  Ledger& ledger_;
  Durations& durations_;
  const IncidentWatch& incident_;
  std::optional<std::vector<SpecFinding>>& known_findings_;

  // As CurrentSpec.
  const ProbeSpec* SpecOf(const ProbeState& probe) const {
    return is_pods_stale_ ? nullptr : probe.spec;
  }

  // During Build only.
  Instant now_;
  bool is_dead_ = false;
  bool is_pods_stale_ = false;
  std::uint64_t page_number_ = 0;
  Census census_;
  std::vector<std::size_t> observed_windows_;  // by their places in the options
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_SNAPSHOT_BUILDER_H_
