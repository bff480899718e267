#!/usr/bin/env python3
"""A machine in trouble, with the real exporter on it: a full disk, no descriptors left, little memory,
hardly any CPU, a process that is stopped and goes on, a clock that is set, and an end at a bad moment.
Each time the counters must be right afterwards, to the count. PODPROBE_LONG=1 gives each its full time."""

import http.client
import os
import pathlib
import random
import resource
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from cgroup import CpuLimit
from counted_kubelet import CONFIG, CountedKubelet

import faults
import recording
from exporter_process import EXPORTER, IS_SANITIZED, PATIENCE, ExporterProcess, fetch, wait_until
from fake_clock import FakeClock
from fake_kubelet import FakeKubelet
from figures import Figures

IS_LONG = os.environ.get("PODPROBE_LONG") == "1"
# A node of Kubernetes' own limit.
PODS = 110
MEBIBYTE = 2**20
STOPPED_SECONDS = 60 if IS_LONG else 5
STARVED_SECONDS = 120 if IS_LONG else 12
# Fewer than its connections to the kubelet, its own and one for each of its threads.
DESCRIPTORS = 20
CLOCK_STEPS = 40 if IS_LONG else 4
# SIGTERM to the end of the process; what a busy machine adds is not the exporter's.
LONGEST_END_SECONDS = 2 * PATIENCE


class MachineTest(unittest.TestCase):
    def counted(self, **options):
        """The exporter in front of a kubelet that knows what it served."""
        kubelet = CountedKubelet(random.Random(7), PODS)
        self.addCleanup(kubelet.stop)
        kubelet.start_exporter(**options)
        self.expect_right_pages(kubelet)
        return kubelet

    def expect_right_pages(self, kubelet, count=8):
        """So many more, and nothing wrong in them."""
        pages = kubelet.pages
        wait_until("pages", lambda: kubelet.problem or not kubelet.is_alive() or kubelet.pages > pages + count,
                   120)
        kubelet.raise_problem()
        self.assertGreater(kubelet.exact, 0)

    def expect_end(self, exporter):
        code, seconds = exporter.terminate()
        self.assertEqual(code, 0, exporter.log)
        print(f"SIGTERM: {seconds:.2f} s", end=" ")
        self.assertLess(seconds, LONGEST_END_SECONDS)

    def test_disk_full_for_a_recording(self):
        kubelet = FakeKubelet()
        self.addCleanup(kubelet.stop)
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder, "podprobe.yml")
            config.write_text("sources: {probes: {interval: 1s}, pods: {interval: 1s}, resource: "
                              "{interval: 1s}, cadvisor: {interval: 1s}}\n")
            disk = pathlib.Path(folder, "disk")
            disk.mkdir()
            exporter, quoted = shlex.quote(EXPORTER), shlex.quote(str(disk))
            # The small disk is there for these commands only.
            script = (f"mount -t tmpfs -o size=128k tmpfs {quoted} || exit 77; "
                      f"{exporter} record {quoted}/recording --for 60s --kubelet.url {kubelet.url} "
                      f"--config.file {shlex.quote(str(config))}; echo \"record: $?\"; "
                      f"{exporter} replay {quoted}/recording | grep -c ^podprobe_; "
                      f"ls -A {quoted}/recording | grep -c unfinished")
            as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
            done = subprocess.run(["unshare", "--mount", *as_root, "sh", "-c", script],
                                  capture_output=True, text=True, timeout=120, check=False)
        if done.returncode == 77 or "unshare" in done.stderr:
            self.skipTest("no disk can be mounted here: " + done.stderr)
        lines = done.stdout.splitlines()
        self.assertIn("record: 1", lines, done)
        self.assertIn("cannot be written: No space left on device; what was recorded before is whole",
                      done.stderr)
        self.assertGreater(int(lines[lines.index("record: 1") + 1]), 100, "series of the replay")
        self.assertEqual(lines[-1], "0", "half a reading was left")

    def test_descriptors_run_out_and_come_back(self):
        kubelet = self.counted(prefix=("prlimit", f"--nofile={DESCRIPTORS}:{DESCRIPTORS}"))
        port = int(kubelet.exporter.url.rsplit(":", 1)[1])
        clients = []
        kubelet.may_be_slow = True  # no descriptor, no connection to the kubelet
        with kubelet.lock:
            watched, kubelet.exporter = kubelet.exporter, None  # no page can be had meanwhile
        before = Figures(watched.pid).descriptors
        self.addCleanup(watched.kill)
        for _ in range(60):
            client = socket.create_connection(("127.0.0.1", port), timeout=5)
            client.sendall(b"GET /metrics HTTP/1.1\r\n")  # and no end, so that each holds one
            clients.append(client)
        wait_until("all descriptors are taken", lambda: Figures(watched.pid).descriptors == DESCRIPTORS)
        time.sleep(2)
        self.assertIsNone(watched.exit_code(), watched.log)
        for client in clients:
            client.close()
        wait_until("a page", lambda: fetch(watched.url + "/metrics")[0] == 200, 60)
        wait_until("descriptors return", lambda: Figures(watched.pid).descriptors <= before + 2, 60)
        with kubelet.lock:
            kubelet.exporter = watched
        print(f"all of {DESCRIPTORS} descriptors taken;", end=" ")
        wait_until("probes is up", lambda: watched.page().value("podprobe_source_up", source="probes") == 1, 60)
        self.expect_end(watched)

    @unittest.skipIf(IS_SANITIZED, "a sanitizer needs more memory than that")
    def test_64_mib_of_memory(self):
        # The limit counts what threads reserve for their stacks, 8 MiB each, of which they touch little.
        limits = ("prlimit", f"--data={64 * MEBIBYTE}", "--stack=262144")
        kubelet = self.counted(prefix=limits)
        for _ in range(3 if not IS_LONG else 20):
            with kubelet.lock:
                kubelet.world.remove_pods(20)
                kubelet.world.add_pods(20)
            self.expect_right_pages(kubelet)
        print(Figures(kubelet.exporter.pid), end=" ")
        self.expect_end(kubelet.exporter)

    @unittest.skipIf(IS_SANITIZED, "a sanitizer needs more CPU than that")
    def test_20_thousandths_of_a_cpu(self):
        config = CONFIG.replace("interval: 1s", "interval: 5s")
        with self.cpu_limit() as limit:
            kubelet = self.counted(config=config)
            kubelet.may_be_slow = True
            limit.add(kubelet.exporter.pid)
            end = time.monotonic() + STARVED_SECONDS
            took = []
            while time.monotonic() < end:
                begin = time.monotonic()
                self.assertEqual(fetch(kubelet.exporter.url + "/metrics", 30)[0], 200)
                took.append(time.monotonic() - begin)
                time.sleep(1)
            self.expect_right_pages(kubelet)
            print(f"{limit.throttled_periods()} periods throttled; scrapes: median "
                  f"{sorted(took)[len(took) // 2]:.3f} s, longest {max(took):.3f} s", end=" ")
            kubelet.stop()

    def cpu_limit(self):
        limit = CpuLimit(20)
        try:
            limit.__enter__()
        except OSError as error:
            self.skipTest(f"no control group can be made here: {error}")
        limit.__exit__()
        return CpuLimit(20)

    def test_stopped_and_on(self):
        kubelet = self.counted()
        kubelet.may_be_slow = True  # the reading that was under way is too late
        with kubelet.lock:  # no page can be had meanwhile
            kubelet.exporter.signal(signal.SIGSTOP)
            time.sleep(STOPPED_SECONDS)
            kubelet.exporter.signal(signal.SIGCONT)
        self.assertEqual(fetch(kubelet.exporter.url + "/metrics")[0], 200)
        self.expect_right_pages(kubelet)
        self.assertEqual(fetch(kubelet.exporter.health_url + "/-/healthy")[0], 200)
        self.expect_end(kubelet.exporter)

    def test_clock_set_an_hour_on_and_back(self):
        clock = FakeClock()
        self.addCleanup(clock.remove)
        kubelet = self.counted(environment=clock.environment())
        for step in range(CLOCK_STEPS):
            clock.set_offset((3600, 0, -3600, 0)[step % 4])
            self.expect_right_pages(kubelet, 12)
            page = kubelet.exporter.page()
            ratios = page.find("podprobe_success_ratio").values()
            self.assertTrue(all(0 <= ratio <= 1 for ratio in ratios), page.text)
            self.assertEqual(page.value("podprobe_source_up", source="probes"), 1)
        self.expect_end(kubelet.exporter)

    def test_sigterm_in_the_middle_of_a_reading(self):
        for name, answer in (("silent", faults.silent), ("slow", faults.slow), ("reset", faults.reset_midway)):
            with self.subTest(name):
                kubelet = FakeKubelet()
                self.addCleanup(kubelet.stop)
                asked = threading.Event()

                def answer_badly(handler, answer=answer, asked=asked):
                    asked.set()
                    answer(random.Random(1), handler, b"prober_probe_total 1\n" * 1000)

                exporter = ExporterProcess("serve", f"--kubelet.url={kubelet.url}")
                self.addCleanup(exporter.kill)
                exporter.wait_for_page()
                kubelet.answers["/metrics/probes"] = kubelet.answers["/pods"] = answer_badly
                self.assertTrue(asked.wait(30))
                self.expect_end(exporter)

    def test_no_half_page_at_the_end(self):
        """Scrapers as fast as they can, and SIGTERM: what comes at all comes whole."""
        whole, none, half = [], [], []
        for _ in range(10 if IS_LONG else 3):
            exporter = ExporterProcess("demo").wait_for_page()
            self.addCleanup(exporter.kill)
            port = int(exporter.url.rsplit(":", 1)[1])

            def scrape(port=port):
                while True:
                    try:
                        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                        connection.request("GET", "/metrics")
                        answer = connection.getresponse()
                    except OSError:
                        none.append(1)
                        return
                    except http.client.HTTPException:
                        none.append(1)
                        return
                    try:
                        body = answer.read().decode()
                        if answer.status == 503:
                            none.append(1)  # refused in words: it is ending
                            return
                        recording.parse_page(body)
                        whole.append(1)
                    except (OSError, http.client.HTTPException, ValueError) as error:
                        half.append(repr(error)[:300])
                        return
                    finally:
                        connection.close()

            scrapers = [threading.Thread(target=scrape) for _ in range(8)]
            for scraper in scrapers:
                scraper.start()
            time.sleep(0.5)
            self.expect_end(exporter)
            for scraper in scrapers:
                scraper.join(timeout=30)
        print(f"{len(whole)} whole pages, {len(half)} halves", end=" ")
        self.assertEqual(half, [])


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    unittest.main()
