#include "exporter/health/durations.h"

#include <algorithm>

#include "exporter/health/fetch_ahead.h"
#include "exporter/health/judgement.h"

namespace podprobe {
namespace {

constexpr double kSlowQuantile = 0.99;

HistogramKey KeyOf(const PodState& pod, const ProbeState& probe) {
  return {pod.pod_namespace, pod.name, probe.container, probe.probe_type};
}

}  // namespace

void Durations::Observe(const ProbesReading& reading, const ReadingContext& context,
                        const Instant& at, NodeDurations* node) {
  timeline_.Add(at.steady_seconds);
  const std::uint32_t number = timeline_.NumberAt(at.steady_seconds);
  for (std::size_t i = 0; i < reading.histograms.size(); ++i) {
    if (DurationLog* const* ahead = known_logs_.Last(i + kTurnsAhead)) FetchAhead(*ahead);
    if (DurationLog* const* ahead = known_logs_.Last(i + kTurnsAheadInside)) {
      (*ahead)->FetchInside();
    }
    const DurationHistogram& histogram = reading.histograms[i];
    DurationLog* const* known = known_logs_.At(i, histogram.id);
    const bool is_known = known != nullptr;
    DurationLog* const log = is_known ? *known : MakeLogOf(histogram);
    if (!is_known) known_logs_.Keep(i, histogram.id, log);
    log->Prune(first_reading_);
    DurationLog::Added added = log->Observe(histogram, context, number);
    if (!is_known) log->ShareBounds(&last_bounds_);
    if (is_known && added.increments.empty() && added.sum_seconds == 0) continue;
    added.bounds = log->TakeNewBounds();
    node->Add(histogram.probe_type, added, /*is_late=*/!context.is_first());
  }
  const bool are_all_remembered = reading.histograms.size() == logs_.size();
  if (are_all_remembered) return;
  const std::uint64_t kept_from = reading.has_bad_lines ? context.kept_from : context.number;
  const auto erased = logs_.EraseIf([&](auto& entry) {
    DurationLog& log = entry.second;
    if (log.last_seen_in() >= kept_from) return false;
    log.Prune(first_reading_);
    return log.is_empty();
  });
  if (erased == 0) return;
  ++generation_;
  known_logs_.Clear();
}

DurationLog* Durations::MakeLogOf(const DurationHistogram& histogram) {
  const auto [at, is_new] = logs_.try_emplace(
      {histogram.pod_namespace, histogram.pod, histogram.container, histogram.probe_type});
  if (is_new) ++generation_;
  return &at->second;
}

void Durations::Prune(const Instant& now) {
  const double begin = now.steady_seconds - kWindowSeconds;
  first_reading_ = timeline_.FirstAfter(begin);
  timeline_.Prune(begin);
}

bool Durations::IsEmpty(const PodState& pod) {
  return std::ranges::all_of(pod.probes, [&](const auto& entry) {
    const DurationLog* log = LogOf(pod, entry.second);
    return log == nullptr || log->is_empty();
  });
}

void Durations::Forget(const PodState& pod) {
  for (const auto& [key, probe] : pod.probes) {
    const auto log = logs_.find(KeyOf(pod, probe));
    if (log != logs_.end()) log->second.Clear();
  }
}

void Durations::ForgetBefore(const PodState& pod, double steady_seconds) {
  const std::uint32_t first_reading = timeline_.NumberAt(steady_seconds);
  for (const auto& [key, probe] : pod.probes) {
    const auto log = logs_.find(KeyOf(pod, probe));
    if (log != logs_.end()) log->second.Prune(first_reading);
  }
}

DurationLog* Durations::LogOf(const PodState& pod, const ProbeState& probe) {
  ProbeState::DurationsPlace& place = probe.durations;
  if (place.generation != generation_) {
    const auto log = logs_.find(KeyOf(pod, probe));
    place = {.generation = generation_, .log = log == logs_.end() ? nullptr : &log->second};
  }
  if (place.log != nullptr) place.log->Prune(first_reading_);
  return place.log;
}

void Durations::CountNearTimeout(const PodState& pod, const ProbeState& probe,
                                 const ProbeSpec& spec, NearTimeoutCount* count) {
  const DurationLog* log = LogOf(pod, probe);
  if (log == nullptr) return;
  const std::optional<DurationLog::Share> share = log->NearTimeout(spec.timeout_seconds);
  if (!share) return;
  count->slow += share->slow;
  count->all += share->all;
}

std::optional<double> Durations::Headroom(const PodState& pod, const ProbeState& probe,
                                          const ProbeSpec& spec) {
  const DurationLog* log = LogOf(pod, probe);
  if (log == nullptr || spec.timeout_seconds <= 0) return std::nullopt;
  const std::optional<double> slowest = log->QuantileBound(kSlowQuantile);
  if (!slowest) return std::nullopt;
  return 1 - std::min(*slowest, spec.timeout_seconds) / spec.timeout_seconds;
}

}  // namespace podprobe
