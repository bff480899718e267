#!/usr/bin/env python3
"""What a service manager is told while the exporter starts, loads its configuration anew and ends."""

import os
import signal
import socket
import tempfile
import threading
import unittest
from unittest import mock

from exporter_process import ExporterProcess, fetch, wait_until
from fake_kubelet import FakeKubelet, answer_well


class ServiceManager(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        name = os.path.join(folder.name, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.bind(name)
        self.socket.setblocking(False)
        environment = mock.patch.dict(os.environ, NOTIFY_SOCKET=name, WATCHDOG_USEC="1000000")
        environment.start()
        self.addCleanup(environment.stop)
        self.said = []
        self.kubelet = FakeKubelet()
        self.addCleanup(self.kubelet.stop)

    def has_said(self, line):
        try:
            while True:
                self.said += self.socket.recv(4096).decode().splitlines()
        except BlockingIOError:
            return line in self.said

    def test_ready_is_when_a_page_stands(self):
        may_answer = threading.Event()
        self.addCleanup(may_answer.set)

        def answer_later(handler):
            may_answer.wait(30)
            answer_well(handler)

        self.kubelet.answers["/pods"] = answer_later
        exporter = ExporterProcess("--kubelet.url", self.kubelet.url)
        self.addCleanup(exporter.kill)
        waiting = f"STATUS=waiting for the first answers of {self.kubelet.url}"
        wait_until("a status", lambda: self.has_said(waiting))
        # Already now it is watched.
        wait_until("a sign of life", lambda: self.has_said("WATCHDOG=1"))
        # Not yet, unless this machine is so slow that the exporter waits no longer.
        if self.has_said("READY=1"):
            self.assertEqual(fetch(exporter.url + "/-/ready")[0], 200)

        may_answer.set()
        wait_until("ready", lambda: self.has_said("READY=1"))
        self.assertEqual(fetch(exporter.url + "/metrics")[0], 200)
        reading = f"STATUS=reading {self.kubelet.url}: probes, cadvisor, resource, pods"
        self.assertTrue(self.has_said(reading), self.said)

        self.said.clear()
        exporter.signal(signal.SIGHUP)
        wait_until("reloading", lambda: self.has_said("RELOADING=1"))
        wait_until("reloaded", lambda: self.has_said("READY=1"))

        self.assertEqual(exporter.terminate()[0], 0)
        self.assertTrue(self.has_said("STOPPING=1"), self.said)


if __name__ == "__main__":
    unittest.main()
