"""Restarts of containers, and how long pods are unready."""

from oracle_model import FILLING_UP, Count, PodSet
from oracle_runs import is_oom_kill


class Ready:
    def __init__(self):
        super().__init__()
        self.pod_sets = {}  # (namespace, pod, workload, workload_type) -> PodSet

    def pod_set(self, pod):
        return self.pod_sets.setdefault(self.served_labels(pod), PodSet())

    # Restarts.

    def count_new_restarts(self, pod):
        pod.restarted = {}
        for container in pod.listing.containers.values() if pod.uid in self.listing else ():
            count = container.restart_count
            if count is None:
                continue
            before = pod.restart_counts.get(container.name)
            pod.restart_counts[container.name] = count
            if before is not None and count > before:
                pod.restarted[container.name] = count - before

    def note_restarts(self, pods):
        """"each restart once"; "restartCount + n: the last by `lastState`, the others `unknown`;
        first sight is a baseline"."""
        for pod in pods:
            for name, number in pod.restarted.items():
                self.count_restarts(pod, pod.listing.containers[name], number)

    def count_restarts(self, pod, container, number):
        reason = self.restart_reason(pod, container)
        if reason in ("startup", "liveness"):
            pod.troubles.append(self.now)
        for name, increment in ((reason, 1), ("unknown", number - 1)):
            if increment:
                restarts = self.pod_set(pod).restarts
                restarts.setdefault((container.name, name), Count()).value += increment

    def restart_reason(self, pod, container):
        """"`oom_killed` (by `lastState`), else `startup` or `liveness` (the ended instance was
        `acting`, that reading's failures included), else `completed` (exit code 0), `error`,
        `unknown` (no `lastState`)"."""
        ended = container.last_terminated
        if is_oom_kill(ended):
            return "oom_killed"
        for kind in ("Startup", "Liveness"):
            probe = pod.probes.get((container.name, kind))
            if probe and self.was_acting(pod, probe, self.succession(pod, container)):
                return kind.lower()
        if not ended:
            return "unknown"
        return "completed" if ended.get("exitCode") == 0 else "error"

    # Ready.

    def note_ready(self, pod):
        """After a good reading of /pods: transitions and seconds since the one before."""
        listed = pod.listing
        before, read = pod.ready_seen, pod.ready_read
        # What a list that fills up leaves out is as it was.
        if pod.uid in self.listing or not self.is_filling_up():
            pod.ready_read = None
        if listed is None or pod.uid not in self.listing or "Readiness" not in kinds_of(listed):
            return
        if listed.deleted is not None or listed.phase not in ("Pending", "Running"):
            return
        counts = self.pod_set(pod)
        counts.transitions = counts.transitions or Count()
        counts.seconds = counts.seconds or Count()
        if listed.ready is None or self.has_stale_status(pod):
            return
        pod.ready_seen, pod.ready_read = (listed.ready, listed.ready_time), self.now
        self.is_kubelets_edge(pod, (listed.ready, listed.ready_time))
        if before is None:
            # A pod's condition is False from its first second on: a later edge tells of a Ready.
            edge, start = listed.ready_time, listed.start_time
            pod.was_ready = edge is not None and start is not None and edge > start + 5
        else:
            self.count_transition(pod, counts, before)
            if read is not None:
                self.count_seconds(pod, counts, before, read)
        if listed.ready or self.was_ready_between(pod, before, listed):
            pod.was_ready = True

    def count_transition(self, pod, counts, before):
        """"ready → unready; a moved time with the same status is one transition"."""
        listed = pod.listing
        is_moved = before[1] != listed.ready_time
        is_transition = not listed.ready if before[0] != listed.ready else is_moved
        if is_transition and not self.is_kubelets_edge(pod, (listed.ready, listed.ready_time)):
            counts.transitions.value += 1

    def was_ready_between(self, pod, before, listed):
        """A moved time with the same status tells of a Ready that was not read. CHOICE: not if a new
        kubelet process moved it."""
        is_moved = before is not None and before[1] != listed.ready_time
        return is_moved and not self.is_kubelets_edge(pod, (listed.ready, listed.ready_time))

    def count_seconds(self, pod, counts, before, read):
        """"time the Ready condition is False, from the pod's first Ready, or `startup_grace` after
        its `startTime` if it never was"; of a moved time "its seconds are unknown and not added"."""
        listed = pod.listing
        edge = listed.ready_time
        if not listed.ready:
            is_same = not before[0] and before[1] == edge
            begin, end = read if is_same else max(read, self.now if edge is None else edge), self.now
            flip = listed.ready, edge
        elif not before[0]:
            begin, end = read, self.now if edge is None else min(edge, self.now)
            flip = before
        else:
            return
        has_been_ready = pod.was_ready or before[0]
        if not listed.ready and self.was_ready_between(pod, before, listed):
            has_been_ready = True
        start = listed.start_time
        if not has_been_ready:
            if start is None:
                return
            begin = max(begin, start + self.config.startup_grace)
        # A pod that never was ready has not flipped.
        if end > begin and not (has_been_ready and self.is_kubelets_edge(pod, flip)):
            counts.seconds.value += end - begin

    def is_kubelets_edge(self, pod, flip):
        """"Flips that begin within 60 s of a new kubelet process count nowhere", by what is known when
        the edge is first seen."""
        edge = flip[1]
        if edge is None:
            return False
        # An edge is told in whole seconds.
        starts = [s for s in self.kubelet_starts if int(s) <= edge <= s + FILLING_UP]
        return pod.kubelets_edges.setdefault(flip, bool(starts))


def kinds_of(listed):
    return {kind for container in listed.containers.values() for kind in container.probes}
