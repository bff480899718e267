"""The demo as a user meets it: its page by hand, through promtool and in a real Prometheus."""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from exporter_process import PATIENCE, ExporterProcess, fetch, wait_until
from prometheus_process import Prometheus

# Half of the shortest window, and some readings.
RATIO_DEADLINE_SECONDS = 220


class DemoTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.demo = ExporterProcess("demo")
        cls.addClassCleanup(cls.demo.kill)
        cls.demo.wait_for_page()
        cls.prometheus = Prometheus(cls.demo.url)
        cls.addClassCleanup(cls.prometheus.stop)

    def ratio(self, workload, **labels):
        page = self.demo.page()
        found = page.find("podprobe_success_ratio", workload=workload, window="5m", **labels)
        return next(iter(found.values()), None)

    def test_page_moves_from_one_reading_to_the_next(self):
        def attempts(page, workload, name="podprobe_attempts_total"):
            found = page.find(name, workload=workload, probe_type="Readiness", phase="steady")
            return next(iter(found.values()), None)

        first = wait_until(
            "a page with probes",
            lambda: attempts(self.demo.page(), "cart") is not None and self.demo.page(),
        )
        wait_until("more attempts", lambda: attempts(self.demo.page(), "cart") > attempts(first, "cart"))
        failures = "podprobe_failures_total"
        wait_until(
            "more failures",
            lambda: attempts(self.demo.page(), "search", failures) > attempts(first, "search", failures),
        )
        self.assertEqual(attempts(self.demo.page(), "cart", failures), 0)

    def test_every_source_is_up(self):
        for source in ("probes", "cadvisor", "resource", "pods"):
            wait_until(
                f"{source} is up",
                lambda: self.demo.page().value("podprobe_source_up", source=source) == 1,
            )
        self.assertEqual(self.demo.log_lines("source failed"), [])

    def test_promtool_finds_nothing_to_say(self):
        _, body = fetch(self.demo.url + "/metrics")
        check = subprocess.run(
            ["promtool", "check", "metrics"], input=body, capture_output=True, text=True, check=False
        )
        self.assertEqual((check.returncode, check.stdout, check.stderr), (0, "", ""))

    def test_ratios_of_failing_and_passing_pods_reach_prometheus(self):
        wait_until(
            "a ratio", lambda: self.ratio("cart", probe_type="Readiness"), RATIO_DEADLINE_SECONDS
        )
        self.assertEqual(self.ratio("cart", probe_type="Readiness"), 1)
        self.assertEqual(self.ratio("search", probe_type="Readiness"), 0)
        flapping = self.ratio("recommendations", probe_type="Readiness")
        self.assertGreater(flapping, 0.4)
        self.assertLess(flapping, 0.9)

        expression = 'podprobe_success_ratio{workload="search",probe_type="Readiness"}'
        result = wait_until("the ratio in Prometheus", lambda: self.prometheus.query(expression))
        self.assertEqual(result[0]["value"][1], "0")
        self.assertEqual(result[0]["metric"]["namespace"], "shop")
        self.assertEqual(result[0]["metric"]["workload_type"], "deployment")
        up = self.prometheus.query('up{job="podprobe"}')
        self.assertEqual([series["value"][1] for series in up], ["1"])


class StopTest(unittest.TestCase):
    def test_sigterm_ends_it_cleanly_within_two_seconds(self):
        demo = ExporterProcess("demo")
        self.addCleanup(demo.kill)
        demo.wait_for_page()
        code, took_seconds = demo.terminate()
        self.assertEqual(code, 0)
        self.assertLess(took_seconds, 2 * PATIENCE)

    def test_sigterm_before_the_first_page_is_a_clean_end_too(self):
        demo = ExporterProcess("demo")
        self.addCleanup(demo.kill)
        code, took_seconds = demo.terminate()
        self.assertEqual(code, 0)
        self.assertLess(took_seconds, 2 * PATIENCE)


if __name__ == "__main__":
    unittest.main()
