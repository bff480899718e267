#include "exporter/exposition/metric_table.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <string>
#include <vector>

#include "exporter/exposition/family_builders.h"

namespace podprobe {
namespace {

using Labels = std::array<std::string_view, 6>;

// A probe of a pod, over the pod's containers; then what the row splits it by.
constexpr Labels kProbeAndPhase = {"namespace",     "pod",        "workload",
                                   "workload_type", "probe_type", "phase"};
constexpr Labels kProbeAndWindow = {"namespace",     "pod",        "workload",
                                    "workload_type", "probe_type", "window"};
// A probe of one container.
constexpr Labels kContainerProbe = {"namespace",     "pod",        "workload",
                                    "workload_type", "probe_type", "container"};
constexpr std::array<std::string_view, 1> kSource = {"source"};
constexpr std::array<std::string_view, 2> kSourceAndReason = {"source", "reason"};
constexpr std::array<std::string_view, 4> kBuild = {"version", "revision", "branch", "compiler"};

constexpr std::string_view kProbes = "Probes";
constexpr std::string_view kKubelet = "The kubelet";
constexpr std::string_view kSources = "What is read from the kubelet";
constexpr std::string_view kExporter = "The exporter itself";

constexpr MetricType kCounter = MetricType::kCounter;
constexpr MetricType kGauge = MetricType::kGauge;

constexpr MetricRow kRows[] = {
    {.group = kProbes,
     .name = "podprobe_attempts_total",
     .type = kCounter,
     .labels = kProbeAndPhase,
     .help = "Probe results that the kubelet counted, of any outcome, over the pod's containers.",
     .good_for = "What the failures are a share of, and whether a probe runs at all.",
     .query = "sum by (namespace, workload, probe_type) "
              "(rate(podprobe_attempts_total{phase=\"steady\"}[5m]))",
     .append = AppendAttempts},
    {.group = kProbes,
     .name = "podprobe_failures_total",
     .type = kCounter,
     .labels = kProbeAndPhase,
     .help = "Probe results that were failures, time-outs among them, over the pod's containers.",
     .good_for = "Which workloads fail their probes while they should be serving, without the "
                 "failures that belong to starting and stopping.",
     .query = "sum by (namespace, workload, probe_type) "
              "(increase(podprobe_failures_total{phase=\"steady\"}[10m])) > 0",
     .append = AppendFailures},
    {.group = kProbes,
     .name = "podprobe_success_ratio",
     .type = kGauge,
     .unit = "ratio",
     .labels = kProbeAndWindow,
     .help = "Share of the steady attempts in the window that succeeded, 0 to 1.",
     .good_for = "The pods that are worst right now, in one query and without rate(). For a whole "
                 "workload divide the counters instead: an average of ratios is no ratio.",
     .query = "bottomk(10, podprobe_success_ratio{window=\"5m\"} < 1)",
     .append = AppendSuccessRatio},
    {.group = kProbes,
     .name = "podprobe_near_timeout_ratio",
     .type = kGauge,
     .unit = "ratio",
     .labels = kProbeAndWindow,
     .help = "Share of the window's successes that needed more than about half of the probe's "
             "timeout, 0 to 1.",
     .good_for = "The probes that will fail next when the node gets busier: still green, but slow.",
     .query = "podprobe_near_timeout_ratio > 0.5",
     .append = AppendNearTimeoutRatio},
    {.group = kProbes,
     .name = "podprobe_consecutive_failures",
     .type = kGauge,
     .labels = kContainerProbe,
     .help = "Failures in a row since the last success; only while there are any.",
     .good_for = "Who is failing at this moment, and how close the kubelet is to acting.",
     .query = "sort_desc(podprobe_consecutive_failures{probe_type=\"Liveness\"})",
     .append = AppendConsecutiveFailures},

    {.group = kKubelet,
     .name = "podprobe_kubelet_restarts_total",
     .type = kCounter,
     .help = "Restarts of the kubelet that the exporter saw.",
     .good_for = "Telling a burst of readiness failures after a kubelet restart from a real one.",
     .query = "increase(podprobe_kubelet_restarts_total[1h]) > 0",
     .append = AppendKubeletRestarts},
    {.group = kKubelet,
     .name = "podprobe_kubelet_start_time_seconds",
     .type = kGauge,
     .unit = "seconds",
     .help = "Start of the kubelet process, Unix time.",
     .good_for = "How long this kubelet has been up.",
     .query = "time() - podprobe_kubelet_start_time_seconds",
     .append = AppendKubeletStartTime},
    {.group = kKubelet,
     .name = "podprobe_kubelet_tls_verified",
     .type = kGauge,
     .help = "1 if the kubelet's certificate is verified, else 0.",
     .good_for = "Finding the nodes on which somebody left verification off.",
     .query = "podprobe_kubelet_tls_verified == 0",
     .append = AppendKubeletTlsVerified},
    {.group = kKubelet,
     .name = "podprobe_kubelet_pod_label_truncated",
     .type = kGauge,
     .help = "1 if this kubelet cuts its label pod down to the owner's name (a bug of Kubernetes "
             "1.25 to 1.27), so that pods of one owner share series.",
     .good_for = "Knowing why one pod's series speak for several.",
     .query = "podprobe_kubelet_pod_label_truncated == 1",
     .append = AppendKubeletPodLabelTruncated},

    {.group = kSources,
     .name = "podprobe_source_up",
     .type = kGauge,
     .labels = kSource,
     .help = "1 if the last reading of this source was good, else 0.",
     .good_for =
         "Telling silence from health: while `probes` is down nothing on this page is news.",
     .query = "podprobe_source_up{source=\"probes\"} == 0",
     .append = AppendSourceUp},
    {.group = kSources,
     .name = "podprobe_source_last_success_timestamp_seconds",
     .type = kGauge,
     .unit = "seconds",
     .labels = kSource,
     .help = "Time of the last good reading of this source, Unix time.",
     .good_for = "How old what you see is.",
     .query = "time() - podprobe_source_last_success_timestamp_seconds > 60",
     .append = AppendSourceLastSuccess},
    {.group = kSources,
     .name = "podprobe_source_duration_seconds",
     .type = kGauge,
     .unit = "seconds",
     .labels = kSource,
     .help = "How long the last reading of this source took.",
     .good_for = "A kubelet that answers slowly, often the first sign of a node in trouble.",
     .query = "max by (source) (podprobe_source_duration_seconds)",
     .append = AppendSourceDuration},
    {.group = kSources,
     .name = "podprobe_source_bytes",
     .type = kGauge,
     .unit = "bytes",
     .labels = kSource,
     .help = "Size of the last reading's body.",
     .good_for = "What reading the kubelet costs, and how far it is from a limit.",
     .query = "sum by (source) (podprobe_source_bytes)",
     .append = AppendSourceBytes},
    {.group = kSources,
     .name = "podprobe_source_samples",
     .type = kGauge,
     .labels = kSource,
     .help = "Samples in the last reading; for the source pods, the pods.",
     .good_for = "Seeing that a page came back empty or half filled.",
     .query = "podprobe_source_samples{source=\"probes\"} == 0",
     .append = AppendSourceSamples},
    {.group = kSources,
     .name = "podprobe_source_parse_errors_total",
     .type = kCounter,
     .labels = kSource,
     .help = "Lines of this source that could not be read; each costs that line and nothing else.",
     .good_for = "A kubelet whose format changed.",
     .query = "increase(podprobe_source_parse_errors_total[15m]) > 0",
     .append = AppendSourceParseErrors},
    {.group = kSources,
     .name = "podprobe_source_errors_total",
     .type = kCounter,
     .labels = kSourceAndReason,
     .help = "Failed readings by reason: dns, connect, tls, auth, forbidden, timeout, status, "
             "truncated, size or parse.",
     .good_for = "What to mend when a source is down: `forbidden` is a missing permission, `tls` a "
                 "certificate, `auth` a token.",
     .query = "sum by (source, reason) (increase(podprobe_source_errors_total[15m])) > 0",
     .append = AppendSourceErrors},

    {.group = kExporter,
     .name = "podprobe_build_info",
     .type = kGauge,
     .labels = kBuild,
     .help = "Always 1; the labels say which podprobe-exporter this is.",
     .good_for = "Which versions run in the cluster.",
     .query = "count by (version) (podprobe_build_info)"},
    {.group = kExporter,
     .name = "podprobe_config_last_reload_successful",
     .type = kGauge,
     .help = "1 if the last attempt to load the configuration worked, else 0; then the old one "
             "stays in force.",
     .good_for = "A configuration change that never arrived.",
     .query = "podprobe_config_last_reload_successful == 0"},
    {.group = kExporter,
     .name = "podprobe_config_last_reload_success_timestamp_seconds",
     .type = kGauge,
     .unit = "seconds",
     .help = "Time of the last load of the configuration that worked, Unix time.",
     .good_for = "Since when the present configuration is in force.",
     .query = "time() - podprobe_config_last_reload_success_timestamp_seconds"},
    {.group = kExporter,
     .name = "process_cpu_seconds_total",
     .type = kCounter,
     .unit = "seconds",
     .help = "Total user and system CPU time spent in seconds.",
     .good_for = "What the exporter costs its node.",
     .query = "rate(process_cpu_seconds_total{job=\"podprobe-exporter\"}[5m])"},
    {.group = kExporter,
     .name = "process_resident_memory_bytes",
     .type = kGauge,
     .unit = "bytes",
     .help = "Resident memory size in bytes.",
     .good_for = "Setting the memory limit of the DaemonSet.",
     .query = "max(process_resident_memory_bytes{job=\"podprobe-exporter\"})"},
    {.group = kExporter,
     .name = "process_open_fds",
     .type = kGauge,
     .help = "Number of open file descriptors.",
     .good_for = "Clients that hold connections open.",
     .query = "process_open_fds / process_max_fds > 0.8"},
    {.group = kExporter,
     .name = "process_max_fds",
     .type = kGauge,
     .help = "Maximum number of open file descriptors.",
     .good_for = "The other half of the query above.",
     .query = "process_max_fds"},
    {.group = kExporter,
     .name = "process_start_time_seconds",
     .type = kGauge,
     .unit = "seconds",
     .help = "Start time of the process since unix epoch in seconds.",
     .good_for = "When the counters on this page began at zero.",
     .query = "time() - process_start_time_seconds{job=\"podprobe-exporter\"}"},
};

}  // namespace

std::span<const MetricRow> MetricTable() { return kRows; }

const MetricRow& MetricRowOf(std::string_view name) {
  const MetricRow* row = std::ranges::find(kRows, name, &MetricRow::name);
  assert(row != std::end(kRows));
  return *row;
}

MetricFamily EmptyFamily(const MetricRow& row) {
  return {.name = std::string(row.name),
          .type = row.type,
          .help = std::string(row.help),
          .unit = std::string(row.unit),
          .label_names = std::vector<std::string>(row.labels.begin(), row.labels.end()),
          .metrics = {}};
}

}  // namespace podprobe
