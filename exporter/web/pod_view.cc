#include "exporter/web/pod_view.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>

namespace podprobe {
namespace {

bool IsAsked(const std::vector<std::string>& wanted, std::string_view value) {
  return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

bool IsStateAsked(const std::vector<std::string>& wanted, std::optional<Condition> state) {
  return wanted.empty() || (state && IsAsked(wanted, ConditionName(*state)));
}

char Lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool Holds(std::string_view text, std::string_view part) {
  const auto is_same = [](char left, char right) { return Lower(left) == Lower(right); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), is_same) != text.end() ||
         part.empty();
}

bool HoldsText(const PodLabels& labels, std::string_view part) {
  return Holds(labels.pod_namespace, part) || Holds(labels.pod, part) ||
         Holds(labels.workload, part);
}

bool HasContainerLike(const ProbeSnapshot& probe, std::string_view part) {
  return std::ranges::any_of(probe.containers, [&](const ContainerProbe& container) {
    return Holds(container.container, part);
  });
}

PodLabels PodLabelsOf(const ProbeLabels& labels) {
  return {.pod_namespace = labels.pod_namespace,
          .pod = labels.pod,
          .workload = labels.workload,
          .workload_type = labels.workload_type};
}

bool AreLabelsAsked(const PodFilter& filter, const PodLabels& labels) {
  return IsAsked(filter.namespaces, labels.pod_namespace) &&
         IsAsked(filter.workloads, labels.workload) && IsAsked(filter.pods, labels.pod);
}

}  // namespace

int Severity(Condition condition) {
  // In the order of Condition.
  constexpr std::array kSeverities = {0, 4, 5, 2, 1, 3};
  return kSeverities[static_cast<std::size_t>(condition)];
}

const PodSnapshot* FindPod(const Snapshot& snapshot, const ProbeLabels& labels) {
  const PodLabels wanted = PodLabelsOf(labels);
  const auto found = std::ranges::lower_bound(snapshot.pods, wanted, {}, &PodSnapshot::labels);
  return found != snapshot.pods.end() && found->labels == wanted ? &*found : nullptr;
}

std::optional<Condition> WorstState(const ProbeSnapshot& probe) {
  const auto worst = std::ranges::max_element(
      probe.containers, {},
      [](const ContainerProbe& container) { return Severity(container.condition); });
  if (worst == probe.containers.end()) return std::nullopt;
  return worst->condition;
}

std::optional<Condition> PodView::state() const {
  std::optional<Condition> worst;
  for (const ProbeSnapshot* probe : probes) {
    const std::optional<Condition> state = WorstState(*probe);
    if (state && (!worst || Severity(*state) > Severity(*worst))) worst = state;
  }
  return worst;
}

std::vector<const ProbeSnapshot*> SelectProbes(const Snapshot& snapshot, const PodFilter& filter) {
  std::vector<const ProbeSnapshot*> selected;
  for (const ProbeSnapshot& probe : snapshot.probes) {
    const PodLabels labels = PodLabelsOf(probe.labels);
    if (AreLabelsAsked(filter, labels) && IsAsked(filter.probe_types, probe.labels.probe_type) &&
        IsStateAsked(filter.states, WorstState(probe)) &&
        (HoldsText(labels, filter.text) || HasContainerLike(probe, filter.text))) {
      selected.push_back(&probe);
    }
  }
  return selected;
}

std::vector<PodView> SelectPods(const Snapshot& snapshot, const PodFilter& filter) {
  std::map<PodLabels, PodView> pods;
  for (const PodSnapshot& pod : snapshot.pods) pods[pod.labels].pod = &pod;
  for (const ProbeSnapshot& probe : snapshot.probes) {
    pods[PodLabelsOf(probe.labels)].probes.push_back(&probe);
  }
  std::vector<PodView> selected;
  for (auto& [labels, view] : pods) {
    const auto is_type_asked = [&](const ProbeSnapshot* probe) {
      return IsAsked(filter.probe_types, probe->labels.probe_type);
    };
    const auto has_container = [&](const ProbeSnapshot* probe) {
      return HasContainerLike(*probe, filter.text);
    };
    if (AreLabelsAsked(filter, labels) && IsStateAsked(filter.states, view.state()) &&
        (filter.probe_types.empty() || std::ranges::any_of(view.probes, is_type_asked)) &&
        (HoldsText(labels, filter.text) || std::ranges::any_of(view.probes, has_container))) {
      view.labels = labels;
      selected.push_back(std::move(view));
    }
  }
  return selected;
}

std::vector<const PodEvent*> EventsByTime(const PodSnapshot& pod) {
  std::vector<const PodEvent*> events;
  if (pod.events == nullptr) return events;
  for (const PodEvent& event : *pod.events) events.push_back(&event);
  std::ranges::stable_sort(events, {}, &PodEvent::last_unix);
  return events;
}

}  // namespace podprobe
