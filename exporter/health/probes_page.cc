#include "exporter/health/probes_page.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

namespace podprobe {
namespace {

constexpr std::string_view kTotal = "prober_probe_total";
constexpr std::string_view kBucket = "prober_probe_duration_seconds_bucket";
constexpr std::string_view kCount = "prober_probe_duration_seconds_count";
constexpr std::string_view kProcessStart = "process_start_time_seconds";

bool IsCount(double value) { return std::isfinite(value) && value >= 0; }

std::optional<double> ParseBound(std::string_view text) {
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  double bound = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bound);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return bound;
}

}  // namespace

// The labels of one sample, as views into the parser's buffer.
struct ProbesPage::Labels {
  std::string_view pod_namespace, pod, pod_uid, container, probe_type, result, le;

  explicit Labels(const Sample& sample) {
    for (const Label& label : sample.labels) {
      if (label.name == "namespace") pod_namespace = label.value;
      if (label.name == "pod") pod = label.value;
      if (label.name == "pod_uid") pod_uid = label.value;
      if (label.name == "container") container = label.value;
      if (label.name == "probe_type") probe_type = label.value;
      if (label.name == "result") result = label.value;
      if (label.name == "le") le = label.value;
    }
  }

  // Whether `entry` is about the same container's probe.
  template <typename Entry>
  bool NameSameProbeAs(const Entry& entry) const {
    return entry.container == container && entry.pod == pod && entry.probe_type == probe_type &&
           entry.pod_namespace == pod_namespace;
  }

  std::string Key() const {
    std::string key;
    for (const std::string_view part : {pod_namespace, pod, pod_uid, container, probe_type}) {
      key.append(part);
      key.push_back('\0');
    }
    return key;
  }

  // The entry of `entries` that these labels name, made when there is none.
  template <typename Entry>
  Entry& FindIn(std::vector<Entry>* entries,
                absl::flat_hash_map<std::string, std::size_t>* at) const {
    const auto [found, is_new] = at->try_emplace(Key(), entries->size());
    if (!is_new) return (*entries)[found->second];
    Entry& added = entries->emplace_back();
    added.pod_namespace = pod_namespace;
    added.pod = pod;
    added.container = container;
    added.probe_type = probe_type;
    return added;
  }
};

std::vector<std::string> ProbesPage::Families() {
  return {std::string(kTotal), "prober_probe_duration_seconds", std::string(kProcessStart)};
}

void ProbesPage::OnSample(const Sample& sample) {
  const bool is_ours = sample.name == kTotal || sample.name == kBucket || sample.name == kCount ||
                       sample.name == kProcessStart;
  if (!is_ours) return;
  if (!IsCount(sample.value)) {
    bad_values_.push_back(std::string(sample.name) + ": a value that is negative or not finite");
    reading_.has_bad_lines = true;
    return;
  }
  if (sample.name == kProcessStart) {
    reading_.process_start_unix_seconds = sample.value;
    return;
  }
  const Labels labels(sample);
  if (sample.name == kTotal) {
    AddCounter(labels, sample.value);
  } else if (sample.name == kCount) {
    Histogram(labels).count = sample.value;
  } else if (const std::optional<double> bound = ParseBound(labels.le)) {
    Histogram(labels).buckets[*bound] = sample.value;
  } else {
    bad_values_.push_back(std::string(sample.name) + ": le=\"" + std::string(labels.le) +
                          "\" is no number");
    reading_.has_bad_lines = true;
  }
}

void ProbesPage::OnError(const ParseError&) { reading_.has_bad_lines = true; }

void ProbesPage::AddCounter(const Labels& labels, double value) {
  ProbeCounters& counters = labels.FindIn(&reading_.probes, &counters_at_);
  counters.pod_uid = labels.pod_uid;
  if (labels.result == "successful") {
    counters.successful = value;
  } else if (labels.result == "failed") {
    counters.failed = value;
  } else {
    counters.unknown = counters.unknown.value_or(0) + value;
  }
}

DurationHistogram& ProbesPage::Histogram(const Labels& labels) {
  // The buckets of one histogram mostly follow each other.
  if (!reading_.histograms.empty() && labels.NameSameProbeAs(reading_.histograms.back())) {
    return reading_.histograms.back();
  }
  return labels.FindIn(&reading_.histograms, &histograms_at_);
}

ProbesReading ProbesPage::Take() {
  bad_values_.clear();
  counters_at_.clear();
  histograms_at_.clear();
  return std::exchange(reading_, ProbesReading());
}

}  // namespace podprobe
