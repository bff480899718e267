"""The page."""

from oracle_model import SLOW_WINDOW, startup_budget
from podlist import unix

P = ("namespace", "pod", "workload", "workload_type", "probe_type")

# What this engine judges. Families served that are not here are not compared.
FAMILIES = {
    "podprobe_" + name
    for name in """
    attempts_total failures_total success_ratio near_timeout_ratio consecutive_failures
    timeout_headroom_ratio startup_budget_used_ratio failure_causes_total evidence_ratio
    time_to_action_seconds failing_since_timestamp_seconds last_success_timestamp_seconds state
    container_restarts_total unready_transitions_total unready_seconds_total
    spec_period_seconds spec_timeout_seconds spec_failure_threshold spec_success_threshold spec_info
    spec_finding node_probes node_containers node_probe_duration_seconds_bucket
    node_probe_duration_seconds_sum node_probe_duration_seconds_count
    node_probed_workloads node_failing_workloads node_incident
    evidence_missing pods_status_stale series_dropped_total
    kubelet_restarts_total kubelet_start_time_seconds kubelet_pod_label_truncated
    source_up source_last_success_timestamp_seconds source_bytes source_samples
    source_parse_errors_total source_errors_total
    """.split()
}


class Page:
    def __init__(self):
        super().__init__()
        self.units_cut = set()  # the labels of pods that the last page left out
        self.series_dropped = 0

    def page(self):
        page = {}

        def serve(name, value, **labels):
            key = ("podprobe_" + name, tuple(sorted(labels.items())))
            assert key not in page and key[0] in FAMILIES, key
            page[key] = value

        pods_of = self.pod_owners()
        for key, pods in self.owners().items() if self.config.level != "node" else ():
            labels = self.labels_of_key(key)
            served = self.sets[key]
            self.serve_counters(serve, labels, served)
            # "all P, C gauges are absent"; "a terminating pod serves counters only".
            pod = self.speaker(pods, key[4])
            if pod is None or not self.is_fresh("probes"):
                continue
            if self.config.detail == "all" or self.is_unhealthy(pods_of[key[:4]]):
                self.serve_ratios(serve, labels, served, pod)
            for container, kind in pod.all_probes() if self.config.level == "pod" else ():
                if kind == labels["probe_type"]:
                    self.serve_container(serve, dict(labels, container=container), pod)
        self.serve_pods(serve)
        self.serve_node(serve)
        self.serve_kubelet(serve)
        self.serve_sources(serve)
        self.limit_series(page)
        return page

    def labels_of_key(self, key):
        """"`workload` (the label `pod` goes)"."""
        labels = dict(zip(P, key))
        if self.config.level != "pod":
            del labels["pod"]
        return labels

    def is_unhealthy(self, pods):
        """Of the pods that share their labels: does a probe not pass? Of those of one name that of the
        younger."""

        def speaks(pod, kind):
            return self.speaker([p for p in pods if p.labels()[:2] == pod.labels()[:2]], kind) is pod

        return any(
            self.state_of(pod, container, kind) != "passing"
            for pod in pods
            if pod.is_living()
            for container, kind in pod.all_probes()
            if speaks(pod, kind)
        )

    def limit_series(self, page):
        """"`limits.max_series` cuts whole pods, never half of one: failing pods are kept before passing
        ones, then in the order first seen; what it cut is counted". CHOICE: counted when it begins to be
        left out; after the first that does not fit none is kept."""
        left = len(page) + 1  # with podprobe_series
        cut = {}
        if left > self.config.max_series:
            units = {key: [] for key in self.pod_owners()}
            for series in page:
                key = self.unit_of(series)
                if key in units:
                    units[key].append(series)
            left -= sum(map(len, units.values()))
            for key in self.by_importance():
                if cut or left + len(units[key]) > self.config.max_series:
                    cut[key] = units[key]
                else:
                    left += len(units[key])
        for key, found in cut.items():
            if key not in self.units_cut:
                self.series_dropped += len(found)
            for series in found:
                del page[series]
        self.units_cut = set(cut)
        self.unbear_series(cut)
        page["podprobe_series_dropped_total", (("reason", "max_series"),)] = self.series_dropped

    def unbear_series(self, cut):
        """"from the first page that shows it": one that leaves its pod out does not."""
        counts = []
        for key, served in self.sets.items():
            if key[:4] in cut:
                for phase in served.phases.values():
                    counts += [phase.attempts, phase.failures]
                counts += served.causes.values()
        for key, served in self.pod_sets.items():
            if key in cut:
                counts += [*served.restarts.values(), served.transitions, served.seconds]
        for count in filter(None, counts):
            count.unbear(self.now)

    def unit_of(self, series):
        name, labels = series[0], dict(series[1])
        if name == "podprobe_spec_finding" or "workload" not in labels:
            return None
        return tuple(labels.get(label, "") for label in P[:4])

    def by_importance(self):
        """CHOICE: while `probes` is not read, as far as it is known who fails."""
        order = {key: not self.is_unhealthy(pods) for key, pods in self.pod_owners().items()}
        return sorted(order, key=order.get)

    # P.

    def serve_counters(self, serve, labels, served):
        for phase, counts in served.phases.items():
            serve("attempts_total", counts.attempts.served(self.now, self.config.born_at_zero), phase=phase, **labels)
            serve("failures_total", counts.failures.served(self.now, self.config.born_at_zero), phase=phase, **labels)
        for cause, count in served.causes.items():
            serve("failure_causes_total", count.served(self.now, self.config.born_at_zero), cause=cause, **labels)

    def serve_ratios(self, serve, labels, served, pod):
        """"steady successes ÷ steady attempts in the window; absent below `min_attempts` (3) and
        until the exporter has observed half the window"."""
        kind = labels["probe_type"]
        observed = self.now - self.sources["probes"].first_success
        for window, seconds in self.config.windows:
            entries = [e for e in served.steady if e[0] > self.now - seconds]
            attempts = sum(e[2] for e in entries)
            if attempts >= self.config.min_attempts and observed >= seconds / 2:
                ratio = sum(e[1] for e in entries) / attempts
                serve("success_ratio", ratio, window=window, **labels)
        ratio = self.near_timeout_ratio(served.durations, pod, kind, self.now)
        if ratio is not None:
            serve("near_timeout_ratio", ratio, window=SLOW_WINDOW[0], **labels)
        headroom = self.least_headroom(served, pod, kind, self.now)
        if headroom is not None and headroom < 0.5:
            serve("timeout_headroom_ratio", headroom, **labels)

    # C.

    def serve_container(self, serve, labels, pod):
        container, kind = labels["container"], labels["probe_type"]
        probe = pod.probes.get((container, kind))
        state = self.state_of(pod, container, kind)
        if probe is not None:
            self.serve_run(serve, labels, pod, probe, state)
        if kind == "Startup":
            self.serve_startup_budget(serve, labels, pod)
        if state != "passing" and self.has_run(pod, probe):
            for signal, ratio in self.evidence(pod, container).items():
                serve("evidence_ratio", ratio, signal=signal, **labels)
        if state != "passing":
            serve("state", 1, state=state, **labels)
        elif self.config.spec != "all":
            return
        settings = self.settings(pod, container, kind)
        if settings is not None:
            serve("spec_period_seconds", settings.period, **labels)
            serve("spec_timeout_seconds", settings.timeout, **labels)
            serve("spec_failure_threshold", settings.failure_threshold, **labels)
            serve("spec_success_threshold", settings.success_threshold, **labels)
            serve("spec_info", 1, handler=settings.handler_type, **labels)

    def serve_run(self, serve, labels, pod, probe, state):
        run, since = self.run_of(pod, probe), self.failing_since(pod, probe)
        if run > 0:
            serve("consecutive_failures", run, **labels)
            if state != "passing":
                self.serve_time_to_action(serve, labels, pod, probe, run)
        if since is not None and state != "passing":
            serve("failing_since_timestamp_seconds", since, **labels)
        if state != "passing" and probe.last_success is not None:
            serve("last_success_timestamp_seconds", probe.last_success, **labels)

    def serve_time_to_action(self, serve, labels, pod, probe, run):
        """"max(0, (threshold − consecutive) × period − seconds since the last failure); only while
        failing, running, and the threshold known"; "readiness, only while ready"."""
        settings = self.settings(pod, probe.container, probe.kind)
        if settings is None or self.runs(pod, probe.container) is not True:
            return
        status = self.status(pod, probe.container)
        action = {"Liveness": "restart", "Startup": "restart", "Readiness": "unready"}.get(probe.kind)
        if action is None or (action == "unready" and not (status and status.ready is True)):
            return
        left = (settings.failure_threshold - run) * settings.period
        value = max(0, left - (self.now - probe.last_failure))
        serve("time_to_action_seconds", value, action=action, **labels)

    def serve_startup_budget(self, serve, labels, pod):
        """"seconds since container start ÷ startup budget; only while it has a startup probe and is
        not started"; "Ratios 0 to 1"."""
        settings = self.settings(pod, labels["container"], "Startup")
        status = self.status(pod, labels["container"])
        if settings is None or status is None or status.started is True or not status.running:
            return
        start = unix(status.running.get("startedAt"))
        if start is None or not self.runs(pod, labels["container"]):
            return
        used = max(0, self.now - start) / startup_budget(settings)
        serve("startup_budget_used_ratio", min(1, used), **labels)

    # Pods, the node, the kubelet.

    def serve_pods(self, serve):
        for key, counts in self.pod_sets.items() if self.config.level != "node" else ():
            labels = self.labels_of_key(key)
            for (container, reason), count in counts.restarts.items():
                value = count.served(self.now, self.config.born_at_zero)
                serve("container_restarts_total", value, container=container, reason=reason, **labels)
            if counts.transitions is not None:
                serve("unready_transitions_total", counts.transitions.served(self.now, self.config.born_at_zero), **labels)
                serve("unready_seconds_total", counts.seconds.served(self.now, self.config.born_at_zero), **labels)
        for finding in self.findings():
            names = ("namespace", "container", "workload", "workload_type", "probe_type", "rule")
            serve("spec_finding", 1, **dict(zip(names, finding)))

    def serve_node(self, serve):
        for kind, bounds in self.node_durations.items():
            for bound, count in bounds.items():
                if bound in ("count", "sum"):
                    name = "node_probe_duration_seconds_" + bound
                    serve(name, count.served(self.now, self.config.born_at_zero), probe_type=kind)
                else:
                    name, value = "node_probe_duration_seconds_bucket", count.served(self.now, self.config.born_at_zero)
                    serve(name, value, probe_type=kind, le=bound)
        for signal in self.missing_signals():
            serve("evidence_missing", 1, signal=signal)
        if self.is_fresh("pods"):
            stale = sum(self.has_stale_status(pod) for pod in self.living())
            serve("pods_status_stale", stale)
        serve("series_dropped_total", 0, reason="max_series")
        if not self.is_fresh("probes"):
            return
        for (kind, state), number in self.count_states().items():
            serve("node_probes", number, probe_type=kind, state=state)
        if self.is_fresh("pods"):
            for (kind, probed), number in self.count_containers().items():
                serve("node_containers", number, probe_type=kind, probed=str(probed).lower())
        probed, failing = self.node_workloads(self.now)
        serve("node_probed_workloads", len(probed))
        serve("node_failing_workloads", len(failing))
        serve("node_incident", int(self.is_incident))

    def serve_kubelet(self, serve):
        serve("kubelet_restarts_total", self.kubelet_restarts)
        if self.kubelet_start is not None:
            serve("kubelet_start_time_seconds", self.kubelet_start)
        if self.is_label_truncated is not None:
            serve("kubelet_pod_label_truncated", int(self.is_label_truncated))

    def serve_sources(self, serve):
        for source, state in self.sources.items():
            serve("source_up", int(state.is_up), source=source)
            if state.last_success is not None:
                serve("source_last_success_timestamp_seconds", state.last_success, source=source)
            serve("source_bytes", state.bytes, source=source)
            serve("source_samples", state.samples, source=source)
            serve("source_parse_errors_total", state.parse_errors, source=source)
            for reason, count in state.errors.items():
                serve("source_errors_total", count, source=source, reason=reason)
