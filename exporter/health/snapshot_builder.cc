#include "exporter/health/snapshot_builder.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "exporter/health/judgement.h"
#include "exporter/health/spec_findings.h"

namespace podprobe {
namespace {

constexpr std::array kProbeTypes = {kLivenessProbe, kReadinessProbe, kStartupProbe};
// Headroom is worth a series below this.
constexpr double kLittleHeadroom = 0.5;
// After so long with next to none the timeout is too tight.
constexpr double kTightSeconds = 3600;

}  // namespace

SnapshotBuilder::SnapshotBuilder(const NodeState& node, const PodRegistry& pods, Ledger* ledger,
                                 const Durations& durations, const IncidentWatch& incident)
    : node_(node), pods_(pods), ledger_(*ledger), durations_(durations), incident_(incident) {}

Snapshot SnapshotBuilder::Build(const Instant& now) {
  now_ = now;
  is_dead_ = node_.IsProbesDead(now);
  CollectPods();

  Snapshot snapshot;
  snapshot.unix_seconds = now.unix_seconds;
  snapshot.has_pod_label = node_.options.level == ServedLevel::kPod;
  if (node_.options.level != ServedLevel::kNode) {
    AddPods(&snapshot);
    AddProbes(&snapshot);
    if (!is_dead_) AddFindings(&snapshot);
  }
  FillNode(&snapshot.node);
  return snapshot;
}

void SnapshotBuilder::CollectPods() {
  pods_of_.clear();
  const auto add = [this](const void* counters, const PodState* pod) {
    if (counters == nullptr) return;
    Pods& pods = pods_of_[counters];
    if (pods.empty() || pods.back() != pod) pods.push_back(pod);
  };
  for (const auto& [uid, pod] : pods_.all()) {
    if (IsHeldBack(node_, *pod, now_, Deadline::kReached)) continue;
    add(pod->counts, pod.get());
    for (const auto& [key, probe] : pod->probes) add(probe.rollup, pod.get());
  }
}

SnapshotBuilder::Pods SnapshotBuilder::Youngest(const Pods& pods, const NodeState& node) {
  Pods youngest;
  for (const PodState* pod : pods) {
    if (!IsLiving(node, *pod)) continue;
    const auto same_name = std::ranges::find(youngest, pod->name, &PodState::name);
    if (same_name == youngest.end()) {
      youngest.push_back(pod);
    } else if (pod->IsYoungerThan(**same_name)) {
      *same_name = pod;
    }
  }
  return youngest;
}

Condition SnapshotBuilder::ConditionOfProbe(const PodState& pod, const ProbeState& probe) const {
  return ConditionOf(node_, pod, probe, now_);
}

void SnapshotBuilder::AddPods(Snapshot* snapshot) {
  for (auto& [labels, counts] : ledger_.pods()) {
    const auto pods = pods_of_.find(&counts);
    if (pods == pods_of_.end()) continue;
    PodSnapshot& out = snapshot->pods.emplace_back();
    out.labels = labels;
    out.restarts = counts.ServeRestarts(now_, node_.options.born_at_zero_seconds);
    out.unready = counts.ServeUnready(now_, node_.options.born_at_zero_seconds);
    out.first_seen_order = pods->second.front()->order;
    for (const PodState* pod : pods->second) {
      out.first_seen_order = std::min(out.first_seen_order, pod->order);
    }
    for (const PodState* pod : Youngest(pods->second, node_)) {
      for (const auto& [key, probe] : pod->probes) {
        if (ConditionOfProbe(*pod, probe) != Condition::kPassing) out.has_failing_probe = true;
      }
    }
  }
}

void SnapshotBuilder::AddProbes(Snapshot* snapshot) {
  std::vector<std::uint32_t> first_readings;
  for (const EngineOptions::Window& window : node_.options.windows) {
    first_readings.push_back(ledger_.timeline().FirstAfter(now_.steady_seconds - window.seconds));
  }
  auto pod_out = snapshot->pods.begin();
  for (auto& [labels, rollup] : ledger_.probes()) {
    const auto found = pods_of_.find(&rollup);
    if (found == pods_of_.end()) continue;
    rollup.MoveTo(first_readings);
    ProbeSnapshot& out = snapshot->probes.emplace_back();
    out.labels = labels;
    out.phases = rollup.ServePhases(now_, node_.options.born_at_zero_seconds);
    out.causes = rollup.ServeCauses(now_, node_.options.born_at_zero_seconds);
    const Pods pods = Youngest(found->second, node_);
    if (is_dead_ || pods.empty()) continue;

    // Both lists are sorted by their labels.
    const PodLabels pod_labels = {labels.pod_namespace, labels.pod, labels.workload,
                                  labels.workload_type};
    while (pod_out != snapshot->pods.end() && pod_out->labels < pod_labels) ++pod_out;
    const bool is_healthy = pod_out != snapshot->pods.end() && pod_out->labels == pod_labels &&
                            !pod_out->has_failing_probe;
    if (!is_healthy || !node_.options.unhealthy_details_only) {
      FillRatios(rollup, &out);
      FillDurations(pods, &out);
    }
    if (node_.options.level != ServedLevel::kPod) continue;
    for (const PodState* pod : pods) {
      for (const auto& [key, probe] : pod->probes) {
        if (probe.probe_type != labels.probe_type) continue;
        out.containers.push_back(DescribeProbe(*pod, probe, ConditionOfProbe(*pod, probe)));
      }
    }
  }
}

void SnapshotBuilder::FillRatios(const Rollup& rollup, ProbeSnapshot* out) const {
  for (std::size_t i = 0; i < node_.options.windows.size(); ++i) {
    const EngineOptions::Window& window = node_.options.windows[i];
    if (!HasPassed(node_.observed_since, window.seconds / 2, now_)) continue;
    const SlidingCounts::Sum& sum = rollup.steady().Over(i);
    if (sum.attempts < node_.options.min_attempts || sum.attempts <= 0) continue;
    out->success_ratios.push_back({.window = window.name, .ratio = sum.successes / sum.attempts});
  }
}

void SnapshotBuilder::FillDurations(const Pods& pods, ProbeSnapshot* out) const {
  const std::string& type = out->labels.probe_type;
  if (const auto ratio = durations_.NearTimeout(node_, pods, type, now_)) {
    out->near_timeout_ratio = {.window = std::string(Durations::kWindowName), .ratio = *ratio};
  }
  for (const PodState* pod : pods) {
    for (const auto& [key, probe] : pod->probes) {
      if (probe.probe_type != type) continue;
      const std::optional<double> headroom = durations_.Headroom(node_, *pod, probe, now_);
      if (!headroom || *headroom >= kLittleHeadroom) continue;
      out->timeout_headroom_ratio = std::min(out->timeout_headroom_ratio.value_or(1), *headroom);
    }
  }
}

ContainerProbe SnapshotBuilder::DescribeProbe(const PodState& pod, const ProbeState& probe,
                                              Condition condition) const {
  ContainerProbe out = {.container = probe.container, .condition = condition};
  const bool is_passing = condition == Condition::kPassing;
  // A startup probe that is over is not run any more: nothing follows from its last results.
  const bool is_failing = !is_passing && (probe.run.count() > 0 || probe.run.failing_since());
  if (probe.run.count() > 0) out.consecutive_failures = probe.run.count();
  if (!is_passing) {
    out.failing_since_unix = probe.run.failing_since();
    out.last_success_unix = probe.last_success_unix;
  }
  if (is_failing) out.forecast = ForecastOf(pod, probe);
  out.startup_budget_used = StartupBudgetUsed(pod, probe);

  if (const ProbeSpec* spec = CurrentSpec(node_, pod, probe, now_)) {
    out.settings = {.handler = spec->handler_type,
                    .period_seconds = spec->period_seconds,
                    .timeout_seconds = spec->timeout_seconds,
                    .failure_threshold = spec->failure_threshold,
                    .success_threshold = spec->success_threshold};
    out.are_settings_served = !is_passing || node_.options.all_specs;
  }
  const auto container = pod.containers.find(probe.container);
  if (is_failing && container != pod.containers.end() && !node_.IsCadvisorStale(now_)) {
    const Evidence evidence = container->second.evidence.Current();
    for (const EvidenceSignal& signal : kEvidenceSignals) {
      const std::optional<double>& ratio = evidence.*signal.value;
      if (ratio) out.evidence.push_back({.signal = signal.name, .ratio = *ratio});
    }
  }
  return out;
}

std::optional<Forecast> SnapshotBuilder::ForecastOf(const PodState& pod,
                                                    const ProbeState& probe) const {
  const ProbeSpec* spec = CurrentSpec(node_, pod, probe, now_);
  const bool is_running = IsRunning(node_, pod, probe.container, now_).value_or(true);
  if (spec == nullptr || !is_running || !probe.last_failure || probe.run.count() <= 0) {
    return std::nullopt;
  }
  const bool is_readiness = probe.probe_type == kReadinessProbe;
  const bool can_kill = probe.probe_type == kLivenessProbe || probe.probe_type == kStartupProbe;
  if (!is_readiness && !can_kill) return std::nullopt;
  if (is_readiness) {
    const PodContainer* status = TrustedStatus(node_, pod, probe.container, now_);
    if (status == nullptr || !status->ready.value_or(false)) return std::nullopt;
  }
  const double failures_left = spec->failure_threshold - probe.run.count();
  const double age = now_.steady_seconds - probe.last_failure->steady_seconds;
  return Forecast{.action = is_readiness ? "unready" : "restart",
                  .seconds = std::max(0.0, failures_left * spec->period_seconds - age)};
}

std::optional<double> SnapshotBuilder::StartupBudgetUsed(const PodState& pod,
                                                         const ProbeState& probe) const {
  if (probe.probe_type != kStartupProbe) return std::nullopt;
  const PodContainer* status = TrustedStatus(node_, pod, probe.container, now_);
  if (status == nullptr || !status->startup || status->started.value_or(false)) return std::nullopt;
  if (!status->running_since || !IsRunning(node_, pod, probe.container, now_).value_or(true)) {
    return std::nullopt;
  }
  const ProbeSpec& spec = *status->startup;
  const double budget = spec.initial_delay_seconds + spec.failure_threshold * spec.period_seconds;
  if (budget <= 0) return std::nullopt;
  return std::clamp((now_.unix_seconds - *status->running_since) / budget, 0.0, 1.0);
}

void SnapshotBuilder::AddFindings(Snapshot* snapshot) const {
  if (node_.IsPodsStale(now_)) return;
  std::set<SpecFinding> findings;
  for (const auto& [uid, pod] : pods_.all()) {
    if (!pod->listed || !IsLiving(node_, *pod)) continue;
    for (const auto& [key, probe] : pod->probes) {
      const PodContainer* container = pod->ListedContainer(probe.container);
      if (container == nullptr || container->Probe(probe.probe_type) == nullptr) continue;
      const ProbeExperience experience = {
          .had_startup_failure = probe.had_startup_failure,
          .has_tight_timeout = probe.low_headroom_since &&
                               now_.steady_seconds - *probe.low_headroom_since >= kTightSeconds};
      for (const std::string_view rule :
           BrokenSpecRules(*container, probe.probe_type, experience)) {
        findings.insert({.pod_namespace = pod->pod_namespace,
                         .container = probe.container,
                         .workload = pod->workload.name,
                         .workload_type = pod->workload.type,
                         .probe_type = probe.probe_type,
                         .rule = rule});
      }
    }
  }
  snapshot->spec_findings.assign(findings.begin(), findings.end());
}

void SnapshotBuilder::FillNode(NodeSnapshot* out) const {
  if (is_dead_) return;
  std::map<std::pair<std::string, Condition>, double> probes;
  if (node_.last_pods) {
    for (const std::string_view type : kProbeTypes) {
      for (const Condition condition : kAllConditions) probes[{std::string(type), condition}] = 0;
    }
  }
  std::size_t stale_pods = 0;
  for (const auto& [uid, pod] : pods_.all()) {
    if (!IsLiving(node_, *pod) || IsHeldBack(node_, *pod, now_, Deadline::kReached)) continue;
    if (IsStatusStale(*pod, now_)) ++stale_pods;
    for (const auto& [key, probe] : pod->probes) {
      if (node_.last_pods) {
        for (const Condition condition : kAllConditions) {
          probes.try_emplace({probe.probe_type, condition}, 0);
        }
      }
      probes[{probe.probe_type, ConditionOfProbe(*pod, probe)}] += 1;
    }
  }
  for (const auto& [key, count] : probes) {
    out->probes.push_back({.probe_type = key.first, .condition = key.second, .probes = count});
  }
  if (node_.last_pods && !node_.IsPodsStale(now_)) {
    CountContainers(out);
    out->stale_pods = static_cast<double>(stale_pods);
  }
  out->probed_workloads = static_cast<double>(incident_.probed());
  out->failing_workloads = static_cast<double>(incident_.failing());
  out->is_incident = incident_.is_incident();
}

void SnapshotBuilder::CountContainers(NodeSnapshot* out) const {
  std::array<std::array<double, 2>, kProbeTypes.size()> counts = {};
  for (const auto& [uid, pod] : pods_.all()) {
    if (!pod->listed || !IsLiving(node_, *pod)) continue;
    for (const PodContainer& container : pod->listed->containers) {
      if (!IsRunning(node_, *pod, container.name, now_).value_or(false)) continue;
      for (std::size_t i = 0; i < kProbeTypes.size(); ++i) {
        counts[i][container.Probe(kProbeTypes[i]) != nullptr ? 1 : 0] += 1;
      }
    }
  }
  for (std::size_t i = 0; i < kProbeTypes.size(); ++i) {
    for (const bool is_probed : {false, true}) {
      out->containers.push_back({.probe_type = kProbeTypes[i],
                                 .is_probed = is_probed,
                                 .containers = counts[i][is_probed ? 1 : 0]});
    }
  }
}

}  // namespace podprobe
