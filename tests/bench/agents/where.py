#!/usr/bin/env python3
"""Where the time of a steady cycle goes: kernel, TLS, inflate, parse, merge, render.

perf (Debian's linux-perf) samples the exporter while it reads the recorded pages; each
sample counts for the first station that its call stack shows, kernel first.
"""

import argparse
import collections
import os
import subprocess
import tempfile
import time

from agents import Podprobe
from compare import ROOT, last_folders, running, write_json
from kubelet import Kubelet, Pages
from pages import Growth

# By what one frame of the stack says, innermost question first: (station, dso, symbol).
STATIONS = (
    ("kernel", "[kernel", ""),
    ("TLS", "libssl", ""),
    ("TLS", "libcrypto", ""),
    ("inflate", "libisal", ""),
    ("parse /pods", "", "nlohmann::"),
    ("parse /pods", "", "podprobe::ItemSplitter"),
    ("parse /pods", "", "podprobe::PodListReader"),
    ("parse metrics", "", "podprobe::ExpositionParser"),
    ("snapshot", "", "TakeSnapshot"),
    ("snapshot", "", "podprobe::SnapshotBuilder"),
    ("merge", "", "podprobe::Engine::"),
    ("merge", "", "podprobe::Intake::"),
    ("render and serve", "", "podprobe::MetricsPage"),
    ("render and serve", "libz", ""),
    ("render and serve", "libcivetweb", ""),
    ("render and serve", "", "podprobe::HttpServer"),
    ("HTTP client", "libcurl", ""),
)


def station_of(frames):
    for station, dso, symbol in STATIONS:
        if any(dso in frame_dso and symbol in frame_symbol for frame_symbol, frame_dso in frames):
            return station
    return "other"


def stacks(path):
    """Each sample's frames, (symbol, dso), innermost first."""
    script = subprocess.run(
        ["perf", "script", "-i", path, "-F", "comm,tid,ip,sym,dso"],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ).stdout
    for block in script.split("\n\n"):
        frames = []
        for line in block.splitlines()[1:]:
            _, _, rest = line.strip().partition(" ")
            symbol, _, dso = rest.rpartition(" ")
            frames.append((symbol, dso.strip("()")))
        if frames:
            yield frames


def profile(transport, pods, interval, seconds):
    growth = Growth(*last_folders(), pods=pods, interval_seconds=interval)
    with (
        Pages(growth, int((10 + seconds) / interval) + 10) as pages,
        Kubelet(pages, interval) as kubelet,
        tempfile.NamedTemporaryFile(suffix=".perf") as data,
    ):
        kubelet.begin()
        agent = Podprobe(kubelet, transport, interval)
        with running(agent):
            time.sleep(8)
            subprocess.run(
                ["perf", "record", "--quiet", "-F", "1999", "--call-graph", "dwarf,16384",
                 "-o", data.name, "-p", str(agent.pid), "--", "sleep", str(seconds)], check=True,
            )
        counts = collections.Counter(station_of(frames) for frames in stacks(data.name))
    total = sum(counts.values())
    return {"transport": transport, "pods": pods, "samples": total,
            "shares": {station: count / total for station, count in counts.most_common()}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=int, default=40, help="how long is sampled of each")
    parser.add_argument("--output", help="a JSON file for the figures")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    results = []
    for transport, pods, interval in (("plain", 106, 1), ("gzip", 106, 1), ("tls", 106, 1), ("plain", 500, 5)):
        result = profile(transport, pods, interval, arguments.seconds)
        results.append(result)
        print(f"\n{pods} pods, {transport} ({result['samples']} samples)")
        for station, share in result["shares"].items():
            print(f"  {share:6.1%}  {station}", flush=True)
    if arguments.output:
        write_json(arguments.output, results)


if __name__ == "__main__":
    main()
