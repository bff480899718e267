"""What the second engine reads from a pod in /pods: plain values, workload names included."""

import calendar
import re


class ProbeSettings:
    """One probe of a container; defaults as Kubernetes has them."""

    def __init__(self, spec):
        self.initial_delay = float(spec.get("initialDelaySeconds") or 0)
        self.period = float(spec.get("periodSeconds") or 10)
        self.timeout = float(spec.get("timeoutSeconds") or 1)
        self.success_threshold = float(spec.get("successThreshold") or 1)
        self.failure_threshold = float(spec.get("failureThreshold") or 3)
        self.handler_type = next(
            (kind for kind in ("httpGet", "tcpSocket", "grpc", "exec") if kind in spec), ""
        )
        self.handler = (self.handler_type, repr(spec.get(self.handler_type)))


class Container:
    def __init__(self, spec, status):
        status = status or {}
        self.name = spec["name"]
        self.probes = {}
        for kind in ("Readiness", "Liveness", "Startup"):
            settings = spec.get(kind.lower() + "Probe")
            if settings:
                self.probes[kind] = ProbeSettings(settings)
        self.id = status.get("containerID") or ""
        self.ready = status.get("ready")
        self.started = status.get("started")
        self.restart_count = status.get("restartCount")
        state = status.get("state") or {}
        self.running = state.get("running")
        self.terminated = state.get("terminated")
        self.last_terminated = (status.get("lastState") or {}).get("terminated")
        self.start_time = self.start_of_id()

    def start_of_id(self):
        """When the container with this id started, wherever the status says it."""
        if self.running:
            return unix(self.running.get("startedAt"))
        for ended in (self.terminated, self.last_terminated):
            if ended and ended.get("containerID") == self.id:
                return unix(ended.get("startedAt"))
        return None


class Pod:
    """One item of a PodList."""

    def __init__(self, item):
        metadata, spec, status = item["metadata"], item.get("spec") or {}, item.get("status") or {}
        annotations = metadata.get("annotations") or {}
        self.namespace = metadata.get("namespace") or ""
        self.name = metadata["name"]
        # A mirror pod stands for the static pod whose hash the kubelet's series have.
        self.uid = annotations.get("kubernetes.io/config.mirror") or metadata.get("uid") or ""
        self.created = unix(metadata.get("creationTimestamp"))
        self.deleted = unix(metadata.get("deletionTimestamp"))
        self.start_time = unix(status.get("startTime"))
        self.phase = status.get("phase") or ""
        ready = [c for c in status.get("conditions") or [] if c.get("type") == "Ready"]
        self.ready = {"True": True, "False": False}.get(ready[0]["status"]) if ready else None
        self.ready_time = unix(ready[0].get("lastTransitionTime")) if ready else None
        self.workload, self.workload_type = workload_of(metadata, spec, annotations, self.created)
        statuses = {
            entry["name"]: entry
            for key in ("containerStatuses", "initContainerStatuses")
            for entry in status.get(key) or []
        }
        sidecars = [
            container
            for container in spec.get("initContainers") or []
            if container.get("restartPolicy") == "Always"
        ]
        self.containers = {
            container["name"]: Container(container, statuses.get(container["name"]))
            for container in (spec.get("containers") or []) + sidecars
        }

    @property
    def is_finished(self):
        return self.phase in ("Succeeded", "Failed")


def workload_of(metadata, spec, annotations, created):
    """(workload, workload_type), "close to kubernetes-mixin"."""
    name = metadata["name"]
    if annotations.get("kubernetes.io/config.source", "api") != "api":
        # "named without the node's suffix"
        return name.removesuffix("-" + (spec.get("nodeName") or "")), "staticpod"
    owner = next((o for o in metadata.get("ownerReferences") or [] if o.get("controller")), None)
    if owner is None:
        return name, "barepod"
    labels = metadata.get("labels") or {}
    if owner["kind"] == "ReplicaSet":
        for label, kind in (
            ("rollouts-pod-template-hash", "rollout"),
            ("pod-template-hash", "deployment"),
        ):
            suffix = "-" + labels.get(label, "")
            if len(suffix) > 1 and re.fullmatch(".+" + re.escape(suffix), owner["name"]):
                return owner["name"].removesuffix(suffix), kind
    if owner["kind"] == "Job":
        # "ends in `-` and eight digits that, as minutes since 1970, lie within a day of the pod's
        # creation"
        match = re.fullmatch(r"(.+)-(\d{8})", owner["name"])
        if match and created is not None and abs(int(match[2]) * 60 - created) <= 86400:
            return match[1], "cronjob"
    return owner["name"], owner["kind"].lower()


def unix(text):
    """An RFC 3339 time in UTC as Unix seconds."""
    match = re.fullmatch(r"(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)(\.\d+)?Z", text or "")
    if not match:
        return None
    seconds = calendar.timegm(tuple(int(part) for part in match.groups()[:6]))
    return seconds + float(match[7] or 0)
