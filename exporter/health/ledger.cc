#include "exporter/health/ledger.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "exporter/health/judgement.h"

namespace podprobe {

PodLabels Ledger::LabelsOf(const PodState& pod) const {
  return {.pod_namespace = pod.pod_namespace,
          .pod = level_ == ServedLevel::kPod ? pod.name : SharedText(),
          .workload = pod.workload.name,
          .workload_type = pod.workload.type};
}

void Ledger::Attach(PodState& pod, bool is_late) {
  if (!std::exchange(pod.lacks_counters, false)) return;
  if (pod.counts == nullptr) pod.counts = &pods_[LabelsOf(pod)];
  if (MeasuresReadiness(pod)) pod.counts->EnsureUnready(is_late);
  for (auto& [key, probe] : pod.probes) {
    if (probe.rollup != nullptr) continue;
    PodLabels labels = LabelsOf(pod);
    probe.rollup = &probes_[{.pod_namespace = std::move(labels.pod_namespace),
                             .pod = std::move(labels.pod),
                             .workload = std::move(labels.workload),
                             .workload_type = std::move(labels.workload_type),
                             .probe_type = probe.probe_type}];
    // The containers of a pod share the labels. By name: clang 14 captures no binding.
    const SharedText& probe_type = probe.probe_type;
    const bool is_in_first_reading = std::ranges::any_of(pod.probes, [&](const auto& entry) {
      return entry.second.is_in_first_reading && entry.second.probe_type == probe_type;
    });
    probe.rollup->Ensure(SuccessPhase(probe), is_late && !is_in_first_reading);
  }
}

void Ledger::Detach(PodState& pod) {
  pod.counts = nullptr;
  pod.lacks_counters = true;
  for (auto& [key, probe] : pod.probes) probe.rollup = nullptr;
}

void Ledger::BeginAnew(ServedLevel level) {
  level_ = level;
  probes_.clear();
  pods_.clear();
}

void Ledger::Sweep(const PodRegistry& pods) {
  absl::flat_hash_set<const void*> used;
  for (const auto& [uid, pod] : pods.all()) {
    used.insert(pod->counts);
    for (const auto& [key, probe] : pod->probes) used.insert(probe.rollup);
  }
  probes_.EraseIf([&](const auto& entry) { return !used.contains(&entry.second); });
  pods_.EraseIf([&](const auto& entry) { return !used.contains(&entry.second); });
}

}  // namespace podprobe
