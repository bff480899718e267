"""Section 3: from the kubelet's counters to increments."""

from oracle_model import LEFT_COUNTERS, Count, Event, Extra, FirstRun, PodState, Probe, increase


class Increments:
    def __init__(self):
        super().__init__()
        self.kubelet_start = None
        self.kubelet_starts = []  # of all processes that were seen
        self.kubelet_restarts = 0
        self.is_new_kubelet = False  # in the last good reading
        self.previous = {}  # full label set -> value
        self.left_counters = set()  # (uid, container, kind), of pods that are forgotten
        self.counters_seen = {}  # (uid, container, kind) -> when a page had them last
        self.kubelet_names = {}  # uid -> the label `pod`
        self.probes_before = float("-inf")  # when the good reading before was
        self.previous_durations = {}  # histogram labels -> {bound, "count" or "sum": value}
        self.durations_seen = {}  # histogram labels -> when a page had it last
        self.unplaced_durations = []  # (time, histogram labels, increments)
        self.node_durations = {}  # probe_type -> {bound, "count" or "sum": Count}

    def read_probes(self, reading, is_first):
        self.find_kubelet_restart(reading)
        current = self.series_of(reading)
        for labels in current:
            self.meet_series(dict(labels), is_first)
        self.note_presence_in_probes(current, reading, is_first)
        self.find_gone_pods()
        if is_first:
            self.take_baseline(current)
        else:
            self.take_increments(current)
        self.probes_before = self.now
        self.take_durations(reading, is_first)
        self.tick_quiet(reading)
        # "A series missing from a good reading is forgotten", but not by "a reading with a bad line
        # in a wanted family".
        if reading.bad_lines == 0:
            self.previous, self.kubelet_names = {}, {}
        self.previous.update(current)
        self.forget_left_counters(current)
        for labels in map(dict, current):
            self.kubelet_names[labels.get("pod_uid")] = labels.get("pod", "")

    def series_of(self, reading):
        return {
            tuple(sorted(labels.items())): value
            for name, labels, value, _ in reading.samples
            if name == "prober_probe_total"
        }

    def forget_left_counters(self, current):
        """CHOICE: those of pods that are gone, after an hour in which no page had them."""
        seen = self.counters_seen
        seen.update(dict.fromkeys(map(probe_key, current), self.now))
        self.left_counters -= set(map(probe_key, current))
        for series in list(self.previous):
            key = probe_key(series)
            if key in self.left_counters and seen[key] <= self.now - LEFT_COUNTERS:
                del self.previous[series]

    def leave_counters_of(self, pod):
        keys = map(probe_key, self.previous)
        self.left_counters.update(key for key in keys if key[0] == pod.uid)

    def find_kubelet_restart(self, reading):
        """"The kubelet process changed: increment = current for every series;
        podprobe_kubelet_restarts_total counts 1." "Consecutive begins again with a new kubelet
        process." CHOICE: only another start time is a change; a missing one says nothing."""
        self.is_new_kubelet = False
        starts = [s[2] for s in reading.samples if s[0] == "process_start_time_seconds"]
        if not starts:
            return
        if self.kubelet_start is not None and starts[0] != self.kubelet_start:
            self.kubelet_restarts += 1
            self.is_new_kubelet = True
            self.previous, self.kubelet_names = {}, {}
            self.previous_durations = {}
            for pod in self.pods.values():
                for probe in pod.probes.values():
                    self.end_kubelet_run(pod, probe)
        if starts[0] != self.kubelet_start:
            self.kubelet_start = starts[0]
            self.kubelet_starts.append(starts[0])
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
        pod.met.setdefault(labels.get("container", ""), self.row_readings)
        pod.starts_before.setdefault(labels.get("container", ""), self.start_readings)
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
            has_success = values.get("successful", 0) > 0
            if has_success:
                event = Event(self.now, probe, values["successful"], 0, 0)
                event.is_baseline = True
                probe.history.append(event)
            if values.get("failed", 0) > 0:
                probe.first_run = FirstRun(self.now, has_success)
                if not has_success:
                    probe.extra = Extra("initial", values["failed"], self.now)
                    probe.last_failure = self.now

    def take_increments(self, current):
        increments = {}
        for series, value in current.items():
            increments[series] = increase(self.previous.get(series), value)
        for pod, probe, values in self.by_probe(increments):
            self.take_event(pod, probe, values)
        # "While `pods` works, a failure gets its phase and cause when the first good `pods` reading
        # begun after it has arrived"; a pod never named "is judged as without /pods". CHOICE: the
        # incident is looked at when all failures of the reading are counted.
        unnamed = [pod for pod in self.pods.values() if pod.listing is None and not pod.is_held]
        if any(pod.waiting for pod in unnamed):
            self.judge(unnamed, self.now)

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
        event.after = self.probes_before
        self.continue_run(probe, event)
        probe.history.append(event)
        if pod.is_held:
            pod.waiting.append(event)
            return
        self.count_successes(pod, event)
        if event.failed or event.unknown:
            pod.waiting.append(event)

    def take_durations(self, reading, is_first):
        """"The same rules hold for the duration histogram, series by series (a fall of its `_count`
        begins all of it again)"."""
        current = {}
        for name, labels, value, _ in reading.samples:
            kind = name.removeprefix("prober_probe_duration_seconds_")
            if kind not in ("bucket", "count", "sum"):
                continue
            key = tuple(labels.get(k, "") for k in ("namespace", "pod", "container", "probe_type"))
            current.setdefault(key, {})[labels["le"] if kind == "bucket" else kind] = value
        for key, values in current.items():
            before = self.previous_durations.get(key, {})
            if values.get("count", 0) < before.get("count", 0):
                before = {}
            increments = {bound: increase(before.get(bound), v) for bound, v in values.items()}
            if is_first:
                increments = dict.fromkeys(increments, 0)
            else:
                self.unplaced_durations.append((self.now, key, increments))
            self.count_node_durations(key[3], increments, is_first)
            current[key] = dict(before, **values) if reading.bad_lines else values
        self.place_durations(is_page_due=False)
        if reading.bad_lines == 0:
            self.previous_durations = {}
        self.previous_durations.update(current)
        # CHOICE: as of the counters of pods that are gone.
        self.durations_seen.update(dict.fromkeys(current, self.now))
        for key in list(self.previous_durations):
            if self.durations_seen[key] <= self.now - LEFT_COUNTERS:
                del self.previous_durations[key]

    def count_node_durations(self, kind, increments, is_first):
        """"successful probe durations on this node, from the kubelet's histogram increments"."""
        found = self.node_durations.setdefault(kind, {})
        # A line that could not be read is there as well.
        for bound, value in dict({"count": 0, "sum": 0}, **increments).items():
            count = found.setdefault(bound, Count())
            count.value += value
            count.bear(self.now, not is_first)

    def place_durations(self, is_page_due):
        """The histogram has no uid: "the younger of the two speaks", held pods aside. CHOICE: increments
        belong to the label set that the pod is served under when they are read, those of a pod that
        is on no page yet to the one it comes with; a histogram whose pod label is cut to none."""
        waiting = []
        for entry in self.unplaced_durations:
            time, (_, _, container, kind), increments = entry
            pod = self.pod_of_durations(entry)
            is_unnamed = pod is not None and pod.is_on_page and pod.listing is None
            if pod is not None and (is_page_due or is_unnamed):
                self.set_of(pod, kind).durations.append((time, container, increments))
            else:
                waiting.append(entry)
        self.unplaced_durations = waiting

    def pod_of_durations(self, entry):
        _, (namespace, name, container, kind), _ = entry
        pods = [
            pod
            for pod in self.pods.values()
            if pod.labels()[:2] == (namespace, name)
            and pod.has_probe(container, kind)
            and not pod.is_held
        ]
        return max(pods, key=PodState.age, default=None)

    def drop_durations_of(self, pod):
        """No page has had them, and none will."""
        entries = self.unplaced_durations
        self.unplaced_durations = [e for e in entries if self.pod_of_durations(e) is not pod]

    def durations_of(self, pod, kind):
        """Those of its label set, with those that are going to be."""
        found = list(self.set_of(pod, kind).durations)
        for entry in self.unplaced_durations:
            time, (_, _, container, its_kind), increments = entry
            owner = self.pod_of_durations(entry) if its_kind == kind else None
            if owner is not None and self.served_labels(owner) == self.served_labels(pod):
                found.append((time, container, increments))
        return found

    def note_presence_in_probes(self, current, reading, is_first):
        """A filling-up page "is not churn". CHOICE: what a reading with a bad line lacks is not there if
        the one before lacked it, too."""
        present = {dict(series).get("pod_uid", "") for series in current}
        for pod in self.pods.values():
            was_on_page, pod.on_page = pod.on_page, pod.uid in present
            if pod.on_page or (is_first and self.is_filling_up()):
                pod.in_probes = True
            elif not self.is_filling_up() and (reading.bad_lines == 0 or not was_on_page):
                pod.in_probes = False


def probe_key(series):
    labels = dict(series)
    return tuple(labels.get(k, "") for k in ("pod_uid", "container", "probe_type"))
