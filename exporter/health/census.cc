#include "exporter/health/census.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "exporter/health/judgement.h"
#include "exporter/health/settlement.h"

namespace podprobe {
namespace {

// In the order of ProbeKind.
constexpr std::array kProbeTypes = {kLivenessProbe, kReadinessProbe, kStartupProbe};
constexpr double kTightHeadroom = 0.2;

// A probe of which no series was ever there is known only as long as /pods tells of it.
bool IsKnown(const ProbeState& probe) {
  return probe.spec != nullptr || probe.counters.has_series();
}

}  // namespace

void Census::Take(const PodRegistry& pods, std::uint64_t page_number, const Instant& now) {
  page_number_ = page_number;
  now_ = now;
  is_pods_stale_ = node_.IsPodsStale(now);
  for (std::size_t i = 0; i < kProbeTypes.size(); ++i) usual_types_[i] = &types_[kProbeTypes[i]];

  for (const auto& [uid, pod] : pods.all()) Look(*pod);
  for (Rollup* rollup : shared_) KeepYoungest(&rollup->page.living);
  for (const auto& [pod, probe] : failing_) {
    const Rollup::PageProbes& living = probe->rollup->page.living;
    const bool speaks = std::ranges::any_of(
        living, [probe = probe](const Rollup::PageProbe& each) { return each.probe == probe; });
    if (speaks) pod->counts->page.has_failing_probe = true;
  }
}

void Census::Look(PodState& pod) {
  const bool is_living = IsLiving(node_, pod);
  const bool is_held_back = IsHeldBack(node_, pod, now_, Deadline::kReached);
  const bool is_listed = is_living && pod.listed;
  const bool is_shown = pod.counts != nullptr && !is_held_back;
  if (is_living && !is_held_back && IsStatusStale(pod, now_)) stale_pods_ += 1;
  if (is_shown) {
    PodCounts::Page& page = pod.counts->page;
    if (page.number != page_number_) page = {.number = page_number_, .first_seen_order = pod.order};
    page.first_seen_order = std::min(page.first_seen_order, pod.order);
  }
  for (auto& [name, container] : pod.containers) {
    container.runs = is_living ? IsRunning(node_, pod, container, now_) : std::nullopt;
    const bool is_counted = is_listed && container.listed != nullptr;
    if (is_counted && container.runs.value_or(false)) running_containers_ += 1;
  }
  for (auto& [key, probe] : pod.probes) {
    if (is_living) Judge(pod, probe);
    NoteBasis(is_listed, probe);
    const bool is_usual = probe.kind != ProbeKind::kOther;
    OfType& type =
        is_usual ? *usual_types_[static_cast<std::size_t>(probe.kind)] : types_[probe.probe_type];
    const bool is_told = is_living && IsKnown(probe);
    if (is_shown) Show(pod, probe, is_told);
    if (!is_told) continue;
    const ContainerState& container = *probe.container_state;
    const bool is_counted = is_listed && container.listed != nullptr;
    if (is_counted && container.runs.value_or(false)) type.containers += 1;
    if (!is_held_back) type.probes[static_cast<std::size_t>(probe.condition)] += 1;
  }
}

void Census::Judge(const PodState& pod, ProbeState& probe) const {
  // The status that it was taken by may have become doubtful since.
  for (PendingIncrement& increment : probe.pending) {
    TakeOrder(probe, increment, KnownReady(node_, pod, probe, now_));
  }
  probe.condition = ConditionOf(node_, pod, probe, probe.container_state->runs, now_);
  const ProbeSpec* const spec = is_pods_stale_ ? nullptr : probe.spec;
  probe.headroom = spec == nullptr ? std::nullopt : durations_.Headroom(pod, probe, *spec);
  if (!probe.headroom || *probe.headroom >= kTightHeadroom) {
    probe.low_headroom_since.reset();
    return;
  }
  // Between two pages that lie so far apart there was none for a while.
  const bool was_unbroken =
      now_.steady_seconds - probe.low_headroom_seen <= Durations::kWindowSeconds;
  if (!probe.low_headroom_since || !was_unbroken) probe.low_headroom_since = now_.steady_seconds;
  probe.low_headroom_seen = now_.steady_seconds;
}

void Census::Show(PodState& pod, ProbeState& probe, bool is_told) {
  Rollup::Page& page = probe.rollup->page;
  if (page.number != page_number_) {
    page.number = page_number_;
    page.living.clear();
  }
  if (!is_told) return;
  page.living.push_back({.pod = &pod, .probe = &probe});
  if (page.living.size() == 2) shared_.push_back(probe.rollup);
  if (probe.condition != Condition::kPassing) failing_.push_back({.pod = &pod, .probe = &probe});
}

void Census::NoteBasis(bool is_told, ProbeState& probe) {
  const ProbeExperience experience = ExperienceOf(probe, now_);
  const std::uint8_t basis = is_told ? 1 | (experience.had_startup_failure ? 2 : 0) |
                                           (experience.has_tight_timeout ? 4 : 0)
                                     : 0;
  if (std::exchange(probe.findings_basis, basis) != basis) has_new_findings_ = true;
}

// Of the living pods of one name the youngest speaks for all.
void Census::KeepYoungest(Rollup::PageProbes* living) {
  const Rollup::PageProbes all = *living;
  const auto is_outspoken = [&](const Rollup::PageProbe& own) {
    return std::ranges::any_of(all, [&](const Rollup::PageProbe& other) {
      return other.pod != own.pod && other.pod->name == own.pod->name &&
             other.pod->IsYoungerThan(*own.pod);
    });
  };
  living->erase(std::remove_if(living->begin(), living->end(), is_outspoken), living->end());
}

}  // namespace podprobe
