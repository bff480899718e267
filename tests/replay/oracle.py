#!/usr/bin/env python3
"""oracle.py DIR [--every]: what `podprobe-exporter replay DIR [--every]` must print.

A second engine, slow and plain, written from the contract alone. One rule is one function, with the
clause it follows quoted. Where the contract leaves a choice, the comment says CHOICE and what was
chosen; compare.py compares the outcome with the exporter's.

This file has the clock and the readings; the rules are in the files beside it:

    oracle_config.py      the configuration
    oracle_model.py       what is kept: sources, pods, probes, events, counts
    oracle_increments.py  from the kubelet's counters to increments
    oracle_pods.py        what /pods says: who there is, and who is gone
    oracle_phases.py      waiting for the truth; phases
    oracle_runs.py        runs of failures
    oracle_states.py      which containers run, stalled probes, states
    oracle_ready.py       restarts, unready transitions and seconds
    oracle_evidence.py    evidence and causes
    oracle_spec.py        findings
    oracle_rollup.py      label sets and the node
    oracle_page.py        the page
"""

import pathlib
import sys

import recording
from oracle_config import config_of
from oracle_evidence import Evidence
from oracle_increments import Increments
from oracle_model import FILLING_UP, SourceState
from oracle_page import FAMILIES, Page
from oracle_phases import Phases
from oracle_pods import Pods
from oracle_ready import Ready
from oracle_rollup import Rollup
from oracle_runs import Runs
from oracle_spec import Spec
from oracle_states import States

__all__ = ["FAMILIES", "pages"]


class Engine(Increments, Pods, Phases, Runs, States, Ready, Evidence, Spec, Rollup, Page):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.now = None
        self.sources = {}
        self.page_before = float("-inf")
        self.was_fresh = False  # `probes` and `pods` were, all the time since the last page

    def advance(self, now):
        """Moves the clock to a reading's time: what ends before that time ends first."""
        self.now = now
        self.was_fresh = self.is_fresh("probes") and self.is_fresh("pods")
        self.end_waits(lambda age, limit: age > limit)
        self.end_contradictions()
        self.update_incident(now)  # who comes and goes now was no news of the time before
        self.forget_gone_pods()

    def read(self, reading):
        state = self.sources.setdefault(reading.source, SourceState())
        state.is_up = reading.is_good
        state.bytes = reading.body_bytes
        state.samples = reading.sample_count
        state.parse_errors += reading.bad_lines
        if not reading.is_good:
            state.errors[reading.reason] += 1
            self.note_failure(reading.source)
            return
        state.last_success = self.now
        is_first = state.first_success is None
        if is_first:
            state.first_success = self.now
        getattr(self, "read_" + reading.source)(reading, is_first)
        self.find_gone_pods()
        self.update_incident(self.now)

    def note_failure(self, source):
        """"stands still across failed readings"; "Nothing is added across failed /pods readings"."""
        if source == "probes":
            self.quiet_since = None
        if source == "pods":
            for pod in self.pods.values():
                pod.ready_read = None

    def settle(self):
        """After the last reading of a time, before its page."""
        self.end_waits(lambda age, limit: age >= limit)
        self.find_truncated_labels()
        self.place_durations(is_page_due=True)
        self.bear_series()
        self.update_incident(self.now)
        self.note_tight_timeouts()
        self.page_before = self.now

    def works(self, source):
        """"works" = was good once; a failed reading does not end the wait"."""
        return source in self.sources and self.sources[source].first_success is not None

    def is_fresh(self, source):
        """"Without a good reading for max(60 s, 3 intervals)"."""
        return self.works(source) and self.is_fresh_at(source, self.sources[source].last_success)

    def is_fresh_at(self, source, time):
        return self.now - time < self.config.dead_after[source]

    def is_filling_up(self):
        return self.is_filling_up_at(self.now)

    def is_filling_up_at(self, time):
        start = self.kubelet_start
        return start is not None and start <= time < start + FILLING_UP


def pages(directory):
    """[(time as written, page)] after each reading of a recording."""
    engine = Engine(config_of(directory))
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
