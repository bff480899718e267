#!/usr/bin/env python3
"""What the pages say of a node with static pods: see recorded.py.

    PODPROBE_EXPORTER=.build/dev/exporter/podprobe-exporter python3 tests/replay/run_a_test.py
"""

import unittest

from recorded import LONG_NAME, Recorded, counters, gauges


class RunA(Recorded, unittest.TestCase):
    """Static pods, two kubelet restarts, 75 pods more near the end."""

    recording = "run-a"

    # What the page says of the pods of the captures' pod table, at named times.
    SAID = (
        # 40 s of 503: its failures are `startup`.
        ("warmup-worker-1", "1795461103.111", """\
  app Liveness: initializing
  app Readiness: initializing
  app Startup: 3 in a row, since 1795461103.111, budget 0.107, initializing, restart in 135 s
  causes Startup: startup 0"""),
        ("warmup-worker-1", "1795461163.435", """\
  causes Startup: startup 0"""),
        # Killed by its startup probe, started after the kubelet restart.
        ("stuck-start-worker-1", "1795461103.111", """\
  app Liveness: initializing
  app Readiness: initializing
  app Startup: 1 in a row, since 1795461103.111, budget 0.346, initializing, restart in 6 s
  causes Startup: startup 0
  restarts app: startup 0"""),
        ("stuck-start-worker-1", "1795461118.407", """\
  app Liveness: not_running
  app Readiness: not_running
  app Startup: 3 in a row, since 1795461103.111, not_running
  causes Startup: startup 0
  restarts app: startup 0"""),
        ("stuck-start-worker-1", "1795461238.060", """\
  app Liveness: not_running
  app Readiness: not_running
  app Startup: 3 in a row, since 1795461103.111, not_running
  causes Startup: startup 18
  restarts app: startup 5"""),
        ("stuck-start-worker-1", "1795461463.578", """\
  causes Startup: startup 19
  restarts app: completed 1, startup 6"""),
        # A crash loop: `liveness`, in its back-off not running, since when unbroken.
        ("crashy-live-worker-1", "1795461103.111", """\
  app Liveness: 1 in a row, since 1795461103.111, failing, restart in 5 s
  causes Liveness: unexplained 0
  restarts app: liveness 0"""),
        ("crashy-live-worker-1", "1795461253.349", """\
  app Liveness: 2 in a row, since 1795461103.111, not_running
  app Readiness: not_running
  causes Liveness: unexplained 12
  causes Readiness: startup 1, unexplained 1
  restarts app: liveness 4, unknown 1"""),
        # Held unready; the kubelet restart ends the count and not the run.
        ("never-ready-worker-1", "1795461238.060", """\
  app Readiness: 31 in a row, since 1795461103.111, acting
  causes Readiness: startup 31"""),
        ("never-ready-worker-1", "1795461373.380", """\
  app Readiness: 4 in a row, since 1795461103.111, acting
  causes Readiness: startup 54"""),
        # 40 s well, 20 s not.
        ("flappy-worker-1", "1795461238.060", """\
  app Readiness: 5 in a row, since 1795461223.821, acting
  causes Readiness: startup 2, unexplained 13"""),
        ("flappy-worker-1", "1795461253.349", """\
  causes Readiness: startup 2, unexplained 13"""),
        ("flappy-http-worker-1", "1795461268.604", """\
  causes Readiness: kubelet_restart 2, startup 2, unexplained 6"""),
        # 0.85 s of 1 s.
        ("slow-edge-worker-1", "1795461238.060", """\
  Readiness: headroom 0"""),
        ("slow-timeout-worker-1", "1795461238.060", """\
  app Readiness: 30 in a row, since 1795461103.111, acting
  causes Readiness: startup 30"""),
        ("exec-timeout-worker-1", "1795461238.060", """\
  app Readiness: 16 in a row, since 1795461103.111, acting
  causes Readiness: kubelet_restart 2, startup 14"""),
        ("tcp-refused-worker-1", "1795461238.060", """\
  app Readiness: 31 in a row, since 1795461103.111, acting
  causes Readiness: startup 31"""),
        ("https-on-http-worker-1", "1795461238.060", """\
  app Readiness: 16 in a row, since 1795461103.111, acting
  causes Readiness: kubelet_restart 2, startup 14"""),
        # Errors, which the kubelet counts nowhere.
        ("exec-missing-worker-1", "1795461118.407", """\
  app Readiness: initializing"""),
        ("exec-missing-worker-1", "1795461148.084", """\
  app Readiness: stalled"""),
        ("exec-missing-worker-1", "1795461238.060", """\
  app Readiness: stalled"""),
        ("exec-missing-worker-1", "1795461373.380", """\
  app Readiness: initializing"""),
        ("exec-missing-worker-1", "1795461418.557", """\
  app Readiness: stalled"""),
        # Never runs.
        ("no-image-worker-1", "1795461103.111", """\
  app Liveness: not_running
  app Readiness: not_running"""),
        # No probe kills it.
        ("exit-crash-worker-1", "1795461163.435", """\
  app Liveness: 1 in a row, since 1795461163.435, not_running
  app Readiness: not_running
  causes Liveness: startup 0
  causes Readiness: startup 0
  restarts app: error 0"""),
        ("exit-crash-worker-1", "1795461253.349", """\
  app Liveness: not_running
  app Readiness: not_running
  causes Liveness: startup 2
  causes Readiness: startup 2
  restarts app: error 4"""),
        # Killed after a minute, and again.
        ("slow-restarts-worker-1", "1795461208.460", """\
  causes Liveness: unexplained 0
  restarts app: liveness 0"""),
        ("slow-restarts-worker-1", "1795461283.937", """\
  causes Liveness: unexplained 6
  restarts app: liveness 2"""),
        # Restarts as `oom_killed`.
        ("oomer-worker-1", "1795461238.060", """\
  causes Readiness: oom_killed 0
  restarts app: oom_killed 0"""),
        ("oomer-worker-1", "1795461313.581", """\
  causes Readiness: oom_killed 1
  restarts app: oom_killed 2"""),
        # Throttled, and its probes pass.
        ("throttled-worker-1", "1795461238.060", ""),
        # Well, then terminating.
        ("doomed-slowly-worker-1", "1795461238.060", ""),
        ("doomed-slowly-worker-1", "1795461253.349", ""),
        # Within its initial delay.
        ("latecomer-worker-1", "1795461298.242", """\
  app Liveness: initializing
  app Readiness: initializing"""),
        ("latecomer-worker-1", "1795461328.895", ""),
        # With a sidecar.
        ("orders-worker-1", "1795461238.060", ""),
        ("checkout-worker-1", "1795461238.060", ""),
        # Counts as successful.
        ("redirect-worker-1", "1795461238.060", ""),
        # Well throughout; its pods begin like others.
        ("frontend-worker-1", "1795461088.731", """\
  web Liveness: initializing
  web Readiness: initializing
  web Startup: initializing"""),
        ("frontend-worker-1", "1795461103.111", ""),
        ("frontend-worker-1", "1795461853.680", ""),
        ("pricing-worker-1", "1795461238.060", ""),
        ("store-0-worker-1", "1795461088.731", """\
  db Liveness: not_running
  db Readiness: not_running"""),
        ("store-0-worker-1", "1795461238.060", ""),
        # One of its exec probes needed more than a second of the two it has.
        ("store-0-worker-1", "1795461643.433", """\
  Liveness: headroom 0"""),
        (LONG_NAME, "1795461238.060", ""),
        ("host-agent-worker-1", "1795461238.060", ""),
        ("same-name-worker-1", "1795461238.060", ""),
        # The new one of its name, and the old one that is gone.
        ("same-name-worker-1", "1795461448.214", """\
  app Liveness: not_running
  app Readiness: not_running"""),
        ("same-name-worker-1", "1795461463.578", """\
  app Liveness: initializing"""),
        ("same-name-worker-1", "1795461478.969", ""),
        # Without probes.
        ("plain-worker-1", "1795461238.060", ""),
        # Removed at once.
        ("doomed-worker-1", "1795461238.060", ""),
        ("doomed-worker-1", "1795461253.349", ""),
        # One of the 75 that came later.
        ("svc-00-7f9c6d5b8d-x2xkq-worker-1", "1795461628.900", """\
  app Liveness: initializing
  app Readiness: initializing
  sidecar Readiness: initializing"""),
        ("svc-00-7f9c6d5b8d-x2xkq-worker-1", "1795461658.410", ""),
        ("oneshot-worker-1", "1795461148.084", ""),
        ("failed-job-worker-1", "1795461133.647", ""),
    )

    def test_counters_at_the_end(self):
        self.assertEqual(
            counters(self.last, lambda labels: not labels["namespace"].startswith("scale-")),
            """\
batch/stuck-start-worker-1 Liveness: steady 0/47
batch/stuck-start-worker-1 Readiness: steady 0/96
batch/stuck-start-worker-1 Startup: startup 19/19
batch/warmup-worker-1 Liveness: steady 0/69
batch/warmup-worker-1 Readiness: steady 0/136
batch/warmup-worker-1 Startup: startup 8/9
data/same-name-worker-1 Liveness: steady 0/71
data/same-name-worker-1 Readiness: steady 0/143
data/store-0-worker-1 Liveness: steady 0/71
data/store-0-worker-1 Readiness: steady 0/143
default/same-name-worker-1 Liveness: steady 0/69
default/same-name-worker-1 Readiness: steady 0/139
kube-system/app.v1.2-dotted… Liveness: steady 0/70
kube-system/app.v1.2-dotted… Readiness: steady 0/74
kube-system/host-agent-worker-1 Liveness: steady 0/70
kube-system/host-agent-worker-1 Readiness: steady 0/143
perf/oomer-worker-1 Liveness: steady 0/66
perf/oomer-worker-1 Readiness: startup 6/6, steady 0/134
perf/throttled-worker-1 Liveness: steady 0/73
perf/throttled-worker-1 Readiness: steady 0/144
shop/checkout-worker-1 Liveness: steady 0/71
shop/checkout-worker-1 Readiness: steady 0/382
shop/checkout-worker-1 Startup: startup 0/1
shop/frontend-worker-1 Liveness: steady 0/73
shop/frontend-worker-1 Readiness: steady 0/145
shop/frontend-worker-1 Startup: startup 0/1
shop/orders-worker-1 Liveness: steady 0/141
shop/orders-worker-1 Readiness: steady 0/286
shop/orders-worker-1 Startup: startup 0/1
shop/pricing-worker-1 Liveness: steady 0/73
shop/pricing-worker-1 Readiness: steady 0/145
shop/pricing-worker-1 Startup: startup 0/1
team-a/crashy-live-worker-1 Liveness: steady 32/32
team-a/crashy-live-worker-1 Readiness: startup 5/5, steady 2/34
team-a/flappy-http-worker-1 Readiness: startup 4/4, steady 40/79
team-a/flappy-worker-1 Liveness: steady 0/72
team-a/flappy-worker-1 Readiness: startup 2/2, steady 57/154
team-a/latecomer-worker-1 Liveness: steady 0/50
team-a/latecomer-worker-1 Readiness: steady 0/101
team-a/never-ready-worker-1 Liveness: steady 0/71
team-a/never-ready-worker-1 Readiness: startup 54/54, steady 99/99
team-b/exec-missing-worker-1 Liveness: steady 0/70
team-b/exec-missing-worker-1 Readiness: steady 0/0
team-b/exec-timeout-worker-1 Liveness: steady 0/72
team-b/exec-timeout-worker-1 Readiness: startup 30/30, steady 50/50
team-b/exit-crash-worker-1 Liveness: startup 3/3, steady 0/17
team-b/exit-crash-worker-1 Readiness: startup 2/2, steady 0/27
team-b/https-on-http-worker-1 Liveness: steady 0/70
team-b/https-on-http-worker-1 Readiness: startup 31/31, steady 50/50
team-b/no-image-worker-1 Liveness: steady 0/0
team-b/no-image-worker-1 Readiness: steady 0/0
team-b/redirect-worker-1 Liveness: steady 0/72
team-b/redirect-worker-1 Readiness: steady 0/144
team-b/slow-edge-worker-1 Liveness: steady 0/70
team-b/slow-edge-worker-1 Readiness: steady 0/146
team-b/slow-restarts-worker-1 Liveness: steady 24/72
team-b/slow-restarts-worker-1 Readiness: startup 2/2, steady 0/146
team-b/slow-timeout-worker-1 Liveness: steady 0/71
team-b/slow-timeout-worker-1 Readiness: startup 56/56, steady 94/94
team-b/tcp-refused-worker-1 Liveness: steady 0/72
team-b/tcp-refused-worker-1 Readiness: startup 56/56, steady 95/95""",
        )

    def test_gauges_at_the_end(self):
        self.assertEqual(
            gauges(self.last),
            """\
consecutive_failures team-a/crashy-live-worker-1 Liveness 2
consecutive_failures team-a/never-ready-worker-1 Readiness 71
consecutive_failures team-b/exec-timeout-worker-1 Readiness 37
consecutive_failures team-b/https-on-http-worker-1 Readiness 38
consecutive_failures team-b/slow-timeout-worker-1 Readiness 70
consecutive_failures team-b/tcp-refused-worker-1 Readiness 70
near_timeout_ratio data/store-0-worker-1 Liveness 0.0333333
near_timeout_ratio scale-2/svc-32-66bd7c9df4-8zq5t-worker-1 Readiness 0.0454545
near_timeout_ratio team-a/flappy-worker-1 Readiness 0.025
near_timeout_ratio team-b/slow-edge-worker-1 Readiness 1
success_ratio team-a/crashy-live-worker-1 Liveness 0
success_ratio team-a/crashy-live-worker-1 Readiness 0.857143
success_ratio team-a/flappy-http-worker-1 Readiness 0.484848
success_ratio team-a/flappy-worker-1 Readiness 0.615385
success_ratio team-a/never-ready-worker-1 Readiness 0
success_ratio team-b/exec-timeout-worker-1 Readiness 0
success_ratio team-b/https-on-http-worker-1 Readiness 0
success_ratio team-b/slow-restarts-worker-1 Liveness 0.666667
success_ratio team-b/slow-timeout-worker-1 Readiness 0
success_ratio team-b/tcp-refused-worker-1 Readiness 0""",
        )

    def test_the_scale_pods_come_and_add_up(self):
        self.assertFalse({p for p in self.pods("1795461613.597") if p.startswith("scale-")})
        for time in ("1795461628.900", "1795461853.680"):
            self.assertEqual(len({p for p in self.pods(time) if p.startswith("scale-")}), 75)
        sums = {}
        for (name, labels), value in self.last.items():
            labels = dict(labels)
            if name == "podprobe_attempts_total" and labels["namespace"].startswith("scale-"):
                key = "%s %s %s" % (labels["namespace"], labels["probe_type"], labels["phase"])
                sums[key] = sums.get(key, 0) + int(value)
        self.assertEqual(
            "\n".join("%s %d" % item for item in sorted(sums.items())),
            """\
scale-0 Liveness steady 140
scale-0 Readiness steady 481
scale-0 Startup startup 13
scale-1 Liveness steady 140
scale-1 Readiness steady 286
scale-1 Startup startup 13
scale-2 Liveness steady 140
scale-2 Readiness steady 286
scale-2 Startup startup 13
scale-3 Liveness steady 130
scale-3 Readiness steady 444
scale-3 Startup startup 12
scale-4 Liveness steady 129
scale-4 Readiness steady 264
scale-4 Startup startup 12
scale-5 Liveness steady 129
scale-5 Readiness steady 264
scale-5 Startup startup 12""",
        )
        failed = [
            key
            for key, value in self.last.items()
            if key[0] == "podprobe_failures_total"
            and dict(key[1])["namespace"].startswith("scale-")
            and value
        ]
        self.assertEqual(failed, [])

    def test_a_late_pod_is_born_at_zero_and_then_has_all(self):
        pod = "svc-00-7f9c6d5b8d-x2xkq-worker-1"
        for time in ("1795461628.900", "1795461703.150"):
            self.assertEqual(
                self.counters(time, pod),
                """\
scale-0/svc-00-7f9c6d5b8d-x2xkq-worker-1 Liveness: steady 0/0
scale-0/svc-00-7f9c6d5b8d-x2xkq-worker-1 Readiness: steady 0/0
scale-0/svc-00-7f9c6d5b8d-x2xkq-worker-1 Startup: startup 0/0""",
            )
        self.assertEqual(
            self.counters("1795461298.242", "latecomer"),
            """\
team-a/latecomer-worker-1 Liveness: steady 0/0
team-a/latecomer-worker-1 Readiness: steady 0/0""",
        )
        self.assertEqual(
            self.counters("1795461373.380", "latecomer"),
            """\
team-a/latecomer-worker-1 Liveness: steady 0/3
team-a/latecomer-worker-1 Readiness: steady 0/8""",
        )

    def test_both_kubelet_restarts_are_found(self):
        restarts = {}
        for time in self.pages:
            start = self.of(time, "kubelet_start_time_seconds")
            count = self.of(time, "kubelet_restarts_total")
            restarts.setdefault((count, start), time)
        self.assertEqual(
            restarts,
            {
                (0, 1795461085.67): "1795461088.731",
                (1, 1795461360.02): "1795461373.380",
                (2, 1795461520.2): "1795461523.856",
            },
        )

    def test_readings_fail_while_the_kubelet_is_down(self):
        for time in ("1795461343.259", "1795461358.323"):
            for source in ("probes", "cadvisor", "resource", "pods"):
                self.assertEqual(self.of(time, "source_up", source=source), 0)
                self.assertEqual(
                    self.of(time, "source_last_success_timestamp_seconds", source=source),
                    1795461328.895,
                )
            self.assertEqual(self.counters(time, ""), self.counters("1795461328.895", ""))
        errors = [
            sum(v for k, v in self.last.items() if k[0] == "podprobe_source_errors_total"
                and ("source", source) in k[1])
            for source in ("probes", "cadvisor", "resource", "pods")
        ]
        self.assertEqual(errors, [2, 2, 2, 2])

    def test_removed_pods_go_two_minutes_after_both_pages_lack_them(self):
        self.assertEqual(
            self.counters("1795461253.349", "doomed"),
            """\
team-a/doomed-slowly-worker-1 Liveness: steady 0/15
team-a/doomed-slowly-worker-1 Readiness: steady 0/32
team-a/doomed-worker-1 Liveness: steady 0/15
team-a/doomed-worker-1 Readiness: steady 0/30""",
        )
        self.assertIn("team-a/doomed-worker-1", self.pods("1795461358.323"))
        self.assertNotIn("team-a/doomed-worker-1", self.pods("1795461373.380"))
        self.assertIn("team-a/doomed-slowly-worker-1", self.pods("1795461403.298"))
        self.assertNotIn("team-a/doomed-slowly-worker-1", self.pods("1795461418.557"))
        # They have no gauges from the reading on that misses them.
        self.assertNotIn("doomed", gauges(self.pages["1795461253.349"]))
        self.assertIsNone(
            self.of(
                "1795461253.349",
                "near_timeout_ratio",
                namespace="team-a",
                pod="doomed-worker-1",
                workload="doomed",
                workload_type="staticpod",
                probe_type="Readiness",
                window="5m",
            )
        )

    def test_every_pod_has_its_row(self):
        told = {pod for pod, _, _ in self.SAID}
        pods = {pod for page in self.pages.values() for _, labels in page
                for name, pod in labels if name == "pod"}
        self.assertEqual(sorted(pod for pod in pods - told if not pod.startswith("svc-")), [])

    # The edges of the condition Ready in /pods; those within a minute of the kubelet's starts at
    # 1795461360.02 and 1795461520.2 blame nobody, and the one at 1795461581 is past it.
    UNREADY = (
        # 20 s of every minute, three of them before the first restart.
        ("flappy-worker-1", "1795461163.435", 1, 2.435),
        ("flappy-worker-1", "1795461253.349", 2, 40),
        ("flappy-worker-1", "1795461433.960", 3, 60),
        ("flappy-worker-1", "1795461568.719", 4, 80),
        ("flappy-worker-1", "1795461583.045", 5, 82.045),
        ("flappy-worker-1", "1795461853.680", 9, 181),
        # 30 s of every 90.
        ("flappy-http-worker-1", "1795461853.680", 6, 180),
        # Never ready: from the grace after its start, which the kubelet wrote anew, on.
        ("never-ready-worker-1", "1795461808.697", 0, 0),
        ("never-ready-worker-1", "1795461823.830", 0, 3.83),
        ("frontend-worker-1", "1795461853.680", 0, 0),
    )

    def test_pods_count_for_how_long_and_how_often_they_are_unready(self):
        for pod, time, transitions, seconds in self.UNREADY:
            with self.subTest("%s @%s" % (pod, time)):
                found = {
                    name: value
                    for (name, labels), value in self.pages[time].items()
                    if ("pod", pod) in labels and "_unready_" in name
                }
                self.assertEqual(found["podprobe_unready_transitions_total"], transitions)
                self.assertAlmostEqual(found["podprobe_unready_seconds_total"], seconds, 3)

    def test_finished_pods_go(self):
        finished = {"batch/oneshot-worker-1", "batch/failed-job-worker-1"}
        self.assertLessEqual(finished, self.pods("1795461133.647"))
        self.assertFalse(finished & self.pods("1795461283.937"))

    def test_two_pods_of_one_name_add_up(self):
        self.assertEqual(
            self.counters("1795461433.960", "same-name-worker-1").split("\n")[2:],
            [
                "default/same-name-worker-1 Liveness: steady 0/31",
                "default/same-name-worker-1 Readiness: steady 0/62",
            ],
        )
        self.assertEqual(
            self.counters("1795461463.578", "same-name-worker-1").split("\n")[2:],
            [
                "default/same-name-worker-1 Liveness: steady 0/31",
                "default/same-name-worker-1 Readiness: steady 0/64",
            ],
        )

    def test_runs_of_failures_four_minutes_in(self):
        self.assertEqual(
            gauges(self.pages["1795461238.060"]),
            """\
consecutive_failures batch/stuck-start-worker-1 Startup 3
consecutive_failures team-a/crashy-live-worker-1 Liveness 2
consecutive_failures team-a/flappy-worker-1 Readiness 5
consecutive_failures team-a/never-ready-worker-1 Readiness 31
consecutive_failures team-b/exec-timeout-worker-1 Readiness 16
consecutive_failures team-b/https-on-http-worker-1 Readiness 16
consecutive_failures team-b/slow-timeout-worker-1 Readiness 30
consecutive_failures team-b/tcp-refused-worker-1 Readiness 31
near_timeout_ratio team-b/slow-edge-worker-1 Readiness 1""",
        )


if __name__ == "__main__":
    unittest.main()
