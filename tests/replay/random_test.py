#!/usr/bin/env python3
"""random_test.py PROGRAM [--seeds FIRST:LAST] [--seconds N] [--kinds KIND,...] [--shrink SEED DIR]

Compares the exporter's replay with the second engine on random recordings. Without --seeds, as many
from seed 1 on as fit into N seconds (40). A seed that differs is named, with its first differences;
--shrink writes the smallest recording into DIR that still shows the seed's first difference.
--kinds: with these kinds of oddity (random_kinds.py) in each recording, instead of those that a seed
draws; `none` for recordings without any.
"""

import argparse
import collections
import json
import pathlib
import re
import shutil
import sys
import tempfile
import time

import compare
import random_recording
import recording
from random_kinds import KINDS

# What follows from rows without a pod's uid, and for pods that /pods does not name their phases, too.
UNTOLD = "near_timeout_ratio|timeout_headroom|causes|memory_limit"
UNNAMED = "attempts_total|failures_total|success_ratio|state"


def seed_differences(program, seed, kinds):
    """(the recording's kinds, where the engines differ)."""
    with tempfile.TemporaryDirectory() as directory:
        drawn = random_recording.write_recording(seed, directory, kinds)
        return drawn, settled_differences(program, directory)


def settled_differences(program, directory):
    """Whose a histogram or a row of `resource` is that has no uid, when pods of one name come and go:
    the contract does not say, so what follows from those is not compared; nor whose settings hold for
    the durations of a workload whose pods differ; nor anything where a limit cuts by their number."""
    shared = shared_names(directory)

    def is_settled(line):
        is_named = 'workload="' in line
        if not re.search(UNTOLD if is_named else UNTOLD + "|" + UNNAMED, line):
            return True
        pod = re.search(r'pod="([^"]*)"', line)
        return pod[1] not in shared if pod else not is_named

    lines = compare.differences(program, directory)
    if shared and any("series_dropped" in line for line in lines):
        return []
    return list(filter(is_settled, lines))


def shared_names(directory):
    uids = {}
    for _, folder in recording.folders(directory):
        for reading in recording.read_folder(pathlib.Path(directory) / folder):
            for metadata in (item["metadata"] for item in reading.pods):
                uids.setdefault(metadata["name"], set()).add(metadata["uid"])
            for _, labels, _, _ in reading.samples:
                if "pod_uid" in labels:
                    uids.setdefault(labels["pod"], set()).add(labels["pod_uid"])
    return {name for name, found in uids.items() if len(found) > 1}


def run(program, seeds, seconds, kinds):
    deadline = time.monotonic() + seconds if seconds else None
    failed, done = [], 0
    by_kind = collections.Counter()
    for seed in seeds:
        if deadline and time.monotonic() > deadline:
            break
        drawn, found = seed_differences(program, seed, kinds)
        by_kind.update(drawn or ["none"])
        done += 1
        if found:
            failed.append(seed)
            title = "seed %d (%s): %d differences, first:" % (seed, " ".join(sorted(drawn)), len(found))
            print("\n  ".join([title] + found[:3]), flush=True)
    print(", ".join("%d %s" % (number, kind) for kind, number in sorted(by_kind.items())))
    print("%d recordings, %d differ%s" % (done, len(failed), ": %s" % failed if failed else ""))
    return failed


def kind_of(lines):
    """What to keep while shrinking: the first difference without its numbers and times."""
    return re.sub(r"@\S+|[0-9.]{8,}| [0-9.]+\b", "", lines[0]) if lines else None


def shrink(program, seed, target, kinds):
    """Drops readings, files and lines as long as the first difference is of the same family."""
    root = pathlib.Path(target)
    shutil.rmtree(root, ignore_errors=True)
    random_recording.write_recording(seed, root, kinds)
    kind = kind_of(settled_differences(program, root))
    if kind is None:
        sys.exit("seed %d: no difference" % seed)

    def still_differs():
        try:
            return kind_of(settled_differences(program, root)) == kind
        except RuntimeError:
            return False

    def try_without(path, content):
        old = path.read_bytes()
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)
        if still_differs():
            return True
        path.write_bytes(old)
        return False

    for folder in sorted(filter(pathlib.Path.is_dir, root.iterdir()), reverse=True):
        kept = root.parent / (root.name + ".kept")
        folder.rename(kept)
        if still_differs():
            shutil.rmtree(kept)
        else:
            kept.rename(folder)
    for path in sorted(root.glob("*/*")):
        try_without(path, None)
    for path in sorted(root.glob("*/*.prom")):
        shrink_lines(path, try_without)
    for path in sorted(root.glob("*/pods.json")):
        shrink_pods(path, try_without)
    for folder in list(root.iterdir()):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    print("\n".join(settled_differences(program, root)))


def units_of(body):
    """The lines, those of one histogram together: half a histogram is another story."""
    units = {}
    for index, line in enumerate(body.splitlines(keepends=True)):
        key = index
        if line.startswith(b"prober_probe_duration_seconds"):
            labels = re.findall(rb'(\w+)="([^"]*)"', line)
            key = tuple(sorted(label for label in labels if label[0] != b"le"))
        units.setdefault(key, []).append(line)
    return [b"".join(lines) for lines in units.values()]


def shrink_lines(path, try_without):
    size = max(1, len(units_of(path.read_bytes())) // 2)
    while size:
        index = 0
        while True:
            units = units_of(path.read_bytes())
            if index >= len(units):
                break
            if not try_without(path, b"".join(units[:index] + units[index + size:])):
                index += size
        size //= 2


def shrink_pods(path, try_without):
    try:
        document = json.loads(path.read_bytes())
    except ValueError:
        return
    for pod in list(document["items"]):
        others = [other for other in document["items"] if other is not pod]
        if try_without(path, json.dumps(dict(document, items=others)).encode()):
            document["items"] = others


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--seeds", help="FIRST:LAST")
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--shrink", nargs=2, metavar=("SEED", "DIR"))
    parser.add_argument("--kinds", help="KIND,... or none")
    options = parser.parse_args()
    kinds = options.kinds and [kind for kind in options.kinds.split(",") if kind != "none"]
    if set(kinds or ()) - set(KINDS):
        parser.error("--kinds: there are " + ", ".join(KINDS))
    if options.shrink:
        shrink(options.program, int(options.shrink[0]), options.shrink[1], kinds)
        return 0
    first, last = map(int, (options.seeds or "1:1000000").split(":"))
    seconds = None if options.seeds else options.seconds
    return 1 if run(options.program, range(first, last + 1), seconds, kinds) else 0


if __name__ == "__main__":
    sys.exit(main())
