"""Waiting for the truth, and phases."""

from oracle_model import HOLD_BACK, TRUTH_WAIT, failure_threshold, startup_grace


class Phases:
    def end_waits(self, is_over):
        """A failure is judged "at latest after 15 s"; a pod is held back "at most 30 s". Waits end
        at their own times, one time after the other."""
        while True:
            ends = [
                (pod.first_seen + HOLD_BACK, pod)
                if pod.is_held
                else (min(event.time for event in pod.waiting) + TRUTH_WAIT, pod)
                for pod in self.pods.values()
                if pod.is_held or pod.waiting
            ]
            ends = [end for end in ends if is_over(self.now, end[0])]
            if not ends:
                return
            moment = min(end for end, _ in ends)
            due = [pod for end, pod in ends if end == moment]
            released = [pod for pod in due if pod.is_held]
            now, self.now = self.now, moment
            for pod in released:
                pod.is_shown = True
                self.release(pod)
            self.judge([pod for pod in due if pod.uid in self.pods], moment, released)
            self.now = now

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

    def judge(self, pods, moment, whole=None, meanwhile=None):
        """Gives what waits its phase and then its cause: all of it, or when a wait ended only what
        has waited 15 s (of the pods in `whole` all)."""
        self.update_incident(moment)  # what is learnt now is no news of the time before
        judged = []
        for pod in pods:
            is_whole = whole is None or pod in whole
            for event in list(pod.waiting):
                if is_whole or event.time + TRUTH_WAIT <= moment:
                    pod.waiting.remove(event)
                    self.resolve_mixed(pod, event)
                    self.count_failures(pod, event)
                    judged.append((pod, event))
        if meanwhile:
            meanwhile()
        self.update_incident(moment)
        for pod, event in judged:
            if event.failed:
                self.count_cause(pod, event, moment)

    def count_failures(self, pod, event):
        probe = event.probe
        event.phase = self.phase_of(pod, event)
        attempts = event.failed + event.unknown
        self.count(pod, probe.kind, event.phase, event.time, attempts, event.failed, 0)
        if event.failed and event.phase == "steady":
            pod.troubles.append(event.time)
        if event.failed and event.phase == "startup" and probe.kind == "Liveness":
            pod.slow_starts.add(probe.container)

    def phase_of(self, pod, event):
        probe = event.probe
        event.is_by_default = pod.settings(probe.container, probe.kind) is None
        self.find_reached(pod, event)
        if pod.is_terminating():
            return "terminating"
        if probe.kind == "Startup":
            return "startup"
        before = probe.history[: probe.history.index(event)]
        is_reached = event.reached or event.is_kill
        if probe.kind == "Liveness" and (is_reached or is_beyond_threshold(probe, before)):
            return "steady"
        return "startup" if self.is_in_startup(pod, event) else "steady"

    def find_reached(self, pod, event):
        """"3 if unknown": until it is known."""
        is_at_threshold = event.run_total() >= failure_threshold(pod, event.probe)
        event.reached = is_at_threshold or (event.is_kill and not event.succeeded)

    def is_in_startup(self, pod, event):
        """"`startup` until the first success of that type since the container started (failures in
        the reading of the first success are `startup`), at most `startup_grace` (or the startup
        probe's own budget if longer) after its start. Where neither is known nothing is
        `startup`."""
        life = self.life_at(pod, event.probe.container, event.time)
        if life is None or event.time > life[1] + self.grace(pod, event.probe.container):
            return False
        for earlier in event.probe.history:
            if earlier.time < event.time and earlier.succeeded:
                if self.is_in_life(pod, event.probe.container, earlier.time, life):
                    return False
        return True

    def grace(self, pod, container):
        return startup_grace(pod, container, self.config.startup_grace)

    def is_in_life(self, pod, container, time, life):
        return time >= life[1] and self.life_at(pod, container, time) == life

    def life_at(self, pod, container, time):
        """The container's life that a reading belongs to, as (identity, start): by its id in /pods,
        else by `container_start_time_seconds`. None if not known."""
        key = pod.labels()[:2] + (container,)
        starts = [start for start in self.container_starts.get(key, []) if start <= time]
        for life in reversed(pod.instances.get(container, [])):
            if life.owns(time):
                if life.start is not None:
                    return life.id, life.start
                if life.after == float("-inf"):
                    return (life.id, max(starts)) if starts else None
                # CHOICE: a start that /pods does not tell is the time that first showed the new id.
                if time >= life.shown:
                    return life.id, life.shown
        if pod.instances.get(container):
            # CHOICE: what is older than all that is known goes with the first id that was seen.
            first = pod.instances[container][0]
            # But for what rows told since this pod is there; those before may be another pod's.
            own = self.own_starts(pod, container, starts)
            if own and first.start is not None and time < first.start:
                return "by start %r" % max(own), max(own)
            return (first.id, first.start) if first.start is not None else None
        known = self.own_starts(pod, container, self.container_starts.get(key, []))
        starts = self.own_starts(pod, container, starts)
        if not known:
            return None
        start = max(starts, default=min(known))
        return "by start %r" % start, start

    def own_starts(self, pod, container, starts):
        """CHOICE: a row that was gone before the container was known is that of another."""
        key = pod.labels()[:2] + (container,)
        first = pod.starts_before.get(container, 0)
        return [start for start in starts if self.start_seen[key, start] >= first]


def is_beyond_threshold(probe, history):
    """"Liveness: failures from the reading in which the run reaches `failureThreshold` on are
    `steady` until and including the reading of the next liveness success, across container
    restarts"."""
    for earlier in reversed(history):
        if earlier.reached:
            return True
        if earlier.succeeded:
            return False
    return probe.is_reached_at_first
