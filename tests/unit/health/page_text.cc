#include "tests/unit/health/page_text.h"

#include <map>
#include <set>
#include <sstream>

namespace podprobe {
namespace {

// What a page is asked for.
class Words {
 public:
  explicit Words(std::string_view what) {
    std::istringstream text{std::string(what)};
    for (std::string word; text >> word;) {
      if (word.starts_with('@')) {
        pods_.insert(word.substr(1));
      } else if (word == "Readiness" || word == "Liveness" || word == "Startup") {
        types_.insert(word);
      } else {
        words_.insert(word);
      }
    }
  }
  bool Ask(const std::string& word) const { return words_.contains(word); }
  bool AskPod(const std::string& pod) const { return pods_.empty() || pods_.contains(pod); }
  bool AskType(const std::string& type) const { return types_.empty() || types_.contains(type); }

 private:
  std::set<std::string> words_, pods_, types_;
};

template <typename T>
void Add(const Words& words, const std::string& word, std::string_view prefix,
         const std::optional<T>& value, std::ostringstream* line) {
  if (words.Ask(word) && value) *line << prefix << *value;
}

void AddContainer(const Words& words, const ContainerProbe& probe, std::ostringstream* line) {
  Add(words, "run", " run=", probe.consecutive_failures, line);
  if (words.Ask("state") && probe.condition != Condition::kPassing) {
    *line << " " << ConditionName(probe.condition);
  }
  Add(words, "since", " since=", probe.failing_since_unix, line);
  Add(words, "success", " success=", probe.last_success_unix, line);
  if (words.Ask("forecast") && probe.forecast) {
    *line << " " << probe.forecast->action << "_in=" << probe.forecast->seconds;
  }
  Add(words, "budget", " budget=", probe.startup_budget_used, line);
  if (words.Ask("evidence")) {
    for (const SignalRatio& signal : probe.evidence) {
      *line << " " << signal.signal << "=" << signal.ratio;
    }
  }
  if (words.Ask("settings") && probe.are_settings_served) {
    *line << " " << probe.settings->period_seconds << "s/" << probe.settings->timeout_seconds
          << "s/" << probe.settings->failure_threshold;
  }
}

std::string ProbeText(const Words& words, const ProbeSnapshot& probe) {
  std::ostringstream line;
  line.precision(10);
  for (const PhaseCounts& phase : probe.phases) {
    if (!words.Ask("counts")) break;
    line << " " << phase.phase << " " << phase.attempts << "/" << phase.failures;
  }
  for (const WindowRatio& ratio : probe.success_ratios) {
    if (words.Ask("ratios")) line << " r" << ratio.window << "=" << ratio.ratio;
  }
  if (words.Ask("near") && probe.near_timeout_ratio) {
    line << " near=" << probe.near_timeout_ratio->ratio;
  }
  Add(words, "headroom", " headroom=", probe.timeout_headroom_ratio, &line);
  for (const CauseCount& cause : probe.causes) {
    if (words.Ask("causes")) line << " " << cause.cause << ":" << cause.failures;
  }
  for (const ContainerProbe& container : probe.containers) AddContainer(words, container, &line);
  return line.str();
}

std::string ProbeName(const ProbeLabels& labels) {
  const bool has_workload = !labels.workload.empty() && labels.workload_type != "barepod";
  std::string name = labels.pod;
  if (has_workload) {
    if (!name.empty()) name += " ";
    name += "(" + labels.workload_type + " " + labels.workload + ")";
  }
  return name + " " + labels.probe_type;
}

void AddPod(const Words& words, const PodSnapshot& pod, std::ostringstream* page) {
  const std::string& name = pod.labels.pod.empty() ? pod.labels.workload : pod.labels.pod;
  if (words.Ask("restarts") && !pod.restarts.empty()) {
    *page << name << " restarts";
    for (const RestartCount& restarts : pod.restarts) {
      *page << " " << restarts.reason << ":" << restarts.restarts;
    }
    *page << "\n";
  }
  if (words.Ask("unready") && pod.unready) {
    *page << name << " unready " << pod.unready->transitions << "/" << pod.unready->seconds << "\n";
  }
}

void AddNode(const Words& words, const Snapshot& snapshot, std::ostringstream* page) {
  const NodeSnapshot& node = snapshot.node;
  if (words.Ask("states")) {
    std::map<std::string, std::string> states;
    for (const ConditionCount& count : node.probes) {
      if (count.probes == 0) continue;
      std::ostringstream text;
      text << " " << ConditionName(count.condition) << "=" << count.probes;
      states[count.probe_type] += text.str();
    }
    for (const auto& [type, text] : states) *page << "node " << type << text << "\n";
  }
  if (words.Ask("containers")) {
    for (const ContainerCount& count : node.containers) {
      *page << "node " << count.probe_type << (count.is_probed ? " probed=" : " unprobed=")
            << count.containers << "\n";
    }
  }
  if (words.Ask("workloads") && node.probed_workloads) {
    *page << "node workloads " << *node.failing_workloads << "/" << *node.probed_workloads << "\n";
  }
  if (words.Ask("incident") && node.is_incident) {
    *page << "node incident " << *node.is_incident << "\n";
  }
  if (words.Ask("stale") && node.stale_pods) *page << "node stale " << *node.stale_pods << "\n";
  if (words.Ask("missing")) {
    *page << "node missing";
    for (const std::string_view signal : node.missing_evidence) *page << " " << signal;
    *page << "\n";
  }
  if (words.Ask("kubelet")) *page << "kubelet restarts " << snapshot.kubelet.restarts << "\n";
}

}  // namespace

std::string PageText(const Snapshot& snapshot, std::string_view what) {
  const Words words(what);
  std::ostringstream page;
  page.precision(10);
  for (const ProbeSnapshot& probe : snapshot.probes) {
    if (!words.AskPod(probe.labels.pod) || !words.AskType(probe.labels.probe_type)) continue;
    const std::string text = ProbeText(words, probe);
    if (!text.empty()) page << ProbeName(probe.labels) << text << "\n";
  }
  for (const PodSnapshot& pod : snapshot.pods) {
    if (words.AskPod(pod.labels.pod)) AddPod(words, pod, &page);
  }
  for (const SpecFinding& finding : snapshot.spec_findings) {
    if (words.Ask("findings"))
      page << "finding " << finding.probe_type << " " << finding.rule << "\n";
  }
  AddNode(words, snapshot, &page);
  return page.str();
}

}  // namespace podprobe
