#include "exporter/exposition/metrics_notes.h"

namespace podprobe {

std::string_view MetricsIntroduction() {
  return R"md(# Metrics

What `podprobe-exporter` serves at `/metrics`: every series, what it means, what it is good for and one query to
start from. This page is the output of `podprobe-exporter metrics`.

- [How to read a series](#how-to-read-a-series)
- [Phases](#phases)
- [How the counts are made](#how-the-counts-are-made)
- The series: [probes](#probes), [the kubelet](#the-kubelet), [what is read from the
  kubelet](#what-is-read-from-the-kubelet), [the exporter itself](#the-exporter-itself)
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
- **A kubelet's first minute.** What its pages lack then is not gone; what was gone before stays gone.
- **Whose reading it was.** When `/pods` shows a new container id, increments read at or after the new container's start are the
  new container's, unless a later reading of `/pods` still showed the old one.
- **A kill begins the run of failures again** for the liveness or startup probe whose run had reached its threshold, unless the
  container ended by `OOMKilled`. Readiness goes on counting.
- **Pods that had finished before the exporter came** have no series.
- **`podprobe_near_timeout_ratio` needs a fresh `/pods`**: when `/pods` has not been read for a minute, timeouts count as unknown.
- **Every reason of `podprobe_source_errors_total` is served from 0** once its source was read.
- **Text and OpenMetrics hold the same.** A scraper gets OpenMetrics 1.0 where its `Accept` header likes it no less than text
  0.0.4, and gzip where it takes it. There are no `_created` series unless they are switched on: Prometheus stores them as
  series of their own.
- **The process's own series** (`process_…`, `podprobe_build_info`, `podprobe_config_…`) are read at each scrape; everything
  else on the page is one snapshot, made when the kubelet was last read.
)md";
}

}  // namespace podprobe
