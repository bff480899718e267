#include "exporter/health/probes_page.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

namespace podprobe {
namespace {

constexpr std::string_view kTotal = "prober_probe_total";
constexpr std::string_view kBucketName = "prober_probe_duration_seconds_bucket";
constexpr std::string_view kCountName = "prober_probe_duration_seconds_count";
constexpr std::string_view kSumName = "prober_probe_duration_seconds_sum";
constexpr std::string_view kProcessStartName = "process_start_time_seconds";

bool IsCount(double value) { return std::isfinite(value) && value >= 0; }

std::optional<double> ParseBound(std::string_view text) {
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  double bound = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bound);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (std::isnan(bound)) return std::nullopt;
  return bound;
}

// A bucket that the page has not had yet.
constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

// The labels by which an entry is found.
constexpr std::array<std::string_view, 5> kEntryLabels = {"namespace", "pod", "pod_uid",
                                                          "container", "probe_type"};

OtherCounter::Result ResultOf(std::string_view result) {
  if (result == "successful") return OtherCounter::Result::kSuccessful;
  if (result == "failed") return OtherCounter::Result::kFailed;
  return OtherCounter::Result::kUnknown;
}

bool IsEmpty(const ProbeCounters& probe) {
  return !probe.successful && !probe.failed && !probe.unknown && probe.others.empty();
}
bool IsEmpty(const DurationHistogram& histogram) {
  return histogram.buckets.empty() && !histogram.count;
}

}  // namespace

// The labels of one sample, as views into the parser's buffer.
struct ProbesPage::Labels {
  std::string_view pod_namespace, pod, pod_uid, container, probe_type, result, le;
  bool has_more = false;  // a label that no kubelet has yet

  explicit Labels(const Sample& sample) {
    for (const Label& label : sample.labels) {
      std::string_view* const own = Find(label.name);
      if (own != nullptr) *own = label.value;
      has_more = has_more || (own == nullptr && !label.value.empty());
    }
  }
  // The member for a label; null for one that no kubelet has.
  std::string_view* Find(std::string_view name);
};

std::string_view* ProbesPage::Labels::Find(std::string_view name) {
  if (name == "namespace") return &pod_namespace;
  if (name == "pod") return &pod;
  if (name == "pod_uid") return &pod_uid;
  if (name == "container") return &container;
  if (name == "probe_type") return &probe_type;
  if (name == "result") return &result;
  if (name == "le") return &le;
  return nullptr;
}

template <typename Entry>
std::uint32_t ProbesPage::FindEntry(const Labels& labels, std::vector<Entry>* entries,
                                    Index<Entry>* at) {
  constexpr bool kHasUid = std::is_same_v<Entry, ProbeCounters>;
  const SeriesKey key = {labels.pod_namespace, labels.pod,
                         kHasUid ? labels.pod_uid : std::string_view(), labels.container,
                         labels.probe_type};
  if (const std::optional<std::uint32_t> known = at->Find(key)) return *known;
  const auto index = static_cast<std::uint32_t>(entries->size());
  Entry& added = entries->emplace_back();
  added.pod_namespace = texts_.Share(labels.pod_namespace);
  added.pod = texts_.Share(labels.pod);
  if constexpr (kHasUid) added.pod_uid = texts_.Share(labels.pod_uid);
  added.container = texts_.Share(labels.container);
  added.probe_type = texts_.Share(labels.probe_type);
  added.id = ++last_id_;
  at->Add(index);
  return index;
}

std::vector<std::string> ProbesPage::Families() {
  return {std::string(kTotal), "prober_probe_duration_seconds", std::string(kProcessStartName)};
}

void ProbesPage::OnSample(const Sample& sample) {
  if (is_taken_) BeginPage();
  const std::optional<Target> target = FindTarget(sample);
  if (!target) return;
  Keep(sample, *target);
  Store(*target, sample.value);
}

bool ProbesPage::OnKnownSample(const KnownSample& sample) {
  if (is_taken_) BeginPage();
  if (sample.series_index >= places_.size()) return false;
  const Place& place = places_[sample.series_index];
  if (place.series_id != sample.series_id) return false;
  // A value that is none is told with the sample's name.
  if (place.kind != Kind::kNone && !IsCount(sample.value)) return false;
  Store({.kind = place.kind, .entry = place.entry, .bucket = place.bucket}, sample.value);
  return true;
}

void ProbesPage::OnError(const ParseError&) {
  if (is_taken_) BeginPage();
  reading_.has_bad_lines = true;
}

void ProbesPage::BeginPage() {
  is_taken_ = false;
  bad_values_.clear();
  reading_.process_start_unix_seconds.reset();
  reading_.has_bad_lines = false;
  if (has_moved_) {
    has_moved_ = false;
    ForgetEntries();
  }
  for (ProbeCounters& probe : reading_.probes) {
    probe.successful.reset();
    probe.failed.reset();
    probe.unknown.reset();
    for (OtherCounter& other : probe.others) other.value.reset();
  }
  for (DurationHistogram& histogram : reading_.histograms) {
    histogram.count.reset();
    histogram.sum.reset();
    for (DurationHistogram::Bucket& bucket : histogram.buckets) bucket.count = kAbsent;
  }
}

void ProbesPage::ForgetEntries() {
  probes_at_.Clear();
  histograms_at_.Clear();
  // Room for a burst of pods goes with them.
  reading_.probes = std::vector<ProbeCounters>();
  reading_.histograms = std::vector<DurationHistogram>();
  texts_.Clear();
  places_ = std::vector<Place>();
}

void ProbesPage::Keep(const Sample& sample, const Target& target) {
  // What does not fit is looked for again on the next page.
  if (sample.series_id == 0 || sample.series_id > UINT32_MAX || target.bucket > UINT16_MAX) return;
  if (sample.series_index >= places_.size()) places_.resize(sample.series_index + 1);
  places_[sample.series_index] = {.series_id = static_cast<std::uint32_t>(sample.series_id),
                                  .entry = target.entry,
                                  .bucket = static_cast<std::uint16_t>(target.bucket),
                                  .kind = target.kind};
}

std::optional<ProbesPage::Target> ProbesPage::FindTarget(const Sample& sample) {
  const bool is_total = sample.name == kTotal;
  const bool is_bucket = sample.name == kBucketName;
  const bool is_count = sample.name == kCountName;
  const bool is_sum = sample.name == kSumName;
  const bool is_process_start = sample.name == kProcessStartName;
  if (!is_total && !is_bucket && !is_count && !is_sum && !is_process_start) return Target();
  if (!IsCount(sample.value)) {
    NoteBadValue(sample);
    return std::nullopt;
  }
  if (is_process_start) return Target{.kind = Kind::kProcessStart};

  const Labels labels(sample);
  if (is_total) return TotalTarget(sample, labels);
  const std::optional<double> bound = is_bucket ? ParseBound(labels.le) : std::nullopt;
  if (is_bucket && !bound) {
    bad_values_.push_back(std::string(sample.name) + ": le=\"" + std::string(labels.le) +
                          "\" is no number");
    reading_.has_bad_lines = true;
    return std::nullopt;
  }
  const std::uint32_t entry = FindEntry(labels, &reading_.histograms, &histograms_at_);
  if (is_count) return Target{.kind = Kind::kCount, .entry = entry};
  if (is_sum) return Target{.kind = Kind::kSum, .entry = entry};
  return BucketTarget(entry, *bound);
}

ProbesPage::Target ProbesPage::TotalTarget(const Sample& sample, const Labels& labels) {
  const std::uint32_t entry = FindEntry(labels, &reading_.probes, &probes_at_);
  const OtherCounter::Result result = ResultOf(labels.result);
  const bool is_known = result != OtherCounter::Result::kUnknown || labels.result == "unknown";
  if (labels.has_more || !is_known) return OtherTarget(entry, sample, result);
  return {.kind = result == OtherCounter::Result::kSuccessful ? Kind::kSuccessful
                  : result == OtherCounter::Result::kFailed   ? Kind::kFailed
                                                              : Kind::kUnknown,
          .entry = entry};
}

ProbesPage::Target ProbesPage::OtherTarget(std::uint32_t entry, const Sample& sample,
                                           OtherCounter::Result result) {
  std::vector<std::pair<std::string_view, std::string_view>> labels;
  for (const Label& label : sample.labels) {
    if (std::ranges::find(kEntryLabels, label.name) != kEntryLabels.end()) continue;
    if (!label.value.empty()) labels.emplace_back(label.name, label.value);
  }
  std::ranges::sort(labels);
  std::string series;
  for (const auto& [name, value] : labels) {
    series.append(name).append("=").append(value).push_back('\0');
  }
  std::vector<OtherCounter>& others = reading_.probes[entry].others;
  auto other = std::ranges::find_if(
      others, [&series](const OtherCounter& known) { return known.series == series; });
  if (other == others.end()) {
    other = others.insert(other, {.series = texts_.Share(series), .result = result, .value = {}});
  }
  return {.kind = Kind::kOther,
          .entry = entry,
          .bucket = static_cast<std::uint32_t>(other - others.begin())};
}

ProbesPage::Target ProbesPage::BucketTarget(std::uint32_t entry, double upper_bound) {
  std::vector<DurationHistogram::Bucket>& buckets = reading_.histograms[entry].buckets;
  auto bucket = buckets.end();
  const bool is_next = buckets.empty() || buckets.back().upper_bound < upper_bound;
  if (!is_next || has_unsorted_buckets_) {
    bucket = std::find_if(buckets.begin(), buckets.end(), [&](const auto& candidate) {
      return candidate.upper_bound == upper_bound;
    });
    if (bucket == buckets.end() && !is_next) has_unsorted_buckets_ = true;
  }
  const auto index = static_cast<std::uint32_t>(bucket - buckets.begin());
  if (bucket == buckets.end()) {
    buckets.push_back({.upper_bound = upper_bound, .count = kAbsent});
    reading_.histograms[entry].bounds_id = 0;
  }
  return {.kind = Kind::kBucket, .entry = entry, .bucket = index};
}

void ProbesPage::Store(const Target& target, double value) {
  switch (target.kind) {
    case Kind::kNone:
      return;
    case Kind::kProcessStart:
      reading_.process_start_unix_seconds = value;
      return;
    case Kind::kSuccessful:
      reading_.probes[target.entry].successful = value;
      return;
    case Kind::kFailed:
      reading_.probes[target.entry].failed = value;
      return;
    case Kind::kUnknown:
      reading_.probes[target.entry].unknown = value;
      return;
    case Kind::kOther:
      reading_.probes[target.entry].others[target.bucket].value = value;
      return;
    case Kind::kCount:
      reading_.histograms[target.entry].count = value;
      return;
    case Kind::kSum:
      reading_.histograms[target.entry].sum = value;
      return;
    case Kind::kBucket:
      reading_.histograms[target.entry].buckets[target.bucket].count = value;
      return;
  }
}

void ProbesPage::NoteBadValue(const Sample& sample) {
  bad_values_.push_back(std::string(sample.name) + ": a value that is negative or not finite");
  reading_.has_bad_lines = true;
}

const ProbesReading& ProbesPage::Take() {
  static const ProbesReading kNothing;
  if (is_taken_) return kNothing;
  is_taken_ = true;
  RemoveAbsent();
  if (has_unsorted_buckets_) SortBuckets();
  return reading_;
}

void ProbesPage::RemoveAbsent() {
  std::size_t removed = 0;
  for (DurationHistogram& histogram : reading_.histograms) {
    const std::size_t absent = std::erase_if(
        histogram.buckets, [](const auto& bucket) { return std::isnan(bucket.count); });
    removed += absent;
    if (absent > 0 || histogram.bounds_id == 0) histogram.bounds_id = ++last_id_;
  }
  for (ProbeCounters& probe : reading_.probes) {
    removed += std::erase_if(probe.others, [](const auto& other) { return !other.value; });
  }
  const auto is_empty = [](const auto& entry) { return IsEmpty(entry); };
  removed += std::erase_if(reading_.histograms, is_empty);
  removed += std::erase_if(reading_.probes, is_empty);
  if (removed > 0) has_moved_ = true;
}

void ProbesPage::SortBuckets() {
  for (DurationHistogram& histogram : reading_.histograms) {
    std::sort(histogram.buckets.begin(), histogram.buckets.end(),
              [](const auto& a, const auto& b) { return a.upper_bound < b.upper_bound; });
    histogram.bounds_id = ++last_id_;
  }
  has_unsorted_buckets_ = false;
  has_moved_ = true;
}

}  // namespace podprobe
