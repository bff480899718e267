#include "exporter/exposition/metric_table.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <string>
#include <vector>

#include "exporter/exposition/family_builders.h"

namespace podprobe {
namespace {

template <std::size_t N>
using Labels = std::array<std::string_view, N>;

constexpr Labels<4> kPod = {"namespace", "pod", "workload", "workload_type"};
constexpr Labels<6> kRestart = {"namespace", "pod",           "container",
                                "workload",  "workload_type", "reason"};
// A probe of a pod, over the pod's containers; then what the row splits it by.
constexpr Labels<5> kProbe = {"namespace", "pod", "workload", "workload_type", "probe_type"};
constexpr Labels<6> kProbeAndPhase = {"namespace",     "pod",        "workload",
                                      "workload_type", "probe_type", "phase"};
constexpr Labels<6> kProbeAndWindow = {"namespace",     "pod",        "workload",
                                       "workload_type", "probe_type", "window"};
constexpr Labels<6> kProbeAndCause = {"namespace",     "pod",        "workload",
                                      "workload_type", "probe_type", "cause"};
// A probe of one container.
constexpr Labels<6> kContainerProbe = {"namespace",     "pod",        "workload",
                                       "workload_type", "probe_type", "container"};
constexpr Labels<7> kContainerProbeAndSignal = {
    "namespace", "pod", "workload", "workload_type", "probe_type", "container", "signal"};
constexpr Labels<7> kContainerProbeAndAction = {
    "namespace", "pod", "workload", "workload_type", "probe_type", "container", "action"};
constexpr Labels<7> kContainerProbeAndState = {
    "namespace", "pod", "workload", "workload_type", "probe_type", "container", "state"};
constexpr Labels<7> kContainerProbeAndHandler = {
    "namespace", "pod", "workload", "workload_type", "probe_type", "container", "handler"};
constexpr Labels<6> kFinding = {"namespace",     "container",  "workload",
                                "workload_type", "probe_type", "rule"};
constexpr Labels<1> kType = {"probe_type"};
constexpr Labels<2> kTypeAndState = {"probe_type", "state"};
constexpr Labels<2> kTypeAndProbed = {"probe_type", "probed"};
constexpr Labels<1> kSignal = {"signal"};
constexpr Labels<1> kReason = {"reason"};
constexpr Labels<1> kSource = {"source"};
constexpr Labels<2> kSourceAndReason = {"source", "reason"};
constexpr Labels<4> kBuild = {"version", "revision", "branch", "compiler"};

constexpr std::string_view kProbes = "Probes";
constexpr std::string_view kSettings = "Settings of probes";
constexpr std::string_view kNode = "The node";
constexpr std::string_view kKubelet = "The kubelet";
constexpr std::string_view kSources = "What is read from the kubelet";
constexpr std::string_view kExporter = "The exporter itself";

constexpr MetricType kCounter = MetricType::kCounter;
constexpr MetricType kGauge = MetricType::kGauge;
constexpr MetricType kHistogram = MetricType::kHistogram;

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
     .name = "podprobe_timeout_headroom_ratio",
     .type = kGauge,
     .unit = "ratio",
     .labels = kProbe,
     .help = "How far the slowest per cent of the last five minutes' successes stays from "
             "the probe's timeout, as a share of it; only below 0.5.",
     .good_for = "Which timeout is too tight before it fails; 0 means that answers come just in "
                 "time.",
     .query = "bottomk(10, podprobe_timeout_headroom_ratio)",
     .append = AppendTimeoutHeadroomRatio},
    {.group = kProbes,
     .name = "podprobe_startup_budget_used_ratio",
     .type = kGauge,
     .unit = "ratio",
     .labels = kContainerProbe,
     .help = "Time since the container's start as a share of its startup probe's budget "
             "(initial delay + threshold × period); only until it has started.",
     .good_for = "Containers that the kubelet is about to kill because they start too slowly.",
     .query = "podprobe_startup_budget_used_ratio > 0.8",
     .append = AppendStartupBudgetUsedRatio},
    {.group = kProbes,
     .name = "podprobe_failure_causes_total",
     .type = kCounter,
     .labels = kProbeAndCause,
     .help = "Failures by what most likely caused them; each failure has one cause. "
             "Evidence, not proof.",
     .good_for = "Why a workload's probes fail: its own CPU limit, memory, the node, or nothing "
                 "that can be seen from here.",
     .query = "topk by (namespace, workload) (1, sum by (namespace, workload, cause) "
              "(increase(podprobe_failure_causes_total[1h])) > 0)",
     .append = AppendFailureCauses},
    {.group = kProbes,
     .name = "podprobe_evidence_ratio",
     .type = kGauge,
     .unit = "ratio",
     .labels = kContainerProbeAndSignal,
     .help = "What was measured of a container that fails a probe: how much it was "
             "throttled, how full its memory is, how long it waited for CPU, memory or I/O.",
     .good_for = "The figures behind the cause.",
     .query = "podprobe_evidence_ratio{signal=\"cpu_throttled\"} > 0.25",
     .append = AppendEvidenceRatio},
    {.group = kProbes,
     .name = "podprobe_consecutive_failures",
     .type = kGauge,
     .labels = kContainerProbe,
     .help = "Failures in a row since the last success; only while there are any.",
     .good_for = "Who is failing at this moment, and how close the kubelet is to acting.",
     .query = "sort_desc(podprobe_consecutive_failures{probe_type=\"Liveness\"})",
     .append = AppendConsecutiveFailures},
    {.group = kProbes,
     .name = "podprobe_time_to_action_seconds",
     .type = kGauge,
     .unit = "seconds",
     .labels = kContainerProbeAndAction,
     .help = "Seconds until the kubelet acts if the probe goes on to fail: restarts the "
             "container, or takes the pod out of service.",
     .good_for = "What happens next, and how long there is to stop it.",
     .query = "sort(podprobe_time_to_action_seconds{action=\"restart\"} < 60)",
     .append = AppendTimeToAction},
    {.group = kProbes,
     .name = "podprobe_failing_since_timestamp_seconds",
     .type = kGauge,
     .unit = "seconds",
     .labels = kContainerProbe,
     .help = "When the present run of failures was first seen, Unix time; restarts of the "
             "container or the kubelet do not end it, only a success does.",
     .good_for = "Since when it has been broken, also through a crash loop.",
     .query = "time() - podprobe_failing_since_timestamp_seconds > 600",
     .append = AppendFailingSince},
    {.group = kProbes,
     .name = "podprobe_last_success_timestamp_seconds",
     .type = kGauge,
     .unit = "seconds",
     .labels = kContainerProbe,
     .help = "When a success was last seen, Unix time; only while the probe does not pass.",
     .good_for = "Whether it ever worked since the exporter came, and when that was.",
     .query = "time() - podprobe_last_success_timestamp_seconds",
     .append = AppendLastSuccess},
    {.group = kProbes,
     .name = "podprobe_state",
     .type = kGauge,
     .labels = kContainerProbeAndState,
     .help = "1 for the state of a probe that does not pass: not_running, acting, stalled, "
             "initializing or failing.",
     .good_for = "One list of everything that is wrong on the node, with nothing in it while all"
                 " is well.",
     .query = "count by (state) (podprobe_state)",
     .append = AppendState},
    {.group = kProbes,
     .name = "podprobe_container_restarts_total",
     .type = kCounter,
     .labels = kRestart,
     .help = "Container restarts by reason: oom_killed, startup, liveness, completed, error "
             "or unknown.",
     .good_for = "Which restarts the kubelet caused because of a probe, and which the container "
                 "by itself.",
     .query = "sum by (namespace, workload, reason) "
              "(increase(podprobe_container_restarts_total[1h])) > 0",
     .append = AppendContainerRestarts},
    {.group = kProbes,
     .name = "podprobe_unready_transitions_total",
     .type = kCounter,
     .labels = kPod,
     .help = "How often a pod with a readiness probe went from ready to unready.",
     .good_for = "Flapping, also between two scrapes.",
     .query = "increase(podprobe_unready_transitions_total[15m]) > 3",
     .append = AppendUnreadyTransitions},
    {.group = kProbes,
     .name = "podprobe_unready_seconds_total",
     .type = kCounter,
     .unit = "seconds",
     .labels = kPod,
     .help = "Time for which a pod with a readiness probe was unready after its start.",
     .good_for = "The SLI of readiness by time, which the kubelet's extra probe runs cannot "
                 "bend.",
     .query = "sum by (namespace, workload) (increase(podprobe_unready_seconds_total[1h]))",
     .append = AppendUnreadySeconds},

    {.group = kSettings,
     .name = "podprobe_spec_period_seconds",
     .type = kGauge,
     .unit = "seconds",
     .labels = kContainerProbe,
     .help = "How often the probe runs, as set in the pod; for probes that do not pass.",
     .good_for = "Turning counts of failures into time.",
     .query = "podprobe_spec_period_seconds",
     .append = AppendSpecPeriod},
    {.group = kSettings,
     .name = "podprobe_spec_timeout_seconds",
     .type = kGauge,
     .unit = "seconds",
     .labels = kContainerProbe,
     .help = "How long an answer may take, as set in the pod; for probes that do not pass.",
     .good_for = "What the durations have to stay below.",
     .query = "podprobe_spec_timeout_seconds",
     .append = AppendSpecTimeout},
    {.group = kSettings,
     .name = "podprobe_spec_failure_threshold",
     .type = kGauge,
     .labels = kContainerProbe,
     .help = "After how many failures in a row the kubelet acts; for probes that do not "
             "pass.",
     .good_for = "How far the run of failures has come.",
     .query = "podprobe_consecutive_failures / podprobe_spec_failure_threshold",
     .append = AppendSpecFailureThreshold},
    {.group = kSettings,
     .name = "podprobe_spec_success_threshold",
     .type = kGauge,
     .labels = kContainerProbe,
     .help = "After how many successes in a row the probe counts as passing again; for "
             "probes that do not pass.",
     .good_for = "Why a pod stays unready although its probe succeeds.",
     .query = "podprobe_spec_success_threshold > 1",
     .append = AppendSpecSuccessThreshold},
    {.group = kSettings,
     .name = "podprobe_spec_info",
     .type = kGauge,
     .labels = kContainerProbeAndHandler,
     .help = "Always 1; the label says how the probe asks: httpGet, tcpSocket, grpc or exec.",
     .good_for = "Finding the failing probes that run a command.",
     .query = "podprobe_spec_info{handler=\"exec\"}",
     .append = AppendSpecInfo},
    {.group = kSettings,
     .name = "podprobe_spec_finding",
     .type = kGauge,
     .labels = kFinding,
     .help = "1 while a workload's probe breaks one of the rules for sound settings; see the"
             " notes for the rules.",
     .good_for = "Mending settings by day instead of meeting them by night.",
     .query = "count by (rule) (podprobe_spec_finding)",
     .append = AppendSpecFinding},

    {.group = kNode,
     .name = "podprobe_node_probes",
     .type = kGauge,
     .labels = kTypeAndState,
     .help = "Probes on this node by state, passing included.",
     .good_for = "How much of the node is well, at one glance.",
     .query = "sum by (state) (podprobe_node_probes)",
     .append = AppendNodeProbes},
    {.group = kNode,
     .name = "podprobe_node_containers",
     .type = kGauge,
     .labels = kTypeAndProbed,
     .help = "Running containers with and without such a probe.",
     .good_for = "Which share of the containers is watched at all.",
     .query = "sum by (probe_type) (podprobe_node_containers{probed=\"true\"}) / sum by "
              "(probe_type) (podprobe_node_containers)",
     .append = AppendNodeContainers},
    {.group = kNode,
     .name = "podprobe_node_probe_duration_seconds",
     .type = kHistogram,
     .unit = "seconds",
     .labels = kType,
     .help = "How long successful probes took on this node.",
     .good_for = "A node on which every probe gets slower.",
     .query = "histogram_quantile(0.99, sum by (le, probe_type) "
              "(rate(podprobe_node_probe_duration_seconds_bucket[5m])))",
     .append = AppendNodeProbeDuration},
    {.group = kNode,
     .name = "podprobe_node_probed_workloads",
     .type = kGauge,
     .help = "Workloads with probes that have pods on this node.",
     .good_for = "The base of the share that fails.",
     .query = "podprobe_node_failing_workloads / podprobe_node_probed_workloads",
     .append = AppendNodeProbedWorkloads},
    {.group = kNode,
     .name = "podprobe_node_failing_workloads",
     .type = kGauge,
     .help = "Workloads with a steady failure, or a restart by a liveness or startup probe, "
             "in the last two minutes.",
     .good_for = "How many different things fail here at once.",
     .query = "podprobe_node_failing_workloads > 2",
     .append = AppendNodeFailingWorkloads},
    {.group = kNode,
     .name = "podprobe_node_incident",
     .type = kGauge,
     .help = "1 while at least five workloads and three tenths of all fail together, and for"
             " five minutes after: the node, or something they share.",
     .good_for = "One alert for the node instead of forty for its pods.",
     .query = "podprobe_node_incident == 1",
     .append = AppendNodeIncident},
    {.group = kNode,
     .name = "podprobe_evidence_missing",
     .type = kGauge,
     .labels = kSignal,
     .help = "1 for a kind of evidence that this kubelet does not measure.",
     .good_for = "Knowing that a cause cannot be found here, rather than that it is not there.",
     .query = "count by (signal) (podprobe_evidence_missing)",
     .append = AppendEvidenceMissing},
    {.group = kNode,
     .name = "podprobe_pods_status_stale",
     .type = kGauge,
     .help = "Pods whose status in /pods has contradicted the running containers for more "
             "than 30 s.",
     .good_for = "Seeing that the API server is away and the status of pods stands still.",
     .query = "podprobe_pods_status_stale > 0",
     .append = AppendPodsStatusStale},

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
     .name = "podprobe_series",
     .type = kGauge,
     .help = "Series on this page about the node and its pods, this one included.",
     .good_for = "What the exporter costs its Prometheus.",
     .query = "sum(podprobe_series)",
     .append = AppendSeries},
    {.group = kExporter,
     .name = "podprobe_series_dropped_total",
     .type = kCounter,
     .labels = kReason,
     .help = "Series of pods that were left out because the page had reached its limit.",
     .good_for = "Raising limits.max_series before somebody misses a pod.",
     .query = "increase(podprobe_series_dropped_total[1h]) > 0",
     .append = AppendSeriesDropped},
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
