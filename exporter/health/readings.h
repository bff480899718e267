#ifndef PODPROBE_EXPORTER_HEALTH_READINGS_H_
#define PODPROBE_EXPORTER_HEALTH_READINGS_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "exporter/health/instant.h"
#include "exporter/health/shared_text.h"

namespace podprobe {

// The batches: what one good reading of a source says, as plain values.

// When a reading began and ended. What it says was true in between.
struct ReadingTimes {
  Instant begun;
  Instant ended;
};

// One more series of prober_probe_total than a kubelet of today has: of another result, or with
// another label.
struct OtherCounter {
  enum class Result : std::uint8_t { kSuccessful, kFailed, kUnknown };
  SharedText series;  // what tells it from the probe's other series
  Result result = Result::kUnknown;
  std::optional<double> value;
};

// prober_probe_total of one probe, by result. A result that the page does not
// have is absent: the kubelet bears a series with its first count.
struct ProbeCounters {
  SharedText pod_namespace;
  SharedText pod;
  SharedText pod_uid;
  SharedText container;
  SharedText probe_type;
  std::optional<double> successful;
  std::optional<double> failed;
  std::optional<double> unknown;
  std::vector<OtherCounter> others;  // each counts by itself
  // In readings of one ProbesPage, entries of one id are of the same labels, so that
  // what was found for them need not be looked for again. 0: nothing is known.
  std::uint64_t id = 0;
};

// prober_probe_duration_seconds of one container's probe. It has neither uid
// nor result; the kubelet observes successes only (prober/worker.go, doProbe).
struct DurationHistogram {
  struct Bucket {
    double upper_bound = 0;
    double count = 0;  // of all up to the bound
  };
  SharedText pod_namespace;
  SharedText pod;
  SharedText container;
  SharedText probe_type;
  std::vector<Bucket> buckets;  // ascending, no bound twice; +Inf included
  std::optional<double> count;
  std::optional<double> sum;  // seconds
  std::uint64_t id = 0;       // as of ProbeCounters
  // In readings of one ProbesPage, an entry that keeps its id and this has kept its bounds. 0:
  // nothing is known.
  std::uint64_t bounds_id = 0;
};

// The labels that tell entries apart.
using SeriesKey = std::tuple<std::string_view, std::string_view, std::string_view, std::string_view,
                             std::string_view>;
inline SeriesKey KeyOf(const ProbeCounters& probe) {
  return {probe.pod_namespace, probe.pod, probe.pod_uid, probe.container, probe.probe_type};
}
inline SeriesKey KeyOf(const DurationHistogram& histogram) {
  return {histogram.pod_namespace, histogram.pod, std::string_view(), histogram.container,
          histogram.probe_type};
}

struct ProbesReading {
  // process_start_time_seconds: which kubelet process this is.
  std::optional<double> process_start_unix_seconds;
  std::vector<ProbeCounters> probes;
  std::vector<DurationHistogram> histograms;
  // A line that may have been one of ours could not be read: what is missing
  // from this reading may still be there.
  bool has_bad_lines = false;
};

// A counter's value and when it was measured, where the page says so (cAdvisor
// measures on its own, up to 20 s before it is read).
struct Measurement {
  double value = 0;
  std::optional<double> unix_seconds;
};

// What /metrics/resource or /metrics/cadvisor says of one container. A value
// that the page does not have is absent.
struct ContainerRow {
  SharedText pod_namespace;
  SharedText pod;
  SharedText container;
  SharedText id;  // the cgroup, cAdvisor only: one per container instance
  std::optional<double> start_unix_seconds;
  std::optional<double> working_set_bytes;
  std::optional<double> memory_limit_bytes;  // 0: no limit
  std::optional<Measurement> cfs_periods;    // only with a CPU quota
  std::optional<Measurement> cfs_throttled_periods;
  std::optional<Measurement> cpu_waiting_seconds;  // pressure: cgroup v2 with PSI only
  std::optional<Measurement> memory_waiting_seconds;
  std::optional<Measurement> io_waiting_seconds;
};

using RowKey = std::tuple<std::string_view, std::string_view, std::string_view, std::string_view>;
inline RowKey KeyOf(const ContainerRow& row) {
  return {row.pod_namespace, row.pod, row.container, row.id};
}

// Which families a page has at all, for whichever cgroup.
struct EvidenceFamilies {
  bool cfs_periods = false;
  bool cfs_throttled = false;
  bool memory_limit = false;
  bool cpu_pressure = false;
  bool memory_pressure = false;
  bool io_pressure = false;
  EvidenceFamilies& operator|=(const EvidenceFamilies& other) {
    cfs_periods = cfs_periods || other.cfs_periods;
    cfs_throttled = cfs_throttled || other.cfs_throttled;
    memory_limit = memory_limit || other.memory_limit;
    cpu_pressure = cpu_pressure || other.cpu_pressure;
    memory_pressure = memory_pressure || other.memory_pressure;
    io_pressure = io_pressure || other.io_pressure;
    return *this;
  }
};

struct ContainersReading {
  std::vector<ContainerRow> rows;  // real containers: no slices, pods, sandboxes
  EvidenceFamilies families;
  // A line that may have been one of ours could not be read: what is missing
  // from this reading may still be there.
  bool has_bad_lines = false;
  // resource_scrape_error: the kubelet could not list its containers; what is
  // missing then means nothing.
  bool has_scrape_error = false;
};

}  // namespace podprobe

#endif  // PODPROBE_EXPORTER_HEALTH_READINGS_H_
