#include "exporter/demo/simulated_kubelet.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "exporter/demo/cast.h"
#include "exporter/demo/cgroups.h"
#include "exporter/demo/node.h"
#include "exporter/demo/pages.h"
#include "exporter/demo/pod.h"
#include "exporter/demo/prober.h"
#include "exporter/demo/random.h"

namespace podprobe {
namespace {

// How long the kubelet has run when the simulation begins, and the node.
constexpr double kHistorySeconds = 600;
constexpr double kNodeUptimeSeconds = 12 * 24 * 3600;
// A new kubelet process has read all its pods by then.
constexpr double kFillingUpSeconds = 4;

constexpr char kMetricsContentType[] =
    "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

}  // namespace

class SimulatedKubelet::Impl {
 public:
  explicit Impl(const Options& options)
      : options_(options),
        random_(options.seed),
        now_(options.start_unix_seconds - kHistorySeconds),
        node_({.name = options.node_name,
               .start_unix_seconds = options.start_unix_seconds,
               .history_start_unix_seconds = now_},
              DemoCast(), &random_),
        prober_(&random_) {
    StartProcess();
    next_restart_at_ = kNever;
    Advance(options.start_unix_seconds);
    PlanRestart();
  }

  void Advance(double unix_seconds) {
    while (true) {
      const double next = NextEventAt();
      if (next > unix_seconds) break;
      now_ = std::max(now_, next);
      Step();
    }
    now_ = std::max(now_, unix_seconds);
  }

  Response Get(std::string_view path) const {
    const NodeClock clock{.now = now_,
                          .booted_at = options_.start_unix_seconds - kNodeUptimeSeconds};
    Response response{.content_type = kMetricsContentType};
    if (path == "/metrics/probes") {
      response.body = WriteProbesPage(prober_.series(), process_start_seconds_);
    } else if (path == "/metrics/cadvisor") {
      response.body = WriteCadvisorPage(KnownPods(), clock);
    } else if (path == "/metrics/resource") {
      response.body = WriteResourcePage(KnownPods(), clock);
    } else if (path == "/pods") {
      response.content_type = "application/json";
      response.body = WritePodListPage(KnownPods(), node_.name());
    } else {
      return {.status = 404,
              .content_type = "text/plain; charset=utf-8",
              .body = "404 page not found\n"};
    }
    return response;
  }

  void RestartKubelet() {
    prober_.ForgetAll();
    for (SimulatedPod& pod : node_.pods()) pod.KubeletRestarted(now_);
    StartProcess();
    PlanRestart();
  }

 private:
  // The pods are found one by one; a pod is probed from then on.
  void StartProcess() {
    process_start_seconds_ = std::floor(now_ * 100) / 100;
    known_from_.clear();
    for (SimulatedPod& pod : node_.pods()) {
      const double delay = random_.Uniform(0.3, kFillingUpSeconds);
      known_from_[&pod] = now_ + delay;
      prober_.AddFound(&pod, now_ + delay);
    }
  }

  void PlanRestart() {
    const double interval = options_.kubelet_restart_interval_seconds;
    next_restart_at_ = interval > 0 ? now_ + interval : kNever;
  }

  double NextEventAt() const {
    double next = std::min(node_.NextLookAt(), next_restart_at_);
    for (const SimulatedPod& pod : node_.pods()) {
      next = std::min({next, pod.NextChangeAt(), Prober::NextRunAt(pod)});
    }
    return next;
  }

  // Everything that is due now: the pods by themselves, the probes, the controllers.
  void Step() {
    if (next_restart_at_ <= now_) RestartKubelet();
    bool has_gone = false;
    for (SimulatedPod& pod : node_.pods()) {
      if (pod.NextChangeAt() <= now_) {
        pod.Change(now_);
        prober_.Follow(&pod, now_);
      }
      if (Prober::NextRunAt(pod) <= now_) prober_.Run(&pod, now_);
      if (!pod.is_gone()) continue;
      prober_.Remove(pod);
      known_from_.erase(&pod);
      has_gone = true;
    }
    if (has_gone) node_.RemoveGone();
    if (node_.NextLookAt() <= now_) Look();
  }

  void Look() {
    node_.Look(now_);
    for (SimulatedPod& pod : node_.pods()) {
      const bool is_new = known_from_.emplace(&pod, now_).second;
      if (is_new) prober_.Add(&pod, now_);
      prober_.Follow(&pod, now_);
    }
  }

  std::vector<const SimulatedPod*> KnownPods() const {
    std::vector<const SimulatedPod*> pods;
    for (const SimulatedPod& pod : node_.pods()) {
      const auto found = known_from_.find(&pod);
      if (found != known_from_.end() && found->second <= now_) pods.push_back(&pod);
    }
    return pods;
  }

  const Options options_;
  Random random_;
  double now_ = 0;
  SimulatedNode node_;
  Prober prober_;
  double process_start_seconds_ = 0;
  double next_restart_at_ = kNever;
  // By pod: when this kubelet process came to know it.
  std::map<const SimulatedPod*, double> known_from_;
};

SimulatedKubelet::SimulatedKubelet(const Options& options)
    : impl_(std::make_unique<Impl>(options)) {}

SimulatedKubelet::~SimulatedKubelet() = default;

void SimulatedKubelet::Advance(double unix_seconds) { impl_->Advance(unix_seconds); }

SimulatedKubelet::Response SimulatedKubelet::Get(std::string_view path) const {
  return impl_->Get(path);
}

void SimulatedKubelet::RestartKubelet() { impl_->RestartKubelet(); }

}  // namespace podprobe
