#ifndef PODPROBE_TESTS_UNIT_HEALTH_STORY_H_
#define PODPROBE_TESTS_UNIT_HEALTH_STORY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/health/engine.h"
#include "tests/unit/health/page_text.h"
#include "tests/unit/health/script.h"

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

// One pod in /pods with one container "app".
struct ListedPod {
  std::string name = "web";
  std::string uid;
  std::string container_id = "id-1";
  double running_since = 0;  // negative: does not run
  std::optional<bool> ready = true;
  std::optional<int> restart_count = 0;
  bool is_deleted = false;
  std::string phase = "Running";
  std::string last_termination;  // its reason
  std::string owner;             // of kind StatefulSet
  std::string probes = "RLS";    // their initials
  double period = 10;
  double timeout = 1;
  double threshold = 3;
  double initial_delay = 0;
  std::optional<bool> started;
  std::optional<double> start_time;
  std::optional<double> ready_since;  // the condition's time, also where it is unready
  std::optional<double> terminated_at;
  int exit_code = 137;
  bool operator==(const ListedPod&) const = default;
};

// Tells an engine what was read at which second and renders what it then says:
//
//   Story story;
//   story.At(0).Probes({{.successful = 5}});
//   EXPECT_EQ(story.At(10).Probes({{.successful = 6}}).Page(),
//             "web Readiness steady 1/0\n");
//
// or, as a timeline (script.h), of which the state goes on from line to line:
//
//   story.Tell(R"(
//     1000          pods     web ready since=990
//     1000..1060/5  probes   web Readiness +1/0
//     1060          cadvisor web periods=+100 throttled=+90
//   )");
//
// - probes: counters, successful/failed/unknown, `+` to what they were; `web gone` takes its series
//   away; `probes fail` is a failed reading;
// - pods: what changes of a pod (SetListed in story.cc), at first sight a running and ready one
// with
//   readiness and liveness; `web gone`, `pods fail`;
// - resource, cadvisor: a row for each listed pod that runs, `web gone` for one without;
//   `cadvisor web` with periods, throttled, cpu, memory, io (waiting), set, limit;
// - `bad` among the items of a page: it has a bad line, too;
// - kubelet: its process begins anew, and so do its counters;
// - exporter: it begins anew;
// - clock: the wall clock steps so that it is so far ahead of the script's times, from which the
//   steady one does not step away;
// - begin: the next reading of pods, resource or cadvisor begins;
// - look: a page is made (as after each of the readings).
//
// What the page says is rendered by page_text.h.
class Story {
 public:
  explicit Story(EngineOptions options = {});

  Story& At(double seconds);
  // kubelet_start as in process_start_time_seconds; 0 leaves it out.
  Story& Probes(const std::vector<Row>& rows, double kubelet_start = -1000);
  Story& BadProbes(const std::vector<Row>& rows, double kubelet_start = -1000);
  // As PodListReader gives it: a pod that is listed as before comes by its fingerprint alone.
  Story& Pods(const std::vector<ListedPod>& pods);
  Story& ContainerStart(const std::string& pod, double unix_seconds);
  // On the next page of probes; of web's readiness, where it does not say otherwise.
  Story& Histogram(DurationHistogram histogram);
  // All times of the script are after `from`.
  Story& Tell(std::string_view script, double from = 0);
  std::string Page() { return Page("counts ratios near run"); }
  std::string Page(std::string_view what) { return PageText(TakeSnapshot(), what); }
  // What Page() says of the first probe of that type, from its name on; all of it without one.
  std::string Line(std::string_view probe_type);

  Engine& engine() { return *engine_; }
  Snapshot TakeSnapshot() { return engine_->TakeSnapshot(now_); }

 private:
  // Of the reading that ends now.
  ReadingTimes Times() {
    return {.begun = std::exchange(begun_, std::nullopt).value_or(now_), .ended = now_};
  }
  Story& Read(const std::vector<Row>& rows, double kubelet_start, bool has_bad_lines);
  std::uint64_t FingerprintOf(const ListedPod& pod);
  void Happen(const ScriptEvent& event);
  void TellProbes(const ScriptEvent& event);
  void TellPods(const ScriptEvent& event);
  void TellRows(const ScriptEvent& event);

  EngineOptions options_;
  std::optional<Engine> engine_;
  Instant now_;
  std::optional<Instant> begun_;
  double clock_offset_ = 0;
  double script_begin_ = 0;
  // What Tell has told.
  double kubelet_start_ = -1000;
  std::map<std::pair<std::string, std::string>, Row> rows_;  // by pod and type
  std::map<std::string, ListedPod> listed_;
  std::map<std::string, ContainerRow> containers_;
  std::vector<DurationHistogram> histograms_;  // for the next page
  std::vector<ListedPod> texts_;               // all that were listed
  std::set<std::uint64_t> known_fingerprints_;
};

}  // namespace podprobe

#endif  // PODPROBE_TESTS_UNIT_HEALTH_STORY_H_
