#!/usr/bin/env python3
"""tortured_kubelet.py [--faults N] [--lanes N] [--seed N] [--most-seconds N] [--quiet-seconds N] [--more-mib N]

Random faults of a kubelet, over real sockets, against the real exporter: wrong statuses, answers cut
off, slow, silent, reset, no HTTP, garbage; handshakes that break off and certificates that are not good;
kubelets that restart, the system's clock set an hour on and back, pods that appear and vanish by the
thousand. Before each answer the exporter's page is fetched: no counter may have fallen or gone, memory,
threads and descriptors must be what the pods on it want, the answer before must be told as what it was,
and at each reading of the probes the page is held against what the readings before must have given, series
by series.

A lane is one exporter with its kubelet, every second one over https; lanes run side by side, each in a
process. Exit 1 if something is wrong."""

import argparse
import concurrent.futures
import sys
import time
import traceback

from lane import Lane
from process_end import end_with_parent
from tls_lane import TlsLane


def run_lane(arguments):
    kind, seed, fault_count, options = arguments
    try:
        lane = kind(seed, fault_count, options.more_mib * 2**20)
        return lane.run(options.most_seconds, options.quiet_seconds)
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

    def most(name):
        return max((result[name] for result in results), default=0)

    print(f"{sum(counts.values())} faults in {seconds:.0f} s by {len(results)} exporters; {total('pages')} pages; "
          f"{total('exact')} counters right to the count, {total('loose')} within what may still wait; "
          f"{total('too_slow'):g} good answers came too late for their time limit; at most "
          f"{most('descriptors')} descriptors and {most('growth_bytes') / 2**20:.1f} MiB more than at first and "
          f"for the series")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--faults", type=int, default=300)
    parser.add_argument("--lanes", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most-seconds", type=float, default=3 * 3600)
    parser.add_argument("--quiet-seconds", type=float, default=0)
    parser.add_argument("--more-mib", type=int, default=16, help="that memory may grow by; for sanitizers")
    options = parser.parse_args()
    begin = time.monotonic()
    per_lane = -(-options.faults // options.lanes)
    lanes = [(TlsLane if lane % 2 else Lane, options.seed * 1000 + lane, per_lane, options)
             for lane in range(options.lanes)]
    with concurrent.futures.ProcessPoolExecutor(options.lanes, initializer=end_with_parent) as pool:
        results = list(pool.map(run_lane, lanes))
    problems = [result["problem"] for result in results if "problem" in result]
    report([result for result in results if "problem" not in result], time.monotonic() - begin)
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
