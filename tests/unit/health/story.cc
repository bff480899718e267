#include "tests/unit/health/story.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace podprobe {
namespace {

std::optional<double> AbsentIfZero(double value) {
  return value == 0 ? std::nullopt : std::optional(value);
}

std::string Uid(const std::string& uid, const std::string& name) {
  return uid.empty() ? name + "-uid" : uid;
}

Pod MakePod(const ListedPod& listed) {
  Pod pod;
  pod.pod_namespace = "shop";
  pod.name = listed.name;
  pod.uid = Uid(listed.uid, listed.name);
  pod.phase = listed.phase;
  pod.ready = listed.ready;
  if (listed.is_deleted) pod.deletion_timestamp = 1;
  if (!listed.owner.empty()) {
    pod.owner_kind = "StatefulSet";
    pod.owner_name = listed.owner;
  }
  pod.start_time = listed.start_time;
  pod.ready_transition_time = listed.ready_since;
  PodContainer container;
  container.name = "app";
  const auto probe = [&](char initial) -> std::optional<ProbeSpec> {
    if (listed.probes.find(initial) == std::string::npos) return std::nullopt;
    return ProbeSpec{.handler_type = "httpGet",
                     .handler_fingerprint = static_cast<std::size_t>(initial),
                     .initial_delay_seconds = listed.initial_delay,
                     .period_seconds = listed.period,
                     .timeout_seconds = listed.timeout,
                     .failure_threshold = listed.threshold};
  };
  container.readiness = probe('R');
  container.liveness = probe('L');
  container.startup = probe('S');
  container.started = listed.started;
  container.container_id = listed.container_id;
  container.ready = listed.ready;
  container.restart_count = listed.restart_count;
  if (listed.running_since >= 0) container.running_since = listed.running_since;
  if (!listed.last_termination.empty()) {
    container.last_termination = {.reason = listed.last_termination,
                                  .exit_code = listed.exit_code,
                                  .finished_at = listed.terminated_at};
  }
  pod.containers.push_back(std::move(container));
  return pod;
}

bool IsFailed(const ScriptEvent& event) {
  return event.items.size() == 1 && event.items[0] == std::vector<std::string>{"fail"};
}

// "5", or "+5": that much more.
void SetNumber(const std::string& text, double* number) {
  *number = (text.starts_with('+') ? *number : 0) + std::stod(text);
}

// One word of a pod's item; its times begin at `from`.
void SetListed(const std::string& word, double from, ListedPod* pod) {
  const std::size_t equals = word.find('=');
  const std::string key = word.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
  if (key == "ready" || key == "unready") {
    pod->ready = key == "ready";
    if (!value.empty()) pod->ready_since = from + std::stod(value);
  } else if (key == "id") {
    pod->container_id = value;
  } else if (key == "since") {
    pod->running_since = from + std::stod(value);
  } else if (key == "down") {
    pod->running_since = -1;
  } else if (key == "restarts") {
    pod->restart_count = value.empty() ? std::nullopt : std::optional(std::stoi(value));
  } else if (key == "ended") {  // Error@1005
    pod->last_termination = value.substr(0, value.find('@'));
    if (value.find('@') != std::string::npos) {
      pod->terminated_at = from + std::stod(value.substr(value.find('@') + 1));
    }
  } else if (key == "exit") {
    pod->exit_code = std::stoi(value);
  } else if (key == "deleted") {
    pod->is_deleted = true;
  } else if (key == "phase") {
    pod->phase = value;
  } else if (key == "owner") {
    pod->owner = value;
  } else if (key == "probes") {
    pod->probes = value;
  } else if (key == "started" || key == "starting") {
    pod->started = key == "started";
  } else if (key == "begun") {
    pod->start_time = from + std::stod(value);
  } else if (key == "period") {
    pod->period = std::stod(value);
  } else if (key == "timeout") {
    pod->timeout = std::stod(value);
  } else if (key == "threshold") {
    pod->threshold = std::stod(value);
  } else if (key == "delay") {
    pod->initial_delay = std::stod(value);
  } else if (key != "gone") {
    throw std::invalid_argument(word);
  }
}

bool IsBadLine(const std::vector<std::string>& item) {
  return item == std::vector<std::string>{"bad"};
}

// One word of a row's item.
void SetRow(const std::string& word, ContainerRow* row) {
  if (word == "gone") return;
  const std::size_t equals = word.find('=');
  const std::string key = word.substr(0, equals);
  const std::string value = word.substr(equals + 1);
  const std::map<std::string, std::optional<Measurement> ContainerRow::*> measurements = {
      {"periods", &ContainerRow::cfs_periods},
      {"throttled", &ContainerRow::cfs_throttled_periods},
      {"cpu", &ContainerRow::cpu_waiting_seconds},
      {"memory", &ContainerRow::memory_waiting_seconds},
      {"io", &ContainerRow::io_waiting_seconds}};
  const auto measurement = measurements.find(key);
  if (measurement != measurements.end()) {
    std::optional<Measurement>& measured = row->*measurement->second;
    if (!measured) measured.emplace();
    SetNumber(value, &measured->value);
  } else if (key == "set") {
    row->working_set_bytes = std::stod(value);
  } else if (key == "limit") {
    row->memory_limit_bytes = std::stod(value);
  } else {
    throw std::invalid_argument(word);
  }
}

}  // namespace

Story::Story(EngineOptions options) : options_(std::move(options)) { engine_.emplace(options_); }

Story& Story::At(double seconds) {
  now_ = {.unix_seconds = seconds + clock_offset_, .steady_seconds = seconds};
  return *this;
}

Story& Story::Probes(const std::vector<Row>& rows, double kubelet_start) {
  return Read(rows, kubelet_start, /*has_bad_lines=*/false);
}

Story& Story::BadProbes(const std::vector<Row>& rows, double kubelet_start) {
  return Read(rows, kubelet_start, /*has_bad_lines=*/true);
}

Story& Story::Read(const std::vector<Row>& rows, double kubelet_start, bool has_bad_lines) {
  ProbesReading reading;
  reading.process_start_unix_seconds = AbsentIfZero(kubelet_start);
  reading.has_bad_lines = has_bad_lines;
  for (const Row& row : rows) {
    reading.probes.push_back({.pod_namespace = "shop",
                              .pod = row.pod,
                              .pod_uid = Uid(row.uid, row.pod),
                              .container = row.container,
                              .probe_type = row.probe_type,
                              .successful = AbsentIfZero(row.successful),
                              .failed = AbsentIfZero(row.failed),
                              .unknown = AbsentIfZero(row.unknown)});
  }
  reading.histograms = std::exchange(histograms_, {});
  engine_->OnProbes(reading, {.begun = now_, .ended = now_});
  return *this;
}

Story& Story::Pods(const std::vector<ListedPod>& pods) {
  PodList list;
  std::set<std::uint64_t> known;
  for (const ListedPod& listed : pods) {
    Pod pod = MakePod(listed);
    pod.fingerprint = FingerprintOf(listed);
    if (!pod.is_finished()) known.insert(pod.fingerprint);
    if (known_fingerprints_.contains(pod.fingerprint)) {
      list.unchanged.push_back(pod.fingerprint);
    } else {
      list.pods.push_back(std::move(pod));
    }
  }
  known_fingerprints_ = std::move(known);
  engine_->OnPods(std::move(list), Times());
  return *this;
}

std::uint64_t Story::FingerprintOf(const ListedPod& pod) {
  const auto known = std::ranges::find(texts_, pod);
  const auto fingerprint = static_cast<std::uint64_t>(known - texts_.begin()) + 1;
  if (known == texts_.end()) texts_.push_back(pod);
  return fingerprint;
}

Story& Story::ContainerStart(const std::string& pod, double unix_seconds) {
  engine_->OnResource({.rows = {{.pod_namespace = "shop",
                                 .pod = pod,
                                 .container = "app",
                                 .start_unix_seconds = unix_seconds}}},
                      Times());
  return *this;
}

Story& Story::Histogram(DurationHistogram histogram) {
  histogram.pod_namespace = "shop";
  if (histogram.pod.empty()) histogram.pod = "web";
  histogram.container = "app";
  if (histogram.probe_type.empty()) histogram.probe_type = "Readiness";
  histograms_.push_back(std::move(histogram));
  return *this;
}

std::string Story::Line(std::string_view probe_type) {
  const std::string page = Page();
  const std::size_t at = page.find(probe_type);
  return at == std::string::npos ? page : page.substr(at, page.find('\n', at) - at);
}

Story& Story::Tell(std::string_view script, double from) {
  script_begin_ = from;
  for (const ScriptEvent& event : ParseScript(script)) {
    if (from + event.at < now_.steady_seconds) throw std::invalid_argument("time goes back");
    At(from + event.at);
    Happen(event);
    // As the exporter does: a page after each reading.
    engine_->TakeSnapshot(now_);
  }
  return *this;
}

void Story::Happen(const ScriptEvent& event) {
  if (event.what == "probes") return TellProbes(event);
  if (event.what == "pods") return TellPods(event);
  if (event.what == "resource" || event.what == "cadvisor") return TellRows(event);
  if (event.what == "kubelet") {
    kubelet_start_ = now_.unix_seconds;
    rows_.clear();
  } else if (event.what == "exporter") {
    engine_.emplace(options_);
    known_fingerprints_.clear();
  } else if (event.what == "clock") {
    SetNumber(event.items.at(0).at(0), &clock_offset_);
    At(now_.steady_seconds);
  } else if (event.what == "begin") {
    begun_ = now_;
  } else if (event.what != "look") {
    throw std::invalid_argument(event.what);
  }
}

void Story::TellProbes(const ScriptEvent& event) {
  if (IsFailed(event)) return engine_->OnProbesFailed(now_);
  bool has_bad_lines = false;
  for (const std::vector<std::string>& item : event.items) {
    if (IsBadLine(item)) {
      has_bad_lines = true;
      continue;
    }
    if (item[1] == "gone") {
      std::erase_if(rows_, [&](const auto& entry) { return entry.first.first == item[0]; });
      continue;
    }
    Row& row = rows_[{item[0], item[1]}];
    row.pod = item[0];
    row.probe_type = item[1];
    std::istringstream counts(item[2]);
    for (double* counter : {&row.successful, &row.failed, &row.unknown}) {
      std::string count;
      if (std::getline(counts, count, '/')) SetNumber(count, counter);
    }
  }
  std::vector<Row> rows;
  for (const auto& [key, row] : rows_) rows.push_back(row);
  Read(rows, kubelet_start_, has_bad_lines);
}

void Story::TellPods(const ScriptEvent& event) {
  if (IsFailed(event)) return engine_->OnPodsFailed(now_);
  for (const std::vector<std::string>& item : event.items) {
    const auto [pod, is_new] = listed_.try_emplace(item[0]);
    if (is_new) {
      pod->second.name = item[0];
      pod->second.probes = "RL";
    }
    for (std::size_t i = 1; i < item.size(); ++i) SetListed(item[i], script_begin_, &pod->second);
    if (item.back() == "gone") listed_.erase(pod);
  }
  std::vector<ListedPod> pods;
  for (const auto& [name, pod] : listed_) pods.push_back(pod);
  Pods(pods);
}

void Story::TellRows(const ScriptEvent& event) {
  std::set<std::string> gone;
  const bool has_bad_lines = std::ranges::any_of(event.items, IsBadLine);
  for (const std::vector<std::string>& item : event.items) {
    for (std::size_t i = 1; i < item.size(); ++i) SetRow(item[i], &containers_[item[0]]);
    if (item.back() == "gone") gone.insert(item[0]);
  }
  ContainersReading reading = {.families = {.cfs_periods = true,
                                            .cfs_throttled = true,
                                            .memory_limit = true,
                                            .cpu_pressure = true},
                               .has_bad_lines = has_bad_lines};
  for (const auto& [name, pod] : listed_) {
    if (pod.running_since < 0 || gone.contains(name)) continue;
    ContainerRow row;
    if (event.what == "cadvisor") row = containers_[name];
    row.pod_namespace = "shop";
    row.pod = name;
    row.container = "app";
    row.start_unix_seconds = pod.running_since;
    if (event.what == "cadvisor") row.id = Uid(pod.uid, pod.name) + "/" + pod.container_id;
    reading.rows.push_back(std::move(row));
  }
  if (event.what == "cadvisor") {
    engine_->OnCadvisor(reading, Times());
  } else {
    engine_->OnResource(reading, Times());
  }
}

}  // namespace podprobe
