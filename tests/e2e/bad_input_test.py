"""A kubelet that is away or answers badly: the page stays up, says what is wrong, and recovers."""

import concurrent.futures
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import fake_kubelet
from exporter_process import IS_SANITIZED, ExporterProcess, fetch, wait_until

# What the probes page answers, and the reasons that the exporter may give.
CASES = [
    ("401", fake_kubelet.answer_status(401), ["auth"]),
    ("403", fake_kubelet.answer_status(403), ["forbidden"]),
    ("404", fake_kubelet.answer_status(404), ["status"]),
    ("500", fake_kubelet.answer_status(500), ["status"]),
    ("a body cut off", fake_kubelet.answer_cut_off, ["truncated"]),
    ("an HTML page", fake_kubelet.answer_html, ["parse"]),
    ("an endless line", fake_kubelet.answer_endless_line, ["parse"]),
    ("NUL bytes", fake_kubelet.answer_nul_bytes, ["parse"]),
    # On a busy machine the time limit may come before the size limit.
    ("a body of 1 GiB", fake_kubelet.answer_endless_body, ["size", "timeout"]),
]
# A failing source is read less and less often, up to every 30 s.
RECOVERY_DEADLINE_SECONDS = 60
# The exporter holds one line of a page, never the page.
# A sanitizer keeps what was freed for a while.
MOST_RESIDENT_BYTES = (400 if IS_SANITIZED else 100) * 1024**2


def up(exporter, source="probes"):
    return exporter.page().value("podprobe_source_up", source=source)


def errors(exporter, reasons, source="probes"):
    page = exporter.page()
    name = "podprobe_source_errors_total"
    return sum(page.value(name, source=source, reason=reason) or 0 for reason in reasons)


class BadInputTest(unittest.TestCase):
    def start(self, kubelet):
        exporter = ExporterProcess("serve", f"--kubelet.url={kubelet.url}")
        self.addCleanup(exporter.kill)
        return exporter.wait_for_page()

    def assert_page_stands(self, exporter):
        page = exporter.page()
        self.assertTrue(page.find("podprobe_build_info"), page.text)
        self.assertEqual(fetch(exporter.url + "/-/healthy")[0], 200)

    def check(self, name, answer, reasons):
        kubelet = fake_kubelet.FakeKubelet()
        self.addCleanup(kubelet.stop)
        exporter = self.start(kubelet)
        wait_until(f"{name}: up at first", lambda: up(exporter) == 1)

        kubelet.answers["/metrics/probes"] = answer
        wait_until(f"{name}: down", lambda: up(exporter) == 0, RECOVERY_DEADLINE_SECONDS)
        self.assertGreater(errors(exporter, reasons), 0, exporter.page().text)
        self.assert_page_stands(exporter)
        wait_until(
            f"{name}: a second failure",
            lambda: errors(exporter, reasons) >= 2,
            RECOVERY_DEADLINE_SECONDS,
        )
        began = exporter.log_lines("source failed")
        self.assertEqual(len(began), 1, exporter.log)
        self.assertIn("source=probes", began[0])
        # The other sources do not suffer.
        self.assertEqual(up(exporter, "pods"), 1)

        kubelet.answers["/metrics/probes"] = fake_kubelet.answer_well
        wait_until(f"{name}: up again", lambda: up(exporter) == 1, RECOVERY_DEADLINE_SECONDS)
        wait_until(f"{name}: the log says so", lambda: exporter.log_lines("source is up again"))
        self.assertEqual(len(exporter.log_lines("source failed")), 1, exporter.log)
        self.assertEqual(len(exporter.log_lines("source is up again")), 1, exporter.log)
        self.assertLess(exporter.resident_bytes(), MOST_RESIDENT_BYTES)
        exporter.kill()

    def test_kubelet_that_is_not_there_and_comes(self):
        kubelet = fake_kubelet.FakeKubelet()
        kubelet.stop()
        self.addCleanup(kubelet.stop)
        exporter = self.start(kubelet)
        wait_until("probes is down", lambda: up(exporter) == 0)
        self.assertGreater(errors(exporter, ["connect"]), 0)
        self.assert_page_stands(exporter)
        sources = ("probes", "cadvisor", "resource", "pods")
        began = wait_until(
            "each source says so", lambda: len(exporter.log_lines("source failed")) == len(sources)
        )
        self.assertTrue(began)

        kubelet.start()
        wait_until("probes is up", lambda: up(exporter) == 1, RECOVERY_DEADLINE_SECONDS)
        self.assertEqual(
            len(exporter.log_lines("source failed")), len(sources), "one line for each source"
        )

    def test_every_bad_answer_is_named_and_got_over(self):
        # A failing source is waited for, so they wait side by side.
        with concurrent.futures.ThreadPoolExecutor(max_workers=5) as pool:
            running = {case[0]: pool.submit(self.check, *case) for case in CASES}
        for name, future in running.items():
            with self.subTest(name):
                future.result()


if __name__ == "__main__":
    unittest.main()
