#!/usr/bin/env python3
"""soak.py [--minutes N]

The exporter for as long as told, with pods that come and go all the time and scrapers of every kind.
Each page is held against what the kubelet served; memory must be flat, threads and descriptors too.
What memory holds at least is full after the longest window and two minutes: from then on it is
compared. Exit 1 if something grew or was wrong."""

import argparse
import random
import statistics
import sys
import threading
import time
import urllib.error
import urllib.request

from counted_kubelet import CONFIG, CountedKubelet, Wrong
from figures import Figures

# In counted_kubelet's configuration the longest window is 5 minutes.
FULL_SECONDS = 420
PODS = 110
# Between two readings, and between two scrapes of one scraper: an hour of it is no load for a machine.
PACE_SECONDS = 2
SAMPLE_SECONDS = 5
# Of a heap whose pods are other ones every few minutes.
GROWTH_SHARE = 0.05
SCRAPES = (
    ("/metrics", {}),
    ("/metrics", {"Accept-Encoding": "gzip"}),
    ("/metrics", {"Accept": "application/openmetrics-text;version=1.0.0", "Accept-Encoding": "gzip"}),
    ("/", {"Accept": "text/html"}),
    ("/", {}),
    ("/sources", {"Accept": "text/html"}),
    ("/api/v1/probes", {}),
    ("/api/v1/pods?limit=10", {}),
)


class ChurningNode(CountedKubelet):
    """At each reading a pod goes and another comes."""

    def happen(self):
        self.world.step(most_attempts=1)
        self.world.remove_pods(1)
        self.world.add_pods(1)
        return False


class Scraper(threading.Thread):
    def __init__(self, url, path, headers):
        super().__init__(daemon=True)
        self.request = urllib.request.Request(url + path, headers=headers)
        self.count = 0
        self.longest_seconds = 0
        self.problem = None

    def run(self):
        while self.problem is None:
            begin = time.monotonic()
            try:
                with urllib.request.urlopen(self.request, timeout=30) as answer:
                    answer.read()
            except (urllib.error.URLError, OSError) as error:
                self.problem = f"{self.request.full_url}: {error}"
                return
            self.count += 1
            self.longest_seconds = max(self.longest_seconds, time.monotonic() - begin)
            time.sleep(PACE_SECONDS)


def soak(minutes):
    node = ChurningNode(random.Random(3), PODS)
    try:
        exporter = node.start_exporter(CONFIG.replace("interval: 1s", f"interval: {PACE_SECONDS}s"))
        scrapers = [Scraper(exporter.url, path, headers) for path, headers in SCRAPES]
        for scraper in scrapers:
            scraper.start()
        begin = time.monotonic()
        samples = []  # (seconds, Figures)
        while time.monotonic() - begin < minutes * 60:
            time.sleep(SAMPLE_SECONDS)
            node.raise_problem()
            problems = [scraper.problem for scraper in scrapers if scraper.problem]
            if problems:
                raise Wrong(str(problems))
            samples.append((time.monotonic() - begin, Figures(exporter.pid)))
            if len(samples) % 12 == 0:
                print(f"{samples[-1][0] / 60:5.1f} min: {samples[-1][1]}", flush=True)
        print(f"{node.pages} pages held against the kubelet, {node.exact} counters right to the count, "
              f"{node.loose} within what may still wait; {sum(s.count for s in scrapers)} scrapes, longest "
              f"{max(s.longest_seconds for s in scrapers):.3f} s")
        check_flat(samples)
        code, seconds = exporter.terminate()
        if code != 0:
            raise Wrong(f"SIGTERM: exit {code}")
        print(f"SIGTERM: {seconds:.2f} s")
    finally:
        node.stop()


def check_flat(samples):
    full = [figures for seconds, figures in samples if seconds > FULL_SECONDS]
    if len(full) < 6:
        print(f"under {FULL_SECONDS / 60:.0f} min: whether memory is flat is not told")
        return
    half = len(full) // 2
    before, after = (statistics.mean(f.resident_bytes for f in part) for part in (full[:half], full[half:]))
    print(f"memory: {before / 2**20:.1f} MiB, then {after / 2**20:.1f} MiB; threads "
          f"{min(f.threads for f in full)} to {max(f.threads for f in full)}; descriptors "
          f"{min(f.descriptors for f in full)} to {max(f.descriptors for f in full)}")
    if after > before * (1 + GROWTH_SHARE):
        raise Wrong("memory grows")
    if max(f.threads for f in full[half:]) > max(f.threads for f in full[:half]):
        raise Wrong("threads grow")
    if max(f.descriptors for f in full[half:]) > max(f.descriptors for f in full[:half]) + 3:
        raise Wrong("descriptors grow")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60)
    soak(parser.parse_args().minutes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
