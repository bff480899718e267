#!/usr/bin/env python3
"""How the exporter's cost grows: with pods, probes per pod, windows, and pods that come and go.

One factor moves at a time. Writes the figures as JSON (--output) and draws them (--plot,
with Debian's python3-matplotlib).
"""

import argparse
import json
import math
import os

from agents import Podprobe
from compare import ROOT, last_folders, measured, write_json
from kubelet import Kubelet, Pages
from pages import Growth

PODS = (10, 30, 100, 300, 1000, 2000, 5000)
PROBES_PER_POD = (1, 2, 3, 4, 5, 6)
WINDOWS = (("5m",), ("5m", "1h"), ("5m", "30m", "1h"), ("1m", "5m", "30m", "1h"))
CHURN_PER_MINUTE = (0.0, 0.05, 0.1, 0.25, 0.5)
WARM_UP_SECONDS = 8


def point(seconds, *, pods=100, probes=2, windows=("5m", "1h"), churn=0.0):
    """CPU per cycle of all four sources, and memory."""
    interval = 1 if pods <= 300 else 5
    seconds = max(seconds, 6 * interval)
    versions = int((WARM_UP_SECONDS + seconds) / interval) + 6
    growth = Growth(*last_folders(), pods=pods, probes=probes, interval_seconds=interval, churn=churn)
    with Pages(growth, versions) as pages, Kubelet(pages, interval) as kubelet:
        exporter = Podprobe(kubelet, "plain", interval, windows=windows)
        (figures,) = measured([exporter], seconds, WARM_UP_SECONDS)
    return {
        "cpu_ms_per_cycle": figures["cpu_seconds"] * 1000 * interval / figures["seconds"],
        "anonymous_peak_mib": figures["anonymous_peak_mib"],
    }


def exponent(points, cost):
    """b of cost ~ x^b, by least squares in logarithms; x is each point's first value."""
    pairs = [(math.log(x), math.log(figures[cost])) for x, figures in points if x > 0]
    mean_x = sum(x for x, _ in pairs) / len(pairs)
    mean_y = sum(y for _, y in pairs) / len(pairs)
    return sum((x - mean_x) * (y - mean_y) for x, y in pairs) / sum((x - mean_x) ** 2 for x, _ in pairs)


def draw(curves, path):
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    matplotlib.rcParams["svg.hashsalt"] = "podprobe"
    figure, panels = plt.subplots(2, len(curves), figsize=(14, 6), constrained_layout=True)
    for column, curve in enumerate(curves):
        for row, (cost, label) in enumerate(
            (("cpu_ms_per_cycle", "CPU ms per cycle"), ("anonymous_peak_mib", "RssAnon, peak, MiB"))
        ):
            panel = panels[row][column]
            xs = [x for x, _ in curve["points"]]
            ys = [figures[cost] for _, figures in curve["points"]]
            panel.plot(xs, ys, marker="o")
            if curve["is_logarithmic"]:
                panel.set_xscale("log")
                panel.set_yscale("log")
            else:
                panel.set_ylim(bottom=0)
            panel.set_xlabel(curve["factor"])
            panel.grid(alpha=0.3)
            if column == 0:
                panel.set_ylabel(label)
    figure.savefig(path, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=20, help="the span measured at each point")
    parser.add_argument("--output", help="a JSON file for the figures")
    parser.add_argument("--from-file", help="figures of an earlier run, to draw them again")
    parser.add_argument("--plot", help="an SVG file for the curves")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    if arguments.from_file:
        with open(arguments.from_file, encoding="utf-8") as file:
            curves = json.load(file)["curves"]
    else:
        seconds = arguments.seconds
        curves = [
            {"factor": "pods", "is_logarithmic": True,
             "points": [(pods, point(seconds, pods=pods)) for pods in PODS]},
            {"factor": "probes per pod (100 pods)", "is_logarithmic": False,
             "points": [(probes, point(seconds, probes=probes)) for probes in PROBES_PER_POD]},
            {"factor": "windows (100 pods)", "is_logarithmic": False,
             "points": [(len(windows), point(seconds, windows=windows)) for windows in WINDOWS]},
            {"factor": "pods replaced per minute, % (100 pods)", "is_logarithmic": False,
             "points": [(churn * 100, point(seconds, churn=churn)) for churn in CHURN_PER_MINUTE]},
        ]
        for curve in curves:
            for cost in ("cpu_ms_per_cycle", "anonymous_peak_mib"):
                curve[f"exponent_{cost}"] = exponent(curve["points"], cost)
    for curve in curves:
        print(f"\n{curve['factor']}: CPU ~ x^{curve['exponent_cpu_ms_per_cycle']:.2f}, "
              f"memory ~ x^{curve['exponent_anonymous_peak_mib']:.2f}")
        for x, figures in curve["points"]:
            print(f"  {x:>6g}  {figures['cpu_ms_per_cycle']:8.2f} ms  {figures['anonymous_peak_mib']:8.1f} MiB", flush=True)
    if arguments.output:
        write_json(arguments.output, {"seconds": arguments.seconds, "curves": curves})
    if arguments.plot:
        draw(curves, arguments.plot)


if __name__ == "__main__":
    main()
