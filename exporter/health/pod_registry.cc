#include "exporter/health/pod_registry.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "exporter/health/judgement.h"

namespace podprobe {
namespace {

std::string KeyOf(std::string_view uid, std::string_view pod_namespace, std::string_view name) {
  if (!uid.empty()) return std::string(uid);
  return std::string(pod_namespace) + "/" + std::string(name);
}

ProbeKind KindOf(std::string_view probe_type) {
  if (probe_type == kReadinessProbe) return ProbeKind::kReadiness;
  if (probe_type == kLivenessProbe) return ProbeKind::kLiveness;
  if (probe_type == kStartupProbe) return ProbeKind::kStartup;
  return ProbeKind::kOther;
}

void FindSpec(ProbeState* probe) {
  const PodContainer* container = probe->container_state->listed;
  probe->spec = container == nullptr ? nullptr : container->Probe(probe->probe_type);
  if (probe->spec != nullptr) probe->NoteRun(std::exchange(probe->unjudged_run, 0));
}

}  // namespace

std::size_t ContainerState::InstanceAt(double unix_seconds) const {
  std::size_t instance = 0;
  for (const ContainerInstance& before : previous) {
    const std::optional<double>& start = Instance(instance).start_unix;
    if (!start || !before.start_unix) break;
    if (unix_seconds >= *start && unix_seconds > before.seen_unix.value_or(0)) break;
    ++instance;
  }
  return instance;
}

void ContainerState::BeginNext() {
  previous.insert(previous.begin(), std::exchange(current, {}));
  if (previous.size() >= kMostInstances) previous.pop_back();
}

void ProbeState::NoteSuccess(double unix_seconds) {
  const std::size_t instance = container_state->InstanceAt(unix_seconds);
  const std::optional<double>& start = container_state->Instance(instance).start_unix;
  if (unix_seconds >= start.value_or(unix_seconds)) successes.set(instance);
}

void ProbeState::NoteRun(double run_count) {
  if (kind != ProbeKind::kLiveness || run_count <= 0) return;
  if (spec == nullptr) {
    unjudged_run = std::max(unjudged_run, run_count);
  } else if (run_count >= FailureThreshold(*this)) {
    threshold_reached = true;
  }
}

ContainerState& PodState::FindOrMake(const SharedText& container) {
  const auto [at, is_new] = containers.try_emplace(container);
  has_new_container = has_new_container || is_new;
  return at->second;
}

ContainerState& PodState::Container(std::string_view container) {
  const auto known = containers.find(container);
  return known != containers.end() ? known->second : FindOrMake(container);
}

ProbeState& PodState::Probe(const SharedText& container, const SharedText& probe_type) {
  const auto [at, is_new] = probes.try_emplace({container, probe_type});
  if (is_new) {
    at->second.container = container;
    at->second.probe_type = probe_type;
    at->second.kind = KindOf(probe_type);
    at->second.container_state = &FindOrMake(container);
    FindSpec(&at->second);
    lacks_counters = true;
  }
  return at->second;
}

ProbeState& PodState::Probe(std::string_view container, std::string_view probe_type) {
  const auto known = probes.find(ProbeOrder::Views(container, probe_type));
  if (known != probes.end()) return known->second;
  // The container may be known without this probe.
  const auto state = containers.find(container);
  return Probe(state != containers.end() ? state->first : SharedText(container),
               SharedText(probe_type));
}

void PodState::SetListed(Pod pod) {
  for (auto& [container, state] : containers) state.listed = nullptr;
  listed = std::move(pod);
  for (const PodContainer& container : listed->containers) {
    Container(container.name).listed = &container;
  }
  for (auto& [key, probe] : probes) FindSpec(&probe);
  lacks_counters = true;  // it may have a readiness probe now
}

void ProbeHistories::BeginAnew() {
  for (CounterHistory* history : {&successful, &failed, &unknown}) history->BeginAnew();
  for (auto& [series, history] : others) history.BeginAnew();
}

CounterHistory& ProbeHistories::Other(const SharedText& series) {
  for (auto& [known, history] : others) {
    if (known == series) return history;
  }
  return others.emplace_back(series, CounterHistory()).second;
}

template <typename Visitor>
void ProbeHistories::ForEach(Visitor visit) const {
  for (const CounterHistory* history : {&successful, &failed, &unknown}) visit(*history);
  for (const auto& [series, history] : others) visit(history);
}

std::uint32_t ProbeHistories::last_seen_in() const {
  std::uint32_t last = 0;
  ForEach([&](const CounterHistory& history) { last = std::max(last, history.seen_in()); });
  return last;
}

bool ProbeHistories::WereAllSeenIn(const ReadingContext& context) const {
  bool were_all = last_seen_in() == context.number;
  ForEach([&](const CounterHistory& history) {
    if (history.is_remembered(context) && history.seen_in() != context.number) were_all = false;
  });
  return were_all;
}

bool PodState::HasProbe(std::string_view probe_type) const {
  if (!listed) return false;
  for (const PodContainer& container : listed->containers) {
    if (container.Probe(probe_type) != nullptr) return true;
  }
  return false;
}

bool PodState::IsYoungerThan(const PodState& other) const {
  const auto age = [](const PodState& pod) {
    const double seen = pod.first_seen.unix_seconds;
    std::optional<double> birth;
    if (pod.listed) birth = pod.listed->creation_timestamp;
    if (pod.listed && !birth) birth = pod.listed->start_time;
    return std::tuple(birth.value_or(seen), seen, std::string_view(pod.uid));
  };
  return age(*this) > age(other);
}

PodRegistry::Entry PodRegistry::OfSeries(const ProbeCounters& counters, const Instant& now) {
  const SharedText uid =
      counters.pod_uid.empty()
          ? SharedText(KeyOf(counters.pod_uid, counters.pod_namespace, counters.pod))
          : counters.pod_uid;
  const auto known = pods_.find(uid);
  const Entry entry =
      known != pods_.end()
          ? Entry{.pod = *known->second, .is_new = false}
          : Make({.uid = uid, .pod_namespace = counters.pod_namespace, .name = counters.pod}, now);
  // One series is one full label set: under another name they are others.
  if (!entry.pod.series_name.empty() && entry.pod.series_name != counters.pod) {
    for (auto& [key, probe] : entry.pod.probes) probe.counters.BeginAnew();
  }
  // Most often its name: then it is held once.
  entry.pod.series_name = counters.pod == entry.pod.name ? entry.pod.name : counters.pod;
  return entry;
}

PodRegistry::Entry PodRegistry::OfListed(const Pod& pod, const Instant& now) {
  if (PodState* known = Find(pod)) return {.pod = *known, .is_new = false};
  return Make({.uid = KeyOf(pod.uid, pod.pod_namespace, pod.name),
               .pod_namespace = pod.pod_namespace,
               .name = pod.name},
              now);
}

PodState* PodRegistry::Find(const Pod& pod) {
  const auto found = pods_.find(KeyOf(pod.uid, pod.pod_namespace, pod.name));
  return found == pods_.end() ? nullptr : found->second.get();
}

PodRegistry::Entry PodRegistry::Make(Names names, const Instant& now) {
  std::unique_ptr<PodState>& pod = pods_[names.uid];
  pod = std::make_unique<PodState>();
  pod->uid = std::move(names.uid);
  pod->pod_namespace = std::move(names.pod_namespace);
  pod->name = std::move(names.name);
  pod->first_seen = now;
  pod->order = ++seen_;
  return {.pod = *pod, .is_new = true};
}

}  // namespace podprobe
