#include "exporter/web/page_words.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "exporter/exposition/text_writer.h"

namespace podprobe {
namespace {

using Words = std::pair<std::string_view, std::string_view>;

template <std::size_t kCount>
std::string_view Find(const Words (&words)[kCount], std::string_view name) {
  for (const auto& [key, text] : words) {
    if (key == name) return text;
  }
  return name;
}

}  // namespace

std::string DurationWords(double seconds) {
  struct Unit {
    long seconds;
    const char* name;
  };
  constexpr Unit kUnits[] = {{86'400, " d"}, {3'600, " h"}, {60, " min"}};
  constexpr double kMaxSeconds = 1e10;
  const long whole = std::lround(std::clamp(seconds, 0.0, kMaxSeconds));
  for (std::size_t i = 0; i < std::size(kUnits); ++i) {
    const Unit& unit = kUnits[i];
    if (whole < unit.seconds) continue;
    std::string words = std::to_string(whole / unit.seconds) + unit.name;
    if (i + 1 == std::size(kUnits)) return words;
    const long rest = whole % unit.seconds / kUnits[i + 1].seconds;
    if (rest > 0) words.append(" ").append(std::to_string(rest)).append(kUnits[i + 1].name);
    return words;
  }
  return std::to_string(whole) + " s";
}

std::string PercentWords(double ratio) {
  return FormatValue(std::round(std::clamp(ratio, 0.0, 1.0) * 100)) + " %";
}

std::string_view StateWords(Condition condition) {
  switch (condition) {
    case Condition::kPassing:
      return "passing";
    case Condition::kNotRunning:
      return "not running";
    case Condition::kActing:
      return "acting";
    case Condition::kStalled:
      return "stalled";
    case Condition::kInitializing:
      return "initializing";
    case Condition::kFailing:
      return "failing";
  }
  return "";
}

std::string_view StateMeaning(Condition condition) {
  switch (condition) {
    case Condition::kPassing:
      return "Its last result was a success.";
    case Condition::kNotRunning:
      return "Its container does not run: there is nothing to probe.";
    case Condition::kActing:
      return "It failed as often as its threshold says: the kubelet restarts the container, or "
             "keeps traffic away from the pod.";
    case Condition::kStalled:
      return "It should be probed and is not.";
    case Condition::kInitializing:
      return "Its container is starting and had no success yet.";
    case Condition::kFailing:
      return "Its last results were failures, fewer than its threshold.";
  }
  return "";
}

std::string_view CauseWords(std::string_view cause) {
  constexpr Words kWords[] = {{"kubelet_restart", "the kubelet restarted"},
                              {"terminating", "the pod is terminating"},
                              {"oom_killed", "out of memory, killed"},
                              {"node_wide", "many workloads on this node fail together"},
                              {"startup", "still starting"},
                              {"cpu_throttling", "CPU throttled by its limit"},
                              {"memory_pressure", "short of memory"},
                              {"cpu_pressure", "waits for CPU"},
                              {"io_pressure", "waits for disk"},
                              {"slow_response", "answers close to the timeout"},
                              {"unexplained", "nothing seen on this node explains it"}};
  return Find(kWords, cause);
}

std::string_view ReasonOfRestart(std::string_view reason) {
  constexpr Words kWords[] = {{"oom_killed", "out of memory, killed"},
                              {"startup", "its startup probe failed"},
                              {"liveness", "its liveness probe failed"},
                              {"completed", "it ended by itself, without an error"},
                              {"error", "it ended with an error"},
                              {"unknown", "how it ended is not known"}};
  return Find(kWords, reason);
}

std::string_view SignalWords(std::string_view signal) {
  constexpr Words kWords[] = {{"cpu_throttled", "CPU throttled"},
                              {"memory_limit", "memory of limit"},
                              {"cpu_pressure", "waiting for CPU"},
                              {"memory_pressure", "waiting for memory"},
                              {"io_pressure", "waiting for disk"}};
  return Find(kWords, signal);
}

std::string_view RuleWords(std::string_view rule) {
  constexpr Words kWords[] = {
      {"timeout_not_below_period", "The timeout is not below the period: make it shorter."},
      {"liveness_same_as_readiness",
       "Liveness asks what readiness asks, and acts no later: give it a higher threshold."},
      {"threshold_one", "A single failure restarts the container: raise failureThreshold."},
      {"exec_often", "A command runs every few seconds: 5 s or more costs the node less."},
      {"exec_timeout_1s", "A command has 1 s to answer: a busy node needs more."},
      {"slow_start_without_startup_probe",
       "Liveness fails while it starts: a startup probe gives it the time."},
      {"tight_timeout", "Answers come close to the timeout: raise it before load does."}};
  return Find(kWords, rule);
}

std::string_view ReasonWords(const PodSnapshot* pod, const ProbeSnapshot& probe,
                             const ContainerProbe& container) {
  if (container.condition == Condition::kPassing) return "";
  if (container.condition == Condition::kStalled) {
    return "no attempt is counted: the probe errors, or the kubelet is stuck";
  }
  if (pod == nullptr || pod->events == nullptr) return "";
  // What does not run was not ended by what its probes say, but by what restarted it last.
  const bool is_restart = container.condition == Condition::kNotRunning;
  const auto is_its = [&](const PodEvent& event) {
    return event.container == container.container &&
           event.probe_type == (is_restart ? "" : probe.labels.probe_type);
  };
  const auto last = std::find_if(pod->events->rbegin(), pod->events->rend(), is_its);
  if (last == pod->events->rend()) return "";
  return is_restart ? ReasonOfRestart(last->cause) : CauseWords(last->cause);
}

std::string RunWords(const ContainerProbe& container) {
  const double failures = container.consecutive_failures.value_or(0);
  if (failures <= 0) return "";
  return FormatValue(failures) + (failures == 1 ? " failure" : " failures in a row");
}

std::string WhyWords(const PodSnapshot* pod, const ProbeSnapshot& probe,
                     const ContainerProbe& container) {
  std::string words = RunWords(container);
  const std::string_view reason = ReasonWords(pod, probe, container);
  if (!words.empty() && !reason.empty()) words += ": ";
  return words.append(reason);
}

std::string_view NextWords(const ProbeSnapshot& probe, const ContainerProbe& container) {
  if (container.forecast) return container.forecast->action;
  switch (container.condition) {
    case Condition::kActing:
      return probe.labels.probe_type == "Readiness" ? "gets no traffic" : "is restarted";
    case Condition::kNotRunning:
      return "waits for its container";
    default:
      return "";
  }
}

}  // namespace podprobe
