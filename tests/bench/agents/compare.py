#!/usr/bin/env python3
"""podprobe-exporter beside the programs that people would use instead, on the same pages.

Each reads /metrics/probes, /metrics/cadvisor and /metrics/resource of the same kubelet
(nginx with recorded pages) at the same interval, one program after the other, and gives
success ratios of five minutes or hands the samples on. Prints a table; with --output
writes the figures as JSON.
"""

import argparse
import contextlib
import json
import os
import platform
import threading
import time

import agents
from kubelet import Kubelet
from meter import Meter
from pages import Growth

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
RECORDING = os.path.join(ROOT, "tests", "testdata", "run-a")
SCRAPE_SECONDS = 5  # how often the exporter's own page is fetched, and the peers' rule evaluated
WARM_UP_SECONDS = 20
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
def running(agent):
    """The program at work, its page fetched as by a Prometheus; not where there is nothing to read."""
    agent.start()
    is_over = threading.Event()

    def scrape():
        while not is_over.wait(SCRAPE_SECONDS):
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


def measured(agent, seconds, warm_up_seconds):
    """The figures of one program over a span, with what its readings cost who serves them."""
    with running(agent):
        time.sleep(warm_up_seconds)
        served = agent.kubelet.cpu_seconds() if agent.kubelet else 0
        with Meter(agent.pid, time.monotonic) as meter:
            time.sleep(seconds)
        served = agent.kubelet.cpu_seconds() - served if agent.kubelet else 0
        if not agent.is_good():
            raise RuntimeError(f"{agent.name} had no good reading at the end")
    return meter.figures | {
        "name": agent.name, "startup_seconds": agent.startup_seconds, "serving_cpu_seconds": served,
    }


def same_work(transport, pods, interval, seconds):
    versions = int((WARM_UP_SECONDS + seconds) / interval) + 30
    kubelet = Kubelet(Growth(*last_folders(), pods=pods, interval_seconds=interval), versions, interval)
    contestants = [
        agents.Podprobe(kubelet, transport, interval, with_pods=False),
        agents.Podprobe(kubelet, transport, interval),
        *(peer(kubelet, transport, interval) for peer in agents.PEERS),
    ]
    rows = []
    try:
        for agent in contestants:
            kubelet.begin()
            row = measured(agent, seconds, WARM_UP_SECONDS)
            per_cycle = 1000 * interval / row["seconds"]
            row["cpu_ms_per_cycle"] = row["cpu_seconds"] * per_cycle
            row["serving_cpu_ms_per_cycle"] = row["serving_cpu_seconds"] * per_cycle
            rows.append(row)
        return {"transport": transport, "pods": pods, "interval_seconds": interval,
                "page_bytes": kubelet.page_bytes(), "rows": rows,
                "kubelet_gzip_ms_per_cycle": kubelet.gzip_ms_per_cycle(METRIC_FILES)}
    finally:
        kubelet.stop()


def own_defaults(pods, probes, seconds):
    """The exporter at its own intervals, the peers at 15 s, per minute."""
    kubelet = Kubelet(
        Growth(*last_folders(), pods=pods, probes=probes, interval_seconds=5), int(seconds / 5) + 30, 5
    )
    try:
        rows = []
        for agent in (agents.Podprobe(kubelet, "plain", None), *(peer(kubelet, "plain", 15) for peer in agents.PEERS)):
            kubelet.begin()
            row = measured(agent, seconds, 30)
            row["cpu_ms_per_minute"] = row["cpu_seconds"] * 1000 * 60 / row["seconds"]
            row["serving_cpu_ms_per_minute"] = row["serving_cpu_seconds"] * 1000 * 60 / row["seconds"]
            rows.append(row)
        return {"pods": pods, "probes": probes, "rows": rows}
    finally:
        kubelet.stop()


def idle(seconds):
    return {"rows": [
        measured(agent, seconds, 10)
        for agent in (agents.Podprobe(None, "plain", 3600), *(peer(None, "plain", None) for peer in agents.PEERS))
    ]}


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
