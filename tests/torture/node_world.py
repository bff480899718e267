"""A node whose counters are known to the last one: pods come, go and are made anew under their name,
probes pass and fail, and the pages that its kubelet would serve are written from that."""

import json
import time

KINDS = ("Readiness", "Liveness", "Startup")
BOUNDS = ("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf")
RESULTS = ("successful", "failed", "unknown")


def iso(unix):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(unix))


class Pod:
    def __init__(self, rng, serial, name=None):
        self.uid = f"00000000-0000-4000-8000-{serial:012d}"
        self.name = name or f"app-{serial % 7}-5d4f8c7b9-{serial:05d}"
        self.workload = self.name.rsplit("-", 2)[0]
        self.namespace = "shop"
        self.created = time.time()
        self.kinds = sorted(rng.sample(KINDS, rng.choice((1, 2, 2, 3))))
        self.failing_share = rng.choice((0, 0, 0, 0.1, 0.5, 1))
        self.counts = {}  # (probe type, result): value
        self.slots = {}  # probe type: its bucket, one for all of a probe

    def attempt(self, rng, kind):
        if kind == "Startup" and self.counts.get((kind, "successful")):
            return
        result = "failed" if rng.random() < self.failing_share else "successful"
        if rng.random() < 0.01:
            result = "unknown"
        self.counts[kind, result] = self.counts.get((kind, result), 0) + 1
        self.slots.setdefault(kind, rng.randrange(len(BOUNDS)))

    def is_ready(self):
        return self.failing_share < 0.5

    def record(self):
        owner = {"kind": "ReplicaSet", "name": f"{self.workload}-5d4f8c7b9", "uid": "o", "controller": True}
        probe = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 1, "timeoutSeconds": 1,
                 "failureThreshold": 3}
        running = {"startedAt": iso(self.created)}
        ready = "True" if self.is_ready() else "False"
        return {
            "metadata": {"name": self.name, "namespace": self.namespace, "uid": self.uid,
                         "creationTimestamp": iso(self.created), "ownerReferences": [owner],
                         "labels": {"pod-template-hash": "5d4f8c7b9"}},
            "spec": {"nodeName": "worker-1", "containers": [
                {"name": "app", **{kind.lower() + "Probe": probe for kind in self.kinds}}]},
            "status": {"phase": "Running", "startTime": iso(self.created),
                       "conditions": [{"type": "Ready", "status": ready,
                                       "lastTransitionTime": iso(self.created)}],
                       "containerStatuses": [
                           {"name": "app", "containerID": "containerd://" + self.uid, "restartCount": 0,
                            "ready": self.is_ready(), "started": True, "state": {"running": running}}]},
        }


class NodeWorld:
    def __init__(self, rng, pod_count):
        self.rng = rng
        self.pods = {}  # uid: Pod
        self._serial = 0
        self.kubelet_start = 0.0
        self.begin_kubelet()
        self.add_pods(pod_count)

    def add_pods(self, count, name=None):
        for _ in range(count):
            self._serial += 1
            pod = Pod(self.rng, self._serial, name)
            self.pods[pod.uid] = pod

    def remove_pods(self, count):
        for uid in self.rng.sample(sorted(self.pods), min(count, len(self.pods))):
            del self.pods[uid]

    def replace_pods(self, count):
        """As a StatefulSet does: the same name, another uid."""
        for uid in self.rng.sample(sorted(self.pods), min(count, len(self.pods))):
            self.add_pods(1, self.pods.pop(uid).name)

    def begin_kubelet(self):
        """A new process, which has counted nothing yet."""
        self.kubelet_start = max(round(time.time(), 2), self.kubelet_start + 0.01)
        for pod in self.pods.values():
            pod.counts.clear()
            pod.slots.clear()

    def step(self, most_attempts=3):
        for pod in self.pods.values():
            for kind in pod.kinds:
                for _ in range(self.rng.randrange(most_attempts + 1)):
                    pod.attempt(self.rng, kind)

    def counters(self):
        """{(namespace, pod, uid, probe type, result): value}, as prober_probe_total has them."""
        return {
            (pod.namespace, pod.name, pod.uid, kind, result): value
            for pod in self.pods.values()
            for (kind, result), value in pod.counts.items()
        }

    def duration_counts(self):
        """{(namespace, pod, probe type): value}, as prober_probe_duration_seconds_count has them."""
        return {
            (pod.namespace, pod.name, kind): value
            for pod in self.pods.values()
            for (kind, result), value in pod.counts.items()
            if result == "successful"
        }

    def probes_page(self, left_out=frozenset()):
        """`left_out`: keys of counters() that this page lacks, with something that is no line."""
        lines = ["# TYPE prober_probe_duration_seconds histogram"]
        for pod in self.pods.values():
            for (kind, result), value in pod.counts.items():
                if result == "successful":
                    lines += self._histogram(pod, kind, value)
        lines.append("# TYPE prober_probe_total counter")
        for namespace, name, uid, kind, result in self.counters():
            key = (namespace, name, uid, kind, result)
            head = (f'prober_probe_total{{container="app",namespace="{namespace}",pod="{name}",'
                    f'pod_uid="{uid}",probe_type="{kind}",result="{result}"')
            lines.append(f'{head} 1' if key in left_out else f"{head}}} {self.counters_of(key)}")
        lines.append("# TYPE process_start_time_seconds gauge")
        lines.append(f"process_start_time_seconds {self.kubelet_start!r}")
        return ("\n".join(lines) + "\n").encode()

    def counters_of(self, key):
        _, _, uid, kind, result = key
        return self.pods[uid].counts[kind, result]

    @staticmethod
    def _histogram(pod, kind, count):
        labels = f'container="app",namespace="{pod.namespace}",pod="{pod.name}",probe_type="{kind}"'
        name = "prober_probe_duration_seconds"
        lines = [
            f'{name}_bucket{{{labels},le="{bound}"}} {count if slot >= pod.slots[kind] else 0}'
            for slot, bound in enumerate(BOUNDS)
        ]
        return lines + [f"{name}_sum{{{labels}}} {count * 0.01:.3f}", f"{name}_count{{{labels}}} {count}"]

    def containers_page(self):
        """What /metrics/resource and /metrics/cadvisor both have."""
        lines = []
        for pod in self.pods.values():
            labels = f'container="app",namespace="{pod.namespace}",pod="{pod.name}"'
            lines.append(f"container_start_time_seconds{{{labels}}} {pod.created:.3f}")
            lines.append(f"container_memory_working_set_bytes{{{labels}}} 1e+06")
        lines.append("resource_scrape_error 0" if lines else "machine_cpu_cores 2")
        return ("\n".join(lines) + "\n").encode()

    def pods_page(self):
        items = [pod.record() for pod in self.pods.values()]
        return json.dumps({"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": items}).encode()
