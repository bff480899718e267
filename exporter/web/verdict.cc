#include "exporter/web/verdict.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "exporter/exposition/text_writer.h"
#include "exporter/web/pod_view.h"

namespace podprobe {
namespace {

// What becomes of a pod, the worst first.
struct Fate {
  std::string_view one;
  std::string_view many;
};
constexpr std::array<Fate, 6> kFates = {{{"gets no traffic", "get no traffic"},
                                         {"is being restarted", "are being restarted"},
                                         {"waits for its container", "wait for their containers"},
                                         {"is failing", "are failing"},
                                         {"is not being probed", "are not being probed"},
                                         {"is starting", "are starting"}}};

// The index of a fate; absent for what passes.
std::optional<std::size_t> FateOf(const ProbeSnapshot& probe, Condition condition) {
  switch (condition) {
    case Condition::kPassing:
      return std::nullopt;
    case Condition::kActing:
      return probe.labels.probe_type == "Readiness" ? 0 : 1;
    case Condition::kNotRunning:
      return 2;
    case Condition::kFailing:
      return 3;
    case Condition::kStalled:
      return 4;
    case Condition::kInitializing:
      return 5;
  }
  return std::nullopt;
}

std::optional<std::size_t> FateOf(const PodView& pod) {
  std::optional<std::size_t> worst;
  for (const ProbeSnapshot* probe : pod.probes) {
    for (const ContainerProbe& container : probe->containers) {
      const std::optional<std::size_t> fate = FateOf(*probe, container.condition);
      if (fate && (!worst || *fate < *worst)) worst = fate;
    }
  }
  return worst;
}

std::string Words(std::size_t count, const Fate& fate) {
  return std::to_string(count) + " " + std::string(count == 1 ? fate.one : fate.many);
}

// Where there are no pods to name: by the node's own counts.
Verdict OfNode(const NodeSnapshot& node) {
  double all = 0;
  double passing = 0;
  for (const ConditionCount& count : node.probes) {
    all += count.probes;
    if (count.condition == Condition::kPassing) passing += count.probes;
  }
  if (all == 0) return {.headline = "No pod here has a probe", .details = ""};
  if (passing == all)
    return {.headline = "All " + FormatValue(all) + " probes pass", .details = ""};
  return {.is_well = false,
          .headline = FormatValue(all - passing) + " of " + FormatValue(all) +
                      (all - passing == 1 ? " probes does not pass" : " probes do not pass"),
          .details = ""};
}

}  // namespace

Verdict VerdictOf(const Snapshot* snapshot) {
  if (snapshot == nullptr) {
    return {.is_well = false,
            .headline = "Waiting for the kubelet",
            .details = "The first answers of the kubelet have not come yet."};
  }
  std::size_t pods = 0;
  std::array<std::size_t, kFates.size()> counts{};
  for (const PodView& pod : SelectPods(*snapshot, {})) {
    if (!pod.state()) continue;
    ++pods;
    if (const std::optional<std::size_t> fate = FateOf(pod)) ++counts[*fate];
  }
  const bool is_blind = std::ranges::any_of(snapshot->sources, [](const SourceSnapshot& source) {
    return source.source == "probes" && !source.is_up;
  });
  if (pods == 0 && is_blind) {
    return {.is_well = false,
            .headline = "The kubelet's probes cannot be read",
            .details = "What the pods do now is not known."};
  }
  if (pods == 0) return OfNode(snapshot->node);

  std::size_t ill = 0;
  std::string details;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    ill += counts[i];
    details += (details.empty() ? "" : ", ") + Words(counts[i], kFates[i]);
  }
  const std::string of_all = std::to_string(pods) + (pods == 1 ? " pod" : " pods");
  if (ill == 0) {
    const std::string headline =
        pods == 1 ? "The one pod passes its probes" : "All " + of_all + " pass their probes";
    return {.headline = headline, .details = ""};
  }
  return {.is_well = false,
          .ill_pods = ill,
          .headline =
              std::to_string(ill) + " of " + of_all +
              (ill == 1 ? " has a probe that does not pass" : " have a probe that does not pass"),
          .details = std::move(details)};
}

std::string_view WhyNothingIsListed(const Snapshot& snapshot) {
  if (!snapshot.has_pod_label) {
    return "By configuration (series.level) pods are rolled up here: there is none to list.";
  }
  if (!VerdictOf(&snapshot).is_well) return "What the pods do now is not known.";
  return "All probes that are asked for here pass.";
}

}  // namespace podprobe
