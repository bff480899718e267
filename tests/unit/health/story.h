#ifndef PODPROBE_TESTS_UNIT_HEALTH_STORY_H_
#define PODPROBE_TESTS_UNIT_HEALTH_STORY_H_

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "exporter/health/engine.h"

namespace podprobe {

// One probe's counters on a page; 0 means that the series is not there.
struct Row {
  std::string pod = "web";
  std::string probe_type = "Readiness";
  double successful = 0;
  double failed = 0;
  double unknown = 0;
  std::string uid;  // empty: the pod's name with "-uid"
  std::string container = "app";
};

// One pod in /pods with one container "app" that has a readiness, a liveness and a startup
// probe: period 10 s, timeout 1 s, threshold 3.
struct ListedPod {
  std::string name = "web";
  std::string uid;
  std::string container_id = "id-1";
  double running_since = 0;  // negative: does not run
  std::optional<bool> ready = true;
  int restart_count = 0;
  bool is_deleted = false;
  std::string phase = "Running";
  std::string last_termination;  // its reason
  std::string owner;             // of kind StatefulSet
};

// Tells an engine what was read at which second and renders what it then says:
//
//   Story story;
//   story.At(0).Probes({{.successful = 5}});
//   EXPECT_EQ(story.At(10).Probes({{.successful = 6}}).Page(),
//             "web Readiness steady 1/0\n");
//
// A page has one line per probe: pod, workload if known, type, then attempts/failures by phase,
// r5m and r1h for ratios, near for the near-timeout ratio, run for consecutive failures.
class Story {
 public:
  explicit Story(EngineOptions options = {});

  Story& At(double seconds);
  // kubelet_start as in process_start_time_seconds; 0 leaves it out.
  Story& Probes(const std::vector<Row>& rows, double kubelet_start = -1000);
  Story& BadProbes(const std::vector<Row>& rows, double kubelet_start = -1000);
  Story& Pods(const std::vector<ListedPod>& pods);
  Story& ContainerStart(const std::string& pod, double unix_seconds);
  Story& Histogram(DurationHistogram histogram);
  std::string Page();

  Engine& engine() { return engine_; }
  Snapshot TakeSnapshot() { return engine_.TakeSnapshot(now_); }

 private:
  ReadingTimes Times() const { return {.begun = now_, .ended = now_}; }
  Story& Read(const std::vector<Row>& rows, double kubelet_start, bool has_bad_lines);

  Engine engine_;
  Instant now_;
  std::vector<DurationHistogram> histograms_;  // for the next page
};

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_HEALTH_STORY_H_
