#!/usr/bin/env python3
"""The committed dashboards on real data: every query of every panel, its variables filled in, put to a real
Prometheus that holds the kubelet's recordings (capture_store.py).

    PODPROBE_EXPORTER=.build/test/exporter/podprobe-exporter python3 tests/grafana/data_test.py
"""

import re
import unittest

import capture_store
import dashboards

ALL = dict.fromkeys(("cluster", "namespace", "workload", "node"), "$__all")
# Looked at one after the other: each panel of the pod's dashboard must have something to show for one of them.
PODS = [
    {"namespace": "team-a", "workload": "crashy-live", "pod": "crashy-live-worker-1"},
    {"namespace": "shop", "workload": "crash", "pod": "crash"},
    {"namespace": "batch", "workload": "stuck-start", "pod": "stuck-start-worker-1"},
    {"namespace": "team-b", "workload": "slow-edge", "pod": "slow-edge-worker-1"},
]

# Queries that the recordings leave empty, and why. A query that stops being empty has to leave this list.
EMPTY = {
    (
        "podprobe-pod",
        "State of each probe",
        "B",
    ): "probes that passed all the time; here every pod starts within the hour",
}

# The states as numbers, grafana/lib/states.js.
NO_TRAFFIC, CRASH_LOOP, NOT_RUNNING, STALLED, FAILING, PASSING = 6, 5, 4, 3, 2, 0


def selections(uid):
    """The variables to look at a dashboard with."""
    return [ALL | pod for pod in PODS] if uid == "podprobe-pod" else [ALL]


def run(store, target, variables):
    """The answer to a panel's query, as Grafana asks for it."""
    expression = dashboards.fill(target["expr"], variables)
    if target.get("range"):
        return store.query_range(expression, dashboards.RANGE_SECONDS, dashboards.STEP_SECONDS)
    return store.query(expression)


def without_cluster(result):
    """{labels: values}, the label `cluster` gone."""
    return {
        tuple(
            sorted((name, value) for name, value in each["metric"].items() if name != "cluster")
        ): each.get("values", each.get("value"))
        for each in result
    }


class Recordings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.store = capture_store.CaptureStore(None)
        cls.addClassCleanup(cls.store.stop)

    def target(self, uid, title, ref="A"):
        (found,) = [each for each in dashboards.targets() if each[:3] == (uid, title, ref)]
        return found[3]

    def values(self, uid, title, label=None, ref="A", **variables):
        """{value of `label`: value} of a panel's query; without a label its one value."""
        result = run(self.store, self.target(uid, title, ref), ALL | variables)
        if label is None:
            (only,) = result
            return float(only["value"][1])
        return {each["metric"].get(label): float(each["value"][1]) for each in result}

    def rounded(self, *arguments, **named):
        """Counts as increase() gives them, made whole: it extrapolates to the ends of the range."""
        found = self.values(*arguments, **named)
        if isinstance(found, float):
            return round(found)
        return {name: round(value) for name, value in found.items()}

    # Every panel.

    def test_every_query_has_an_answer(self):
        for uid, title, ref, target in dashboards.targets():
            answers = [run(self.store, target, variables) for variables in selections(uid)]
            with self.subTest(dashboard=uid, panel=title, target=ref):
                self.assertEqual(not any(answers), (uid, title, ref) in EMPTY)

    def test_no_answer_has_nan_in_it(self):
        for uid, title, ref, target in dashboards.targets():
            for variables in selections(uid):
                for each in run(self.store, target, variables):
                    for _, value in each.get("values", [each.get("value")]):
                        self.assertNotIn("NaN", value, (uid, title, ref, each["metric"]))
                        self.assertNotIn("Inf", value, (uid, title, ref, each["metric"]))

    def test_one_of_two_clusters_shows_what_one_without_a_label_cluster_shows(self):
        twins = capture_store.CaptureStore("one", "two")  # the same names in both
        self.addCleanup(twins.stop)
        for uid, title, ref, target in dashboards.targets():
            for variables in selections(uid):
                with self.subTest(dashboard=uid, panel=title, target=ref):
                    self.assertEqual(
                        without_cluster(run(twins, target, variables | {"cluster": ["two"]})),
                        without_cluster(run(self.store, target, variables)),
                    )
                    # And All is answered: no join takes the one for the other.
                    run(twins, target, variables)
        (cluster,) = [
            each for each in dashboards.variables(dashboards.load()[0]) if each["name"] == "cluster"
        ]
        self.assertEqual(cluster["query"], "label_values(podprobe_source_up, cluster)")
        self.assertEqual(twins.label_values("cluster", "podprobe_source_up"), ["one", "two"])

    def test_one_node_namespace_or_workload_narrows(self):
        one = ALL | {"node": ["worker-2"], "namespace": ["shop"], "workload": ["crash"]}
        for uid, title, ref, target in dashboards.targets():
            if uid != "podprobe-pod":
                for each in run(self.store, target, one):
                    metric = each["metric"]
                    with self.subTest(dashboard=uid, panel=title, target=ref):
                        self.assertEqual(metric.get("node", "worker-2"), "worker-2")
                        if uid != "podprobe-exporter":
                            self.assertEqual(metric.get("namespace", "shop"), "shop")

    def test_annotations_are_valid_and_know_the_kubelet_restarts(self):
        for dashboard in dashboards.load():
            _, restarts, incidents = dashboard["annotations"]["list"]
            for pod in PODS[:1]:
                found = self.store.query_range(
                    dashboards.fill(restarts["expr"], ALL | pod), step=15
                )
                self.assertIn("worker-1", {each["metric"]["node"] for each in found})
                found = self.store.query_range(
                    dashboards.fill(incidents["expr"], ALL | pod), step=15
                )
                self.assertEqual({each["metric"]["node"] for each in found}, {"worker-1"})

    def test_variables_list_what_there_is(self):
        def values(dashboard, name, **given):
            for variable in dashboards.variables(dashboard):
                if variable["name"] == name:
                    selector, label = re.fullmatch(
                        r"label_values\((.+), (\w+)\)", variable["query"]
                    ).groups()
                    return self.store.label_values(label, dashboards.fill(selector, ALL | given))
            return None

        cluster, _, pod, exporter = dashboards.load()
        self.assertEqual(values(cluster, "cluster"), [])
        self.assertEqual(values(exporter, "node"), ["worker-1", "worker-2"])
        self.assertIn("team-a", values(cluster, "namespace"))
        self.assertNotIn("", values(cluster, "namespace"))
        self.assertEqual(
            values(pod, "pod", namespace="team-a", workload="crashy-live"), ["crashy-live-worker-1"]
        )

    # Chosen panels, worked out by hand from the recordings and their story. `now` is 10 s after the last but two
    # readings of run A, 1795461823.830: second 43 of its minute.

    def test_cluster_names_what_fails_worst_first(self):
        # Never ready: five readiness probes by their story. Unwell just now: flappy (well in seconds 0 to 39 of a
        # minute) and flappy-http (unwell in the last 40 s of each 90). restartCount and lastState say crash loop.
        # exec-missing cannot be carried out. slow-restarts fails from 60 s of uptime on; crash always does.
        # oomer and stuck-start were restarted, and pass.
        self.assertEqual(
            self.values("podprobe-cluster", "What fails, worst first", "workload"),
            {
                "never-ready": NO_TRAFFIC,
                "exec-timeout": NO_TRAFFIC,
                "https-on-http": NO_TRAFFIC,
                "slow-timeout": NO_TRAFFIC,
                "tcp-refused": NO_TRAFFIC,
                "flappy": NO_TRAFFIC,
                "flappy-http": NO_TRAFFIC,
                "crashy-live": CRASH_LOOP,
                "exit-crash": CRASH_LOOP,
                "no-image": NOT_RUNNING,
                "exec-missing": STALLED,
                "slow-restarts": FAILING,
                "crash": FAILING,
                "oomer": PASSING,
                "stuck-start": PASSING,
            },
        )
        self.assertEqual(self.values("podprobe-cluster", "Workloads not passing"), 13)
        self.assertEqual(self.values("podprobe-cluster", "Pods not passing"), 13)

    def test_what_cannot_be_seen_is_not_called_passing(self):
        # Between the failed reading 1795461343 and the next good one, …373: who failed before is listed, with the
        # state that lasts for a minute or with none.
        expression = dashboards.fill(
            self.target("podprobe-cluster", "What fails, worst first")["expr"], ALL
        )
        blind = self.store.query(expression, at=1795461360)
        self.assertIn("never-ready", {each["metric"]["workload"] for each in blind})
        self.assertNotIn(str(PASSING), {each["value"][1] for each in blind})
        sighted = self.store.query(expression, at=1795461330)
        self.assertIn(str(PASSING), {each["value"][1] for each in sighted})

    def test_cluster_tells_why_and_what_next(self):
        causes = run(
            self.store, self.target("podprobe-cluster", "What fails, worst first", "E"), ALL
        )
        cause = {each["metric"]["workload"]: each["metric"]["cause"] for each in causes}
        self.assertEqual(cause["oomer"], "oom_killed")
        self.assertEqual(cause["crash"], "unexplained")
        # Both probe every 10 s and lack one more failure to their threshold of 3.
        self.assertEqual(
            self.values("podprobe-cluster", "What fails, worst first", "workload", "H"),
            {"slow-restarts": 10, "crash": 10},
        )

    def test_cluster_counts_restarts_as_pods_does(self):
        # restartCount of the same reading's pods.json; all were 0 in the first. crash restarted 8 times (run C).
        self.assertEqual(
            self.rounded("podprobe-cluster", "What fails, worst first", "workload", "F"),
            {
                "crashy-live": 15,
                "exit-crash": 14,
                "oomer": 7,
                "slow-restarts": 7,
                "stuck-start": 7,
                "crash": 8,
            },
        )
        reasons = run(
            self.store, self.target("podprobe-cluster", "What fails, worst first", "G"), ALL
        )
        self.assertEqual(
            {each["metric"]["workload"]: each["metric"]["reason"] for each in reasons},
            {
                "crashy-live": "liveness",
                "crash": "liveness",
                "slow-restarts": "liveness",
                "exit-crash": "error",
                "oomer": "oom_killed",
                "stuck-start": "startup",
            },
        )

    def test_share_of_failures_is_that_of_the_raw_counters(self):
        # flappy: 56 failures, 94 and 69 successes in the raw pages; 2 of the failures came before its first success.
        failed = self.values("podprobe-cluster", "What fails, worst first", "workload", "D")
        self.assertAlmostEqual(failed["flappy"], 54 / (54 + 94 + 69), places=6)
        self.assertNotIn("slow-edge", failed)
        failed = self.values(
            "podprobe-workload", "Workloads in the time range", "workload", namespace=["team-a"]
        )
        self.assertAlmostEqual(failed["flappy"], 54 / (54 + 94 + 69), places=6)
        self.assertEqual(failed["latecomer"], 0)

    def test_timeouts_that_are_too_tight(self):
        # slow-edge answers after 0.85 s of 1 s, always.
        self.assertEqual(
            self.values("podprobe-cluster", "Timeouts that are too tight", "workload", "B")[
                "slow-edge"
            ],
            1,
        )
        self.assertEqual(
            self.values("podprobe-cluster", "Timeouts that are too tight", "workload")["slow-edge"],
            0,
        )

    def test_settings_that_break_a_rule(self):
        # Commands with a timeout of 1 s: exec-missing, exec-timeout, and scraper of run C.
        found = self.values("podprobe-cluster", "Settings that break a rule", "rule")
        self.assertEqual(found["exec_timeout_1s"], 3)

    def test_one_pod(self):
        # never-ready: 64 failures in the raw page, all since the kubelet's last restart; threshold 3, 5 s, 1 s.
        pod = {"namespace": "team-a", "workload": "never-ready", "pod": "never-ready-worker-1"}
        table = "Probes that do not pass"
        uid = "podprobe-pod"
        self.assertEqual(self.values(uid, table, "probe_type", **pod), {"Readiness": NO_TRAFFIC})
        self.assertEqual(self.values(uid, table, "probe_type", "D", **pod), {"Readiness": 64})
        self.assertEqual(self.values(uid, table, "probe_type", "E", **pod), {"Readiness": 3})
        settings = "Settings of the probes that do not pass"
        handlers = run(self.store, self.target(uid, settings, "A"), ALL | pod)
        self.assertEqual([each["metric"]["handler"] for each in handlers], ["httpGet"])
        self.assertEqual(self.values(uid, settings, "probe_type", "B", **pod), {"Readiness": 5})
        self.assertEqual(self.values(uid, settings, "probe_type", "C", **pod), {"Readiness": 1})
        # Seen failing by the second reading, 1795461103.111, when the probe had a result for the first time.
        self.assertAlmostEqual(
            self.values(uid, "Failing for", **pod), self.store.now - 1795461103.111, places=2
        )

    def test_the_life_of_a_probe_has_no_gaps_but_blindness(self):
        # The readings 1795461343 and …358 failed (the kubelet was down); the gauges last for a minute, the eye is
        # shut at once.
        pod = {"namespace": "team-b", "workload": "slow-edge", "pod": "slow-edge-worker-1"}
        bars = run(self.store, self.target("podprobe-pod", "State of each probe"), ALL | pod)
        self.assertEqual({each["metric"]["probe_type"] for each in bars}, {"Readiness", "Liveness"})
        for each in bars:
            times = [time for time, _ in each["values"]]
            self.assertGreater(len(times), 20)
            self.assertEqual([time for time in times if 1795461344 < time < 1795461373], [])
            self.assertEqual(each["values"][-1][1], str(PASSING))

    def test_a_probe_that_always_passed_has_one_bar_for_all_containers(self):
        target = self.target("podprobe-pod", "State of each probe", "B")
        minute = {"expr": target["expr"].replace("$__range", "60s")}
        pod = {"namespace": "shop", "workload": "checkout", "pod": "checkout-worker-1"}
        self.assertEqual(
            {
                each["metric"]["probe_type"]: each["value"][1]
                for each in run(self.store, minute, ALL | pod)
            },
            dict.fromkeys(("Liveness", "Readiness", "Startup"), str(PASSING)),
        )

    def test_exporter(self):
        # Two kubelet restarts in run A, one in run C. Two readings of four sources failed in run A.
        self.assertEqual(self.rounded("podprobe-exporter", "Kubelet restarts"), 3)
        self.assertEqual(self.values("podprobe-exporter", "Exporters"), 2)
        self.assertEqual(self.values("podprobe-exporter", "Cannot read probes"), 0)
        wrong = run(
            self.store, self.target("podprobe-exporter", "What is wrong, and what mends it"), ALL
        )
        found = {
            (each["metric"]["node"], each["metric"]["what"], each["metric"]["mend"]): each["value"][
                1
            ]
            for each in wrong
        }
        for source in ("probes", "pods", "resource", "cadvisor"):
            self.assertEqual(found["worker-1", f"readings of {source} failed", "truncated"], "1")
        self.assertEqual(
            {what for node, what, _ in found if node == "worker-2"},
            {
                f"this kubelet does not measure {signal}"
                for signal in ("cpu_throttled", "cpu_pressure", "memory_pressure", "io_pressure")
            },
        )


def at_times(series, values, first=1795460000, step=15):
    """One line per value, 15 s apart."""
    return [f"{series} {value} {first + step * index}" for index, value in enumerate(values)]


class BadDay(unittest.TestCase):
    """What the recordings do not have: an exporter that can do nothing, and one that is gone."""

    READINGS = 41  # ten minutes

    @classmethod
    def setUpClass(cls):
        ill = 'node="worker-9",instance="worker-9",job="podprobe-exporter"'
        gone = 'node="worker-10",instance="worker-10",job="podprobe-exporter"'
        always = {
            'podprobe_build_info{version="1",': 1,
            'podprobe_source_up{source="probes",': 0,
            'podprobe_source_up{source="pods",': 0,
            "podprobe_config_last_reload_successful{": 0,
            "podprobe_kubelet_tls_verified{": 0,
            "podprobe_pods_status_stale{": 2,
            "podprobe_kubelet_pod_label_truncated{": 1,
            'podprobe_evidence_missing{signal="io_pressure",': 1,
        }
        rising = [
            'podprobe_series_dropped_total{reason="limit",',
            'podprobe_source_parse_errors_total{source="probes",',
            'podprobe_source_errors_total{source="pods",reason="forbidden",',
        ]
        lines = []
        for series, value in always.items():
            lines += at_times(f"{series}{ill}}}", [value] * cls.READINGS)
        for series in rising:
            lines += at_times(f"{series}{ill}}}", range(cls.READINGS))
        lines += cls.rolled_up()
        for series in ('podprobe_build_info{version="1",', 'podprobe_source_up{source="probes",'):
            lines += at_times(f"{series}{gone}}}", [1] * 20)
        cls.store = capture_store.BackfilledPrometheus(
            lines, now=1795460000 + 15 * cls.READINGS - 5
        )
        cls.addClassCleanup(cls.store.stop)

    @classmethod
    def rolled_up(cls):
        """A node with series.level: workload: counters of workloads, no pods and no states."""
        node = 'node="worker-11",instance="worker-11",job="podprobe-exporter"'
        probe = f'namespace="shop",workload="cart",workload_type="deployment",probe_type="Readiness",{node}'
        counts = {
            f'podprobe_attempts_total{{phase="steady",{probe}}}': range(0, 2 * cls.READINGS, 2),
            f'podprobe_failures_total{{phase="steady",{probe}}}': range(cls.READINGS),
            f'podprobe_failure_causes_total{{cause="cpu_throttling",{probe}}}': range(cls.READINGS),
            f'podprobe_source_up{{source="probes",{node}}}': [1] * cls.READINGS,
        }
        return [line for series, values in counts.items() for line in at_times(series, values)]

    def answer(self, uid, title, ref="A"):
        (target,) = [each[3] for each in dashboards.targets() if each[:3] == (uid, title, ref)]
        return run(self.store, target, ALL)

    def tile(self, title, uid="podprobe-exporter"):
        ((_, value),) = [each["value"] for each in self.answer(uid, title)]
        return round(float(value))

    def test_each_thing_that_is_wrong_has_its_line_and_its_mend(self):
        found = {
            each["metric"]["what"]: (each["value"][1], each["metric"]["mend"])
            for each in self.answer("podprobe-exporter", "What is wrong, and what mends it")
        }
        gravity = {what: each[0] for what, each in found.items()}
        self.assertEqual(
            gravity,
            {
                "probes cannot be read": "3",
                "pods cannot be read": "2",
                "series are left out": "2",
                "a new configuration was not loaded": "2",
                "lines of probes could not be read": "1",
                "readings of pods failed": "1",
                "the kubelet's certificate is not verified": "1",
                "the status in /pods stands still": "1",
                "pods of one owner share series": "1",
                "this kubelet does not measure io_pressure": "0",
            },
        )
        # The table says the reason in words.
        self.assertEqual(found["readings of pods failed"][1], "forbidden")
        self.assertTrue(all(mend for _, mend in found.values()))

    def test_a_workload_without_states_is_listed_and_not_called_passing(self):
        table = ("podprobe-cluster", "What fails, worst first")
        self.assertEqual(self.answer(*table), [])
        (failed,) = self.answer(*table, "D")
        self.assertEqual((failed["metric"]["workload"], failed["value"][1]), ("cart", "0.5"))
        (cause,) = self.answer(*table, "E")
        self.assertEqual(cause["metric"]["cause"], "cpu_throttling")

    def test_every_reason_of_a_failed_reading_has_words(self):
        (panel,) = [
            panel
            for dashboard in dashboards.load()
            for panel in dashboards.panels(dashboard)
            if panel["title"] == "What is wrong, and what mends it"
        ]
        words = str(panel["fieldConfig"]["overrides"])
        reasons = "dns connect tls auth forbidden timeout status truncated size parse".split()
        for reason in reasons:
            self.assertIn(f"'{reason}': {{'text': ", words)

    def test_tiles(self):
        self.assertEqual(self.tile("Exporters"), 1)
        self.assertEqual(self.tile("Gone"), 1)
        self.assertEqual(self.tile("Cannot read probes"), 1)
        self.assertEqual(self.tile("Other sources down"), 1)
        # increase() extrapolates to the ends of the range.
        self.assertAlmostEqual(self.tile("Series left out"), self.READINGS - 1, delta=1)
        self.assertEqual(self.tile("Blind nodes", "podprobe-cluster"), 2)
        self.assertEqual(self.tile("Workloads not passing", "podprobe-cluster"), 0)


if __name__ == "__main__":
    unittest.main()
