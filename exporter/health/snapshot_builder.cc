#include "exporter/health/snapshot_builder.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "exporter/health/judgement.h"

namespace podprobe {
namespace {

// In the order of ProbeKind.
constexpr std::array kProbeTypes = {kLivenessProbe, kReadinessProbe, kStartupProbe};
// Headroom is worth a series below this.
constexpr double kLittleHeadroom = 0.5;
// After so long with next to none the timeout is too tight.
constexpr double kTightSeconds = 3600;

// A probe of which no series was ever there is known only as long as /pods tells of it.
bool IsKnown(const ProbeState& probe) {
  const bool has_series = probe.counters.has_series();
  return has_series || probe.spec != nullptr;
}

}  // namespace

SnapshotBuilder::SnapshotBuilder(const NodeState& node, const PodRegistry& pods, Ledger* ledger,
                                 Durations* durations, const IncidentWatch& incident,
                                 std::optional<std::vector<SpecFinding>>* known_findings)
    : node_(node),
      pods_(pods),
      ledger_(*ledger),
      durations_(*durations),
      incident_(incident),
      known_findings_(*known_findings) {}

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
    AddFindings(&snapshot);
  }
  FillNode(&snapshot.node);
  return snapshot;
}

void SnapshotBuilder::CollectPods() {
  for (auto& [labels, counts] : ledger_.pods()) {
    counts.page.is_served = false;
    counts.page.has_failing_probe = false;
  }
  for (auto& [labels, rollup] : ledger_.probes()) {
    rollup.page.is_served = false;
    rollup.page.living.clear();
  }
  for (const auto& [uid, pod] : pods_.all()) {
    if (pod->counts == nullptr || IsHeldBack(node_, *pod, now_, Deadline::kReached)) continue;
    CollectPod(pod.get());
  }
  for (auto& [labels, rollup] : ledger_.probes()) {
    KeepYoungest(&rollup.page.living);
    for (const auto& [pod, probe] : rollup.page.living) {
      if (probe->condition != Condition::kPassing) pod->counts->page.has_failing_probe = true;
    }
  }
}

void SnapshotBuilder::CollectPod(PodState* pod) const {
  const bool is_living = IsLiving(node_, *pod);
  PodCounts::Page& page = pod->counts->page;
  page.first_seen_order = page.is_served ? std::min(page.first_seen_order, pod->order) : pod->order;
  page.is_served = true;
  for (const auto& [key, probe] : pod->probes) {
    probe.rollup->page.is_served = true;
    const bool is_told = is_living && IsKnown(probe);
    if (is_told) probe.rollup->page.living.push_back({.pod = pod, .probe = &probe});
  }
}

// Of the living pods of one name the youngest speaks for all.
void SnapshotBuilder::KeepYoungest(Rollup::PageProbes* living) {
  if (living->size() < 2) return;
  const Rollup::PageProbes all = *living;
  const auto is_outspoken = [&](const Rollup::PageProbe& own) {
    return std::ranges::any_of(all, [&](const Rollup::PageProbe& other) {
      return other.pod != own.pod && other.pod->name == own.pod->name &&
             other.pod->IsYoungerThan(*own.pod);
    });
  };
  living->erase(std::remove_if(living->begin(), living->end(), is_outspoken), living->end());
}

void SnapshotBuilder::AddPods(Snapshot* snapshot) {
  snapshot->pods.reserve(ledger_.pods().size());
  for (auto& [labels, counts] : ledger_.pods()) {
    if (!counts.page.is_served) continue;
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
  for (const EngineOptions::Window& window : node_.options.windows) {
    first_readings.push_back(ledger_.timeline().FirstAfter(now_.steady_seconds - window.seconds));
  }
  snapshot->probes.reserve(ledger_.probes().size());
  for (auto& [labels, rollup] : ledger_.probes()) {
    if (!rollup.page.is_served) continue;
    rollup.MoveTo(first_readings);
    ProbeSnapshot& out = snapshot->probes.emplace_back();
    out.labels = labels;
    out.phases = rollup.ServePhases(now_, node_.options.born_at_zero_seconds);
    out.causes = rollup.ServeCauses(now_, node_.options.born_at_zero_seconds);
    const Rollup::PageProbes& living = rollup.page.living;
    if (is_dead_ || living.empty()) continue;
    out.last_hour = rollup.minutes().Serve(MinuteLog::MinuteOf(now_.steady_seconds));

    const bool is_healthy = !living.front().pod->counts->page.has_failing_probe;
    if (!is_healthy || !node_.options.unhealthy_details_only) {
      FillRatios(rollup, &out);
      FillDurations(living, &out);
    }
    if (node_.options.level != ServedLevel::kPod) continue;
    out.containers.reserve(living.size());
    for (const auto& [pod, probe] : living) {
      DescribeProbe(*pod, *probe, &out.containers.emplace_back());
    }
  }
}

void SnapshotBuilder::FillRatios(const Rollup& rollup, ProbeSnapshot* out) const {
  for (std::size_t i = 0; i < node_.options.windows.size(); ++i) {
    const EngineOptions::Window& window = node_.options.windows[i];
    if (!HasPassed(node_.observed_since, window.seconds / 2, now_)) continue;
    const SlidingCounts::Sum sum = rollup.steady().Over(i);
    if (sum.attempts < node_.options.min_attempts || sum.attempts <= 0) continue;
    out->success_ratios.push_back({.window = window.name, .ratio = sum.successes / sum.attempts});
  }
}

void SnapshotBuilder::FillDurations(std::span<const Rollup::PageProbe> living,
                                    ProbeSnapshot* out) const {
  NearTimeoutCount near_timeout;
  for (const auto& [pod, probe] : living) {
    durations_.CountNearTimeout(node_, *pod, *probe, now_, &near_timeout);
    if (!probe->headroom || *probe->headroom >= kLittleHeadroom) continue;
    out->timeout_headroom_ratio =
        std::min(out->timeout_headroom_ratio.value_or(1), *probe->headroom);
  }
  if (const std::optional<double> ratio = near_timeout.Ratio(node_.options.min_attempts)) {
    static const SharedText window = Durations::kWindowName;
    out->near_timeout_ratio = {.window = window, .ratio = *ratio};
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

  if (const ProbeSpec* spec = CurrentSpec(node_, probe, now_)) {
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
  const ProbeSpec* spec = CurrentSpec(node_, probe, now_);
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
  if (node_.IsPodsStale(now_)) return;
  if (!AreFindingsKnown()) known_findings_ = FindAll();
  snapshot->spec_findings = *known_findings_;
}

// Besides settings they follow from which pods live and from what probes went through.
bool SnapshotBuilder::AreFindingsKnown() const {
  bool are_known = known_findings_.has_value();
  for (const auto& [uid, pod] : pods_.all()) {
    const bool is_told = pod->listed && IsLiving(node_, *pod);
    for (auto& [key, probe] : pod->probes) {
      const ProbeExperience experience = ExperienceOf(probe);
      const std::uint8_t basis = is_told ? 1 | (experience.had_startup_failure ? 2 : 0) |
                                               (experience.has_tight_timeout ? 4 : 0)
                                         : 0;
      if (std::exchange(probe.findings_basis, basis) != basis) are_known = false;
    }
  }
  return are_known;
}

ProbeExperience SnapshotBuilder::ExperienceOf(const ProbeState& probe) const {
  return {.had_startup_failure = probe.had_startup_failure,
          .has_tight_timeout = probe.low_headroom_since &&
                               now_.steady_seconds - *probe.low_headroom_since >= kTightSeconds};
}

std::vector<SpecFinding> SnapshotBuilder::FindAll() const {
  std::set<SpecFinding> findings;
  for (const auto& [uid, pod] : pods_.all()) {
    if (!pod->listed || !IsLiving(node_, *pod)) continue;
    for (const auto& [key, probe] : pod->probes) {
      if (probe.spec == nullptr) continue;
      for (const std::string_view rule :
           BrokenSpecRules(*probe.container_state->listed, probe.probe_type, ExperienceOf(probe))) {
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
  const auto is_counted = [this](const PodState& pod) {
    return IsLiving(node_, pod) && !IsHeldBack(node_, pod, now_, Deadline::kReached);
  };
  if (!node_.IsPodsStale(now_)) {
    out->stale_pods =
        static_cast<double>(std::ranges::count_if(pods_.all(), [&](const auto& entry) {
          return is_counted(*entry.second) && IsStatusStale(*entry.second, now_);
        }));
  }
  if (is_dead_) return;
  using Counts = std::array<double, kAllConditions.size()>;
  std::map<std::string_view, Counts> probes;
  std::array<Counts*, kProbeTypes.size()> known = {};
  for (std::size_t i = 0; i < kProbeTypes.size(); ++i) known[i] = &probes[kProbeTypes[i]];
  for (const auto& [uid, pod] : pods_.all()) {
    const bool is_served = is_counted(*pod);
    for (const auto& [key, probe] : pod->probes) {
      const bool is_usual = probe.kind != ProbeKind::kOther;
      Counts& counts =
          is_usual ? *known[static_cast<std::size_t>(probe.kind)] : probes[probe.probe_type];
      if (!is_served || !IsKnown(probe)) continue;
      counts[static_cast<std::size_t>(probe.condition)] += 1;
    }
  }
  for (const auto& [type, counts] : probes) {
    for (const Condition condition : kAllConditions) {
      const double count = counts[static_cast<std::size_t>(condition)];
      if (count == 0 && !node_.last_pods) continue;
      out->probes.push_back(
          {.probe_type = std::string(type), .condition = condition, .probes = count});
    }
  }
  if (node_.last_pods && !node_.IsPodsStale(now_)) {
    CountContainers(out);
  }
  out->probed_workloads = static_cast<double>(incident_.probed());
  out->failing_workloads = static_cast<double>(incident_.failing());
  out->is_incident = incident_.is_incident();
}

void SnapshotBuilder::CountContainers(NodeSnapshot* out) const {
  double running = 0;
  std::map<std::string_view, double> probed;
  std::array<double*, kProbeTypes.size()> usual = {};
  for (std::size_t i = 0; i < kProbeTypes.size(); ++i) usual[i] = &probed[kProbeTypes[i]];
  for (const auto& [uid, pod] : pods_.all()) {
    const bool is_told = pod->listed && IsLiving(node_, *pod);
    for (auto& [name, container] : pod->containers) {
      container.is_counted = is_told && container.listed != nullptr &&
                             IsRunning(node_, *pod, container, now_).value_or(false);
      running += container.is_counted ? 1 : 0;
    }
    for (const auto& [key, probe] : pod->probes) {
      const bool is_usual = probe.kind != ProbeKind::kOther;
      double& count =
          is_usual ? *usual[static_cast<std::size_t>(probe.kind)] : probed[probe.probe_type];
      if (probe.container_state->is_counted && IsKnown(probe)) count += 1;
    }
  }
  for (const auto& [type, count] : probed) {
    for (const bool is_probed : {false, true}) {
      out->containers.push_back({.probe_type = std::string(type),
                                 .is_probed = is_probed,
                                 .containers = is_probed ? count : running - count});
    }
  }
}

}  // namespace podprobe
