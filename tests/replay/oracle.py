#!/usr/bin/env python3
"""oracle.py DIR [--every]: what `podprobe-exporter replay DIR [--every]` must print.

A second engine, slow and plain, written from the contract alone. One rule is one function, with the
clause it follows quoted. Where the contract leaves a choice, the comment says CHOICE and what was
chosen; compare.py compares the outcome with the exporter's.
"""

import pathlib
import sys

import recording
from podlist import Pod

DEAD_SOURCE = 60.0  # max(60 s, 3 intervals) of probes (5 s) and of pods (10 s)
FILLING_UP = 60.0  # "for up to a minute after its start a kubelet serves pages that fill up"
TRUTH_WAIT = 15.0
HOLD_BACK = 30.0
LEFTOVER = 120.0
BORN_AT_ZERO = 75.0
STARTUP_GRACE = 300.0
MIN_ATTEMPTS = 3
WINDOWS = (("5m", 300.0), ("1h", 3600.0))
DEFAULT_FAILURE_THRESHOLD = 3

# What this engine judges. Families served that are not here are not compared.
FAMILIES = {
    "podprobe_" + name
    for name in """
    attempts_total failures_total success_ratio near_timeout_ratio consecutive_failures
    kubelet_restarts_total kubelet_start_time_seconds kubelet_pod_label_truncated
    source_up source_last_success_timestamp_seconds source_bytes source_samples
    source_parse_errors_total source_errors_total
    """.split()
}

ERROR_REASONS = (
    "dns connect tls auth forbidden timeout status truncated size parse".split()
)


class SourceState:
    def __init__(self):
        self.is_up = False
        self.last_success = None
        self.first_success = None
        self.bytes = 0
        self.samples = 0
        self.parse_errors = 0
        self.errors = dict.fromkeys(ERROR_REASONS, 0)


class Extra:
    """Failures that join a run only if something proves true that is not known yet."""

    def __init__(self, kind, failures):
        self.kind = kind  # "mixed" or "initial"
        self.failures = failures
        self.value = None  # unknown; else 0 or failures


class Event:
    """The increments of one probe in one reading."""

    def __init__(self, time, probe, succeeded, failed, unknown):
        self.time = time
        self.probe = probe
        self.succeeded = succeeded
        self.failed = failed
        self.unknown = unknown
        self.run = 0  # the run after this reading, without its extra
        self.extra = None
        self.is_baseline = False
        self.reached = False  # the run had reached the threshold; known once judged

    def run_total(self):
        return self.run + (self.extra.value or 0 if self.extra else 0)


class Probe:
    """One probe of one container of one pod."""

    def __init__(self, container, kind):
        self.container = container
        self.kind = kind
        self.history = []
        self.run = 0
        self.extra = None


class Instance:
    """One life of a container: the readings after `after` and not before `start` belong to it."""

    def __init__(self, identity, start, after, shown):
        self.id = identity
        self.start = start
        self.after = after
        self.shown = shown

    def owns(self, time):
        return time > self.after and (self.start is None or time >= self.start)


class PodState:
    """One pod by its uid."""

    def __init__(self, uid, namespace, kubelet_name, first_seen):
        self.uid = uid
        self.namespace = namespace
        self.kubelet_name = kubelet_name
        self.first_seen = first_seen
        self.listing = None  # the last record in /pods, kept until the pod is forgotten
        self.in_probes = False
        self.in_pods = False
        self.absences = []  # the good /pods readings since the last one that had it
        self.is_held = False
        self.is_on_page = False  # some page had it
        self.is_shown = False  # the same, or would have had it
        self.gone_at = None
        self.probes = {}  # (container, kind) -> Probe
        self.known = {}  # kind -> (by a first good reading?, when)
        self.waiting = []  # events whose failures have no phase yet; all events while held
        self.instances = {}  # container -> [Instance]
        self.listed_at = {}  # container -> last good pods reading with an id

    def labels(self):
        if self.listing is None:
            return self.namespace, self.kubelet_name, "", ""
        pod = self.listing
        return pod.namespace, pod.name, pod.workload, pod.workload_type

    def age(self):
        """CHOICE "the younger of the two": by creation, else the pod's start, else first sight."""
        pod = self.listing
        born = pod and (pod.created if pod.created is not None else pod.start_time)
        return (self.first_seen if born is None else born, self.first_seen, self.uid)

    def settings(self, container, kind):
        found = self.listing and self.listing.containers.get(container)
        return found.probes.get(kind) if found else None

    def has_probe(self, container, kind):
        return (container, kind) in self.probes or self.settings(container, kind) is not None

    def know(self, kind, is_first, now):
        self.known.setdefault(kind, (is_first, now))

    def is_terminating(self):
        """"terminating if the pod has a deletion time, or is missing from that /pods reading". A
        pod that /pods never named is not."""
        return self.listing is not None and (self.listing.deleted is not None or not self.in_pods)

    def is_living(self):
        return not self.is_held and self.gone_at is None and not self.is_terminating()


class Phase:
    def __init__(self):
        self.attempts = 0
        self.failures = 0
        self.born = None
        self.is_late = True


class ServedSet:
    """One served label set: what is counted belongs to it, whichever pods it came from."""

    def __init__(self):
        self.phases = {}
        self.steady = []  # (time, successes, attempts)
        self.durations = []  # (time, container, increments by bound and "count")


class Engine:
    def __init__(self):
        self.now = None
        self.sources = {}
        self.kubelet_start = None
        self.kubelet_restarts = 0
        self.previous = {}  # full label set -> value
        self.previous_durations = {}  # histogram labels -> {bound or "count": value}
        self.unplaced_durations = []  # (time, histogram labels, increments by bound and "count")
        self.pods = {}
        self.listing = {}  # uid -> Pod of the last good pods reading
        self.sets = {}  # (namespace, pod, workload, workload_type, kind) -> ServedSet
        self.container_starts = {}  # (namespace, pod, container) -> start times, from `resource`
        self.is_label_truncated = None

    # The clock and the readings.

    def advance(self, now):
        """Moves the clock to a reading's time: what ends before that time ends first."""
        self.now = now
        self.end_waits(lambda age, limit: age > limit)
        self.forget_gone_pods()

    def read(self, reading):
        state = self.sources.setdefault(reading.source, SourceState())
        state.is_up = reading.is_good
        state.bytes = reading.body_bytes
        state.samples = reading.sample_count
        state.parse_errors += reading.bad_lines
        if not reading.is_good:
            state.errors[reading.reason] += 1
            return
        state.last_success = self.now
        is_first = state.first_success is None
        if is_first:
            state.first_success = self.now
        getattr(self, "read_" + reading.source)(reading, is_first)
        self.find_gone_pods()

    def settle(self):
        """After the last reading of a time, before its page."""
        self.end_waits(lambda age, limit: age >= limit)
        self.find_truncated_labels()
        self.place_durations(is_page_due=True)
        self.bear_series()

    def works(self, source):
        """""works" = was good once; a failed reading does not end the wait"."""
        return source in self.sources and self.sources[source].first_success is not None

    def is_fresh(self, source):
        """"Without a good reading for max(60 s, 3 intervals)"."""
        return self.works(source) and self.now - self.sources[source].last_success < DEAD_SOURCE

    def is_filling_up(self):
        return self.is_filling_up_at(self.now)

    def is_filling_up_at(self, time):
        start = self.kubelet_start
        return start is not None and start <= time < start + FILLING_UP

    # Section 3: from counters to increments.

    def read_probes(self, reading, is_first):
        self.find_kubelet_restart(reading)
        current = {
            tuple(sorted(labels.items())): value
            for name, labels, value, _ in reading.samples
            if name == "prober_probe_total"
        }
        for labels in current:
            self.meet_series(dict(labels), is_first)
        if is_first:
            self.take_baseline(current)
        else:
            self.take_increments(current)
        self.take_durations(reading, is_first)
        self.note_presence_in_probes(current, reading)
        # "A series missing from a good reading is forgotten", but not by "a reading with a bad line
        # in a wanted family".
        if reading.bad_lines == 0:
            self.previous = {}
        self.previous.update(current)

    def find_kubelet_restart(self, reading):
        """"The kubelet process changed: increment = current for every series;
        podprobe_kubelet_restarts_total counts 1." "Consecutive begins again with a new kubelet
        process." CHOICE: only another start time is a change; a missing one says nothing."""
        starts = [s[2] for s in reading.samples if s[0] == "process_start_time_seconds"]
        if not starts:
            return
        if self.kubelet_start is not None and starts[0] != self.kubelet_start:
            self.kubelet_restarts += 1
            self.previous = {}
            self.previous_durations = {}
            for pod in self.pods.values():
                for probe in pod.probes.values():
                    probe.run, probe.extra = 0, None
        if starts[0] != self.kubelet_start:
            self.kubelet_start = starts[0]
            self.forgive_absence()

    def forgive_absence(self):
        """A /pods reading from a kubelet's first minute, that was known as such only later."""
        for pod in self.pods.values():
            stand = [time for time in pod.absences if not self.is_filling_up_at(time)]
            if pod.absences and not stand:
                pod.in_pods = True
            pod.absences = stand

    def meet_series(self, labels, is_first):
        """"A probe is known from its series or from /pods, whichever comes first"; "a pod that
        /pods does not list yet is held back"."""
        uid = labels.get("pod_uid", "")
        pod = self.pods.get(uid)
        if pod is None:
            pod = PodState(uid, labels.get("namespace", ""), labels.get("pod", ""), self.now)
            # Only the finished are in the listing without being known here.
            pod.is_held = self.works("pods")
            if self.works("pods"):
                # The last /pods lacked it, unless it was one that fills up and shows no absence.
                last = self.sources["pods"].last_success
                pod.in_pods = self.is_filling_up_at(last)
                pod.absences = [] if pod.in_pods else [last]
            self.pods[uid] = pod
        pod.know(labels.get("probe_type", ""), is_first, self.now)
        return pod

    def probe_of(self, labels):
        pod = self.pods[labels.get("pod_uid", "")]
        key = (labels.get("container", ""), labels.get("probe_type", ""))
        return pod, pod.probes.setdefault(key, Probe(*key))

    def by_probe(self, values):
        """{full label set: value} as [(pod, probe, {result: value})]."""
        found = {}
        for series, value in values.items():
            labels = dict(series)
            pod, probe = self.probe_of(labels)
            results = found.setdefault(id(probe), (pod, probe, {}))[2]
            result = labels.get("result", "")
            if result not in ("successful", "failed"):
                result = "unknown"
            results[result] = results.get(result, 0) + value
        return found.values()

    def take_baseline(self, current):
        """"First good reading ever: values are a baseline; nothing is counted." "At the exporter's
        first reading, a series that already has successes is past startup." "At the exporter's
        first reading of a probe without any success and a restart count of 0: the counter
        itself."""
        for _, probe, values in self.by_probe(current):
            if values.get("successful", 0) > 0:
                event = Event(self.now, probe, values["successful"], 0, 0)
                event.is_baseline = True
                probe.history.append(event)
            elif values.get("failed", 0) > 0:
                probe.extra = Extra("initial", values["failed"])

    def take_increments(self, current):
        increments = {}
        for series, value in current.items():
            increments[series] = increase(self.previous.get(series), value)
        for pod, probe, values in self.by_probe(increments):
            self.take_event(pod, probe, values)

    def take_event(self, pod, probe, values):
        event = Event(
            self.now,
            probe,
            values.get("successful", 0),
            values.get("failed", 0),
            values.get("unknown", 0),
        )
        if not (event.succeeded or event.failed or event.unknown):
            return
        continue_run(probe, event)
        probe.history.append(event)
        if pod.is_held:
            pod.waiting.append(event)
            return
        self.count_successes(pod, event)
        if event.failed or event.unknown:
            pod.waiting.append(event)
            # "While `pods` works, a failure gets its phase and cause when the first good `pods`
            # reading begun after it has arrived"; a pod never named "is judged as without /pods".
            if pod.listing is None:
                self.judge_waiting(pod)

    def take_durations(self, reading, is_first):
        """"The same rules hold for the duration histogram, series by series (a fall of its `_count`
        begins all of it again)"."""
        current = {}
        for name, labels, value, _ in reading.samples:
            kind = name.removeprefix("prober_probe_duration_seconds_")
            if kind not in ("bucket", "count"):
                continue
            key = tuple(labels.get(k, "") for k in ("namespace", "pod", "container", "probe_type"))
            current.setdefault(key, {})[labels["le"] if kind == "bucket" else "count"] = value
        for key, values in current.items():
            before = self.previous_durations.get(key, {})
            if values.get("count", 0) < before.get("count", 0):
                before = {}
            if not is_first:
                increments = {bound: increase(before.get(bound), v) for bound, v in values.items()}
                self.unplaced_durations.append((self.now, key, increments))
            current[key] = dict(before, **values) if reading.bad_lines else values
        self.place_durations(is_page_due=False)
        if reading.bad_lines == 0:
            self.previous_durations = {}
        self.previous_durations.update(current)

    def place_durations(self, is_page_due):
        """The histogram has no uid: "the younger of the two speaks", held pods aside. CHOICE: increments
        belong to the label set that the pod is served under when they are read, those of a pod that
        is on no page yet to the one it comes with; a histogram whose pod label is cut to none."""
        waiting = []
        for entry in self.unplaced_durations:
            time, (namespace, name, container, kind), increments = entry
            pods = [
                pod
                for pod in self.pods.values()
                if pod.labels()[:2] == (namespace, name)
                and pod.has_probe(container, kind)
                and not pod.is_held
            ]
            pod = max(pods, key=PodState.age, default=None)
            is_unnamed = pod is not None and pod.is_on_page and pod.listing is None
            if pod is not None and (is_page_due or is_unnamed):
                self.set_of(pod, kind).durations.append((time, container, increments))
            else:
                waiting.append(entry)
        self.unplaced_durations = waiting

    def note_presence_in_probes(self, current, reading):
        """A filling-up page "is not churn", and a reading with a bad line shows no absence."""
        present = {dict(series).get("pod_uid", "") for series in current}
        for pod in self.pods.values():
            if pod.uid in present:
                pod.in_probes = True
            elif reading.bad_lines == 0 and not self.is_filling_up():
                pod.in_probes = False

    # What /pods says.

    def read_pods(self, reading, is_first):
        self.listing = {pod.uid: pod for pod in map(Pod, reading.pods)}
        for uid, listed in self.listing.items():
            self.meet_listed_pod(uid, listed, is_first)
        for uid, pod in self.pods.items():
            if uid not in self.listing and not self.is_filling_up():
                pod.in_pods = False
                pod.absences.append(self.now)
            if pod.listing is None and not pod.is_shown and not pod.is_held:
                self.hold_back(pod)
        for pod in self.pods.values():
            if pod.listing is not None:
                self.find_whole_runs(pod)
                self.release(pod)
                self.judge_waiting(pod)
                self.begin_runs_anew(pod)

    def meet_listed_pod(self, uid, listed, is_first):
        pod = self.pods.get(uid)
        # A pod already finished when first seen gets no series; one that was known from its series is
        # gone now, and they stay for their 2 minutes.
        if listed.is_finished and pod is None:
            return
        if pod is None:
            pod = self.pods[uid] = PodState(uid, listed.namespace, listed.name, self.now)
        pod.listing = listed
        pod.in_pods, pod.absences = True, []
        for container in listed.containers.values():
            for kind in container.probes:
                pod.know(kind, is_first, self.now)
            self.note_instance(pod, container)
        if is_first:
            pod.known = {kind: (True, self.now) for kind in pod.known}

    def note_instance(self, pod, container):
        """"A container is known to have started anew by its container id in /pods"; "a reading that
        first shows a new container belongs wholly to it"."""
        if not container.id:
            return
        lives = pod.instances.setdefault(container.name, [])
        if not lives or lives[-1].id != container.id:
            after = pod.listed_at.get(container.name, float("-inf"))
            lives.append(Instance(container.id, container.start_time, after, self.now))
        elif container.start_time is not None:
            lives[-1].start = container.start_time
        pod.listed_at[container.name] = self.now

    def find_whole_runs(self, pod):
        """"At the exporter's first reading of a probe without any success and a restart count of 0:
        the counter itself." CHOICE: whenever /pods first tells the restart count."""
        for probe in pod.probes.values():
            container = pod.listing.containers.get(probe.container)
            extra = probe.extra
            if container and extra and extra.kind == "initial" and extra.value is None:
                extra.value = extra.failures if container.restart_count == 0 else 0

    def begin_runs_anew(self, pod):
        """"begins again with a new container id after a liveness or startup kill (that probe's run
        only)": "the ended instance was `acting`, that reading's failures included", and an OOM kill
        comes before."""
        for probe in pod.probes.values():
            container = pod.listing.containers.get(probe.container)
            if container is None:
                continue
            lives = pod.instances.get(probe.container, [])
            is_new = len(lives) > 1 and lives[-1].shown == self.now
            if not is_new or probe.kind not in ("Liveness", "Startup"):
                continue
            if (container.last_terminated or {}).get("reason") == "OOMKilled":
                continue
            if current_run(probe) >= failure_threshold(pod, probe):
                probe.run, probe.extra = 0, None

    def read_resource(self, reading, is_first):
        for name, labels, value, _ in reading.samples:
            if name == "container_start_time_seconds":
                key = tuple(labels.get(k, "") for k in ("namespace", "pod", "container"))
                starts = self.container_starts.setdefault(key, [])
                if value not in starts:
                    starts.append(value)

    def read_cadvisor(self, reading, is_first):
        pass

    # Waiting for the truth.

    def end_waits(self, is_over):
        """A failure is judged "at latest after 15 s"; a pod is held back "at most 30 s"."""
        for pod in list(self.pods.values()):
            if pod.is_held:
                if is_over(self.now - pod.first_seen, HOLD_BACK):
                    pod.is_shown = True
                    self.release(pod)
                    self.judge_waiting(pod)
                continue
            while pod.waiting and is_over(self.now - pod.waiting[0].time, TRUTH_WAIT):
                self.judge(pod, pod.waiting.pop(0))

    def hold_back(self, pod):
        """/pods works from this reading on, and no page has shown the pod yet: "a pod that /pods does
        not list yet is held back with its increments". """
        pod.is_held = True
        pod.waiting = [event for probe in pod.probes.values() for event in probe.history]
        pod.waiting = [event for event in pod.waiting if not event.is_baseline]
        self.drop_unowned_sets()

    def release(self, pod):
        """A held pod gets its increments: under its workload if /pods named it."""
        if not pod.is_held:
            return
        pod.is_held = False
        listed = self.listing.get(pod.uid)
        if pod.listing is None and listed is not None and listed.is_finished:
            del self.pods[pod.uid]
            return
        for event in pod.waiting:
            self.count_successes(pod, event)
        pod.waiting = [event for event in pod.waiting if event.failed or event.unknown]

    def judge_waiting(self, pod):
        while pod.waiting:
            self.judge(pod, pod.waiting.pop(0))

    def judge(self, pod, event):
        self.resolve_mixed(pod, event)
        phase = self.phase_of(pod, event)
        attempts = event.failed + event.unknown
        self.count(pod, event.probe.kind, phase, event.time, attempts, event.failed, 0)

    def resolve_mixed(self, pod, event):
        """"In a reading with both results: 0 if the container is then `ready` (or that is unknown),
        else the failures of that reading". CHOICE: "then" is what the phase's truth says."""
        extra = event.extra
        if extra and extra.kind == "mixed" and extra.value is None:
            moment = min(self.now, event.time + TRUTH_WAIT)
            extra.value = extra.failures if self.is_unready(pod, event.probe, moment) else 0

    def is_unready(self, pod, probe, moment):
        """CHOICE: `ready` of a dead /pods is unknown."""
        container = pod.listing and pod.listing.containers.get(probe.container)
        is_known = self.works("pods") and moment - self.sources["pods"].last_success < DEAD_SOURCE
        return bool(container) and container.ready is False and is_known

    # Phases.

    def phase_of(self, pod, event):
        probe = event.probe
        event.reached = event.run_total() >= failure_threshold(pod, probe)
        if pod.is_terminating():
            return "terminating"
        if probe.kind == "Startup":
            return "startup"
        if probe.kind == "Liveness" and (event.reached or is_beyond_threshold(probe, event)):
            return "steady"
        return "startup" if self.is_in_startup(pod, event) else "steady"

    def is_in_startup(self, pod, event):
        """"`startup` until the first success of that type since the container started (failures in
        the reading of the first success are `startup`), at most `startup_grace` (or the startup
        probe's own budget if longer) after its start. Where neither is known nothing is
        `startup`."""
        life = self.life_at(pod, event.probe.container, event.time)
        if life is None or event.time > life[1] + startup_grace(pod, event.probe.container):
            return False
        for earlier in event.probe.history:
            if earlier.time < event.time and earlier.succeeded:
                if self.life_at(pod, event.probe.container, earlier.time) == life:
                    return False
        return True

    def life_at(self, pod, container, time):
        """The container's life that a reading belongs to, as (identity, start): by its id in /pods,
        else by `container_start_time_seconds`. None if not known."""
        starts = [
            start
            for start in self.container_starts.get(pod.labels()[:2] + (container,), [])
            if start <= time
        ]
        for life in reversed(pod.instances.get(container, [])):
            if life.owns(time):
                if life.start is not None:
                    return life.id, life.start
                if starts:
                    return life.id, max(starts)
                # CHOICE: a start that nothing tells is the time that first showed the new id.
                return (life.id, life.shown) if life.after > float("-inf") else None
        if pod.instances.get(container):
            # CHOICE: what is older than all that is known goes with the first id that was seen.
            first = pod.instances[container][0]
            return (first.id, first.start) if first.start is not None else None
        known = self.container_starts.get(pod.labels()[:2] + (container,), [])
        if not known:
            return None
        start = max(starts, default=min(known))
        return "by start %r" % start, start

    # Section 4: what is counted.

    def set_of(self, pod, kind):
        return self.sets.setdefault(pod.labels() + (kind,), ServedSet())

    def count_successes(self, pod, event):
        """"a success is always `steady`"; "a startup probe's own results are `startup`"."""
        if event.succeeded:
            phase = base_phase(event.probe.kind)
            done = event.succeeded
            self.count(pod, event.probe.kind, phase, event.time, done, 0, done)

    def count(self, pod, kind, phase, time, attempts, failures, successes):
        served = self.set_of(pod, kind)
        counts = served.phases.setdefault(phase, Phase())
        counts.attempts += attempts
        counts.failures += failures
        if phase == "steady":
            served.steady.append((time, successes, attempts))

    def find_gone_pods(self):
        """"A pod is gone when missing from good readings of both `probes` and `pods`, or in phase
        Succeeded or Failed"; "a source never read does not count"."""
        for pod in self.pods.values():
            is_finished = pod.listing is not None and pod.listing.is_finished
            if not is_finished and (pod.in_probes or pod.in_pods):
                pod.gone_at = None
            elif pod.gone_at is None:
                pod.gone_at = self.now

    def forget_gone_pods(self):
        """"its series stay 2 minutes after the first reading after which both lack it"."""
        for uid, pod in list(self.pods.items()):
            if pod.gone_at is not None and self.now >= pod.gone_at + LEFTOVER:
                del self.pods[uid]
        self.drop_unowned_sets()

    def owners(self):
        """{(labels of P): the pods that it is served for}."""
        found = {}
        for pod in self.pods.values():
            if not pod.is_held:
                for kind in pod.known:
                    found.setdefault(pod.labels() + (kind,), []).append(pod)
        return found

    def drop_unowned_sets(self):
        owners = self.owners()
        self.sets = {key: served for key, served in self.sets.items() if key in owners}

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
                if counts.born is None:
                    counts.born = self.now
                    shown_first = any(pod.known[key[4]] == (True, self.now) for pod in pods)
                    counts.is_late = not (name == base and shown_first)

    def find_truncated_labels(self):
        """Kubelets of 1.25 to 1.27 "cut the `pod` label: detect". CHOICE: 1 while a series of the
        last good reading has another pod name than /pods gives its uid; kept while none has a
        known uid."""
        pairs = [
            (dict(series).get("pod", ""), self.pods[dict(series)["pod_uid"]].listing)
            for series in self.previous
            if dict(series).get("pod_uid") in self.pods
        ]
        names = [(name, listed.name) for name, listed in pairs if listed is not None]
        if names:
            self.is_label_truncated = any(ours != theirs for ours, theirs in names)

    # The page.

    def page(self):
        page = {}

        def serve(name, value, **labels):
            key = ("podprobe_" + name, tuple(sorted(labels.items())))
            assert key not in page and key[0] in FAMILIES, key
            page[key] = value

        for key, pods in self.owners().items():
            labels = dict(
                zip(("namespace", "pod", "workload", "workload_type", "probe_type"), key)
            )
            served = self.sets[key]
            self.serve_counters(serve, labels, served)
            living = [pod for pod in pods if pod.is_living()]
            # "all P, C gauges are absent"; "a terminating pod serves counters only".
            if living and self.is_fresh("probes"):
                pod = max(living, key=PodState.age)
                self.serve_success_ratio(serve, labels, served)
                self.serve_near_timeout_ratio(serve, labels, served, pod)
                self.serve_consecutive(serve, labels, pod)
        self.serve_kubelet(serve)
        self.serve_sources(serve)
        return page

    def serve_counters(self, serve, labels, served):
        for phase, counts in served.phases.items():
            is_zero = counts.is_late and self.now < counts.born + BORN_AT_ZERO
            serve("attempts_total", 0 if is_zero else counts.attempts, phase=phase, **labels)
            serve("failures_total", 0 if is_zero else counts.failures, phase=phase, **labels)

    def serve_success_ratio(self, serve, labels, served):
        """"steady successes ÷ steady attempts in the window; absent below `min_attempts` (3) and
        until the exporter has observed half the window"."""
        observed = self.now - self.sources["probes"].first_success
        for window, seconds in WINDOWS:
            entries = [e for e in served.steady if e[0] > self.now - seconds]
            attempts = sum(e[2] for e in entries)
            if attempts >= MIN_ATTEMPTS and observed >= seconds / 2:
                ratio = sum(e[1] for e in entries) / attempts
                serve("success_ratio", ratio, window=window, **labels)

    def serve_near_timeout_ratio(self, serve, labels, served, pod):
        """"share of the 5m's successes slower than the smallest bucket bound b with timeout/2 ≤ b <
        timeout; absent if there is none, below `min_attempts`, or while the timeout is unknown".
        CHOICE: several containers of a pod add up, those without such a bound left out; a dead /pods
        knows no timeout."""
        if not self.is_fresh("pods"):
            return
        window, seconds = WINDOWS[0]
        total = slow = 0
        for time, container, increments in served.durations:
            settings = pod.settings(container, labels["probe_type"])
            bound = settings and near_timeout_bound(increments, settings.timeout)
            if bound and time > self.now - seconds:
                total += increments.get("count", 0)
                slow += increments.get("count", 0) - increments[bound]
        if total >= MIN_ATTEMPTS:
            serve("near_timeout_ratio", slow / total, window=window, **labels)

    def serve_consecutive(self, serve, labels, pod):
        """"failures since the last success, only while > 0"."""
        for probe in pod.probes.values():
            if probe.kind != labels["probe_type"]:
                continue
            run = current_run(probe)
            if probe.extra and probe.extra.kind == "mixed" and probe.extra.value is None:
                # CHOICE: until the truth is there, as the last known `ready` says.
                run += probe.extra.failures if self.is_unready(pod, probe, self.now) else 0
            if run > 0:
                serve("consecutive_failures", run, container=probe.container, **labels)

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


def increase(previous, current):
    """Section 3, rules 2 to 4: "increment = current − previous; if current < previous, the series
    began again: increment = current"; born in between: "increment = current"."""
    return current if previous is None or current < previous else current - previous


def continue_run(probe, event):
    """"failures since the last success"."""
    if event.succeeded:
        probe.run = 0
        probe.extra = Extra("mixed", event.failed) if event.failed else None
    else:
        probe.run += event.failed
    event.run, event.extra = probe.run, probe.extra


def current_run(probe):
    return probe.run + (probe.extra.value or 0 if probe.extra else 0)


def failure_threshold(pod, probe):
    """"`failureThreshold` (3 if unknown)"."""
    settings = pod.settings(probe.container, probe.kind)
    return settings.failure_threshold if settings else DEFAULT_FAILURE_THRESHOLD


def startup_grace(pod, container):
    """"`startup_grace` (default 5m, or the startup probe's own budget `initialDelay +
    failureThreshold × period` if longer)"."""
    startup = pod.settings(container, "Startup")
    if startup is None:
        return STARTUP_GRACE
    budget = startup.initial_delay + startup.failure_threshold * startup.period
    return max(STARTUP_GRACE, budget)


def is_beyond_threshold(probe, event):
    """"Liveness: failures from the reading in which the run reaches `failureThreshold` on are
    `steady` until and including the reading of the next liveness success, across container
    restarts"."""
    for earlier in reversed(probe.history[: probe.history.index(event)]):
        if earlier.reached:
            return True
        if earlier.succeeded:
            return False
    return False


def near_timeout_bound(increments, timeout):
    """The label value of the smallest bound b with timeout/2 ≤ b < timeout."""
    bounds = [b for b in increments if b != "count" and timeout / 2 <= float(b) < timeout]
    return min(bounds, key=float, default=None)


def base_phase(kind):
    return "startup" if kind == "Startup" else "steady"


def pages(directory):
    """[(time as written, page)] after each reading of a recording."""
    engine = Engine()
    for time, name in recording.folders(directory):
        engine.advance(time)
        for reading in recording.read_folder(pathlib.Path(directory) / name):
            engine.read(reading)
        engine.settle()
        yield name, engine.page()


def main(arguments):
    every = "--every" in arguments
    directories = [argument for argument in arguments if argument != "--every"]
    if len(directories) != 1:
        sys.exit("usage: oracle.py DIR [--every]")
    page = None
    for name, page in pages(directories[0]):
        if every:
            sys.stdout.write("# reading %s\n%s" % (name, recording.write_page(page)))
    if page is None:
        sys.exit("%s: no readings: want subfolders named by their Unix time" % directories[0])
    if not every:
        sys.stdout.write(recording.write_page(page))


if __name__ == "__main__":
    main(sys.argv[1:])
