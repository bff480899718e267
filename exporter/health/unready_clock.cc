#include "exporter/health/unready_clock.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace podprobe {
namespace {

constexpr double kKubeletRestartSeconds = 60;
// The kubelet sets a pod's start time and its first conditions at nearly the same time.
constexpr double kFirstConditionSeconds = 5;

bool IsKubeletsDoing(const UnreadyClock::Observation& now) {
  return now.transition_unix && std::ranges::any_of(now.kubelet_starts_unix, [&](double start) {
           // lastTransitionTime has whole seconds, the kubelet's start has fractions.
           return std::floor(start) <= *now.transition_unix &&
                  *now.transition_unix <= start + kKubeletRestartSeconds;
         });
}

// A pod's condition is False from its first second on: an edge that came later tells that it was
// ready in between.
bool IsLaterCondition(const UnreadyClock::Observation& now) {
  return now.transition_unix && now.pod_start_unix &&
         *now.transition_unix - *now.pod_start_unix > kFirstConditionSeconds;
}

}  // namespace

UnreadyClock::Added UnreadyClock::Observe(const Observation& now) {
  const std::optional<Last> before = std::exchange(
      last_, Last{.at = now.at, .is_ready = now.is_ready, .transition_unix = now.transition_unix});
  const bool was_interrupted = std::exchange(is_interrupted_, false);
  const bool was_kubelets_doing = is_kubelets_doing_;
  const bool is_edge_kubelets = IsKubeletsDoing(now);
  if (!before) {
    was_ever_ready_ = now.is_ready || IsLaterCondition(now);
    is_kubelets_doing_ = !now.is_ready && is_edge_kubelets;
    return {};
  }

  const bool has_moved = now.transition_unix != before->transition_unix;
  const bool has_flipped = before->is_ready != now.is_ready;
  // A time that moved under the status False hides a time of being ready, but where a new kubelet
  // process has only written it anew.
  const bool had_been_ready =
      was_ever_ready_ || (has_moved && !has_flipped && !now.is_ready && !is_edge_kubelets);
  was_ever_ready_ = had_been_ready || now.is_ready;
  // Unready now by an edge that was not there before.
  const bool is_new_span = !now.is_ready && (has_flipped || has_moved);
  if (is_new_span) is_kubelets_doing_ = is_edge_kubelets;
  if (now.is_ready) is_kubelets_doing_ = false;

  Added added;
  // A time that moved under the same status hides one flip to the other status and back.
  const bool is_transition = has_flipped ? before->is_ready : has_moved;
  const bool is_blameless = is_new_span ? is_kubelets_doing_ : is_edge_kubelets;
  if (is_transition && !is_blameless) added.transitions = 1;
  if (was_interrupted || (!had_been_ready && !now.pod_start_unix)) return added;

  const double elapsed = std::max(0.0, now.at.steady_seconds - before->at.steady_seconds);
  // How long before this reading the edge was, as far as it lies since the last one.
  const double since_edge =
      now.transition_unix ? std::clamp(now.at.unix_seconds - *now.transition_unix, 0.0, elapsed)
                          : 0;
  double from = elapsed;  // both as seconds before this reading
  double to = 0;
  if (now.is_ready) {
    if (before->is_ready || (had_been_ready && was_kubelets_doing)) return added;
    to = since_edge;
  } else {
    if (had_been_ready && is_kubelets_doing_) return added;
    if (is_new_span) from = since_edge;
  }
  if (!had_been_ready) {
    from = std::min(from, now.at.unix_seconds - (*now.pod_start_unix + now.grace_seconds));
  }
  added.seconds = std::max(0.0, from - to);
  return added;
}

}  // namespace podprobe
