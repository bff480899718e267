#!/usr/bin/env python3
"""What `podprobe-exporter replay` must say about the kubelet's recordings in tests/testdata, number by
number. The numbers were worked out by oracle.py and checked against the raw pages (the sum of all
increments of each series; the failures up to five minutes after a container's start).

    PODPROBE_EXPORTER=.build/dev/exporter/podprobe-exporter python3 tests/replay/captures_test.py

A counter is written `namespace/pod probe_type: phase failures/attempts, ...`.
"""

import gzip
import math
import os
import pathlib
import shutil
import tempfile
import unittest

import compare
import recording

TESTDATA = pathlib.Path(__file__).resolve().parent.parent / "testdata"
LONG_NAME = (
    "app.v1.2-dotted.name.with-a-long-tail-that-goes-on-and-on-to-be-well-over-"
    "sixty-three-characters.x-worker-1"
)


def counters(page, is_wanted):
    """The attempts and failures of the probes whose labels are wanted, one line per probe."""
    lines = {}
    for (name, labels), value in sorted(page.items()):
        labels = dict(labels)
        if name != "podprobe_attempts_total" or not is_wanted(labels):
            continue
        failures = page[("podprobe_failures_total", tuple(sorted(labels.items())))]
        probe = "%s/%s %s" % (labels["namespace"], labels["pod"], labels["probe_type"])
        probe = probe.replace(LONG_NAME, "app.v1.2-dotted…")
        lines.setdefault(probe, []).append("%s %d/%d" % (labels["phase"], failures, value))
    return "\n".join("%s: %s" % (probe, ", ".join(phases)) for probe, phases in sorted(lines.items()))


def gauges(page):
    """The ratios that are not perfect and the runs of failures."""
    lines = []
    perfect = {"podprobe_success_ratio": 1, "podprobe_near_timeout_ratio": 0}
    for (name, labels), value in sorted(page.items()):
        labels = dict(labels)
        if name == "podprobe_consecutive_failures" or perfect.get(name, value) != value:
            probe = "%s/%s %s" % (labels["namespace"], labels["pod"], labels["probe_type"])
            lines.append("%s %s %.6g" % (name.removeprefix("podprobe_"), probe, value))
    return "\n".join(lines)


def said(page, pod):
    """What a page says of a pod that is not well: a line per probe, then causes and restarts."""
    found = {}

    def note(key, text):
        found.setdefault(key, []).append(text)

    for (name, labels), value in sorted(page.items(), key=lambda item: item[0]):
        labels = dict(labels)
        if labels.get("pod") != pod:
            continue
        name = name.removeprefix("podprobe_")
        kind = labels.get("probe_type")
        probe = "%s %s" % (labels.get("container"), kind)
        if name == "state":
            note(probe, labels["state"])
        elif name == "consecutive_failures":
            note(probe, "%d in a row" % value)
        elif name == "failing_since_timestamp_seconds":
            note(probe, "since %.3f" % value)
        elif name == "time_to_action_seconds":
            note(probe, "%s in %.4g s" % (labels["action"], value))
        elif name == "startup_budget_used_ratio":
            note(probe, "budget %.3f" % value)
        elif name == "timeout_headroom_ratio":
            note(kind, "headroom %.3g" % value)
        elif name == "failure_causes_total":
            note("causes " + kind, "%s %d" % (labels["cause"], value))
        elif name == "container_restarts_total":
            note("restarts " + labels["container"], "%s %d" % (labels["reason"], value))
    return "\n".join("  %s: %s" % (key, ", ".join(texts)) for key, texts in sorted(found.items()))


class Recorded:
    """What holds on every page of every recording; RunA and RunC say on which."""

    maxDiff = None
    recording = None
    SAID = ()

    @classmethod
    def setUpClass(cls):
        program = os.environ["PODPROBE_EXPORTER"]
        cls.pages = dict(compare.program_pages(program, TESTDATA / cls.recording))
        cls.last = list(cls.pages.values())[-1]

    def counters(self, time, *pods):
        """The lines of the pods whose names begin so."""
        return counters(self.pages[time], lambda labels: labels.get("pod", "").startswith(pods))

    def pods(self, time):
        return {
            labels["namespace"] + "/" + labels["pod"]
            for labels in map(dict, (labels for _, labels in self.pages[time]))
            if "probe_type" in labels and "pod" in labels
        }

    def of(self, time, name, **labels):
        return self.pages[time].get(recording.series_key("podprobe_" + name, labels))

    def test_the_pods_of_the_story_are_told_as_they_are(self):
        for pod, time, expected in self.SAID:
            with self.subTest("%s @%s" % (pod, time)):
                self.assertEqual(said(self.pages[time], pod), expected)

    def test_no_counter_falls_while_it_is_served(self):
        before = {}
        for time, page in self.pages.items():
            for key, value in page.items():
                if key[0].endswith("_total"):
                    self.assertGreaterEqual(value, before.get(key, 0), "%s at %s" % (key, time))
            before = page

    def test_no_page_holds_what_is_promised_to_be_absent(self):
        for time, page in self.pages.items():
            for (name, labels), value in page.items():
                labels = dict(labels)
                where = "%s%s at %s" % (name, labels, time)
                self.assertFalse(math.isnan(value) or math.isinf(value), where)
                self.assertGreaterEqual(value, 0, where)
                if name.endswith("_ratio"):
                    self.assertLessEqual(value, 1, where)
                if name == "podprobe_success_ratio":
                    self.assertNotEqual(labels["probe_type"], "Startup", where)
                    self.assertEqual(labels["window"], "5m", where)  # observed for less than 30 min
                if name == "podprobe_consecutive_failures":
                    self.assertGreater(value, 0, where)
                if "phase" in labels and labels["probe_type"] == "Startup":
                    self.assertNotEqual(labels["phase"], "steady", where)

    def test_attempts_and_failures_go_in_pairs(self):
        for time, page in self.pages.items():
            attempts = {k[1]: v for k, v in page.items() if k[0] == "podprobe_attempts_total"}
            failures = {k[1]: v for k, v in page.items() if k[0] == "podprobe_failures_total"}
            self.assertEqual(attempts.keys(), failures.keys(), time)
            for labels, value in failures.items():
                self.assertLessEqual(value, attempts[labels], "%s at %s" % (labels, time))

    def test_no_ratio_before_half_the_window_was_observed(self):
        first = float(next(iter(self.pages)))
        for time, page in self.pages.items():
            if float(time) < first + 150:
                self.assertFalse([k for k in page if k[0] == "podprobe_success_ratio"], time)


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
team-b/slow-restarts-worker-1 Liveness: startup 2/2, steady 22/70
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
