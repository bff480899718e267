#!/usr/bin/env python3
"""compare.py PROGRAM DIR... : where the exporter's replay and the second engine differ.

Runs `PROGRAM replay DIR --every` and `PROGRAM replay DIR` and compares every page with oracle.py's:
one line per series that only one has, or that have different values. Exit 1 if there is any.
A `podprobe.yml` in DIR is the configuration of both.
"""

import pathlib
import subprocess
import sys

import oracle
import recording


def replay(program, directory, *flags):
    config = pathlib.Path(directory) / "podprobe.yml"
    options = ["--config.file", str(config)] if config.exists() else []
    result = subprocess.run(
        [program, *options, "replay", str(directory), *flags],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise RuntimeError(
            "%s replay %s: exit %d: %s" % (program, directory, result.returncode, result.stderr)
        )
    return result.stdout


def program_pages(program, directory):
    """[(time as written, {series: value})] by --every."""
    text = replay(program, directory, "--every")
    return [(time, parse_page(page)) for time, page in recording.split_pages(text)]


def parse_page(text):
    """The page, its bucket bounds as plain numbers."""
    return dict(plain_bound(item) for item in recording.parse_page(text).items())


def plain_bound(item):
    (name, labels), value = item
    labels = dict(labels)
    if "le" in labels:
        labels["le"] = repr(float(labels["le"]))
    return recording.series_key(name, labels), value


def oracle_pages(directory):
    found = []
    for time, page in oracle.pages(directory):
        found.append((time, dict(map(plain_bound, page.items()))))
    return found


def write_series(key):
    name, labels = key
    return "%s{%s}" % (name, ",".join('%s="%s"' % label for label in labels))


def is_same(left, right, precision=1e-9):
    return abs(left - right) <= precision * max(1.0, abs(left), abs(right))


def page_differences(expected, got):
    """The lines that tell two pages apart; a page is {series: value}."""
    lines = []
    for key in sorted(expected.keys() | got.keys()):
        if key[0] not in oracle.FAMILIES:
            continue
        # A reason that never happened may be absent or 0: the contract says neither.
        absent = 0.0 if key[0] == "podprobe_source_errors_total" else None
        left, right = expected.get(key, absent), got.get(key, absent)
        # Pressure is told by differences of times: milliseconds of today cost a double 7 digits.
        precision = 1e-6 if key[0] == "podprobe_evidence_ratio" else 1e-9
        if left is None or right is None or not is_same(left, right, precision):
            show = ["absent" if v is None else recording.number(v) for v in (left, right)]
            lines.append("%s: oracle %s, program %s" % (write_series(key), *show))
    return lines + wrong_count(got)


def wrong_count(page):
    """`podprobe_series` counts what is served, itself included."""
    series = page.get(("podprobe_series", ()))
    return [] if series == len(page) else ["podprobe_series %s of %d" % (series, len(page))]


def differences(program, directory):
    """All differences on a recording, each line beginning with its page's time."""
    expected, got = oracle_pages(directory), program_pages(program, directory)
    if [float(time) for time, _ in expected] != [float(time) for time, _ in got]:
        return ["pages at: oracle %s, program %s" % ([t for t, _ in expected], [t for t, _ in got])]
    lines = []
    for (time, left), (_, right) in zip(expected, got):
        lines += ["@%s %s" % (time, line) for line in page_differences(left, right)]
    last = parse_page(replay(program, directory))
    if last != got[-1][1]:
        lines.append("the page without --every is not the last page with it")
    return lines


def main(arguments):
    if len(arguments) < 2:
        sys.exit("usage: compare.py PROGRAM DIR...")
    count = 0
    for directory in arguments[1:]:
        for line in differences(arguments[0], directory):
            print("%s %s" % (directory, line))
            count += 1
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
