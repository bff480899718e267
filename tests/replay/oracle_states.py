"""What state a probe is in, and whether its container runs."""

from oracle_increments import probe_key
from oracle_model import STALE_AFTER, Quiet
from oracle_phases import is_beyond_threshold
from podlist import unix


class States:
    def __init__(self):
        super().__init__()
        self.rows = {}  # source -> (time, {(namespace, pod, container)}, whether it was whole)
        self.row_readings = 0
        self.row_seen = {}  # (namespace, pod, container) -> the number of the last one that had it
        self.quiet_since = None  # the last good reading of probes, if none failed after it

    # Which containers run.

    def note_rows(self, reading):
        """CHOICE: any container row of a family that is read."""
        found = set()
        for name, labels, _, _ in reading.samples:
            key = tuple(labels.get(k, "") for k in ("namespace", "pod", "container"))
            if name.startswith("container_") and key[1] and key[2] not in ("", "POD"):
                found.add(key)
        self.rows[reading.source] = (self.now, found, reading.bad_lines == 0)
        self.row_readings += 1
        self.row_seen.update(dict.fromkeys(found, self.row_readings))

    def last_rows(self):
        """Those of `resource` or `cadvisor`, whichever was read later."""
        sources = [s for s in ("cadvisor", "resource") if s in self.rows]
        if not sources:
            return None, (), True
        source = max(sources, key=lambda s: (self.rows[s][0], s == "resource"))
        is_fresh = self.is_fresh_at(source, self.rows[source][0])
        return self.rows[source] if is_fresh else (None, (), True)

    def lost_row(self, pod, name):
        """It had a row when it was met, or later, and has none now."""
        key = pod.labels()[:2] + (name,)
        time, found, is_whole = self.last_rows()
        if time is None or key in found or key not in self.row_seen:
            return False
        if not is_whole:
            return False
        return self.row_seen[key] >= pod.met.get(name, self.row_readings)

    def row_says(self, pod, container, is_trusted=True):
        """Whether the rows say that a listed container runs; None if they do not speak: there are
        none, they are old, or its status, if trusted, tells of something that came after them."""
        time, found, is_whole = self.last_rows()
        if time is None:
            return None
        if is_trusted and self.is_fresh("pods"):
            events = [unix((container.running or {}).get("startedAt"))]
            for ended in (container.terminated, container.last_terminated):
                events.append(unix((ended or {}).get("finishedAt")))
            if any(event is not None and event > time for event in events):
                return None
        # CHOICE: what lacks on a page with a bad line may be just that.
        key = (pod.listing.namespace, pod.listing.name, container.name)
        return key in found or (False if is_whole else None)

    def runs(self, pod, name):
        """"A container runs only if `resource` or `cadvisor` has its row", else as its status says.
        None: not known. CHOICE: of a pod that /pods does not name only what had a row and lost it is
        known not to run (its label `pod` may be cut)."""
        if pod.listing is None:
            return False if self.lost_row(pod, name) else None
        container = pod.listing.containers.get(name)
        if container is None:
            return None
        is_trusted = self.is_fresh("pods") and not self.has_stale_status(pod)
        says = self.row_says(pod, container, is_trusted)
        if says is not None:
            return says
        return container.running is not None if is_trusted else None

    def note_contradictions(self):
        """"where that contradicts /pods for more than 30 s, what is derived from that pod's status
        is absent"."""
        for pod in self.pods.values():
            is_named = pod.listing is not None and pod.uid in self.listing
            is_there = is_named and pod.gone_at is None
            is_judged = is_there and not (pod.is_terminating() or pod.listing.is_finished)
            found = {}
            for container in pod.listing.containers.values() if is_judged else ():
                says = self.row_says(pod, container)
                if says is not None and says != (container.running is not None):
                    found[container.name] = pod.contradictions.get(container.name, self.now)
            pod.contradictions = found

    def end_contradictions(self):
        """Rows that are too old to speak contradict nothing."""
        if self.last_rows()[0] is None:
            for pod in self.pods.values():
                pod.contradictions = {}

    def has_stale_status(self, pod, moment=None):
        moment = self.now if moment is None else moment
        for name, since in pod.contradictions.items():
            container = pod.listing.containers.get(name)
            if container and self.row_says(pod, container) is not None:
                if moment - since > STALE_AFTER:
                    return True
        return False

    def status(self, pod, name):
        """The container's status, None if it is not known."""
        if pod.listing is None or not self.is_fresh("pods") or self.has_stale_status(pod):
            return None
        return pod.listing.containers.get(name)

    def settings(self, pod, container, kind):
        return pod.settings(container, kind) if self.is_fresh("pods") else None

    # Stalled.

    def tick_quiet(self, reading):
        """"no attempt was counted for 3 periods + 3 timeouts + one reading. Its clock begins anew
        with a kubelet process or a container, and stands still across failed readings." CHOICE: and
        up to a reading with a bad line that lacks a series of the probe."""
        current = self.series_of(reading)
        for pod in self.pods.values():
            # With those whose settings went, which may come back.
            for container, kind in {**pod.quiet, **dict.fromkeys(pod.all_probes())}:
                quiet = pod.quiet.setdefault((container, kind), Quiet())
                probe = pod.probes.get((container, kind))
                has_attempt = bool(probe and probe.history and probe.history[-1].time == self.now)
                life = self.life_id(pod, container)
                held = self.should_attempt(pod, container, kind)
                if has_attempt or not held or life != quiet.life or self.is_new_kubelet:
                    quiet.seconds = 0.0
                elif quiet.held and self.quiet_since is not None and (
                    reading.bad_lines == 0 or self.is_whole_in(current, pod.uid, container, kind)
                ):
                    quiet.seconds += self.now - self.quiet_since
                quiet.held, quiet.life = held, life
        self.quiet_since = self.now

    def is_whole_in(self, current, uid, container, kind):
        """The page has series of the probe, and all that are remembered."""

        def of_probe(all_series):
            return {s for s in all_series if probe_key(s) == (uid, container, kind)}

        found = of_probe(current)
        return bool(found) and of_probe(self.previous) <= found

    def life_id(self, pod, container):
        lives = pod.instances.get(container)
        if lives:
            return lives[-1].id
        life = self.life_at(pod, container, self.now)
        return life and life[0]

    def should_attempt(self, pod, container, kind):
        """"the container runs, is past initialDelaySeconds, is in the right `started` state, is not
        `acting`"."""
        status, settings = self.status(pod, container), self.settings(pod, container, kind)
        if not pod.is_living() or settings is None or status is None or status.running is None:
            return False
        start = unix(status.running.get("startedAt"))
        if not self.runs(pod, container) or start is None:
            return False
        if self.now < start + settings.initial_delay:
            return False
        if (kind == "Startup") == is_started(status):
            return False
        return not self.is_acting(pod, container, kind)

    def is_stalled(self, pod, container, kind):
        quiet, settings = pod.quiet.get((container, kind)), self.settings(pod, container, kind)
        if quiet is None or settings is None or not self.should_attempt(pod, container, kind):
            return False
        if quiet.life != self.life_id(pod, container):
            return False
        limit = 3 * settings.period + 3 * settings.timeout + self.config.intervals["probes"]
        return quiet.seconds >= limit

    # States.

    def is_acting(self, pod, container, kind):
        """"threshold reached"; an unknown threshold is not. CHOICE: "What was known of a pod (owner,
        settings, phase) is kept", also while /pods is not read."""
        probe, settings = pod.probes.get((container, kind)), pod.settings(container, kind)
        if probe is None or settings is None:
            return False
        return self.run_of(pod, probe) >= settings.failure_threshold

    def is_failing(self, pod, container, kind):
        probe = pod.probes.get((container, kind))
        return not self.has_started(pod, container, kind) and self.has_run(pod, probe)

    def has_run(self, pod, probe):
        if probe is None:
            return False
        return self.run_of(pod, probe) > 0 or self.failing_since(pod, probe) is not None

    def state_of(self, pod, container, kind):
        """"exactly one while not passing, first of"."""
        if self.runs(pod, container) is False:
            return "not_running"
        if self.has_started(pod, container, kind):
            return "passing"
        if self.is_acting(pod, container, kind):
            return "acting"
        if self.is_stalled(pod, container, kind):
            return "stalled"
        if self.is_initializing(pod, container, kind):
            return "initializing"
        return "failing" if self.is_failing(pod, container, kind) else "passing"

    def has_started(self, pod, container, kind):
        """A startup probe whose container is started has passed, also while /pods is not read; but
        not if it failed after that."""
        if kind != "Startup" or pod.listing is None or self.has_stale_status(pod):
            return False
        probe = pod.probes.get((container, kind))
        failure = probe and probe.last_failure
        if failure is not None and not self.is_fresh("pods"):
            if failure > self.sources["pods"].last_success:
                return False
        found = pod.listing.containers.get(container)
        return found is not None and found.started is True

    def is_initializing(self, pod, container, kind):
        """"running, no success yet, in startup, below the threshold, and no liveness threshold
        reached since the last success"."""
        probe = pod.probes.get((container, kind))
        history = probe.history if probe else []
        life = self.life_at(pod, container, self.now)
        for event in history:
            is_same = life is None or self.is_in_life(pod, container, event.time, life)
            if event.succeeded and is_same:
                return False
        if probe and kind == "Liveness" and is_beyond_threshold(probe, history):
            return False
        if kind == "Startup":
            return True
        status = self.status(pod, container)
        if status is not None and status.running and not is_started(status):
            if "Startup" in status.probes:
                return True
        return life is not None and self.now <= life[1] + self.grace(pod, container)


def is_started(status):
    """CHOICE: an absent `started` is true for a container without a startup probe."""
    return status.started is True or (status.started is None and "Startup" not in status.probes)
