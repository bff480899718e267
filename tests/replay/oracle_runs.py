"""Runs of failures: how many in a row, and since when."""

from oracle_model import DEAD_SOURCE, TRUTH_WAIT, Extra, failure_threshold


class Runs:
    def continue_run(self, probe, event):
        """"failures since the last success"."""
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
        if self.known_run(probe) >= failure_threshold(pod, probe):
            probe.was_acting = True
        probe.run, probe.extra = 0, None

    def find_whole_runs(self, pod):
        """"At the exporter's first reading of a probe without any success and a restart count of 0:
        the counter itself." CHOICE: whenever /pods first tells the restart count; the same for
        "of readiness of an unready container, the Ready condition's lastTransitionTime"."""
        for probe in pod.probes.values():
            container = pod.listing.containers.get(probe.container)
            extra, first = probe.extra, probe.first_run
            if container and extra and extra.kind == "initial" and extra.value is None:
                extra.value = extra.failures if container.restart_count == 0 else 0
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
            is_new = len(lives) > 1 and lives[-1].shown == self.now
            if not is_new or probe.kind not in ("Liveness", "Startup"):
                continue
            if self.is_acting_or_was(pod, probe) and not is_oom_kill(container.last_terminated):
                probe.run, probe.extra = 0, None
            probe.was_acting = False

    def is_acting_or_was(self, pod, probe):
        return probe.was_acting or self.known_run(probe) >= failure_threshold(pod, probe)

    def end_startup_runs(self, pod):
        """A container that is `started` has passed its startup probe: there is no run any more."""
        if pod.uid not in self.listing or self.has_stale_status(pod):
            return
        for probe in pod.probes.values():
            container = pod.listing.containers.get(probe.container)
            if probe.kind == "Startup" and container and container.started is True:
                probe.run, probe.extra = 0, None
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
        is_known = moment - self.sources["pods"].last_success < DEAD_SOURCE["pods"]
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
            return first.time if life is None else life[1]
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


def is_oom_kill(terminated):
    return (terminated or {}).get("reason") == "OOMKilled"
