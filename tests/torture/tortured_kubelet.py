#!/usr/bin/env python3
"""tortured_kubelet.py [--faults N] [--lanes N] [--seed N] [--most-seconds N] [--quiet-seconds N]

Random faults of a kubelet, over real sockets, against the real exporter: wrong statuses, answers cut
off, slow, silent, reset, no HTTP, garbage; kubelets that restart, the system's clock set an hour on and
back, pods that appear and vanish by the thousand. At each reading of the probes the exporter's page
is held against what the readings before must have given, series by series.

A lane is one exporter with its kubelet; lanes run side by side, each in a process. Exit 1 if a page is
wrong, or memory, threads and descriptors do not return."""

import argparse
import concurrent.futures
import itertools
import random
import sys
import time
import traceback

import faults
from counted_kubelet import SOURCES, CountedKubelet, Wrong
from exporter_process import wait_until
from fake_clock import FakeClock
from figures import Figures

FAULT_SHARE = 0.5
EVENT_SHARE = 0.15
BAD_LINES_SHARE = 0.1
# Without /pods for longer, pods would be served without their workload: another, rightful, story.
LONGEST_WITHOUT_PODS_SECONDS = 8
PODS_AT_FIRST = 25
EVENTS = {"restart": 8, "clock step": 8, "pods come": 8, "pods go": 8, "pods made anew": 8,
          "a thousand pods come": 1, "all pods go": 2}
# Pods that are gone stay on the page for two minutes; from then on memory must have returned, but for
# what a heap that has been larger keeps.
MEMORY_RETURNS_SECONDS = 180
MEMORY_LEFT_BYTES = 48 * 2**20


class Lane(CountedKubelet):
    def __init__(self, seed, fault_count):
        super().__init__(random.Random(seed), PODS_AT_FIRST)
        self.fault_count = fault_count
        # Each source has its own, so that a seed gives each the same faults again.
        self.dice = {source: random.Random(f"{seed}/{source}") for source in SOURCES.values()}
        self.clock = FakeClock()
        self.done = {}  # fault: count

    def note(self, name):
        self.done[name] = self.done.get(name, 0) + 1

    @property
    def fault_total(self):
        return sum(self.done.values())

    def fault_of(self, source):
        dice = self.dice[source]
        if self.is_over:
            return None, frozenset()
        must_be_good = (source == "pods"
                        and time.monotonic() - self.pods_good_at > LONGEST_WITHOUT_PODS_SECONDS)
        fault = None
        if not must_be_good and dice.random() < FAULT_SHARE:
            fault = faults.choose(dice, source)
            self.note(fault.name)
        left_out = frozenset()
        counters = self.world.counters()
        if source == "probes" and len(counters) > 3 and dice.random() < BAD_LINES_SHARE:
            left_out = frozenset(dice.sample(sorted(counters), 3))
            self.note("bad lines")
        return fault, left_out

    def good_answer(self, body):
        if len(body) > 100_000 or self.world.rng.random() < 0.7:
            return super().good_answer(body)
        pieces = random.Random(self.world.rng.random())
        sizes = (pieces.randrange(1, 3000) for _ in itertools.count())
        return lambda handler: faults.chunked(handler, body, sizes)

    def happen(self):
        world, dice = self.world, self.dice["probes"]
        world.step()
        if not self._previous_page or self.is_over or dice.random() > EVENT_SHARE:
            return False
        event = dice.choices(list(EVENTS), list(EVENTS.values()))[0]
        self.note(event)
        if event == "restart":
            self.restart(dice.choice((0, 0.2, 2)))
            return True
        if event == "clock step":
            self.clock.set_offset(dice.choice((-3600, 0, 3600)))
        elif event == "pods come":
            world.add_pods(dice.randrange(1, 20))
        elif event == "a thousand pods come":
            world.add_pods(1000)
        elif event == "pods go":
            world.remove_pods(dice.randrange(1, 20))
        elif event == "pods made anew":
            world.replace_pods(dice.randrange(1, 5))
        else:
            self.return_to_few_pods()
        return False

    def return_to_few_pods(self):
        self.world.remove_pods(len(self.world.pods))
        self.world.add_pods(PODS_AT_FIRST)

    def is_done(self, condition):
        return condition or self.problem or not self.is_alive()

    def run(self, most_seconds, quiet_seconds):
        try:
            exporter = self.start_exporter(environment=self.clock.environment())
            before = Figures(exporter.pid)
            end = time.monotonic() + most_seconds
            while not self.is_done(self.fault_total >= self.fault_count) and time.monotonic() < end:
                time.sleep(0.1)
            self.raise_problem()
            self.is_over = True
            self.clock.set_offset(0)
            with self.lock:
                self.return_to_few_pods()
            pages = self.pages
            time.sleep(quiet_seconds)
            wait_until("good readings", lambda: self.is_done(self.pages > pages + 20), 120)
            self.raise_problem()
            after = Figures(exporter.pid)
            if after.threads > before.threads or after.descriptors > before.descriptors + 2:
                raise Wrong(f"before: {before}\nafter: {after}")
            has_returned = quiet_seconds >= MEMORY_RETURNS_SECONDS
            if has_returned and after.resident_bytes > before.resident_bytes + MEMORY_LEFT_BYTES:
                raise Wrong(f"before: {before}\nafter: {after}")
            code, seconds = exporter.terminate()
            if code != 0:
                raise Wrong(f"SIGTERM: exit {code} after {seconds:.1f} s")
            return {"faults": self.done, "pages": self.pages, "exact": self.exact, "loose": self.loose,
                    "too_slow": self.too_slow, "before": before, "after": after}
        finally:
            self.stop()
            self.clock.remove()


def run_lane(arguments):
    seed, fault_count, most_seconds, quiet_seconds = arguments
    try:
        return Lane(seed, fault_count).run(most_seconds, quiet_seconds)
    except Exception:
        return {"problem": f"lane with seed {seed}: {traceback.format_exc()}"}


def report(results, seconds):
    counts = {}
    for result in results:
        for name, count in result["faults"].items():
            counts[name] = counts.get(name, 0) + count
        print(f"before: {result['before']}\nafter:  {result['after']}")
    for name, count in sorted(counts.items(), key=lambda item: -item[1]):
        print(f"{count:6} {name}")

    def total(name):
        return sum(result[name] for result in results)

    print(f"{sum(counts.values())} faults in {seconds:.0f} s; {total('pages')} pages; {total('exact')} "
          f"counters right to the count, {total('loose')} within what may still wait; "
          f"{total('too_slow'):g} good answers came too late for their time limit")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--faults", type=int, default=300)
    parser.add_argument("--lanes", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most-seconds", type=float, default=3 * 3600)
    parser.add_argument("--quiet-seconds", type=float, default=0)
    options = parser.parse_args()
    begin = time.monotonic()
    per_lane = -(-options.faults // options.lanes)
    lanes = [(options.seed * 1000 + lane, per_lane, options.most_seconds, options.quiet_seconds)
             for lane in range(options.lanes)]
    with concurrent.futures.ProcessPoolExecutor(options.lanes) as pool:
        results = list(pool.map(run_lane, lanes))
    problems = [result["problem"] for result in results if "problem" in result]
    report([result for result in results if "problem" not in result], time.monotonic() - begin)
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
