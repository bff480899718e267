#!/usr/bin/env python3
"""Pods by the thousand that come and vanish, against the real exporter whose clock runs ten times as fast:
once their series are gone, so is their memory, all but what the heap cannot give back. Exit 1 if not."""

import os
import random
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../e2e"))

from exporter_process import IS_SANITIZED, ExporterProcess, wait_until
from fake_clock import preloaded
from fake_kubelet import FakeKubelet, send
from figures import Figures
from node_world import NodeWorld

SPEED = 10
# Two seconds of ours each.
CONFIG = """
kubelet: {timeout: 100s}
sources: {probes: {interval: 20s}, cadvisor: {interval: 20s}, resource: {interval: 20s}, pods: {interval: 20s}}
limits: {metrics_bytes: 32MiB, pods_bytes: 32MiB, max_series: 1000000}
windows: [1m, 5m]
"""
PODS = 25
BURST_PODS = 2000
BURSTS = 2
# What stays: 4 to 5, of 22 that the pods took.
MORE_MIB = 8


class BurstTest(unittest.TestCase):
    def setUp(self):
        self.world = NodeWorld(random.Random(1), PODS)
        self.kubelet = FakeKubelet()
        self.addCleanup(self.kubelet.stop)
        pages = {"/metrics/probes": self._probes_page, "/metrics/cadvisor": self.world.containers_page,
                 "/metrics/resource": self.world.containers_page, "/pods": self.world.pods_page}
        self.kubelet.answers = {path: lambda handler, page=page: send(handler, page())
                                for path, page in pages.items()}
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as config:
            config.write(CONFIG)
            config.flush()
            self.exporter = ExporterProcess(
                "serve", f"--kubelet.url={self.kubelet.url}", f"--config.file={config.name}",
                environment={**preloaded(), "FAKETIME": f"+0 x{SPEED}"})
        self.addCleanup(self.exporter.kill)
        self.exporter.wait_for_page()

    def _probes_page(self):
        self.world.step(most_attempts=1)
        return self.world.probes_page()

    def _series(self):
        return self.exporter.page().value("podprobe_series")

    def _mib(self):
        return Figures(self.exporter.pid).resident_bytes / 2**20

    def _wait_for_readings(self, count):
        """So many more of the probes, each taken in."""
        def readings():
            return self.exporter.page().value("podprobe_source_last_success_timestamp_seconds", source="probes")

        for _ in range(count):
            last = readings()
            wait_until("a reading", lambda last=last: readings() != last, 60)

    def test_memory_returns(self):
        self._wait_for_readings(4)
        series, before = self._series(), self._mib()
        for _ in range(BURSTS):
            self.world.add_pods(BURST_PODS)
            wait_until("the pods' series", lambda: self._series() > 10 * series, 60)
            self._wait_for_readings(2)
            most = self._mib()
            self.world.remove_pods(BURST_PODS)
            wait_until("the series gone", lambda: self._series() < 2 * series, 120)
            self._wait_for_readings(2)
            after = self._mib()
            print(f"{before:.1f} MiB before, {most:.1f} with {BURST_PODS} pods more, {after:.1f} after")
            if not IS_SANITIZED:  # they keep what is freed
                self.assertGreater(most, before + 2 * MORE_MIB)
                self.assertLess(after, before + MORE_MIB)


if __name__ == "__main__":
    unittest.main(verbosity=2)
