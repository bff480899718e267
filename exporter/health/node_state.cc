#include "exporter/health/node_state.h"

namespace podprobe {
namespace {

constexpr double kFillingUpSeconds = 60;

}  // namespace

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
