"""A kubelet whose pods pass or fail as a test says, once a second."""

import json
import threading
import time

from fake_kubelet import FakeKubelet, send

AGE_SECONDS = 3600


def utc(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


class Pod:
    """One container with readiness and liveness, well for an hour when it is made."""

    def __init__(self, namespace, workload, liveness_period_seconds=30, liveness_threshold=6):
        self.namespace = namespace
        self.workload = workload
        self.name = f"{workload}-5d4f8c7b9-x2x4z"
        self.uid = f"{namespace}-{workload}-uid"
        self.liveness = {
            "httpGet": {"path": "/healthz", "port": 8080},
            "periodSeconds": liveness_period_seconds,
            "timeoutSeconds": 1,
            "successThreshold": 1,
            "failureThreshold": liveness_threshold,
        }
        self.failing = set()  # of "Readiness", "Liveness"
        self.counts = {
            (probe_type, "successful"): AGE_SECONDS for probe_type in ("Readiness", "Liveness")
        }

    def pass_seconds(self, seconds):
        for probe_type in ("Readiness", "Liveness"):
            key = (probe_type, "failed" if probe_type in self.failing else "successful")
            self.counts[key] = self.counts.get(key, 0) + seconds

    def metric_lines(self):
        for (probe_type, result), count in self.counts.items():
            yield (
                f'prober_probe_total{{container="app",namespace="{self.namespace}",pod="{self.name}",'
                f'pod_uid="{self.uid}",probe_type="{probe_type}",result="{result}"}} {count}\n'
            )

    def object(self, started_at):
        is_ready = "Readiness" not in self.failing
        return {
            "metadata": {
                "name": self.name,
                "namespace": self.namespace,
                "uid": self.uid,
                "creationTimestamp": utc(started_at),
                "labels": {"pod-template-hash": "5d4f8c7b9"},
                "ownerReferences": [
                    {"kind": "ReplicaSet", "name": f"{self.workload}-5d4f8c7b9", "controller": True}
                ],
            },
            "spec": {
                "nodeName": "worker",
                "containers": [
                    {
                        "name": "app",
                        "livenessProbe": self.liveness,
                        "readinessProbe": {
                            "httpGet": {"path": "/ready", "port": 8080},
                            "periodSeconds": 1,
                            "timeoutSeconds": 1,
                            "successThreshold": 1,
                            "failureThreshold": 3,
                        },
                    }
                ],
            },
            "status": {
                "phase": "Running",
                "startTime": utc(started_at),
                "conditions": [
                    {
                        "type": "Ready",
                        "status": "True" if is_ready else "False",
                        "lastTransitionTime": utc(started_at),
                    }
                ],
                "containerStatuses": [
                    {
                        "name": "app",
                        "containerID": f"containerd://{self.uid}",
                        "ready": is_ready,
                        "started": True,
                        "restartCount": 0,
                        "state": {"running": {"startedAt": utc(started_at)}},
                    }
                ],
            },
        }


class ScriptedKubelet(FakeKubelet):
    def __init__(self, pods):
        self.pods = pods
        self._started_at = time.time() - AGE_SECONDS
        self._counted_until = time.monotonic()
        self._lock = threading.Lock()
        super().__init__()
        self.answers = {
            "/metrics/probes": self._answer_probes,
            "/metrics/resource": self._answer_resource,
            "/pods": self._answer_pods,
        }

    def _answer_probes(self, handler):
        with self._lock:
            seconds = int(time.monotonic() - self._counted_until)
            self._counted_until += seconds
            for pod in self.pods:
                pod.pass_seconds(seconds)
            lines = [f"process_start_time_seconds {self._started_at}\n"]
            lines += [line for pod in self.pods for line in pod.metric_lines()]
        send(handler, "".join(lines).encode())

    def _answer_resource(self, handler):
        send(
            handler,
            "".join(
                f'container_start_time_seconds{{container="app",namespace="{pod.namespace}",'
                f'pod="{pod.name}"}} {self._started_at}\n'
                for pod in self.pods
            ).encode(),
        )

    def _answer_pods(self, handler):
        items = [pod.object(self._started_at) for pod in self.pods]
        body = json.dumps({"kind": "PodList", "apiVersion": "v1", "items": items}).encode()
        send(handler, body, content_type="application/json")
