"""Runs of failures: how many in a row, and since when."""

from oracle_model import TRUTH_WAIT, Extra, Succession, failure_threshold
from podlist import unix


class Runs:
    def continue_run(self, probe, event):
        """"failures since the last success"."""
        probe.unseen.append(event)
        if event.succeeded:
            probe.run, probe.since, probe.first_run = 0, None, None
            probe.extra = Extra("mixed", event.failed, event.time) if event.failed else None
            probe.since_extra = probe.extra
            probe.last_success = event.time
        else:
            probe.run += event.failed
            if event.failed and probe.since is None:
                probe.since = event.time
        if event.failed:
            probe.last_failure = event.time
        event.run, event.extra = probe.run, probe.extra

    def end_kubelet_run(self, pod, probe):
        """"begins again with a new kubelet process (the kubelet's own run does)". An instance that
        was acting then was killed for that, whenever its restart is seen."""
        if longest_run(probe) >= failure_threshold(pod, probe):
            probe.was_acting = True
        probe.run, probe.extra = 0, None
        probe.seen_run, probe.unseen = 0, []

    def find_whole_runs(self, pod):
        """"At the exporter's first reading of a probe without any success and a restart count of 0:
        the counter itself." CHOICE: whenever /pods first tells the restart count; the same for
        "of readiness of an unready container, the Ready condition's lastTransitionTime"."""
        for probe in pod.probes.values():
            container = pod.listing.containers.get(probe.container)
            extra, first = probe.extra, probe.first_run
            is_told = container is not None and container.restart_count is not None
            if is_told and extra and extra.kind == "initial" and extra.value is None:
                extra.value = extra.failures if container.restart_count == 0 else 0
                probe.seen_run += extra.value
                threshold = failure_threshold(pod, probe)
                probe.is_reached_at_first = 0 < threshold <= extra.value
                for event in probe.history:
                    event.reached = event.is_kill or event.run_total() >= threshold
            if pod.settings(probe.container, probe.kind) is not None:
                self.judge_defaults_again(pod, probe)
            if container and first and first.has_success and first.since is None:
                if probe.kind == "Readiness" and container.ready is False:
                    at = pod.listing.ready_time if pod.listing.ready is False else None
                    first.since = first.time if at is None else at
                else:
                    first.since = False

    def judge_defaults_again(self, pod, probe):
        for event in probe.history:
            if event.is_by_default and not event.is_kill:
                self.find_reached(pod, event)
            event.is_by_default = False

    def succession(self, pod, container):
        """When the one ended and the other began. CHOICE: times that contradict when they were seen
        tell nothing; all have whole seconds."""
        lives = pod.instances.get(container.name, [])
        found = Succession(pod.restarted.get(container.name, 0))
        if not self.is_another(pod, container) or container.start_time is None:
            return found
        start = lives[-1].start
        if start + 1 <= pod.seen_before[container.name]:
            return found
        ended = unix((container.last_terminated or {}).get("finishedAt"))
        ends = [start]
        if ended is not None and ended + 1 > pod.ran_before[container.name]:
            ends.append(ended)
        found.is_dated, found.started, found.ended = True, start, int(min(ends)) + 1
        return found

    def is_another(self, pod, container):
        """A container that /pods shows for the first time, and not the first of all."""
        lives = pod.instances.get(container.name, [])
        is_new = bool(lives) and lives[-1].shown == self.now
        return is_new and (len(lives) > 1 or container.name in pod.restarted)

    def was_killed(self, pod, probe, container):
        threshold = failure_threshold(pod, probe)
        if probe.kind not in ("Liveness", "Startup") or not self.is_another(pod, container):
            return False
        is_kill = longest_run(probe, self.succession(pod, container).ended) >= threshold
        return is_kill and not is_oom_kill(container.last_terminated)

    def note_kills(self, pod):
        """"failures from the reading in which the run reaches `failureThreshold` on are `steady`": that
        it did is known by the kill."""
        for probe in pod.probes.values():
            container = pod.listing.containers.get(probe.container)
            if probe.kind != "Liveness" or container is None or pod.uid not in self.listing:
                continue
            if not self.was_killed(pod, probe, container):
                continue
            ended, threshold = self.succession(pod, container).ended, failure_threshold(pod, probe)
            reached, at = None, float("-inf")
            if probe.seen_run < threshold:
                runs = zip(probe.unseen, runs_since_seen(probe, ended))
                reached = next(event for event, (run, _) in runs if run >= threshold)
                at = reached.time
            waiting = [e for e in pod.waiting if e.probe is probe and e.time >= at]
            if waiting:
                waiting[0].is_kill = True
            elif not any(e.succeeded and e.time >= at for e in probe.unseen):
                known = [e for e in probe.history if e.time <= max(at, probe.seen_at)]
                if known:
                    known[-1].is_kill = known[-1].reached = True
                else:
                    probe.is_reached_at_first = True

    def begin_runs_anew(self, pod):
        """"begins again with a new container id after a liveness or startup kill (that probe's run
        only)". CHOICE: the ended one's are the failures in readings from before the next one's start,
        the next one's those in readings from after its end; of those between as many as go beyond the
        threshold, once for each restart."""
        for probe in pod.probes.values():
            container = pod.listing.containers.get(probe.container)
            if container is None:
                continue
            kept = trailing_run(probe)
            if self.was_killed(pod, probe, container):
                kept = self.run_of_next(pod, probe, self.succession(pod, container))
            if pod.uid not in self.listing:
                continue
            if self.is_another(pod, container) or any(e.succeeded for e in probe.unseen):
                probe.was_acting = False
            probe.seen_run, probe.unseen, probe.seen_at = kept, [], self.now

    def run_of_next(self, pod, probe, following):
        """The next one's run; returns the longest that it may be."""
        own = [e for e in probe.unseen if e.after >= following.ended]
        if any(e.succeeded for e in own):
            return trailing_run(probe)
        between, has_success = 0, False
        for event in probe.unseen:
            if event.after < following.ended and event.time >= following.started:
                between = event.failed if event.succeeded else between + event.failed
                has_success = has_success or event.succeeded > 0
        after = sum(e.failed for e in own)
        threshold = failure_threshold(pod, probe)
        left = longest_run(probe, following.ended) - threshold * following.restarts
        beyond = min(max(0, left), between)
        counted = max(0, self.known_run(probe) - after)
        is_next_ones = has_success and counted < threshold
        probe.run = after + min(counted, between if is_next_ones else beyond)
        probe.extra = None
        return max(probe.run, after + beyond)

    def was_acting(self, pod, probe, following):
        """"the ended instance was `acting`, that reading's failures included"."""
        has_succeeded = any(
            e.succeeded and (not following.is_dated or e.time < following.started)
            for e in probe.unseen
        )
        is_reached = longest_run(probe, following.ended) >= failure_threshold(pod, probe)
        return is_reached or (probe.was_acting and not has_succeeded)

    def end_startup_runs(self, pod):
        """A container that is `started` has passed its startup probe: there is no run any more."""
        if pod.uid not in self.listing or self.has_stale_status(pod):
            return
        for probe in pod.probes.values():
            container = pod.listing.containers.get(probe.container)
            if probe.kind == "Startup" and container and container.started is True:
                probe.run, probe.extra, probe.was_acting = 0, None, False
                probe.seen_run, probe.unseen = 0, []
                probe.since = probe.since_extra = probe.first_run = None

    def resolve_mixed(self, pod, event):
        """"In a reading with both results: 0 if the container is then `ready` (or that is unknown),
        else the failures of that reading". CHOICE: "then" is what the phase's truth says."""
        extra = event.extra
        if extra and extra.kind == "mixed" and extra.value is None:
            moment = min(self.now, event.time + TRUTH_WAIT)
            extra.value = extra.failures if self.is_unready(pod, event.probe, moment) else 0

    def is_unready(self, pod, probe, moment):
        """CHOICE: `ready` of a dead /pods, or of a pod with stale status, is unknown."""
        container = pod.listing and pod.listing.containers.get(probe.container)
        if not self.works("pods") or self.has_stale_status(pod, moment):
            return False
        is_known = moment - self.sources["pods"].last_success < self.config.dead_after["pods"]
        return bool(container) and container.ready is False and is_known

    def known_run(self, probe):
        return probe.run + (probe.extra.value or 0 if probe.extra else 0)

    def run_of(self, pod, probe):
        """"failures since the last success". CHOICE: until the truth is there, as the last known
        `ready` says."""
        run = self.known_run(probe)
        extra = probe.extra
        if extra and extra.kind == "mixed" and extra.value is None:
            run += extra.failures if self.is_unready(pod, probe, self.now) else 0
        return run

    def failing_since(self, pod, probe):
        """"time of the reading that first saw the present run of failures"; a run that stood at the
        exporter's first reading is older. None: no run."""
        first = probe.first_run
        if first and not first.has_success:
            life = self.life_at(pod, probe.container, first.time)
            return first.time if life is None else min(life[1], first.time)
        if first and first.since:
            return first.since
        extra = probe.since_extra
        if extra and extra.kind == "mixed":
            counts = extra.value
            if counts is None:
                counts = self.is_unready(pod, probe, self.now)
            if counts:
                return extra.time
        return probe.since


# "the ended instance was `acting`, that reading's failures included". CHOICE: with the most failures in
# a row that the readings allow since /pods last showed the ended one.


def runs_since_seen(probe, ended=float("inf")):
    """After each reading since /pods last showed the container, which then ended: the longest run that
    may have ended in it, and the longest that may go on."""
    run = probe.seen_run
    for event in probe.unseen:
        if event.after >= ended:
            return
        longest = run + event.failed
        run = event.failed if event.succeeded else longest
        yield longest, run


def longest_run(probe, ended=float("inf")):
    return max([probe.seen_run] + [longest for longest, _ in runs_since_seen(probe, ended)])


def trailing_run(probe):
    return ([probe.seen_run] + [run for _, run in runs_since_seen(probe)])[-1]


def is_oom_kill(terminated):
    return (terminated or {}).get("reason") == "OOMKilled"
