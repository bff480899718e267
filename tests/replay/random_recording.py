#!/usr/bin/env python3
"""random_recording.py SEED DIR: a random recording, the same for the same seed.

A small kubelet lives through a few minutes: pods that come, fail, restart, finish and go, kubelet
restarts with pages that fill up, readings that are missing, broken or late. It is a maker of odd
cases for comparing two engines, not a faithful kubelet: times fall on the edges of the contract's
rules far more often than in life.
"""

import gzip
import json
import pathlib
import random
import re
import sys
import time as clock

PRESSURES = ("cpu", "memory", "io")
CFS_PERIODS = "container_cpu_cfs_periods_total"
CFS_THROTTLED = "container_cpu_cfs_throttled_periods_total"
WORKING_SET = "container_memory_working_set_bytes"
BOUNDS = (0.005, 0.05, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
EDGES = (15, 30, 31, 60, 75, 90, 120, 150, 180, 300, 420, 20, 5, 10)
UNUSED_LINES = "# a comment\nother_family_total{a=\"b\"} 3\n"


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


class World:
    def __init__(self, seed):
        self.rng = rng = random.Random(seed)
        self.grid = rng.choice((1, 1, 4, 1000))
        self.now = 1795460000 + rng.randrange(self.grid) / self.grid
        self.kubelet_start = self.now - rng.choice((3, 50, 60, 3600, 100000))
        self.has = {
            "probes": True,
            "cadvisor": rng.random() < 0.5,
            "resource": rng.random() < 0.7,
            "pods": rng.random() < 0.85,
        }
        self.miss = rng.choice((0, 0.05, 0.3))
        self.fail = rng.choice((0, 0, 0.05, 0.15))
        self.bad_lines = rng.choice((0, 0, 0, 0.1))
        self.cuts_labels = rng.random() < 0.08
        self.lags = rng.random() < 0.15
        self.has_pressure = rng.random() < 0.6
        self.freezes = rng.random() < 0.15
        self.frozen_until = 0
        self.is_storm = rng.random() < 0.12
        self.storm = (0, 0)
        self.moments = [self.now]
        self.pods = []
        self.durations = {}
        self.last_list = None
        self.owners = {}
        for _ in range(rng.randrange(7, 14) if self.is_storm else rng.randrange(1, 4)):
            self.add_pod()
        if self.is_storm:
            begin = self.now + rng.choice((10, 60, 300))
            self.storm = (begin, begin + rng.choice((30, 130, 400)))
        # Of two of one name that are seen first in the same reading nobody knows the younger.
        names = {(pod.namespace, pod.name): pod for pod in self.pods}
        self.pods = list(names.values())
        for pod in self.pods:
            pod.listed_from = self.now if rng.random() < 0.9 else pod.listed_from
            for container in pod.containers:
                if rng.random() < 0.8:
                    container.start(self, int(self.now) - rng.choice((1, 30, 299, 300, 301, 9000)))
                if rng.random() < 0.3:
                    container.restarts = rng.randrange(1, 9)
        self.act(self.now - 60)

    # Time.

    def next_time(self):
        """Often exactly on an edge of some earlier moment."""
        rng = self.rng
        if rng.random() < 0.35:
            choices = [
                moment + edge for moment in self.moments[-12:] for edge in EDGES
                if self.now < moment + edge <= self.now + 130
            ]
            if choices:
                return rng.choice(choices)
        step = rng.choice((5, 5, 5, 10, 10, 15, 7, 1, 30, 61, rng.choice((200, 400, 4000))))
        return self.now + step + (rng.randrange(self.grid) / self.grid if rng.random() < 0.5 else 0)

    def step(self):
        before = self.now
        self.now = round(self.next_time(), 3)
        self.moments.append(self.now)
        rng = self.rng
        if rng.random() < 0.06:
            self.restart_kubelet(before)
        if len(self.pods) < 5 and rng.random() < 0.12:
            self.add_pod()
        if rng.random() < 0.04:
            self.change_settings()
        if self.freezes and rng.random() < 0.1:
            self.frozen_until = self.now + rng.choice((20, 60, 200))
        self.act(before)

    def between(self, before):
        """A whole second as the API has them: floor of some time in (before, now]."""
        return int(self.rng.choice((self.now, before + (self.now - before) * self.rng.random())))

    # Events.

    def add_pod(self):
        names = ["web-0", "db-0", "x-1-2"]
        if self.is_storm:
            names += ["s-%d" % number for number in range(12)]
        namespace, name = self.rng.choice(("n1", "n2")), self.rng.choice(names)
        owner = self.owners.setdefault((namespace, name), random_owner(self, name))
        if self.rng.random() < 0.1:
            owner = random_owner(self, name)
        twins = [p for p in self.pods if (p.namespace, p.name) == (namespace, name)]
        for twin in twins:
            if twin.deleted is None and twin.phase == "Running":
                twin.deleted = int(self.now) + 30
        self.pods.append(Pod(self, namespace, name, owner))

    def change_settings(self):
        """The settings of a living pod may change."""
        probes = [p for pod in self.pods for c in pod.containers for p in c.probes.values()]
        if probes:
            settings = self.rng.choice(probes).settings
            name = self.rng.choice(("periodSeconds", "timeoutSeconds", "failureThreshold"))
            settings[name] = self.rng.choice((1, 2, 4, 10))

    def restart_kubelet(self, before):
        self.kubelet_start = round(before + (self.now - before) * self.rng.random(), 2)
        self.durations = {}
        for pod in self.pods:
            for container in pod.containers:
                for probe in container.probes.values():
                    probe.counts = {}
                    probe.run = 0
                    probe.resume_at = self.kubelet_start + self.rng.choice((0, 0, 5, 20, 45))
                if container.is_running:
                    container.is_started = True
        for pod in list(self.pods):
            if self.rng.random() < 0.1:
                self.pods.remove(pod)

    def act(self, before):
        for pod in list(self.pods):
            self.end_or_leave(pod)
            if pod.phase in ("Succeeded", "Failed"):
                continue
            for container in pod.containers:
                self.live(pod, container, before)
            self.note_ready(pod, before)

    def end_or_leave(self, pod):
        """Deletion, finishing, and leaving the two pages at different times."""
        rng = self.rng
        if pod.leaves is not None:
            pod.in_probes = pod.in_probes and rng.random() < 0.5
            pod.in_pods = pod.in_pods and rng.random() < 0.5
            if not pod.in_probes and not pod.in_pods:
                self.pods.remove(pod)
                self.forget_durations(pod)
        elif pod.phase in ("Succeeded", "Failed"):
            pod.in_probes = pod.in_probes and rng.random() < 0.3
            if rng.random() < 0.05:
                pod.leaves = True
        elif pod.deleted is not None:
            for container in pod.containers:
                for kind in ("Liveness", "Startup"):
                    if kind in container.probes:
                        container.probes[kind].counts = {}
                        container.probes[kind].resume_at = float("inf")
            if rng.random() < 0.35:
                pod.leaves = True
        elif rng.random() < 0.03:
            pod.deleted = int(self.now) + rng.choice((0, 30))
        elif rng.random() < 0.015:
            pod.phase = rng.choice(("Succeeded", "Failed"))
            pod.was_ready, pod.ready_since = False, int(self.now)
            for container in pod.containers:
                if container.is_running:
                    container.end(self.now, "Completed", 0)
            pod.in_probes = rng.random() < 0.4
        elif rng.random() < 0.01:
            pod.leaves = True

    def live(self, pod, container, before):
        rng = self.rng
        if not container.is_running:
            if self.now < pod.starts_at:
                return
            if rng.random() < 0.6:
                if container.id:
                    container.restarts += rng.choice((1, 1, 1, 2))
                container.start(self, self.between(before))
            else:
                return
        for probe in container.probes.values():
            if rng.random() < 0.15:
                probe.mood = rng.choice((0, 0, 0, 1, 0.5))
            if probe.is_hopeless or self.storm[0] <= self.now < self.storm[1]:
                probe.mood = 1
            if probe.is_broken:
                continue
            if (probe.kind == "Startup") == container.is_started and rng.random() < 0.95:
                continue
            if probe.resume_at <= self.now and pod.in_probes:
                self.attempt(pod, container, probe)
        liveness = container.probes.get("Liveness")
        startup = container.probes.get("Startup")
        for killer in (liveness, startup):
            if killer and killer.run >= killer.settings["failureThreshold"] and rng.random() < 0.8:
                self.restart_container(container, before, rng.choice(("Error", "Completed")))
                return
        if rng.random() < 0.04:
            self.restart_container(container, before, rng.choice(("Error", "OOMKilled", "Completed")))

    def restart_container(self, container, before, reason):
        when = self.between(before)
        container.end(max(when, container.started_at), reason, 0 if reason == "Completed" else 137)
        if self.rng.random() < 0.7:
            container.restarts += 1
            container.start(self, max(when, container.started_at))

    def attempt(self, pod, container, probe):
        rng = self.rng
        for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
            is_failure = rng.random() < probe.mood
            result = "failed" if is_failure else "successful"
            if rng.random() < 0.01:
                result = "unknown"
            probe.counts[result] = probe.counts.get(result, 0) + 1
            if result == "successful":
                self.observe(pod, container, probe)
            if result == "failed":
                probe.run += 1
                if probe.kind == "Readiness" and probe.run >= probe.settings["failureThreshold"]:
                    container.is_ready = False
            elif result == "successful":
                probe.run = 0
                container.is_ready |= probe.kind == "Readiness"
                container.is_started |= probe.kind == "Startup"

    def observe(self, pod, container, probe):
        key = (pod.namespace, self.label_of(pod), container.name, probe.kind)
        histogram = self.durations.setdefault(key, [0] * (len(BOUNDS) + 2))
        duration = self.rng.choice((0.001, 0.02, 0.3, 0.7, 0.9, 1.5, 2.7, 12))
        for index, bound in enumerate(BOUNDS):
            histogram[index] += duration <= bound
        histogram[-2] += 1
        histogram[-1] += duration

    def forget_durations(self, pod):
        for key in list(self.durations):
            if key[:2] == (pod.namespace, self.label_of(pod)) and self.rng.random() < 0.8:
                del self.durations[key]

    def note_ready(self, pod, before):
        if pod.is_ready() != pod.was_ready:
            pod.was_ready = not pod.was_ready
            pod.ready_since = self.between(before)
        elif self.rng.random() < 0.02:
            pod.ready_since = self.between(before)

    def label_of(self, pod):
        return pod.name.rsplit("-", 1)[0] if self.cuts_labels else pod.name

    # Pages.

    def is_filling_up(self):
        return self.now < self.kubelet_start + 60

    def probes_page(self):
        lines = []
        for pod in self.pods:
            if not pod.in_probes:
                continue
            for container in pod.containers:
                for probe in container.probes.values():
                    for result, count in probe.counts.items():
                        labels = [
                            ("container", container.name),
                            ("namespace", pod.namespace),
                            ("pod", self.label_of(pod)),
                            ("pod_uid", pod.uid),
                            ("probe_type", probe.kind),
                            ("result", result),
                        ]
                        lines.append(self.sample("prober_probe_total", labels, count))
        for key, histogram in self.durations.items():
            labels = list(zip(("namespace", "pod", "container", "probe_type"), key))
            name = "prober_probe_duration_seconds"
            for bound, value in zip(BOUNDS + ("+Inf",), histogram):
                lines.append(self.sample(name + "_bucket", labels + [("le", str(bound))], value))
            lines.append(self.sample(name + "_count", labels, histogram[-2]))
            lines.append(self.sample(name + "_sum", labels, histogram[-1]))
        lines.append("process_start_time_seconds %r\n" % self.kubelet_start)
        return self.spoiled(lines)

    def sample(self, name, labels, value):
        if self.rng.random() < 0.1:
            self.rng.shuffle(labels)
        inner = ",".join('%s="%s"' % label for label in labels)
        return "%s{%s} %s\n" % (name, inner, value)

    def spoiled(self, lines):
        """Reordered, with comments, and sometimes with bad lines in place of good ones."""
        if self.rng.random() < 0.3:
            self.rng.shuffle(lines)
        for index in range(len(lines)):
            # Not in families of which one engine might have no use, nor in the parts of a histogram:
            # what half of a histogram means, the contract does not say.
            is_wanted = re.match(
                "prober_probe_total|prober_.*_sum|process_|container_start", lines[index]
            )
            if is_wanted and self.rng.random() < self.bad_lines * 0.2:
                line = lines[index].rstrip("\n")
                lines[index] = self.rng.choice((line[:-1] + "x\n", line.replace("}", "") + '"\n', line + " 1 2\n"))
                if "{" not in line:
                    lines[index] = "process_start_time_seconds\n"
        return UNUSED_LINES + "".join(lines)

    def resource_page(self):
        if self.rng.random() < 0.02:
            return "resource_scrape_error 1\n"
        lines = ["resource_scrape_error 0\n"]
        for pod in self.pods:
            for container in pod.containers:
                if container.is_running:
                    labels = [("container", container.name), ("namespace", pod.namespace), ("pod", pod.name)]
                    lines.append(self.sample("container_start_time_seconds", labels, container.exact_start))
                    working_set = self.rng.choice((10 << 20, 63 << 20))
                    lines.append(
                        self.sample("container_memory_working_set_bytes", labels, working_set)[:-1]
                        + " %d\n" % (self.now * 1000 - 500)
                    )
        return self.spoiled(lines)

    def cadvisor_page(self):
        """Rows of slices, pods, sandboxes and containers; only those of containers are any good."""
        lines = []
        for slice_id in ("/", "/kubepods"):
            lines += self.rows(slice_id, ("", "", "", ""), self.now * 1000, {WORKING_SET: 1 << 30})
        for pod in self.pods:
            running = [container for container in pod.containers if container.is_running]
            path = "/kubepods/pod%s" % pod.uid
            for container, image in (("", ""), ("", "pause"), ("POD", "pause")):
                labels = (container, pod.namespace, pod.name, image)
                if running and self.rng.random() < 0.7:
                    values = {WORKING_SET: 1 << 20, CFS_PERIODS: 7, CFS_THROTTLED: 7}
                    lines += self.rows(path + image, labels, self.now * 1000, values)
            for container in running:
                labels = (container.name, pod.namespace, pod.name, "image")
                stamp, values = container.measure(self)
                row_id = path + "/" + container.id[-12:]
                lines += self.rows(row_id, labels, stamp, values)
                fixed = {
                    "container_spec_memory_limit_bytes": container.limit,
                    "container_start_time_seconds": container.started_at,
                }
                lines += self.rows(row_id, labels, None, fixed)
        return self.spoiled(lines)

    def rows(self, row_id, labels, stamp, values):
        container, namespace, pod, image = labels
        pairs = [
            ("container", container),
            ("id", row_id),
            ("image", image),
            ("name", row_id[-4:]),
            ("namespace", namespace),
            ("pod", pod),
        ]
        lines = []
        for name, value in values.items():
            line = self.sample(name, list(pairs), repr(value))
            lines.append(line if stamp is None else line[:-1] + " %d\n" % stamp)
        return lines

    def pods_page(self):
        if self.lags and self.last_list is not None and self.rng.random() < 0.4:
            return self.last_list
        listed = [pod for pod in self.pods if pod.in_pods and pod.listed_from <= self.now]
        if self.is_filling_up():
            listed = [pod for pod in listed if self.rng.random() < 0.6]
        self.rng.shuffle(listed)
        items = [pod.record(self.now < self.frozen_until) for pod in listed]
        document = {"kind": "PodList", "apiVersion": "v1", "items": items}
        self.last_list = json.dumps(document)
        return self.last_list


FILES = {
    "probes": "metrics-probes.prom",
    "cadvisor": "metrics-cadvisor.prom",
    "resource": "metrics-resource.prom",
    "pods": "pods.json",
}


def write_reading(world, folder):
    rng = world.rng
    for source, name in FILES.items():
        if not world.has[source]:
            continue
        body = getattr(world, source + "_page")().encode()
        # The first page waits for each source's first answer: here they all have it at once.
        is_first = len(world.moments) == 1
        if not is_first and rng.random() < world.miss:
            continue
        if not is_first and rng.random() < world.fail:
            if rng.random() < 0.5:
                (folder / name).write_bytes(b"")
            else:
                (folder / (name + ".gz")).write_bytes(gzip.compress(body, 1, mtime=0)[:-9])
        elif rng.random() < 0.1:
            (folder / (name + ".gz")).write_bytes(gzip.compress(body, 1, mtime=0))
        else:
            (folder / name).write_bytes(body)


def write_recording(seed, directory):
    world = World(seed)
    for _ in range(world.rng.randrange(4, 45)):
        folder = pathlib.Path(directory) / ("%.3f" % world.now).rstrip("0").rstrip(".")
        folder.mkdir(parents=True)
        write_reading(world, folder)
        if not any(folder.iterdir()):
            folder.rmdir()
        world.step()


if __name__ == "__main__":
    write_recording(int(sys.argv[1]), sys.argv[2])
