#!/usr/bin/env python3
"""random_recording.py SEED DIR [KIND...]: a random recording, the same for the same seed.

A small kubelet lives through a few minutes: pods that come, fail, restart, finish and go, kubelet
restarts with pages that fill up, readings that are missing, broken or late. It is a maker of odd
cases for comparing two engines, not a faithful kubelet: times fall on the edges of the contract's
rules far more often than in life. Its pods are in random_pods.py, its pages in random_pages.py; what else may be odd, of which
each seed draws some kinds, in random_kinds.py. A recording with another configuration has it as
`podprobe.yml` beside its folders.
"""

import gzip
import json
import pathlib
import random
import sys

from random_kinds import KINDS, Kinds
from random_pages import BOUNDS, Pages
from random_pods import Pod, random_owner

EDGES = (15, 30, 31, 60, 75, 90, 120, 150, 180, 300, 420, 20, 5, 10)


class World(Kinds, Pages):
    def __init__(self, seed, kinds=None):
        self.rng = rng = random.Random(seed)
        self.draw_kinds(seed, kinds)
        self.grid = rng.choice((1, 1, 4, 1000))
        self.now = self.first_time() + rng.randrange(self.grid) / self.grid
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
        self.twist_world()
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
        self.twist_step(self.now - 60)

    # Time.

    def next_time(self):
        """Often exactly on an edge of some earlier moment."""
        rng = self.rng
        step = self.odd_step()
        if step is not None:
            return self.now + step
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
        self.twist_step(before)

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
        self.twist_pod(self.pods[-1])

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
        if "cut" in self.kinds and self.odd.random() < 0.5:
            self.cuts_labels = not self.cuts_labels
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
            if killer and killer.run >= killer.settings.get("failureThreshold", 3) and rng.random() < 0.8:
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
                result = self.odd_result()
            probe.counts[result] = probe.counts.get(result, 0) + 1
            if result == "successful":
                self.observe(pod, container, probe)
            if result == "failed":
                probe.run += 1
                if probe.kind == "Readiness" and probe.run >= probe.settings.get("failureThreshold", 3):
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
        if world.is_out(source) and world.write_failure(source, folder / name, body):
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


def write_recording(seed, directory, kinds=None):
    """Returns the kinds of oddity it has."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    world = World(seed, kinds)
    for _ in range(world.rng.randrange(4, 45)):
        folder = directory / world.folder_name()
        folder.mkdir()
        write_reading(world, folder)
        if not any(folder.iterdir()) and "folders" not in world.kinds:
            folder.rmdir()
        world.step()
    world.add_ignored(directory, world.probes_page().encode())
    if world.config is not None:
        (directory / "podprobe.yml").write_text(json.dumps(world.config))
    return world.kinds


if __name__ == "__main__":
    unknown = set(sys.argv[3:]) - set(KINDS)
    if unknown:
        sys.exit("no such kind: %s; there are %s" % (", ".join(unknown), ", ".join(KINDS)))
    write_recording(int(sys.argv[1]), sys.argv[2], sys.argv[3:] or None)
