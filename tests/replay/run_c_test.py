#!/usr/bin/env python3
"""What the pages say of a node with an API server: see recorded.py.

    PODPROBE_EXPORTER=.build/dev/exporter/podprobe-exporter python3 tests/replay/run_c_test.py
"""

import unittest

from recorded import Recorded, counters, gauges


class RunC(Recorded, unittest.TestCase):
    """Pods from an API server: a rollout, deletions, a kubelet restart, new pods of old names."""

    recording = "run-c"

    # What the page says of the pods of the captures' pod table, at named times.
    SAID = (
        # Liveness 503 always: first `startup`, from the threshold on a crash loop.
        ("crash", "1795462685.399", """\
  app Liveness: 2 in a row, since 1795462675.255, initializing, restart in 10 s
  causes Liveness: kubelet_restart 0, startup 0"""),
        ("crash", "1795462795.780", """\
  app Liveness: 1 in a row, since 1795462675.255, failing, restart in 20 s
  causes Liveness: kubelet_restart 1, startup 1, unexplained 11
  causes Readiness: startup 0
  restarts app: liveness 4"""),
        ("crash", "1795462815.007", """\
  app Liveness: 3 in a row, since 1795462675.255, not_running
  app Readiness: 1 in a row, since 1795462815.007, not_running
  app Startup: not_running
  causes Liveness: kubelet_restart 1, startup 1, unexplained 13
  causes Readiness: startup 1, unexplained 0
  restarts app: liveness 4"""),
        ("crash", "1795462885.856", """\
  app Liveness: since 1795462675.255, failing
  causes Liveness: kubelet_restart 1, startup 1, unexplained 15
  causes Readiness: startup 1, unexplained 0
  restarts app: liveness 5"""),
        # The rollout that hangs; then taken back.
        ("web-7fdcb4d98f-nkw5j", "1795462735.034", """\
  causes Readiness: startup 0
  web Readiness: 3 in a row, since 1795462735.034, acting"""),
        ("web-7fdcb4d98f-nkw5j", "1795462815.007", """\
  causes Readiness: startup 17"""),
        # Terminating.
        ("stubborn", "1795462765.409", ""),
    )

    def test_counters_at_the_end(self):
        self.assertEqual(
            counters(self.last, lambda labels: True),
            """\
data/db-0 Liveness: steady 0/34
data/db-0 Readiness: steady 0/67
data/db-0 Startup: startup 0/2
data/db-1 Liveness: steady 0/33
data/db-1 Readiness: steady 0/67
data/db-1 Startup: startup 0/2
monitoring/scraper-s7g6t Liveness: steady 0/34
monitoring/scraper-s7g6t Readiness: steady 0/35
shop/crash Liveness: startup 2/2, steady 27/27
shop/crash Readiness: startup 2/2, steady 2/60
shop/crash Startup: startup 0/9
shop/web-c49c564f8-4k9wb Liveness: steady 0/7
shop/web-c49c564f8-4k9wb Readiness: steady 0/13
shop/web-c49c564f8-4k9wb Startup: startup 0/1
shop/web-c49c564f8-9lj65 Liveness: steady 0/7
shop/web-c49c564f8-9lj65 Readiness: steady 0/13
shop/web-c49c564f8-9lj65 Startup: startup 0/1
shop/web-c49c564f8-c9mmh Liveness: steady 0/7
shop/web-c49c564f8-c9mmh Readiness: steady 0/13
shop/web-c49c564f8-c9mmh Startup: startup 0/1
shop/web-c49c564f8-cmzng Liveness: steady 0/35
shop/web-c49c564f8-cmzng Readiness: steady 0/70
shop/web-c49c564f8-cmzng Startup: startup 0/1
shop/web-c49c564f8-mtnzh Liveness: steady 0/34
shop/web-c49c564f8-mtnzh Readiness: steady 0/70
shop/web-c49c564f8-mtnzh Startup: startup 0/1
shop/web-c49c564f8-v4wmc Liveness: steady 0/24
shop/web-c49c564f8-v4wmc Readiness: steady 0/50
shop/web-c49c564f8-v4wmc Startup: startup 0/1""",
        )

    def test_gauges_at_the_end(self):
        self.assertEqual(
            gauges(self.last),
            """\
consecutive_failures shop/crash Liveness 3
consecutive_failures shop/crash Readiness 1
success_ratio shop/crash Liveness 0
success_ratio shop/crash Readiness 0.960784""",
        )

    def test_the_kubelet_restart_is_found(self):
        self.assertEqual(self.of("1795462875.737", "kubelet_restarts_total"), 0)
        self.assertEqual(self.of("1795462885.856", "kubelet_restarts_total"), 1)
        self.assertEqual(self.of("1795462885.856", "kubelet_start_time_seconds"), 1795462879.34)

    def test_pods_have_their_workloads(self):
        workloads = {
            "%s/%s %s" % (labels["namespace"], labels["workload"], labels["workload_type"])
            for page in self.pages.values()
            for labels in map(dict, (labels for _, labels in page))
            if "probe_type" in labels and "pod" in labels
        }
        self.assertEqual(
            sorted(workloads),
            [
                "batch/once job",
                "data/db statefulset",
                "monitoring/scraper daemonset",
                "shop/crash barepod",
                "shop/stubborn barepod",
                "shop/web deployment",
            ],
        )

    def test_a_rollout_that_hangs(self):
        new = "web-7fdcb4d98f-nkw5j"
        self.assertNotIn("shop/" + new, self.pods("1795462715.790"))
        self.assertEqual(
            self.counters("1795462735.034", new),
            """\
shop/web-7fdcb4d98f-nkw5j Liveness: steady 0/0
shop/web-7fdcb4d98f-nkw5j Readiness: startup 0/0, steady 0/0
shop/web-7fdcb4d98f-nkw5j Startup: startup 0/0""",
        )
        self.assertEqual(
            self.counters("1795462815.007", new),
            """\
shop/web-7fdcb4d98f-nkw5j Liveness: steady 0/8
shop/web-7fdcb4d98f-nkw5j Readiness: startup 17/17, steady 0/0
shop/web-7fdcb4d98f-nkw5j Startup: startup 0/1""",
        )
        self.assertIn("shop/" + new, self.pods("1795462925.322"))
        self.assertNotIn("shop/" + new, self.pods("1795462935.423"))

    def test_endless_liveness_failures_are_steady_from_the_first_threshold_on(self):
        liveness = [
            self.counters(time, "crash").split("\n")[0].removeprefix("shop/crash Liveness: ")
            for time in ("1795462685.399", "1795462695.518", "1795462705.657", "1795462765.409")
        ]
        self.assertEqual(
            liveness,
            [
                "startup 0/0, steady 0/0",
                "startup 0/0, steady 1/1",
                "startup 0/0, steady 2/2",
                "startup 2/2, steady 8/8",
            ],
        )

    def test_a_terminating_pod_keeps_its_counters_only(self):
        self.assertEqual(
            self.counters("1795462765.409", "stubborn"),
            """\
shop/stubborn Liveness: steady 0/8
shop/stubborn Readiness: steady 0/21
shop/stubborn Startup: startup 0/1""",
        )
        self.assertEqual(
            self.counters("1795462795.780", "stubborn").split("\n")[1],
            "shop/stubborn Readiness: steady 0/25",
        )
        for time, page in self.pages.items():
            if float(time) >= 1795462755.27:
                self.assertEqual(
                    {k[0] for k in page if ("pod", "stubborn") in k[1]}
                    - {
                        "podprobe_attempts_total",
                        "podprobe_failures_total",
                        "podprobe_unready_seconds_total",
                        "podprobe_unready_transitions_total",
                    },
                    set(),
                    time,
                )
        self.assertNotIn("shop/stubborn", self.pods("1795462925.322"))

    def test_new_pods_of_old_names_go_on_counting(self):
        self.assertEqual(
            self.counters("1795462785.651", "db-0"),
            """\
data/db-0 Liveness: steady 0/10
data/db-0 Readiness: steady 0/22
data/db-0 Startup: startup 0/2""",
        )
        self.assertEqual(
            self.counters("1795462975.848", "db-1"),
            """\
data/db-1 Liveness: steady 0/29
data/db-1 Readiness: steady 0/59
data/db-1 Startup: startup 0/2""",
        )


if __name__ == "__main__":
    unittest.main()
