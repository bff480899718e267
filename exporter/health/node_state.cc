#include "exporter/health/node_state.h"

#include <algorithm>

namespace podprobe {
namespace {

constexpr double kFillingUpSeconds = 60;
constexpr double kDeadSourceSeconds = 60;
constexpr double kDeadSourceIntervals = 3;

// The gauges of a source that was not read for max(60 s, 3 intervals) are absent.
bool IsSilent(const std::optional<Instant>& last_good, double interval, const Instant& now) {
  return !last_good ||
         HasPassed(*last_good, std::max(kDeadSourceSeconds, kDeadSourceIntervals * interval), now);
}

}  // namespace

bool HasPassed(const Instant& since, double seconds, const Instant& now) {
  return now.steady_seconds - since.steady_seconds >= seconds;
}

bool HasEnded(const Instant& since, double seconds, const Instant& now, Deadline deadline) {
  const double waited = now.steady_seconds - since.steady_seconds;
  return deadline == Deadline::kReached ? waited >= seconds : waited > seconds;
}

bool NodeState::IsProbesDead(const Instant& now) const {
  return IsSilent(last_probes, options.probes_interval_seconds, now);
}

bool NodeState::IsPodsStale(const Instant& now) const {
  return !last_pods || IsSilent(last_pods_ended, options.pods_interval_seconds, now);
}

bool NodeState::IsCadvisorStale(const Instant& now) const {
  return IsSilent(last_cadvisor, options.cadvisor_interval_seconds, now);
}

std::optional<Instant> NodeState::CurrentRows(const Instant& now) const {
  return IsSilent(last_rows, rows_interval_seconds, now) ? std::nullopt : last_rows;
}

bool NodeState::IsFirstMinute(double process_start, double unix_seconds) {
  return process_start <= unix_seconds && unix_seconds < process_start + kFillingUpSeconds;
}

bool NodeState::IsFillingUp(double unix_seconds) const {
  const std::optional<double> start = sequence.process_start_unix_seconds();
  return start && IsFirstMinute(*start, unix_seconds);
}

// That a page fills up may become known only after it was read: from the next
// page's start time.
bool NodeState::IsMissing(const std::optional<Absence>& absence) const {
  return absence && (!IsFillingUp(absence->first_unix) || !IsFillingUp(absence->last_unix));
}

void NodeState::NoteMissing(std::optional<Absence>* absence, double unix_seconds) const {
  if (!*absence) *absence = {.first_unix = unix_seconds, .last_unix = unix_seconds};
  if (IsFillingUp((*absence)->first_unix)) (*absence)->first_unix = (*absence)->last_unix;
  (*absence)->last_unix = unix_seconds;
}

}  // namespace podprobe
