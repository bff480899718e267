"""Findings about the settings of probes."""

from oracle_model import SLOW_WINDOW

TIGHT_FOR = 3600.0


class Spec:
    def findings(self):
        """{(namespace, container, workload, workload_type, probe_type, rule)}"""
        found = set()
        if not self.is_fresh("pods") or self.config.level == "node":
            return found
        for pod in self.living():
            if pod.listing is None:
                continue
            namespace, _, workload, workload_type = pod.labels()
            for container in pod.listing.containers.values():
                for kind, settings in container.probes.items():
                    rules = list(simple_rules(container, kind, settings))
                    if kind == "Liveness" and container.name in pod.slow_starts:
                        if "Startup" not in container.probes:
                            rules.append("slow_start_without_startup_probe")
                    since = pod.tight_since.get((container.name, kind))
                    if since is not None and self.now - since >= TIGHT_FOR:
                        rules.append("tight_timeout")
                    for rule in rules:
                        labels = (namespace, container.name, workload, workload_type, kind)
                        found.add(labels + (rule,))
        return found

    def note_tight_timeouts(self):
        """"headroom below 0.2 for 1h", on the clock: a window that runs empty between two readings
        has no headroom, nor has a time without a source."""
        for pod in self.pods.values():
            tight = {}
            for container, kind in pod.all_probes() if pod.is_living() else ():
                since = self.tight_since(pod, container, kind)
                if since is not None:
                    tight[container, kind] = since
            pod.tight_since = tight

    def tight_since(self, pod, container, kind):
        served = self.sets.get(self.served_labels(pod) + (kind,))
        since = pod.tight_since.get((container, kind))
        if served is None or not self.is_fresh("probes"):
            return None
        ends = {
            time + SLOW_WINDOW[1]
            for time, name, _ in served.durations
            if name == container and self.page_before < time + SLOW_WINDOW[1] < self.now
        }
        if not self.was_fresh:
            since = None
        for time in sorted(ends) + [self.now]:
            # What this page's reading brought was not there before.
            entries = [e for e in served.durations if e[0] < self.now or time == self.now]
            headroom = self.headroom(entries, pod, container, kind, time)
            if headroom is None or not headroom < 0.2:
                since = None
            elif since is None:
                since = time
        return since


def simple_rules(container, kind, settings):
    if settings.timeout >= settings.period:
        yield "timeout_not_below_period"
    if kind == "Liveness":
        readiness = container.probes.get("Readiness")
        if readiness and readiness.handler == settings.handler:
            ours, theirs = [s.failure_threshold * s.period for s in (settings, readiness)]
            if ours <= theirs:
                yield "liveness_same_as_readiness"
        if settings.failure_threshold == 1:
            yield "threshold_one"
    if settings.handler_type == "exec":
        if settings.period < 5:
            yield "exec_often"
        if settings.timeout == 1:
            yield "exec_timeout_1s"
