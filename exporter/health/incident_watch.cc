#include "exporter/health/incident_watch.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace podprobe {
namespace {

constexpr double kTroubleSeconds = 120;
constexpr std::size_t kLeastWorkloads = 5;
constexpr std::size_t kShareTenths = 3;  // of all, in tenths: 0.3 is no binary fraction
constexpr double kCalmSeconds = 300;

// How many workloads in trouble are an incident.
std::size_t Enough(std::size_t probed) {
  const std::size_t share = (probed * kShareTenths + 9) / 10;
  return std::max(kLeastWorkloads, share);
}

}  // namespace

bool IncidentWatch::Evaluate(Workloads workloads, double now) {
  std::vector<double>& troubles = workloads.last_troubles;
  std::ranges::sort(troubles, std::greater<>());
  probed_ = workloads.probed;
  failing_ = static_cast<std::size_t>(std::ranges::count_if(
      troubles, [&](double trouble) { return now - trouble < kTroubleSeconds; }));

  const std::size_t enough = Enough(probed_);
  if (failing_ >= enough) {
    is_incident_ = true;
    was_enough_ = true;
    // As long as nothing new comes, it ends when the oldest of those needed is too old.
    enough_until_ = troubles[enough - 1] + kTroubleSeconds;
    return true;
  }
  if (was_enough_) {
    // Workloads may also have come or gone: then it ended at this look.
    was_enough_ = false;
    if (troubles.size() >= enough) {
      enough_until_ = std::max(enough_until_, troubles[enough - 1] + kTroubleSeconds);
    }
    enough_until_ = std::min(enough_until_, now);
  }
  if (is_incident_ && now - enough_until_ >= kCalmSeconds) is_incident_ = false;
  return is_incident_;
}

}  // namespace podprobe
