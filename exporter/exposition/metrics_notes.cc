#include "exporter/exposition/metrics_notes.h"

namespace podprobe {

std::string_view MetricsIntroduction() {
  return R"md(# Metrics

What `podprobe-exporter` serves at `/metrics`: every series, what it means, what it is good for and one query to
start from. This page is the output of `podprobe-exporter metrics`.

- [How to read a series](#how-to-read-a-series)
- [Phases](#phases)
- [How the counts are made](#how-the-counts-are-made)
- [States](#states) and [causes](#causes)
- The series: [probes](#probes), [settings of probes](#settings-of-probes), [the node](#the-node), [the
  kubelet](#the-kubelet), [what is read from the kubelet](#what-is-read-from-the-kubelet), [the exporter
  itself](#the-exporter-itself)
- [Notes](#notes)

## How to read a series

| Label | Says |
|---|---|
| `namespace`, `pod`, `container` | whose probe it is. Scrape with `honor_labels: true`, or Prometheus renames them to `exported_…` |
| `workload`, `workload_type` | what owns the pod, spelled as in kubernetes-mixin: `deployment`, `statefulset`, `daemonset`, `job`, `cronjob`, `replicaset`, `rollout`, `barepod`, `staticpod`, else the owner's kind in lower case. Both are empty while the owner is unknown, as without access to `/pods` |
| `probe_type` | `Readiness`, `Liveness` or `Startup`, in the kubelet's own spelling |
| `phase` | when in the pod's life a result fell, see [Phases](#phases) |
| `window` | how far back a ratio looks, as configured: `5m`, `1h` |
| `source` | which page of the kubelet: `probes` (`/metrics/probes`), `cadvisor` (`/metrics/cadvisor`), `resource` (`/metrics/resource`), `pods` (`/pods`) |

Ratios are from 0 to 1, durations in seconds, times in Unix seconds. A value that does not exist is absent: never 0,
never NaN. So a probe without `podprobe_consecutive_failures` is not failing, and a pod without a
`podprobe_success_ratio` has not been seen often enough yet. If `probes` gives nothing for a minute (or three of its
intervals), the gauges about probes go away and the counters stay: look at `podprobe_source_up` first.

Counters begin at 0 when the exporter starts. A counter that appears later stands at 0 on its first pages before it
moves, so that `increase()` and `rate()` see its first failure too, which they cannot do with the kubelet's own series.

## Phases

A failing probe is not the same news in each part of a pod's life, so each result is counted under one of these:

| `phase` | Holds | To alert on it |
|---|---|---|
| `startup` | failures from the start of a container until the first success of that probe, for at most the startup grace (5 minutes, or the startup probe's own budget if that is longer), and all results of startup probes | no: this is how a pod starts |
| `steady` | every success, and every failure while the pod should be serving. A crash loop is no start: once a liveness probe has reached its failure threshold its failures are `steady` until it succeeds again, across container restarts | yes |
| `terminating` | results of a pod that is being deleted. The kubelet goes on probing readiness until the last container is dead | no: this is how a pod stops |

The phase is judged per container and probe type. Without access to `/pods` nothing is `terminating`.

## States

A probe that does not pass has one series of `podprobe_state`. Its label says the first of these that holds:

| `state` | Holds |
|---|---|
| `not_running` | there is no container to probe: it waits, backs off, or has not been made yet |
| `acting` | the failure threshold is reached: the kubelet is killing the container, or holds it unready |
| `stalled` | the container runs, the probe is due, and the kubelet has counted none of its runs for three periods and timeouts and one reading: the probe cannot be carried out (a missing command, say; the kubelet counts that nowhere), or the kubelet is stuck |
| `initializing` | the container is starting and the probe has not succeeded yet |
| `failing` | it fails, below its threshold |

## Causes

Each failure is counted once in `podprobe_failure_causes_total`, under the first of these that holds. It is evidence, not
proof; the thresholds are configuration (`causes`).

| `cause` | Holds |
|---|---|
| `kubelet_restart` | within two periods of the start of the kubelet's process |
| `terminating` | the pod is being deleted |
| `oom_killed` | the container was OOM-killed within 60 s of it, by `/pods` |
| `node_wide` | `podprobe_node_incident` is 1 |
| `startup` | it is a failure of the start |
| `cpu_throttling` | the container was throttled in a quarter of its CFS periods |
| `memory_pressure` | its working set is at 0.95 of its limit, or it waited for memory for a tenth of the time |
| `cpu_pressure`, `io_pressure` | it waited for CPU, for I/O, for a quarter of the time |
| `slow_response` | half of the probe's successes came close to its timeout |
| `unexplained` | none of these |

## How the counts are made

The kubelet counts each probe in `prober_probe_total`. Its counters are born at their first count, begin again with each
kubelet process and go away with the pod. The exporter turns them into increments and adds those up in counters of its
own:

1. The first good reading is a baseline and counts nothing.
2. A series that was there before counts what it rose by; if it fell it began again, and all of it is new.
3. A series that was not there before was born in between: all of it is new.
4. A new kubelet process makes all of it new, in every series, and `podprobe_kubelet_restarts_total` rises by one.
5. A reading that failed changes nothing; what it missed is counted by the next good one.

Pods of one name in one namespace add up: the kubelet's `pod_uid` is not a label here. An increment belongs to the time of
the reading that saw it.

)md";
}

std::string_view MetricsNotes() {
  return R"md(## Notes

What the numbers cannot say, and where a rule had to be chosen.

- **Time-outs are failures; errors are not.** The kubelet counts a probe that timed out, was refused or got a bad status as
  `failed`. A probe that could not be run at all (a missing command, a port name that does not resolve) it counts nowhere,
  so neither can the exporter.
- **A failing readiness probe runs more often than its period.** While a container is unready the kubelet adds runs of its
  own, up to a tenth more. Ratios by attempts therefore read a little lower than ratios by time.
- **Durations are those of successes.** The kubelet's histogram holds no failure, so `podprobe_near_timeout_ratio` is a
  share of the successes, and a probe that only times out has none.
- **The kubelet's buckets are coarse.** "About half of the timeout" is the smallest bucket bound that is not below half of it
  and is below all of it; where there is no such bound, the ratio is absent.
- **Histograms have no pod uid.** Two pods of one name share the kubelet's durations; results are kept apart.
- **A success is never `terminating`.** Successes of readiness and liveness are `steady`, those of a startup probe `startup`,
  whatever the pod is about to do; only failures and unknown results need a judgement, and so a wait of at most 15 s for
  the next reading of `/pods`.
- **A pod waits for its name.** A pod that `/pods` does not list yet is held back for at most 30 s, so that its series do not
  change their workload. After that it is served without a workload; if it gets one later, the series begin at 0 under it.
- **What is late is 0 for 75 s.** That holds for every counter that appears after the first good reading of its source, counted
  from the first page that shows it.
- **Ends of spans.** Windows are (t − W, t]. A series is held at 0, or kept after its pod is gone, for [t, t + span). What is "at
  most" a span, such as the startup grace, holds its end. A reading that comes just when a wait ends still counts.
- **A page without `process_start_time_seconds`** says nothing about the kubelet process: only another start time is a new one.
- **A kubelet's first minute.** What its pages lack then is not gone; what was gone before stays gone, and what a later page
  lacks is gone, also where it becomes known only afterwards when that minute was.
- **A line that could not be read** may be any that its page lacks: a container without a row on it runs if its status in
  `/pods` says so, a series is not forgotten, a pod is not gone unless the page before lacked it, too. Counters and durations
  of pods that are gone are forgotten once no page has had them for an hour, if each had such a line.
- **Whose reading it was.** When `/pods` shows a new container id, increments read at or after the new container's start are the
  new container's, unless a later reading of `/pods` still showed the old one.
- **A kill begins the run of failures again** for the liveness or startup probe whose run had reached its threshold, unless the
  container ended by `OOMKilled`. Readiness goes on counting. Failures in readings from before the new container's start are
  the old one's, those in a reading that the one before it came after the old one's end are the new one's; of what lies between
  the kubelet counts no failure beyond the threshold before the next container runs, so what goes beyond it, once for each
  restart, is the new one's. Where the times in `/pods` contradict when the containers were seen, only the threshold tells.
  The failure that a liveness probe killed for is `steady`, also where the new container's first success is in its reading.
- **Pods that had finished before the exporter came** have no series. Series of the kubelet that outlive a finished pod's 2
  minutes are those of a pod without a name, and go on from where they stood.
- **`podprobe_near_timeout_ratio` needs a fresh `/pods`**: when `/pods` has not been read for a minute, timeouts count as unknown.
- **Every reason of `podprobe_source_errors_total` is served from 0** once its source was read.
- **Which containers run** the rows of `/metrics/resource` or `/metrics/cadvisor` say, whichever was read later. Where the
  status in `/pods` tells of an event after that reading (a start, an end), the status decides. A pod of which one
  container's status contradicts the rows for more than 30 s is counted in `podprobe_pods_status_stale`, and nothing is
  derived from its status until they agree or the rows are too old to say anything; until then the rows alone say whether
  it runs. A start time that a row told counts for the container if the last reading
  before it was known still had the row.
- **A probe that failed before the exporter came**: without any success it has failed since its container's start (without
  one known, since the first reading); a readiness probe with successes, whose container is unready, since the condition
  Ready last changed. Where its counter is its run, that counts towards the threshold, too.
- **A reading with both results** is put in order by the `ready` of the reading of `/pods` that explains it, each by itself,
  also if another one with a success has followed since. Until that is there the last known `ready` stands for it, as long
  as it is to be trusted. Where the success came last, the run that goes on began with the next reading that failed.
- **A started container has no startup probe any more**, however it came to be started (a kubelet that restarts takes running
  containers as started): its run of failures ends.
- **`podprobe_time_to_action_seconds` needs a run of failures**: it counts from the reading that saw the last one.
- **A restart's reason** is that of the probe that may have been at its threshold when the container ended: with the most
  failures in a row that the readings since `/pods` last showed it allow, that which first shows the next one included.
  Where a reading has both results, the kill may have come before the success or after it. Also if the kubelet itself
  restarted before the next container came. What was counted while nothing could be read is lost with a kubelet's process,
  and then only the exit code is left.
- **Unready time** moves with readings of `/pods`. Edges are the condition's own times, which have whole seconds. A time that
  moved under an unchanged status is one transition. A flip is the kubelet's doing by any kubelet process that was seen. A
  pod that never was ready has not flipped, also if a new kubelet process writes its condition anew: it counts from
  `startup_grace` after its `startTime` on, and while that is unknown not at all. A condition False that is more than 5 s
  younger than the pod tells that it had been ready.
- **A wait that ends between two readings** ends at its own time: phase and cause are those of then.
- **Rows and cgroups.** A row of `/metrics/cadvisor` whose cgroup names another pod's uid is not evidence, whatever its label
  `pod` says. The working set is that of the page read later, `/metrics/resource` or `/metrics/cadvisor`, as long as it has
  one. Of two rows of `/metrics/resource` with the same labels the later start counts. Evidence is taken between
  the last two rows that differ, also if the first is from before its pod was known.
- **A success from before the container's start** was its predecessor's, also where nothing else is known of that.
- **`stalled` counts time between good readings only**, in which the probe was due at both ends: a reading that failed, or
  that had a bad line and lacks a series of the probe, stops the clock.
- **`podprobe_timeout_headroom_ratio`** is that of the pod's container with the least. Beyond the last bucket counts as the
  timeout.
- **The incident** is looked at after the failures of a reading are counted and before they get their cause, over the pods
  that are there by that reading. Between two readings failures only age: since when they were too few follows from their
  times, not from when the next page came.
- **`podprobe_evidence_missing`** goes by the last good page of `/metrics/cadvisor`. One with a line that could not be read
  takes no family away, nor a container's evidence.
- **Of two pods of one name** the younger is the one created later, else started, else seen later; of two that came at once
  always the same one.
- **A pod that `limits.max_series` leaves out** is on no page: its counters are born at zero with the first page that has it.
- **A finished pod whose series outlive it** by more than 2 minutes is served no more, also while `/pods` is silent.
- **Rules of `podprobe_spec_finding`**: `timeout_not_below_period`; `liveness_same_as_readiness` (the same request, and liveness
  gives up no later); `threshold_one` (liveness); `exec_often` (a command more often than every 5 s); `exec_timeout_1s`;
  `slow_start_without_startup_probe` (liveness failed during a start); `tight_timeout` (headroom below 0.2 for an hour).
- **By workload or node** (`series.level`): with `workload` the label `pod` and the series by container go, and counters go on
  while pods come and go; with `node` only the node's series are left.
- **Text and OpenMetrics hold the same.** A scraper gets OpenMetrics 1.0 where its `Accept` header likes it no less than text
  0.0.4, and gzip where it takes it. There are no `_created` series unless they are switched on: Prometheus stores them as
  series of their own.
- **The process's own series** (`process_…`, `podprobe_build_info`, `podprobe_config_…`) are read at each scrape; everything
  else on the page is one snapshot, made when the kubelet was last read.
)md";
}

}  // namespace podprobe
