#!/usr/bin/env python3
"""podprobe-exporter beside the programs that people would use instead, on the same pages.

Each reads /metrics/probes, /metrics/cadvisor and /metrics/resource of the same kubelet
(nginx with recorded pages, one for each) at the same interval, side by side, and gives success
ratios of five minutes or hands the samples on. Prints a table; with --output
writes the figures as JSON.
"""

import argparse
import contextlib
import functools
import json
import os
import platform
import threading
import time

import agents
from kubelet import Kubelet, Pages
from meter import Meter
from pages import Growth

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
RECORDING = os.path.join(ROOT, "tests", "testdata", "run-a")
SCRAPE_SECONDS = 5  # how often the exporter's own page is fetched, and the peers' rule evaluated, at the least
WARM_UP_SECONDS = 20
PEER_SECONDS = 15
# At (pods, interval): so many cycles fit into the span measured.
SCENARIOS = (
    ("plain", 106, 1), ("gzip", 106, 1), ("tls", 106, 1), ("plain", 500, 5), ("gzip", 500, 5),
)
# (name, pods, probes of each): the recorded ones, where cadvisor is read each 10 s since a third
# of them fail on purpose; and such as pass.
DEFAULTS = (("defaults-recorded", "recorded pods", None), ("defaults-healthy", "healthy pods of two probes", 2))
METRIC_FILES = tuple(path.removeprefix("/") for path in agents.METRIC_PATHS)


def last_folders():
    """Of the recording's last two readings of 106 pods."""
    names = sorted((name for name in os.listdir(RECORDING) if name[0].isdigit()), key=float)
    return [os.path.join(RECORDING, name) for name in names[-2:]]


def write_json(path, figures):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(figures, file, indent=1)
        file.write("\n")


@contextlib.contextmanager
def running(agent, scrape_seconds=SCRAPE_SECONDS):
    """The program at work, its page fetched as by a Prometheus; not where there is nothing to read."""
    agent.start()
    is_over = threading.Event()

    def scrape():
        while not is_over.wait(scrape_seconds):
            if agent.kubelet:
                agent.scrape()

    scraper = threading.Thread(target=scrape)
    scraper.start()
    try:
        yield
    finally:
        is_over.set()
        scraper.join()
        agent.stop()


def measured(contestants, seconds, warm_up_seconds, scrape_seconds=SCRAPE_SECONDS):
    """The figures of programs over the same span, with what the readings of each cost its kubelet.

    They start one after the other, so that they do not all read at the same moments.
    """

    def served(agent):
        return agent.kubelet.cpu_seconds() if agent.kubelet else 0

    with contextlib.ExitStack() as programs:
        for agent in contestants:
            if agent.kubelet:
                agent.kubelet.begin()
            programs.enter_context(running(agent, scrape_seconds))
        time.sleep(warm_up_seconds)
        before = [served(agent) for agent in contestants]
        with contextlib.ExitStack() as meters:
            rows = [meters.enter_context(Meter(agent.pid, time.monotonic)) for agent in contestants]
            time.sleep(seconds)
        after = [served(agent) for agent in contestants]
        for agent in contestants:
            if not agent.is_good():
                raise RuntimeError(f"{agent.name} had no good reading at the end")
    return [
        meter.figures | {"name": agent.name, "startup_seconds": agent.startup_seconds,
                         "serving_cpu_seconds": then - earlier}
        for agent, meter, earlier, then in zip(contestants, rows, before, after)
    ]


def reader_of(program, transport, interval, kubelet, **options):
    return program(kubelet, transport, interval, **options)


def beside_peers(pages, turn_seconds, seconds, warm_up_seconds, makers, scrape_seconds=SCRAPE_SECONDS):
    """The figures of the programs that `makers` make of a kubelet, each with one of its own."""
    with contextlib.ExitStack() as kubelets:
        contestants = [make(kubelets.enter_context(Kubelet(pages, turn_seconds))) for make in makers]
        return measured(contestants, seconds, warm_up_seconds, scrape_seconds)


def same_work(transport, pods, interval, seconds):
    versions = int((WARM_UP_SECONDS + seconds) / interval) + 30
    makers = [
        functools.partial(reader_of, agents.Podprobe, transport, interval, with_pods=False),
        *(functools.partial(reader_of, program, transport, interval) for program in (agents.Podprobe, *agents.PEERS)),
    ]
    with Pages(Growth(*last_folders(), pods=pods, interval_seconds=interval), versions) as pages:
        rows = beside_peers(pages, interval, seconds, WARM_UP_SECONDS, makers)
        for row in rows:
            per_cycle = 1000 * interval / row["seconds"]
            row["cpu_ms_per_cycle"] = row["cpu_seconds"] * per_cycle
            row["serving_cpu_ms_per_cycle"] = row["serving_cpu_seconds"] * per_cycle
        return {"transport": transport, "pods": pods, "interval_seconds": interval,
                "page_bytes": pages.bytes(), "rows": rows,
                "kubelet_gzip_ms_per_cycle": pages.gzip_ms(METRIC_FILES)}


def own_defaults(pods, probes, seconds):
    """The exporter at its own intervals, the peers and who scrapes it at 15 s, per minute."""
    makers = [
        functools.partial(reader_of, program, "plain", interval)
        for program, interval in ((agents.Podprobe, None), *((peer, PEER_SECONDS) for peer in agents.PEERS))
    ]
    growth = Growth(*last_folders(), pods=pods, probes=probes, interval_seconds=5)
    with Pages(growth, int(seconds / 5) + 30) as pages:
        rows = beside_peers(pages, 5, seconds, 30, makers, PEER_SECONDS)
    for row in rows:
        row["cpu_ms_per_minute"] = row["cpu_seconds"] * 1000 * 60 / row["seconds"]
        row["serving_cpu_ms_per_minute"] = row["serving_cpu_seconds"] * 1000 * 60 / row["seconds"]
    return {"pods": pods, "probes": probes, "rows": rows}


def idle(seconds):
    programs = (agents.Podprobe(None, "plain", 3600), *(peer(None, "plain", None) for peer in agents.PEERS))
    return {"rows": measured(programs, seconds, 10)}


def print_rows(title, rows, cost):
    print(f"\n## {title}\n")
    print("| program | CPU ms | × ours | RssAnon MiB (peak) | VmRSS | VmHWM | switches/s | threads "
          "| first good page s | server's CPU ms |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        print(f"| {row['name']} | {row[cost]:.2f} | {row[cost] / rows[0][cost]:.1f} "
              f"| {row['anonymous_mib']:.1f} ({row['anonymous_peak_mib']:.1f}) | {row['rss_mib']:.1f} | {row['peak_mib']:.1f} "
              f"| {row['switches_per_second']:.0f} | {row['threads']} | {row['startup_seconds']:.2f} "
              f"| {row.get('serving_' + cost, 0):.2f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60, help="the span measured of each program")
    parser.add_argument("--only", help="part of a scenario's name, such as plain-106, defaults or idle")
    parser.add_argument("--output", help="a JSON file for the figures; what it has of parts not measured now stays")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    results = {}
    if arguments.output and os.path.exists(arguments.output):
        with open(arguments.output, encoding="utf-8") as file:
            results = json.load(file)
    results |= {"machine": platform.machine(), "cores": os.cpu_count(), "seconds": arguments.seconds}

    def is_wanted(name):
        return arguments.only is None or arguments.only in name

    def keep(name, result):
        results[name] = result
        if arguments.output:
            write_json(arguments.output, results)

    for transport, pods, interval in SCENARIOS:
        name = f"{transport}-{pods}"
        if is_wanted(name):
            result = same_work(transport, pods, interval, arguments.seconds)
            keep(name, result)
            print_rows(f"{pods} pods, {transport}, a cycle each {interval} s: CPU per cycle", result["rows"], "cpu_ms_per_cycle")
            if transport == "gzip" and result["kubelet_gzip_ms_per_cycle"] is not None:
                print(f"\nOn top, what Go's gzip takes of a kubelet's CPU for each cycle: "
                      f"{result['kubelet_gzip_ms_per_cycle']:.1f} ms")
    for name, title, probes in DEFAULTS:
        if is_wanted(name):
            # A span of whole minutes, or the readings of once a minute weigh too much or too little.
            result = own_defaults(106, probes, max(120, round(arguments.seconds / 60) * 60))
            keep(name, result)
            print_rows(f"106 {title}, plain, the exporter at its defaults, the peers at 15 s: CPU per minute",
                       result["rows"], "cpu_ms_per_minute")
    if is_wanted("idle"):
        result = idle(arguments.seconds)
        for row in result["rows"]:
            row["cpu_ms_per_minute"] = row["cpu_seconds"] * 1000 * 60 / row["seconds"]
        keep("idle", result)
        print_rows("Nothing to read: CPU per minute", result["rows"], "cpu_ms_per_minute")


if __name__ == "__main__":
    main()
