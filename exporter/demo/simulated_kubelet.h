#ifndef PODPROBE_EXPORTER_DEMO_SIMULATED_KUBELET_H_
#define PODPROBE_EXPORTER_DEMO_SIMULATED_KUBELET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace podprobe {

// A kubelet with some two dozen pods that exists only in memory: pods that
// pass, fail, flap, time out, crash-loop, are throttled, run out of memory,
// come and go. It probes them as the real one does and writes the same pages,
// so that the whole exporter can be tried without a cluster:
//
//   SimulatedKubelet kubelet({.seed = 1, .start_unix_seconds = now});
//   kubelet.Advance(now + 5);
//   SimulatedKubelet::Response page = kubelet.Get("/metrics/probes");
//
// Time passes only by Advance: no thread, no clock, no socket. One seed and
// one sequence of calls give the same pages, byte for byte. It begins with a
// history, as a kubelet that has run for a while.
// Not thread-safe: whoever serves it over HTTP holds a mutex around Advance and Get.
class SimulatedKubelet {
 public:
  struct Options {
    std::uint64_t seed = 1;
    double start_unix_seconds = 0;
    std::string node_name = "worker-1";
    // The kubelet process begins anew every so often; the pods go on. 0: never.
    double kubelet_restart_interval_seconds = 1200;
  };

  struct Response {
    int status = 200;
    std::string content_type;
    std::string body;
  };

  explicit SimulatedKubelet(const Options& options);
  ~SimulatedKubelet();
  SimulatedKubelet(const SimulatedKubelet&) = delete;
  SimulatedKubelet& operator=(const SimulatedKubelet&) = delete;

  // Lets time pass until `unix_seconds`. A time that has passed already changes nothing.
  void Advance(double unix_seconds);

  // The page as it stands at the time of the last Advance: /metrics/probes,
  // /metrics/cadvisor, /metrics/resource or /pods; 404 for any other path.
  Response Get(std::string_view path) const;

  // The kubelet process dies and is started again at once: its counters are
  // gone, its start time moves, its pages fill up over some seconds.
  void RestartKubelet();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_DEMO_SIMULATED_KUBELET_H_
