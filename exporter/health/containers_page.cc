#include "exporter/health/containers_page.h"

#include <array>
#include <cmath>
#include <string_view>
#include <utility>

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
     .mark = &EvidenceFamilies::cfs},
    {.family = "container_cpu_cfs_throttled_periods_total",
     .measurement = &ContainerRow::cfs_throttled_periods},
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

const Field* FieldOf(std::string_view family) {
  for (const Field& field : kFields) {
    if (field.family == family) return &field;
  }
  return nullptr;
}

void AppendPart(std::string_view part, std::string* key) {
  key->append(part);
  key->push_back('\0');
}

}  // namespace

std::vector<std::string> ContainersPage::Families() {
  std::vector<std::string> families = {std::string(kScrapeError)};
  for (const Field& field : kFields) families.emplace_back(field.family);
  return families;
}

void ContainersPage::OnSample(const Sample& sample) {
  if (sample.name == kScrapeError) {
    reading_.has_scrape_error = sample.value != 0;
    return;
  }
  const Field* field = FieldOf(sample.name);
  if (field == nullptr || !std::isfinite(sample.value)) return;
  if (field->mark != nullptr) reading_.families.*field->mark = true;
  ContainerRow* row = RowOf(sample);
  if (row == nullptr) return;
  if (field->value != nullptr) {
    row->*field->value = sample.value;
    return;
  }
  Measurement measured = {.value = sample.value};
  if (sample.timestamp_ms) {
    measured.unix_seconds = static_cast<double>(*sample.timestamp_ms) / kMillisecondsPerSecond;
  }
  row->*field->measurement = measured;
}

// cAdvisor also has rows for slices, pods and sandboxes: no container name, or POD.
ContainerRow* ContainersPage::RowOf(const Sample& sample) {
  std::string_view pod_namespace, pod, container, id;
  for (const Label& label : sample.labels) {
    if (label.name == "namespace") pod_namespace = label.value;
    if (label.name == "pod") pod = label.value;
    if (label.name == "container") container = label.value;
    if (label.name == "id") id = label.value;
  }
  if (container.empty() || container == "POD" || pod.empty()) return nullptr;
  std::string key;
  for (const std::string_view part : {pod_namespace, pod, container, id}) AppendPart(part, &key);
  const auto [at, is_new] = row_at_.try_emplace(std::move(key), reading_.rows.size());
  if (is_new) {
    ContainerRow& row = reading_.rows.emplace_back();
    row.pod_namespace = pod_namespace;
    row.pod = pod;
    row.container = container;
    row.id = id;
  }
  return &reading_.rows[at->second];
}

ContainersReading ContainersPage::Take() {
  row_at_.clear();
  return std::exchange(reading_, ContainersReading());
}

}  // namespace podprobe
