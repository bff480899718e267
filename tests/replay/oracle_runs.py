"""Runs of failures: how many in a row, and since when."""

from oracle_model import TRUTH_WAIT, Extra, failure_threshold


class Runs:
    def continue_run(self, probe, event):
        """"failures since the last success"."""
        probe.unseen.append(event)
        if event.succeeded:
            probe.run, probe.since, probe.first_run = 0, None, None
            probe.extra = Extra("mixed", event.failed, event.time) if event.failed else None
            probe.since_extra = probe.extra
            probe.last_success = event.time
            probe.was_acting = False
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
            if container and first and first.has_success and first.since is None:
                if probe.kind == "Readiness" and container.ready is False:
                    at = pod.listing.ready_time if pod.listing.ready is False else None
                    first.since = first.time if at is None else at
                else:
                    first.since = False

    def begin_runs_anew(self, pod):
        """"begins again with a new container id after a liveness or startup kill (that probe's run
        only)": "the ended instance was `acting`, that reading's failures included", and an OOM kill
        comes before."""
        for probe in pod.probes.values():
            container = pod.listing.containers.get(probe.container)
            if container is None:
                continue
            lives = pod.instances.get(probe.container, [])
            is_new = bool(lives) and lives[-1].shown == self.now
            if len(lives) == 1 and probe.container not in pod.restarted:
                is_new = False
            beyond, kept = None, trailing_run(probe)
            if is_new and probe.kind in ("Liveness", "Startup"):
                threshold = failure_threshold(pod, probe)
                is_kill = longest_run(probe) >= threshold
                if is_kill and not is_oom_kill(container.last_terminated):
                    beyond = min(longest_run(probe) - threshold, fresh_run(probe))
                    kept = beyond
                    if self.known_run(probe) >= threshold:
                        probe.run, probe.extra = beyond, None
                    else:
                        kept = max(kept, self.known_run(probe))
                probe.was_acting = False
            if pod.uid in self.listing:
                probe.seen_run, probe.unseen = kept, []

    def was_acting(self, pod, probe):
        return probe.was_acting or longest_run(probe) >= failure_threshold(pod, probe)

    def end_startup_runs(self, pod):
        """A container that is `started` has passed its startup probe: there is no run any more."""
        if pod.uid not in self.listing or self.has_stale_status(pod):
            return
        for probe in pod.probes.values():
            container = pod.listing.containers.get(probe.container)
            if probe.kind == "Startup" and container and container.started is True:
                probe.run, probe.extra = 0, None
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
# a row that the readings allow since /pods last showed the ended one. The kubelet counts none beyond the
# threshold before the next instance runs, so those beyond are the next one's.


def runs_since_seen(probe):
    """After each reading since /pods last showed the container: the longest run that may have ended
    in it, and the longest that may go on."""
    run = probe.seen_run
    for event in probe.unseen:
        ended = run + event.failed
        run = event.failed if event.succeeded else ended
        yield ended, run


def longest_run(probe):
    return max([probe.seen_run] + [ended for ended, _ in runs_since_seen(probe)])


def trailing_run(probe):
    return ([probe.seen_run] + [run for _, run in runs_since_seen(probe)])[-1]


def fresh_run(probe):
    """What of the run is from readings since then."""
    fresh = 0
    for event in probe.unseen:
        fresh = event.failed if event.succeeded else fresh + event.failed
    return fresh


def is_oom_kill(terminated):
    return (terminated or {}).get("reason") == "OOMKilled"
