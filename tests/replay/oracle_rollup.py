"""What is counted for a label set, and what is said of the node."""

from oracle_model import (
    INCIDENT_END,
    KINDS,
    SLOW_WINDOW,
    STATES,
    TROUBLE,
    Phase,
    PodSet,
    PodState,
    ServedSet,
    base_phase,
)


class Rollup:
    def __init__(self):
        super().__init__()
        self.sets = {}  # (namespace, pod, workload, workload_type, kind) -> ServedSet
        self.is_incident = False
        self.calm_since = None
        self.incident_seen = float("-inf")

    # Label sets.

    def served_labels(self, pod):
        """"`workload` (the label `pod` and all C series go)"."""
        labels = pod.labels()
        return labels if self.config.level == "pod" else (labels[0], "") + labels[2:]

    def set_of(self, pod, kind):
        return self.sets.setdefault(self.served_labels(pod) + (kind,), ServedSet())

    def count_successes(self, pod, event):
        """"a success is always `steady`"; "a startup probe's own results are `startup`"."""
        if event.succeeded:
            phase = base_phase(event.probe.kind)
            done = event.succeeded
            self.count(pod, event.probe.kind, phase, event.time, done, 0, done)

    def count(self, pod, kind, phase, time, attempts, failures, successes):
        served = self.set_of(pod, kind)
        counts = served.phases.setdefault(phase, Phase())
        counts.attempts.value += attempts
        counts.failures.value += failures
        if phase == "steady":
            served.steady.append((time, successes, attempts))

    def owners(self):
        """{(labels of P): the pods that it is served for}."""
        found = {}
        for pod in self.pods.values():
            if not pod.is_held:
                for kind in pod.known:
                    found.setdefault(self.served_labels(pod) + (kind,), []).append(pod)
        return found

    def pod_owners(self):
        """{(namespace, pod, workload, workload_type): the pods that it is served for}."""
        found = {}
        for pod in self.pods.values():
            if not pod.is_held:
                found.setdefault(self.served_labels(pod), []).append(pod)
        return found

    def drop_unowned_sets(self):
        owners, pod_owners = self.owners(), self.pod_owners()
        self.sets = {key: served for key, served in self.sets.items() if key in owners}
        self.pod_sets = {key: s for key, s in self.pod_sets.items() if key in pod_owners}

    def bear_series(self):
        """"a counter series of ours that appears late is served as 0 for 75s from the first page
        that shows it"; "attempts and failures of one phase are born together; what the first good
        reading shows is not late"; "`steady` exists from when the probe is known"."""
        self.drop_unowned_sets()
        for key, pods in self.owners().items():
            for pod in pods:
                pod.is_shown = pod.is_on_page = True
            served = self.sets.setdefault(key, ServedSet())
            base = base_phase(key[4])
            served.phases.setdefault(base, Phase())
            for name, counts in served.phases.items():
                shown_first = any(pod.known[key[4]] == (True, self.now) for pod in pods)
                counts.bear(self.now, not (name == base and shown_first))
            for count in served.causes.values():
                count.bear(self.now)
        for key, pods in self.pod_owners().items():
            served = self.pod_sets.get(key, PodSet())
            for count in served.restarts.values():
                count.bear(self.now)
            shown_first = any(pod.has_readiness == (True, self.now) for pod in pods)
            for count in filter(None, (served.transitions, served.seconds)):
                count.bear(self.now, not shown_first)

    # Slow answers.

    def youngest_living(self, pods):
        """"for states and settings the younger of the two speaks"."""
        return max((pod for pod in pods if pod.is_living()), key=PodState.age, default=None)

    def speaker(self, pods, kind):
        """CHOICE: of those that still have such a probe."""
        return self.youngest_living(pod for pod in pods if pod.has_kind(kind))

    def near_timeout_of(self, pod, kind, moment):
        """The ratio as it is served for this pod. CHOICE: where none is, for nobody lives, its own."""
        key = self.served_labels(pod) + (kind,)
        youngest = self.speaker(self.owners().get(key, []), kind) or pod
        return self.near_timeout_ratio(self.durations_of(pod, kind), youngest, kind, moment)

    def near_timeout_ratio(self, durations, pod, kind, moment):
        """"share of the 5m's successes slower than the smallest bucket bound b with timeout/2 ≤ b <
        timeout; absent if there is none, below `min_attempts`, or while the timeout is unknown".
        CHOICE: several containers of a pod add up, those without such a bound left out; a dead /pods
        knows no timeout. A bucket that fell while its histogram did not makes no ratio below 0."""
        seconds = SLOW_WINDOW[1]
        totals, slow = {}, {}
        for time, container, increments in durations:
            settings = self.settings(pod, container, kind)
            bound = settings and near_timeout_bound(increments, settings.timeout)
            if bound and time > moment - seconds:
                count = increments.get("count", 0)
                totals[container] = totals.get(container, 0) + count
                slow[container] = slow.get(container, 0) + count - increments[bound]
        total = sum(totals.values())
        bounded = sum(min(max(slow[name], 0), max(totals[name], 0)) for name in slow)
        return bounded / total if total >= self.config.min_attempts else None

    def headroom(self, durations, pod, container, kind, moment):
        """"1 − (upper bound of the bucket with the p99 of 5m, at most the timeout) ÷ timeout"."""
        settings = self.settings(pod, container, kind)
        sums = {}
        for time, name, increments in durations:
            if name == container and time > moment - SLOW_WINDOW[1]:
                for bound, value in increments.items():
                    sums[bound] = sums.get(bound, 0) + value
        total = sums.pop("count", 0)
        sums.pop("sum", None)
        if settings is None or total <= 0:
            return None
        bounds = [float(bound) for bound, value in sums.items() if 100 * value >= 99 * total]
        worst = min(min(bounds, default=float("inf")), settings.timeout)
        return 1 - worst / settings.timeout

    def least_headroom(self, served, pod, kind, moment):
        """CHOICE: of several containers the one with the least."""
        names = {entry[1] for entry in served.durations}
        found = [self.headroom(served.durations, pod, name, kind, moment) for name in names]
        return min((h for h in found if h is not None), default=None)

    # The node.

    def living(self):
        return [pod for pod in self.pods.values() if pod.is_living()]

    def node_workloads(self, moment):
        """(workloads with probes, those of them that fail)."""
        probed, failing = set(), set()
        for pod in self.living():
            if not pod.known:
                continue
            labels = pod.labels()
            workload = (labels[0],) + labels[2:] if labels[2] else labels[:2]
            probed.add(workload)
            if any(moment - TROUBLE < time <= moment for time in pod.troubles):
                failing.add(workload)
        return probed, failing

    def is_many(self, moment):
        probed, failing = self.node_workloads(moment)
        return len(failing) >= 5 and 10 * len(failing) >= 3 * len(probed)

    def update_incident(self, moment):
        """"1 from ≥ 5 failing workloads and ≥ 0.3 of all, until that was false for 5 min"."""
        ends = {
            time + TROUBLE
            for pod in self.pods.values()
            for time in pod.troubles
            if self.incident_seen < time + TROUBLE < moment
        }
        for time in sorted(ends) + [moment]:
            is_many = self.is_many(time)
            if self.calm_since is not None and time - self.calm_since >= INCIDENT_END:
                self.is_incident = False
            if is_many:
                self.is_incident, self.calm_since = True, None
            elif self.is_incident and self.calm_since is None:
                self.calm_since = time
        self.incident_seen = max(self.incident_seen, moment)

    def kinds_seen(self):
        seen = {kind for pod in self.pods.values() for kind in pod.known}
        return list(KINDS) + sorted(seen - set(KINDS))

    def count_states(self):
        """{(probe_type, state): how many}"""
        found = {}
        for pod in self.living():
            for container, kind in pod.all_probes():
                key = (kind, self.state_of(pod, container, kind))
                found[key] = found.get(key, 0) + 1
        if self.works("pods"):
            for kind in self.kinds_seen():
                for state in STATES:
                    found.setdefault((kind, state), 0)
        return found

    def count_containers(self):
        """{(probe_type, probed): how many run}"""
        found = {(kind, probed): 0 for kind in self.kinds_seen() for probed in (True, False)}
        for pod in self.living():
            for container in pod.listing.containers if pod.listing else ():
                if self.runs(pod, container):
                    for kind in self.kinds_seen():
                        found[kind, pod.has_probe(container, kind)] += 1
        return found


def near_timeout_bound(increments, timeout):
    """The label value of the smallest bound b with timeout/2 ≤ b < timeout."""
    bounds = [
        bound
        for bound in increments
        if bound not in ("count", "sum") and timeout / 2 <= float(bound) < timeout
    ]
    return min(bounds, key=float, default=None)
