"""What /pods and the rows of `resource` say about pods: who there is, and who is gone."""

from oracle_model import LEFTOVER, Instance, PodState
from podlist import Pod


class Pods:
    def __init__(self):
        super().__init__()
        self.pods = {}
        self.listing = {}  # uid -> Pod of the last good pods reading
        self.container_starts = {}  # (namespace, pod, container) -> start times, from `resource`
        self.start_seen = {}  # (that, start time) -> the reading of `resource` that had it last
        self.start_told = {}  # (that, start time as told) -> the same, but not after it was first told
        self.start_readings = 0
        self.is_label_truncated = None

    def read_pods(self, reading, is_first):
        self.listing = {pod.uid: pod for pod in map(Pod, reading.pods)}
        for uid, listed in self.listing.items():
            self.meet_listed_pod(uid, listed, is_first)
        for uid, pod in self.pods.items():
            if uid not in self.listing and not self.is_filling_up():
                pod.in_pods = False
                pod.absences.append(self.now)
            elif is_first:
                pod.in_pods = True  # a page that fills up shows no absence
            if pod.listing is None and not pod.is_shown and not pod.is_held:
                self.hold_back(pod)
        self.note_contradictions()
        listed = [pod for pod in self.pods.values() if pod.listing is not None]
        for pod in listed:
            self.find_whole_runs(pod)
            self.release(pod)
        self.find_gone_pods()  # those are "in no podprobe_node_* count", this reading's own included
        for pod in listed:
            self.count_new_restarts(pod)
            self.note_kills(pod)
        # CHOICE: phases, then what /pods itself shows (restarts), then the incident, then causes.
        self.judge(listed, self.now, meanwhile=lambda: self.note_restarts(listed))
        for pod in listed:
            self.begin_runs_anew(pod)
            self.end_startup_runs(pod)
        for pod in self.pods.values():
            self.note_ready(pod)

    def meet_listed_pod(self, uid, listed, is_first):
        pod = self.pods.get(uid)
        # A pod already finished when first seen gets no series; one that was known from its series is
        # gone now, and they stay for their 2 minutes.
        if listed.is_finished and pod is None:
            return
        if pod is None:
            pod = self.pods[uid] = PodState(uid, listed.namespace, listed.name, self.now)
            # A page of `probes` that fills up shows no absence.
            if self.works("probes"):
                pod.in_probes = self.is_filling_up_at(self.sources["probes"].last_success)
        if pod.listing is None and pod.kubelet_name != listed.name:
            pod.starts_before = {}  # whose rows were under its name before?
        pod.listing = listed
        pod.in_pods, pod.absences = True, []
        for container in listed.containers.values():
            pod.starts_before.setdefault(container.name, self.start_readings)
            for kind in container.probes:
                pod.know(kind, is_first, self.now)
                if kind == "Readiness" and pod.has_readiness is None:
                    pod.has_readiness = (is_first, self.now)
            pod.seen_before[container.name] = pod.listed_at.get(container.name, float("-inf"))
            pod.ran_before[container.name] = pod.running_at.get(container.name, float("-inf"))
            if container.running is not None:
                pod.running_at[container.name] = self.now
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
            lives.append(Instance(container.id, None, after, self.now))
        if container.start_time is not None:
            # A clock that is ahead tells of starts to come; what is shown has started. CHOICE: rows show a
            # start only while no id is known.
            start = container.start_time
            shown = [start, lives[-1].shown]
            if len(lives) == 1:
                shown.append(self.start_told.get((pod.labels()[:2] + (container.name,), start), start))
            lives[-1].start = min(shown)
        pod.listed_at[container.name] = self.now

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
                self.drop_durations_of(pod)
                self.drop_rates_of(pod)
                self.leave_counters_of(pod)
                self.kubelet_names.pop(uid, None)
                del self.pods[uid]
        self.drop_unowned_sets()

    def find_truncated_labels(self):
        """Kubelets of 1.25 to 1.27 "cut the `pod` label: detect". CHOICE: 1 while a series of the
        last good reading has another pod name than /pods gives its uid; kept while none has a
        known uid."""
        pairs = [
            (name, self.pods[uid].listing)
            for uid, name in self.kubelet_names.items()
            if uid in self.pods
        ]
        names = [(name, listed.name) for name, listed in pairs if listed is not None]
        if names:
            self.is_label_truncated = any(ours != theirs for ours, theirs in names)
