"""The pods of a random recording, as a small kubelet has them: probes, containers, owners, status."""

import time as clock

PRESSURES = ("cpu", "memory", "io")
CFS_PERIODS = "container_cpu_cfs_periods_total"
CFS_THROTTLED = "container_cpu_cfs_throttled_periods_total"
WORKING_SET = "container_memory_working_set_bytes"


def iso(seconds):
    return clock.strftime("%Y-%m-%dT%H:%M:%SZ", clock.gmtime(seconds))


class Probe:
    def __init__(self, rng, kind):
        self.kind = kind
        self.settings = {
            "periodSeconds": rng.choice((1, 2, 5, 10)),
            "timeoutSeconds": rng.choice((1, 1, 2, 3, 21)),
            "failureThreshold": rng.choice((1, 2, 3, 3, 5)),
            "successThreshold": 1,
        }
        if rng.random() < 0.3:
            self.settings["initialDelaySeconds"] = rng.choice((5, 20))
        if kind == "Startup" and rng.random() < 0.3:
            self.settings["failureThreshold"] = rng.choice((30, 60))
        self.handler = rng.choice(
            (
                {"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"}},
                {"tcpSocket": {"port": 80}},
                {"exec": {"command": ["true"]}},
            )
        )
        self.mood = rng.choice((0, 0, 0, 1, 0.5))
        self.is_broken = rng.random() < 0.08  # errors, which the kubelet counts nowhere
        self.is_hopeless = rng.random() < 0.06
        self.counts = {}
        self.run = 0
        self.resume_at = 0


class Container:
    def __init__(self, rng, name, is_sidecar):
        self.name = name
        self.is_sidecar = is_sidecar
        kinds = [kind for kind in ("Readiness", "Liveness") if rng.random() < 0.75]
        if rng.random() < 0.35:
            kinds.append("Startup")
        self.probes = {kind: Probe(rng, kind) for kind in kinds}
        self.hidden = set()  # the kinds that /pods does not tell
        self.restarts = 0
        self.id = ""
        self.started_at = self.exact_start = None
        self.is_running = False
        self.is_ready = False
        self.is_started = False
        self.last = None
        self.limit = rng.choice((0, 64 << 20, 100 << 20))
        self.has_quota = rng.random() < 0.6
        self.cfs = rng.choice((0, 0, 24, 25, 90))  # throttled of 100 periods
        self.waiting = {kind: rng.choice((0, 0, 0.0999, 0.1001, 0.25, 0.24)) for kind in PRESSURES}
        self.measured = None

    def start(self, world, when):
        self.id = "containerd://%064x" % world.rng.getrandbits(200)
        self.started_at = when
        self.exact_start = min(when + 0.5, world.now)
        self.is_running = True
        self.is_ready = "Readiness" not in self.probes
        self.is_started = "Startup" not in self.probes
        for probe in self.probes.values():
            probe.run = 0 if world.rng.random() < 0.7 else probe.run
        self.measured = None

    def measure(self, world):
        """One measurement of cAdvisor: {family: value} at its own time, 0 to 20 s before its page."""
        rng = world.rng
        stamp = round(world.now * 1000) - rng.choice((0, 0, 1000, 5000, 15000, 20000))
        old = self.measured
        if old is not None and (stamp <= old[0] or rng.random() < 0.3):
            return old
        seconds = (stamp - old[0]) / 1000 if old else 0
        values = dict(old[1]) if old else {}
        if self.has_quota:
            if rng.random() < 0.2:
                self.cfs = rng.choice((0, 24, 25, 26, 90))
            grown = rng.choice((100, 100, 100, 0))
            values[CFS_PERIODS] = values.get(CFS_PERIODS, 40) + grown
            values[CFS_THROTTLED] = values.get(CFS_THROTTLED, 10) + self.cfs * grown // 100
        if world.has_pressure:
            for kind, ratio in self.waiting.items():
                family = "container_pressure_%s_waiting_seconds_total" % kind
                values[family] = values.get(family, 1) + ratio * seconds
        values[WORKING_SET] = rng.choice((10 << 20, 63 << 20, 95 << 20))
        self.measured = (stamp, values)
        return self.measured

    def end(self, when, reason, exit_code):
        self.last = {
            "exitCode": exit_code,
            "reason": reason,
            "startedAt": iso(self.started_at),
            "finishedAt": iso(when),
            "containerID": self.id,
        }
        self.is_running = False
        self.is_ready = False
        self.is_started = False

    def status(self):
        status = {
            "name": self.name,
            "ready": self.is_ready,
            "started": self.is_started,
            "restartCount": self.restarts,
            "state": {"waiting": {"reason": "CrashLoopBackOff"}},
            "lastState": {},
        }
        if self.id:
            status["containerID"] = self.id
        if self.is_running:
            status["state"] = {"running": {"startedAt": iso(self.started_at)}}
        if self.last:
            status["lastState"] = {"terminated": self.last}
        return status

    def spec(self):
        spec = {"name": self.name}
        if self.is_sidecar:
            spec["restartPolicy"] = "Always"
        for kind, probe in self.probes.items():
            if kind in self.hidden:
                continue
            spec[kind.lower() + "Probe"] = dict(probe.settings, **probe.handler)
        return spec


class Pod:
    def __init__(self, world, namespace, name, owner):
        rng = world.rng
        self.namespace, self.name = namespace, name
        self.uid = "%08x-0000-4000-8000-%012x" % (rng.getrandbits(32), rng.getrandbits(48))
        self.owner, self.labels, self.annotations = owner
        self.created = int(world.now)
        self.listed_from = world.now + rng.choice((0, 0, 0, 0, 5, 20, 30, 40, 60))
        self.deleted = None
        self.phase = "Running"
        self.starts_at = world.now + rng.choice((0, 0, 0, 0, 10, 40, 100))
        self.old_status = None
        self.in_probes = self.in_pods = True
        self.leaves = None
        self.ready_since = int(world.now)
        self.was_ready = False
        self.containers = [Container(rng, "app", False)]
        if rng.random() < 0.3:
            self.containers.append(Container(rng, "proxy", rng.random() < 0.5))

    def is_ready(self):
        return all(container.is_ready for container in self.containers)

    def is_pending(self):
        return self.phase == "Running" and not any(container.id for container in self.containers)

    def is_static(self):
        return "kubernetes.io/config.hash" in self.annotations

    def record(self, is_frozen=False):
        """As /pods lists it; `is_frozen`: the status of all but static pods stands still."""
        record = self.present_record()
        if is_frozen and not self.is_static() and self.old_status is not None:
            record["status"] = self.old_status
        self.old_status = record["status"]
        return record

    def present_record(self):
        metadata = {
            "namespace": self.namespace,
            "name": self.name,
            "uid": self.uid,
            "labels": self.labels,
            "annotations": self.annotations,
        }
        if not self.is_static():
            metadata["creationTimestamp"] = iso(self.created)
        if self.owner:
            metadata["ownerReferences"] = [self.owner]
        if self.deleted:
            metadata["deletionTimestamp"] = iso(self.deleted)
        groups = {False: [], True: []}
        for container in self.containers:
            groups[container.is_sidecar].append(container)
        status = {
            "phase": "Pending" if self.is_pending() else self.phase,
            "startTime": iso(self.created),
            "containerStatuses": [c.status() for c in groups[False]],
            "conditions": [
                {
                    "type": "Ready",
                    "status": "True" if self.was_ready else "False",
                    "lastTransitionTime": iso(self.ready_since),
                }
            ],
        }
        spec = {"nodeName": "node-1", "containers": [c.spec() for c in groups[False]]}
        if groups[True]:
            spec["initContainers"] = [c.spec() for c in groups[True]]
            status["initContainerStatuses"] = [c.status() for c in groups[True]]
        return {"metadata": metadata, "spec": spec, "status": status}


def random_owner(world, name):
    """(ownerReference or None, labels, annotations)."""
    rng = world.rng
    api = {"kubernetes.io/config.source": "api"}

    def owner(kind, owner_name):
        return {"kind": kind, "name": owner_name, "controller": True, "uid": "u"}

    minutes = int(world.now // 60)
    return rng.choice(
        (
            (None, {}, api),
            (None, {}, {}),
            (None, {}, {"kubernetes.io/config.source": "file", "kubernetes.io/config.hash": "h"}),
            (owner("ReplicaSet", "web-5d4"), {"pod-template-hash": "5d4"}, api),
            (owner("ReplicaSet", "web-5d4"), {"pod-template-hash": "other"}, api),
            (owner("ReplicaSet", "roll-77"), {"rollouts-pod-template-hash": "77"}, api),
            (owner("StatefulSet", name), {}, api),
            (owner("DaemonSet", "agent"), {}, api),
            (owner("Job", "backup-%08d" % minutes), {}, api),
            (owner("Job", "backup-%08d" % (minutes - 3000)), {}, api),
        )
    )
