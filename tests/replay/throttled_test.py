#!/usr/bin/env python3
"""What the pages say of a pod that is throttled, when its probe fails.

    PODPROBE_EXPORTER=.build/dev/exporter/podprobe-exporter python3 tests/replay/throttled_test.py
"""

import gzip
import os
import pathlib
import shutil
import tempfile
import unittest

import compare
from recorded import TESTDATA


class Throttled(unittest.TestCase):
    """perf/throttled runs at its limit throughout, and none of its probes fails. What its evidence is
    when one does: the captured pages, its readiness counted as failed instead of successful."""

    FAILS_FROM = 1795461193
    LAST = 1795461299

    def test_a_failure_of_it_shows_what_it_is_throttled_by(self):
        with tempfile.TemporaryDirectory() as directory:
            copied = pathlib.Path(directory) / "run-a"
            shutil.copytree(TESTDATA / "run-a", copied)
            for number, page in enumerate(sorted(copied.glob("*/metrics-probes.prom.gz"))):
                if float(page.parent.name) > self.LAST:
                    shutil.rmtree(page.parent)
                elif float(page.parent.name) >= self.FAILS_FROM:
                    self.fail_readiness(page, number)
            pages = dict(compare.program_pages(os.environ["PODPROBE_EXPORTER"], copied))
        page = pages["1795461298.242"]
        self.assertGreater(self.of(page, "evidence_ratio", signal="cpu_throttled", container="burner"), 0.9)
        causes = {dict(key[1])["cause"] for key in page if self.is_cause(key)}
        self.assertEqual(causes, {"cpu_throttling"})
        self.assertEqual(self.of(page, "state", state="acting", pod="throttled-worker-1"), 1)

    @staticmethod
    def fail_readiness(page, failures):
        lines = gzip.decompress(page.read_bytes()).decode().splitlines(keepends=True)
        for index, line in enumerate(lines):
            if line.startswith("prober_probe_total") and 'pod="throttled-worker-1"' in line:
                if 'probe_type="Readiness"' in line:
                    failed = line.replace('result="successful"', 'result="failed"').rsplit(" ", 1)[0]
                    lines[index] = "%s %d\n" % (failed, failures)
        page.write_bytes(gzip.compress("".join(lines).encode()))

    @staticmethod
    def of(page, name, **labels):
        return next(
            value
            for key, value in page.items()
            if key[0] == "podprobe_" + name and labels.items() <= dict(key[1]).items()
        )

    @staticmethod
    def is_cause(key):
        return key[0] == "podprobe_failure_causes_total" and dict(key[1])["pod"] == "throttled-worker-1"


if __name__ == "__main__":
    unittest.main()
