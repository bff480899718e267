#include "exporter/health/containers_page.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace podprobe {
namespace {

constexpr double kMillisecondsPerSecond = 1000;

// Where a family's value stands in a row, and the mark that the page has the family.
struct Field {
  std::string_view family;
  std::optional<double> ContainerRow::*value = nullptr;
  std::optional<Measurement> ContainerRow::*measurement = nullptr;
  bool EvidenceFamilies::*mark = nullptr;
};

constexpr std::array<Field, 8> kFields = {{
    {.family = "container_start_time_seconds", .value = &ContainerRow::start_unix_seconds},
    {.family = "container_memory_working_set_bytes", .value = &ContainerRow::working_set_bytes},
    {.family = "container_spec_memory_limit_bytes",
     .value = &ContainerRow::memory_limit_bytes,
     .mark = &EvidenceFamilies::memory_limit},
    {.family = "container_cpu_cfs_periods_total",
     .measurement = &ContainerRow::cfs_periods,
     .mark = &EvidenceFamilies::cfs_periods},
    {.family = "container_cpu_cfs_throttled_periods_total",
     .measurement = &ContainerRow::cfs_throttled_periods,
     .mark = &EvidenceFamilies::cfs_throttled},
    {.family = "container_pressure_cpu_waiting_seconds_total",
     .measurement = &ContainerRow::cpu_waiting_seconds,
     .mark = &EvidenceFamilies::cpu_pressure},
    {.family = "container_pressure_memory_waiting_seconds_total",
     .measurement = &ContainerRow::memory_waiting_seconds,
     .mark = &EvidenceFamilies::memory_pressure},
    {.family = "container_pressure_io_waiting_seconds_total",
     .measurement = &ContainerRow::io_waiting_seconds,
     .mark = &EvidenceFamilies::io_pressure},
}};

constexpr std::string_view kScrapeError = "resource_scrape_error";
// Beside the indexes of kFields.
constexpr std::uint8_t kScrapeErrorField = kFields.size();

bool IsEmpty(const ContainerRow& row) {
  for (const Field& field : kFields) {
    if (field.value != nullptr && row.*field.value) return false;
    if (field.measurement != nullptr && row.*field.measurement) return false;
  }
  return true;
}

void ClearValues(ContainerRow* row) {
  for (const Field& field : kFields) {
    if (field.value != nullptr) (row->*field.value).reset();
    if (field.measurement != nullptr) (row->*field.measurement).reset();
  }
}

}  // namespace

std::vector<std::string> ContainersPage::Families() {
  std::vector<std::string> families = {std::string(kScrapeError)};
  for (const Field& field : kFields) families.emplace_back(field.family);
  return families;
}

void ContainersPage::OnSample(const Sample& sample) {
  if (is_taken_) BeginPage();
  Target target = {.field = kScrapeErrorField};
  if (sample.name != kScrapeError) {
    const auto* const field = std::ranges::find(kFields, sample.name, &Field::family);
    if (field == kFields.end() || !std::isfinite(sample.value)) return;
    target = {.row = RowOf(sample), .field = static_cast<std::uint8_t>(field - kFields.begin())};
  }
  Keep(sample, target);
  Store(target, sample.value, sample.timestamp_ms);
}

bool ContainersPage::OnKnownSample(const KnownSample& sample) {
  if (is_taken_) BeginPage();
  if (sample.series_index >= places_.size()) return false;
  const Place& place = places_[sample.series_index];
  if (place.series_id != sample.series_id) return false;
  Store(place.target, sample.value, sample.timestamp_ms);
  return true;
}

void ContainersPage::OnError(const ParseError& /*error*/) {
  if (is_taken_) BeginPage();
  reading_.has_bad_lines = true;
}

void ContainersPage::BeginPage() {
  is_taken_ = false;
  if (has_moved_) {
    has_moved_ = false;
    row_at_.Clear();
    // Room for a burst of pods goes with them.
    reading_.rows = std::vector<ContainerRow>();
    texts_.Clear();
    places_ = std::vector<Place>();
  }
  for (ContainerRow& row : reading_.rows) ClearValues(&row);
  reading_.families = {};
  reading_.has_bad_lines = false;
  reading_.has_scrape_error = false;
}

void ContainersPage::Keep(const Sample& sample, const Target& target) {
  if (sample.series_id == 0 || sample.series_id > UINT32_MAX) return;
  if (sample.series_index >= places_.size()) places_.resize(sample.series_index + 1);
  places_[sample.series_index] = {.series_id = static_cast<std::uint32_t>(sample.series_id),
                                  .target = target};
}

void ContainersPage::Store(const Target& target, double value,
                           std::optional<std::int64_t> timestamp_ms) {
  if (target.field == kScrapeErrorField) {
    reading_.has_scrape_error = value != 0;
    return;
  }
  if (!std::isfinite(value)) return;
  const Field& field = kFields[target.field];
  if (field.mark != nullptr) reading_.families.*field.mark = true;
  if (target.row == kNoRow) return;
  ContainerRow& row = reading_.rows[target.row];
  if (field.value != nullptr) {
    // Of two pods of one name the younger speaks.
    const bool is_older = field.value == &ContainerRow::start_unix_seconds &&
                          row.start_unix_seconds.value_or(0) > value;
    if (!is_older) row.*field.value = value;
    return;
  }
  Measurement measured = {.value = value};
  if (timestamp_ms) {
    measured.unix_seconds = static_cast<double>(*timestamp_ms) / kMillisecondsPerSecond;
  }
  row.*field.measurement = measured;
}

// cAdvisor also has rows for slices, pods and sandboxes: no container name, or POD.
std::uint32_t ContainersPage::RowOf(const Sample& sample) {
  std::string_view pod_namespace, pod, container, id;
  for (const Label& label : sample.labels) {
    if (label.name == "namespace") pod_namespace = label.value;
    if (label.name == "pod") pod = label.value;
    if (label.name == "container") container = label.value;
    if (label.name == "id") id = label.value;
  }
  if (container.empty() || container == "POD" || pod.empty()) return kNoRow;
  const RowKey key = {pod_namespace, pod, container, id};
  if (const std::optional<std::uint32_t> known = row_at_.Find(key)) return *known;
  const auto index = static_cast<std::uint32_t>(reading_.rows.size());
  reading_.rows.push_back({.pod_namespace = texts_.Share(pod_namespace),
                           .pod = texts_.Share(pod),
                           .container = texts_.Share(container),
                           .id = texts_.Share(id)});
  row_at_.Add(index);
  return index;
}

const ContainersReading& ContainersPage::Take() {
  static const ContainersReading kNothing;
  if (is_taken_) return kNothing;
  is_taken_ = true;
  if (std::erase_if(reading_.rows, IsEmpty) > 0) has_moved_ = true;
  return reading_;
}

}  // namespace podprobe
