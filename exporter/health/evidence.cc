#include "exporter/health/evidence.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace podprobe {
namespace {

constexpr double kMsPerSecond = 1000;

double AsRatio(double value) { return std::clamp(value, 0.0, 1.0); }

}  // namespace

bool EvidenceLog::Rate::Observe(const std::optional<Measurement>& measured, double unix_seconds) {
  if (!measured) {
    *this = Rate();
    return false;
  }
  const bool has_own_time = measured->unix_seconds.has_value();
  const bool differs = !last || measured->value != last->value ||
                       (has_own_time && measured->unix_seconds != last->unix_seconds);
  if (!differs) return false;
  const bool goes_on = last && measured->value >= last->value;
  before = goes_on ? last : std::nullopt;
  last = Measurement{.value = measured->value,
                     .unix_seconds = measured->unix_seconds.value_or(unix_seconds)};
  return true;
}

std::optional<double> EvidenceLog::Rate::Increase() const {
  if (!before) return std::nullopt;
  return last->value - before->value;
}

std::optional<double> EvidenceLog::Rate::PerSecond() const {
  if (!before) return std::nullopt;
  // In whole milliseconds, as the page has them: a double of today holds seconds to a part of one
  // only, and a ratio may lie just on its threshold.
  const double seconds = (std::round(*last->unix_seconds * kMsPerSecond) -
                          std::round(*before->unix_seconds * kMsPerSecond)) /
                         kMsPerSecond;
  if (seconds <= 0) return std::nullopt;
  return AsRatio((last->value - before->value) / seconds);
}

void EvidenceLog::ObserveCadvisor(const ContainerRow& row, double unix_seconds,
                                  bool has_bad_lines) {
  if (row.id != id_) {
    ForgetCadvisor();
    id_ = row.id;
  }
  const auto observe = [&](const std::optional<Measurement>& measured, Rate* rate) {
    return (measured || !has_bad_lines) && rate->Observe(measured, unix_seconds);
  };
  const auto keep = [&](const std::optional<double>& value, std::optional<double>* kept) {
    if (value || !has_bad_lines) *kept = value;
  };
  // The two belong together: where one's line was bad, the reading tells nothing of the other.
  const bool is_half = row.cfs_periods.has_value() != row.cfs_throttled_periods.has_value();
  if (!is_half && observe(row.cfs_periods, &cfs_periods_)) {
    throttled_before_ = throttled_last_;
    throttled_last_ = row.cfs_throttled_periods->value;
  }
  observe(row.cpu_waiting_seconds, &cpu_waiting_);
  observe(row.memory_waiting_seconds, &memory_waiting_);
  observe(row.io_waiting_seconds, &io_waiting_);
  keep(row.working_set_bytes, &cadvisor_set_bytes_);
  keep(row.memory_limit_bytes, &memory_limit_bytes_);
}

void EvidenceLog::TakeCadvisor(EvidenceLog earlier) {
  earlier.ObserveResource(resource_set_bytes_);
  earlier.SetResourceIsLater(is_resource_later_);
  *this = std::move(earlier);
}

void EvidenceLog::ForgetCadvisor() { TakeCadvisor(EvidenceLog()); }

Evidence EvidenceLog::Current() const {
  Evidence evidence;
  const std::optional<double> periods = cfs_periods_.Increase();
  if (periods && *periods > 0) {
    evidence.cpu_throttled = AsRatio((throttled_last_ - throttled_before_) / *periods);
  }
  // A limit of 0 is none.
  const bool is_of_resource = resource_set_bytes_ && (is_resource_later_ || !cadvisor_set_bytes_);
  const std::optional<double>& set_bytes =
      is_of_resource ? resource_set_bytes_ : cadvisor_set_bytes_;
  if (memory_limit_bytes_ && *memory_limit_bytes_ > 0 && set_bytes) {
    evidence.memory_limit = AsRatio(*set_bytes / *memory_limit_bytes_);
  }
  evidence.cpu_pressure = cpu_waiting_.PerSecond();
  evidence.memory_pressure = memory_waiting_.PerSecond();
  evidence.io_pressure = io_waiting_.PerSecond();
  return evidence;
}

}  // namespace podprobe
