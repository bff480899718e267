#include "exporter/health/snapshot_builder.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "exporter/health/judgement.h"

namespace podprobe {
namespace {

// Headroom is worth a series below this.
constexpr double kLittleHeadroom = 0.5;

}  // namespace

SnapshotBuilder::SnapshotBuilder(const NodeState& node, const PodRegistry& pods, Ledger* ledger,
                                 Durations* durations, const IncidentWatch& incident,
                                 std::optional<std::vector<SpecFinding>>* known_findings)
    : node_(node),
      pods_(pods),
      ledger_(*ledger),
      durations_(*durations),
      incident_(incident),
      known_findings_(*known_findings),
      census_(node, durations) {}

Snapshot SnapshotBuilder::Build(const Instant& now) {
  now_ = now;
  is_dead_ = node_.IsProbesDead(now);
  is_pods_stale_ = node_.IsPodsStale(now);
  page_number_ = ledger_.BeginPage();
  census_.Take(pods_, page_number_, now);
  if (census_.has_new_findings()) known_findings_.reset();

  Snapshot snapshot;
  snapshot.unix_seconds = now.unix_seconds;
  snapshot.has_pod_label = node_.options.level == ServedLevel::kPod;
  if (node_.options.level != ServedLevel::kNode) {
    AddPods(&snapshot);
    AddProbes(&snapshot);
    AddFindings(&snapshot);
  }
  FillNode(&snapshot.node);
  return snapshot;
}

void SnapshotBuilder::AddPods(Snapshot* snapshot) {
  snapshot->pods.reserve(ledger_.pods().size());
  for (auto& [labels, counts] : ledger_.pods()) {
    if (counts.page.number != page_number_) continue;
    snapshot->pods.push_back(
        {.labels = labels,
         .has_failing_probe = counts.page.has_failing_probe,
         .first_seen_order = counts.page.first_seen_order,
         .restarts = counts.ServeRestarts(now_, node_.options.born_at_zero_seconds),
         .unready = counts.ServeUnready(now_, node_.options.born_at_zero_seconds),
         .events = counts.history.events()});
  }
}

void SnapshotBuilder::AddProbes(Snapshot* snapshot) {
  std::vector<std::uint32_t> first_readings;
  observed_windows_.clear();
  for (const EngineOptions::Window& window : node_.options.windows) {
    first_readings.push_back(ledger_.timeline().FirstAfter(now_.steady_seconds - window.seconds));
    if (!HasPassed(node_.observed_since, window.seconds / 2, now_)) continue;
    observed_windows_.push_back(first_readings.size() - 1);
  }
  const std::uint32_t minute = MinuteLog::MinuteOf(now_.steady_seconds);
  snapshot->probes.reserve(ledger_.probes().size());
  for (auto& [labels, rollup] : ledger_.probes()) {
    if (rollup.page.number != page_number_) continue;
    rollup.MoveTo(first_readings);
    ProbeSnapshot& out = snapshot->probes.emplace_back();
    out.labels = labels;
    rollup.ServePhases(now_, node_.options.born_at_zero_seconds, &out.phases);
    rollup.ServeCauses(now_, node_.options.born_at_zero_seconds, &out.causes);
    const Rollup::PageProbes& living = rollup.page.living;
    if (is_dead_ || living.empty()) continue;
    rollup.minutes().Serve(minute, &out.last_hour);

    const bool is_healthy = !living.front().pod->counts->page.has_failing_probe;
    if (!is_healthy || !node_.options.unhealthy_details_only) {
      FillRatios(rollup, &out);
      FillDurations(living, &out);
    }
    if (node_.options.level != ServedLevel::kPod) continue;
    for (const auto& [pod, probe] : living) {
      DescribeProbe(*pod, *probe, &out.containers.emplace_back());
    }
  }
}

void SnapshotBuilder::FillRatios(const Rollup& rollup, ProbeSnapshot* out) const {
  for (const std::size_t i : observed_windows_) {
    const SlidingCounts::Sum sum = rollup.steady().Over(i);
    if (sum.attempts < node_.options.min_attempts || sum.attempts <= 0) continue;
    WindowRatio& ratio = out->success_ratios.emplace_back();
    ratio.window = node_.options.windows[i].name;
    ratio.ratio = sum.successes / sum.attempts;
  }
}

void SnapshotBuilder::FillDurations(std::span<const Rollup::PageProbe> living,
                                    ProbeSnapshot* out) const {
  NearTimeoutCount near_timeout;
  for (const auto& [pod, probe] : living) {
    if (const ProbeSpec* spec = SpecOf(*probe)) {
      durations_.CountNearTimeout(*pod, *probe, *spec, &near_timeout);
    }
    if (!probe->headroom || *probe->headroom >= kLittleHeadroom) continue;
    out->timeout_headroom_ratio =
        std::min(out->timeout_headroom_ratio.value_or(1), *probe->headroom);
  }
  if (const std::optional<double> ratio = near_timeout.Ratio(node_.options.min_attempts)) {
    static const SharedText window = Durations::kWindowName;
    WindowRatio& served = out->near_timeout_ratio.emplace();
    served.window = window;
    served.ratio = *ratio;
  }
}

void SnapshotBuilder::DescribeProbe(const PodState& pod, const ProbeState& probe,
                                    ContainerProbe* out) const {
  out->container = probe.container;
  out->condition = probe.condition;
  const bool is_passing = probe.condition == Condition::kPassing;
  // A startup probe that is over is not run any more: nothing follows from its last results.
  const bool is_failing = !is_passing && (probe.run.count() > 0 || probe.run.failing_since());
  if (probe.run.count() > 0) out->consecutive_failures = probe.run.count();
  if (!is_passing) {
    out->failing_since_unix = probe.run.failing_since();
    out->last_success_unix = probe.last_success_unix;
  }
  if (is_failing) out->forecast = ForecastOf(pod, probe);
  out->startup_budget_used = StartupBudgetUsed(pod, probe);

  if (const ProbeSpec* spec = SpecOf(probe)) {
    ProbeSettings& settings = out->settings.emplace();
    settings.handler = spec->handler_type;
    settings.period_seconds = spec->period_seconds;
    settings.timeout_seconds = spec->timeout_seconds;
    settings.failure_threshold = spec->failure_threshold;
    settings.success_threshold = spec->success_threshold;
    out->are_settings_served = !is_passing || node_.options.all_specs;
  }
  if (is_failing && !node_.IsCadvisorStale(now_)) {
    const Evidence evidence = probe.container_state->evidence.Current();
    for (const EvidenceSignal& signal : kEvidenceSignals) {
      const std::optional<double>& ratio = evidence.*signal.value;
      if (ratio) out->evidence.push_back({.signal = signal.name, .ratio = *ratio});
    }
  }
}

std::optional<Forecast> SnapshotBuilder::ForecastOf(const PodState& pod,
                                                    const ProbeState& probe) const {
  const ProbeSpec* spec = SpecOf(probe);
  const bool is_running = IsRunning(node_, pod, *probe.container_state, now_).value_or(false);
  if (spec == nullptr || !is_running || !probe.last_failure || probe.run.count() <= 0) {
    return std::nullopt;
  }
  const bool is_readiness = probe.kind == ProbeKind::kReadiness;
  const bool can_kill = probe.kind == ProbeKind::kLiveness || probe.kind == ProbeKind::kStartup;
  if (!is_readiness && !can_kill) return std::nullopt;
  if (is_readiness) {
    const PodContainer* status = TrustedStatus(node_, pod, *probe.container_state, now_);
    if (status == nullptr || !status->ready.value_or(false)) return std::nullopt;
  }
  const double failures_left = spec->failure_threshold - probe.run.count();
  const double age = now_.steady_seconds - probe.last_failure->steady_seconds;
  return Forecast{.action = is_readiness ? "unready" : "restart",
                  .seconds = std::max(0.0, failures_left * spec->period_seconds - age)};
}

std::optional<double> SnapshotBuilder::StartupBudgetUsed(const PodState& pod,
                                                         const ProbeState& probe) const {
  if (probe.kind != ProbeKind::kStartup) return std::nullopt;
  const PodContainer* status = TrustedStatus(node_, pod, *probe.container_state, now_);
  if (status == nullptr || !status->startup || status->started.value_or(false)) return std::nullopt;
  if (!status->running_since ||
      !IsRunning(node_, pod, *probe.container_state, now_).value_or(true)) {
    return std::nullopt;
  }
  const ProbeSpec& spec = *status->startup;
  const double budget = spec.initial_delay_seconds + spec.failure_threshold * spec.period_seconds;
  if (budget <= 0) return std::nullopt;
  return std::clamp((now_.unix_seconds - *status->running_since) / budget, 0.0, 1.0);
}

void SnapshotBuilder::AddFindings(Snapshot* snapshot) {
  if (is_pods_stale_) return;
  if (!known_findings_) known_findings_ = FindAll();
  snapshot->spec_findings = *known_findings_;
}

std::vector<SpecFinding> SnapshotBuilder::FindAll() const {
  std::set<SpecFinding> findings;
  for (const auto& [uid, pod] : pods_.all()) {
    if (!pod->listed || !IsLiving(node_, *pod)) continue;
    for (const auto& [key, probe] : pod->probes) {
      if (probe.spec == nullptr) continue;
      for (const std::string_view rule : BrokenSpecRules(
               *probe.container_state->listed, probe.probe_type, ExperienceOf(probe, now_))) {
        findings.insert({.pod_namespace = pod->pod_namespace,
                         .container = probe.container,
                         .workload = pod->workload.name,
                         .workload_type = pod->workload.type,
                         .probe_type = probe.probe_type,
                         .rule = rule});
      }
    }
  }
  return {findings.begin(), findings.end()};
}

void SnapshotBuilder::FillNode(NodeSnapshot* out) const {
  if (!is_pods_stale_) out->stale_pods = census_.stale_pods();
  if (is_dead_) return;
  for (const auto& [type, counts] : census_.types()) {
    for (const Condition condition : kAllConditions) {
      const double count = counts.probes[static_cast<std::size_t>(condition)];
      if (count == 0 && !node_.last_pods) continue;
      out->probes.push_back(
          {.probe_type = std::string(type), .condition = condition, .probes = count});
    }
  }
  if (!is_pods_stale_) CountContainers(out);
  out->probed_workloads = static_cast<double>(incident_.probed());
  out->failing_workloads = static_cast<double>(incident_.failing());
  out->is_incident = incident_.is_incident();
}

void SnapshotBuilder::CountContainers(NodeSnapshot* out) const {
  for (const auto& [type, counts] : census_.types()) {
    for (const bool is_probed : {false, true}) {
      out->containers.push_back(
          {.probe_type = std::string(type),
           .is_probed = is_probed,
           .containers =
               is_probed ? counts.containers : census_.running_containers() - counts.containers});
    }
  }
}

}  // namespace podprobe
