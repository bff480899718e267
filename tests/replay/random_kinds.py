"""What a random recording may have besides: kinds of oddity, some of which each seed draws.

They have a random source of their own, so that without them a seed's recording is what it would be
if they did not exist.
"""

import calendar
import copy
import gzip
import json
import random
import re
import time as clock

from random_pods import Probe, iso

NODE = "node-1"
KINDS = {
    "resets": "counters and histograms that begin again while the kubelet lives",
    "skew": "a kubelet and an API server whose clocks are ahead or behind",
    "bare": "pods that lack status, containers, start, times, conditions; odd phases",
    "inits": "ordinary init containers, ephemeral ones, probed sidecars",
    "static": "static pods and their mirrors",
    "outages": "sources that fail always, at first, or for minutes, in all ways",
    "badlines": "bad lines in all wanted families",
    "future": "probe types and results that nobody knows yet",
    "cut": "a kubelet that cuts the label `pod` until it is upgraded",
    "folders": "odd names of folders, readings at odd times",
    "settings": "settings that change, probes that go and come, all three types",
    "owners": "owners' names at the edges of the rules",
    "config": "another configuration",
}


class Kinds:
    def draw_kinds(self, seed, kinds):
        self.odd = random.Random("kinds of %d" % seed)
        drawn = self.odd.sample(list(KINDS), self.odd.choice((0, 1, 1, 2, 2, 3)))
        self.kinds = set(drawn if kinds is None else kinds)
        self.kubelet_skew = self.api_skew = 0
        self.outages = {}
        self.config = None
        self.odd_results = ["unknown"]
        odd = self.odd
        if "skew" in self.kinds:
            skews = (0, -240, -61, -30, -3, 1, 5, 20, 60, 200)
            self.kubelet_skew, self.api_skew = odd.choice(skews), odd.choice(skews)
        if "config" in self.kinds:
            self.config = random_config(odd)

    def first_time(self):
        """The folders' names are in another order as text than as numbers."""
        is_early = "folders" in self.kinds and self.odd.random() < 0.4
        return 1000000000 - self.odd.choice((10, 60, 400)) if is_early else 1795460000

    def twist_world(self):
        odd = self.odd
        if "badlines" in self.kinds:
            self.bad_lines = odd.choice((0.05, 0.2, 1, 3))
        if "cut" in self.kinds:
            self.cuts_labels = True
        if "future" in self.kinds:
            self.odd_results = odd.sample(("warning", "Successful", "skipped", "unknown"), odd.choice((1, 2, 3)))
        if "outages" in self.kinds:
            for source in odd.sample(list(self.has), odd.choice((1, 1, 2, 3))):
                self.outages[source] = self.random_outage()

    def odd_result(self):
        return self.odd.choice(self.odd_results) if len(self.odd_results) > 1 else self.odd_results[0]

    # Time.

    def odd_step(self):
        """Seconds to the next reading, None where the others decide."""
        if "folders" not in self.kinds or self.odd.random() < 0.5:
            return None
        return self.odd.choice((0.125, 0.25, 0.5, 0.875, 1.125, 59.875, 60.125, 3.25))

    def folder_name(self):
        name = ("%.3f" % self.now).rstrip("0").rstrip(".")
        if "folders" not in self.kinds:
            return name
        spellings = ["%.3f" % self.now, "%.6f" % self.now, "0" + name, name]
        return self.odd.choice(spellings)

    def add_ignored(self, directory, body):
        if "folders" not in self.kinds:
            return
        stem = "%d" % self.now
        for name in self.odd.sample(IGNORED, 4):
            folder = directory / name.replace("T", stem)
            folder.mkdir(exist_ok=True)
            (folder / "metrics-probes.prom").write_bytes(body)
        (directory / ("%d" % (self.now + 9999))).write_bytes(body)  # a file, no folder

    # Outages.

    def random_outage(self):
        odd = self.odd
        begin = self.now + odd.choice((20, 60, 120, 300))
        length = odd.choice((30, 61, 90, 180, 600))
        late = self.now + odd.choice((5, 10, 16, 31, 60, 200))
        return odd.choice(((0, float("inf")), (0, late), (begin, begin + length)))

    def is_out(self, source):
        begin, end = self.outages.get(source, (1, 0))
        return begin <= self.now < end

    def write_failure(self, source, path, body):
        """A failed reading."""
        if not self.outages:
            return False
        packed = path.with_name(path.name + ".gz")
        choice = self.odd.randrange(6)
        if choice == 0:
            path.write_bytes(b"")
        elif choice == 1:
            packed.write_bytes(gzip.compress(body, 1, mtime=0)[:-9])
        elif choice == 2:
            packed.write_bytes(b"no gzip at all\n")
        elif choice == 3:
            packed.write_bytes(b"")
        elif choice == 4:
            path.write_bytes(b"<html><body>\nlogin\n</body></html>\n")
        elif source == "pods":
            wrong = (body[:-1], b"[]", b'{"kind":"Status","status":"Failure"}', b"null", b'{"items":3}')
            path.write_bytes(self.odd.choice(wrong))
        else:
            packed.write_bytes(gzip.compress(b"", 1, mtime=0))
        return True

    # Counters.

    def twist_step(self, before):
        odd = self.odd
        if "resets" in self.kinds and odd.random() < 0.4:
            self.reset_counters()
        if "settings" in self.kinds and odd.random() < 0.3:
            self.twist_settings()
        if "future" in self.kinds:
            for probe in (p for pod in self.pods for c in pod.containers for p in c.probes.values()):
                if odd.random() < 0.05:
                    result = self.odd_result()
                    probe.counts[result] = probe.counts.get(result, 0) + odd.choice((1, 1, 4))

    def reset_counters(self):
        """One series, one probe, or one histogram falls: to something, to 0, or away."""
        odd = self.odd
        probes = [p for pod in self.pods for c in pod.containers for p in c.probes.values() if p.counts]
        if probes and odd.random() < 0.7:
            counts = odd.choice(probes).counts
            for result in odd.sample(list(counts), odd.choice((1, len(counts)))):
                counts[result] = odd.choice((0, 1, 2, counts[result] // 2, max(0, counts[result] - 1)))
                if odd.random() < 0.25:
                    del counts[result]
        if self.durations and odd.random() < 0.7:
            key = odd.choice(list(self.durations))
            histogram = self.durations[key]
            share = odd.choice((0, 0.3, 0.7))
            self.durations[key] = [int(n * share) for n in histogram[:-1]] + [histogram[-1] * share]
            if odd.random() < 0.2:
                del self.durations[key]

    def twist_settings(self):
        odd = self.odd
        containers = [c for pod in self.pods for c in pod.containers]
        if not containers:
            return
        container = odd.choice(containers)
        kind = odd.choice(("Readiness", "Liveness", "Startup"))
        probe = container.probes.get(kind)
        what = odd.randrange(5)
        if what == 0 and kind not in container.hidden:
            container.hidden.add(kind)  # the probe goes, its series stay
        elif what == 1:
            container.hidden.clear()
        elif what == 2 and probe is None:
            container.probes[kind] = Probe(odd, kind)
        elif what == 3 and probe is not None:
            probe.settings[odd.choice(("initialDelaySeconds", "successThreshold"))] = odd.choice((1, 3, 30))
        elif probe is not None:
            others = [c.probes[k] for c in containers for k in c.probes]
            probe.handler = odd.choice(others).handler
            name = odd.choice(("periodSeconds", "timeoutSeconds", "failureThreshold"))
            if odd.random() < 0.3:
                probe.settings.pop(name, None)
            else:
                probe.settings[name] = odd.choice((1, 2, 3, 10, 60))

    # Pods.

    def twist_pod(self, pod):
        odd = self.odd
        pod.lacks = set()
        pod.extra_init = pod.extra_ephemeral = None
        if "bare" in self.kinds and odd.random() < 0.6:
            pod.lacks = set(odd.sample(LACKS, odd.choice((1, 1, 2, 3))))
        if "inits" in self.kinds:
            if odd.random() < 0.6:
                pod.extra_init = odd.choice(("done", "running", "waiting", "failed"))
            if odd.random() < 0.3:
                pod.extra_ephemeral = odd.choice(("done", "running"))
            for container in pod.containers:
                if container.is_sidecar or odd.random() < 0.3:
                    for kind in ("Readiness", "Liveness", "Startup"):
                        container.probes.setdefault(kind, Probe(odd, kind))
        if "future" in self.kinds and odd.random() < 0.5:
            container = odd.choice(pod.containers)
            kind = odd.choice(("Wellness", "Resize"))
            container.probes[kind] = Probe(odd, kind)
        if "settings" in self.kinds:
            for container in pod.containers:
                if odd.random() < 0.5:
                    for kind in ("Readiness", "Liveness", "Startup"):
                        container.probes.setdefault(kind, Probe(odd, kind))
        if "owners" in self.kinds:
            self.twist_owner(pod)
        if "static" in self.kinds and odd.random() < 0.6:
            self.make_static(pod)

    def make_static(self, pod):
        odd = self.odd
        pod.name += odd.choice(("-" + NODE, "-" + NODE, "", "-node-2"))
        pod.owner = odd.choice((None, {"kind": "Node", "name": NODE, "controller": True, "uid": "n"}))
        digest = "%032x" % odd.getrandbits(128)
        pod.labels = {}
        pod.annotations = {
            "kubernetes.io/config.hash": digest,
            "kubernetes.io/config.source": odd.choice(("file", "file", "http")),
            "kubernetes.io/config.seen": iso(self.now),
        }
        pod.listed_uid = digest
        pod.uid = digest
        if odd.random() < 0.3:
            pod.annotations["kubernetes.io/config.mirror"] = digest
            pod.listed_uid = odd.choice((digest, "%08x-0000-4000-8000-%012x" % (odd.getrandbits(32), 7)))

    def twist_owner(self, pod):
        """The edges of the rules for ReplicaSets and Jobs, and of who is the owner at all."""
        odd = self.odd
        minutes = pod.created // 60
        digest = odd.choice(("5d4", "77", "7d9f8b6c5d", ""))
        day = [minutes + n for n in (0, 1440, 1441, -1440, -1441, -1439, 1439)]
        jobs = ["backup-%08d" % n for n in day]
        jobs += ["-%08d" % minutes, "%08d" % minutes, "a-b-%08d" % minutes, "x%08d" % minutes]
        jobs += ["x-1%08d" % minutes, "x-%07d" % (minutes // 10), "x-%08d-1" % minutes, "x--%08d" % minutes]
        sets = ["web-" + digest, digest, "-" + digest, "web" + digest, "web-x-" + digest, "web-" + digest + "-"]
        kind, name = odd.choice(
            [("Job", odd.choice(jobs)), ("ReplicaSet", odd.choice(sets))] * 3
            + [(k, "own") for k in ("ReplicationController", "CloneSet", "Node", "CronJob", "Deployment")]
        )
        hashes = ("pod-template-hash", "rollouts-pod-template-hash", "pod-template-hash-x")
        pod.labels = {label: digest for label in odd.sample(hashes, odd.choice((0, 1, 2)))}
        pod.owner = {"kind": kind, "name": name, "controller": True, "uid": "u"}
        pod.more_owners = []
        if odd.random() < 0.2:
            pod.owner = dict(pod.owner, controller=odd.choice((False, None)))
            pod.owner = {key: value for key, value in pod.owner.items() if value is not None}
        if odd.random() < 0.2:
            pod.more_owners = [{"kind": "Thing", "name": "t", "uid": "t"}]

    def twist_record(self, pod, record):
        """The pod as /pods lists it, with its oddities."""
        record = copy.deepcopy(record)
        metadata, spec, status = record["metadata"], record["spec"], record["status"]
        metadata["uid"] = getattr(pod, "listed_uid", pod.uid)
        if getattr(pod, "more_owners", None):
            metadata["ownerReferences"] = pod.more_owners + metadata.get("ownerReferences", [])
        if pod.extra_init:
            add_container(record, pod, "initContainers", "initContainerStatuses", "setup", pod.extra_init)
        if pod.extra_ephemeral:
            keys = ("ephemeralContainers", "ephemeralContainerStatuses", "debugger")
            add_container(record, pod, *keys, pod.extra_ephemeral)
        for lack in pod.lacks:
            if lack.startswith("phase"):
                status["phase"] = lack[6:]
            elif lack in ("status", "spec.nodeName"):
                (record if lack == "status" else spec).pop(lack.split(".")[-1], None)
            elif lack.startswith("metadata."):
                metadata.pop(lack[9:], None)
            elif lack.startswith("container."):
                for entry in status.get("containerStatuses") or []:
                    entry.pop(lack[10:], None)
            elif lack == "null":
                status["containerStatuses"] = status["conditions"] = None
            else:
                status.pop(lack, None)
        if self.kubelet_skew or self.api_skew:
            metadata = shifted(metadata, self.api_skew)
            record = dict(record, metadata=metadata)
            if "status" in record:
                record["status"] = shifted(record["status"], self.kubelet_skew)
        return record

    def extra_containers(self, pod):
        """The names of those that run besides, for the pages with rows."""
        running = {"running": 1}
        extras = (("setup", pod.extra_init), ("debugger", pod.extra_ephemeral))
        return [name for name, how in extras if how in running]


IGNORED = ["notes", "T.bak", "1e9", "-T", "+T", ".5", "T.", "T.5.5", " T", "Ts", "0x10", "T_1", "nan", "inf"]
LACKS = (
    "status", "status", "containerStatuses", "containerStatuses", "startTime", "conditions", "null",
    "metadata.ownerReferences", "metadata.labels", "metadata.annotations", "metadata.creationTimestamp",
    "spec.nodeName", "container.restartCount", "container.ready",
    "container.started", "container.lastState", "phase ", "phase Unknown",
    "phase Pending", "phase", "qosClass",
)


def add_container(record, pod, specs, statuses, name, how):
    digest = "containerd://%s-%s" % (name, pod.uid)
    begun = iso(pod.created)
    ended = {"exitCode": int(how == "failed"), "reason": "Completed", "startedAt": begun, "finishedAt": begun}
    state = {
        "running": {"running": {"startedAt": begun}},
        "waiting": {"waiting": {"reason": "PodInitializing"}},
    }.get(how, {"terminated": dict(ended, containerID=digest)})
    status = {"name": name, "ready": how == "done", "restartCount": 0, "state": state, "lastState": {}}
    if how == "failed":
        status["restartCount"] = 3 + len(record["metadata"]["name"])
    if how != "waiting":
        status["containerID"] = digest
    record["spec"].setdefault(specs, []).insert(0, {"name": name})
    record["status"].setdefault(statuses, []).insert(0, status)


STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def shifted(value, seconds):
    """All times in it moved."""
    def move(match):
        return iso(calendar.timegm(clock.strptime(match[0], "%Y-%m-%dT%H:%M:%SZ")) + seconds)

    return json.loads(STAMP.sub(move, json.dumps(value)))


def random_config(odd):
    config = {}

    def put(section, key, values):
        if odd.random() < 0.5:
            config.setdefault(section, {})[key] = odd.choice(values)

    put("series", "level", ("workload", "workload", "node", "pod"))
    put("series", "detail", ("unhealthy", "all"))
    put("series", "spec", ("all", "failing"))
    put("series", "born_at_zero", ("0s", "10s", "2m"))
    put("limits", "max_series", (1, 100, 120, 150, 180, 220, 300))
    for source in ("probes", "cadvisor", "resource", "pods"):
        if odd.random() < 0.2:
            config.setdefault("sources", {})[source] = {"interval": odd.choice(("1s", "25s", "1m", "2m"))}
    for key in ("cpu_throttled", "memory_limit", "memory_pressure", "cpu_pressure", "io_pressure", "near_timeout"):
        if odd.random() < 0.3:
            config.setdefault("causes", {})[key + "_ratio"] = odd.choice((0.01, 0.0999, 0.24, 0.9, 1))
    if odd.random() < 0.5:
        config["windows"] = odd.choice((["10s"], ["1m", "2m", "15m"], ["5m"], ["1h", "5m"], ["24h", "30s"]))
    if odd.random() < 0.5:
        config["min_attempts"] = odd.choice((1, 2, 5, 20))
    if odd.random() < 0.5:
        config["startup_grace"] = odd.choice(("0s", "30s", "1m", "1h"))
    return config
