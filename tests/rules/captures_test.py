#!/usr/bin/env python3
"""The alerts over what a real kubelet said: each recording of tests/testdata replayed through the
exporter, its pages fed to promtool with the labels of a scrape.

    PODPROBE_EXPORTER=.build/dev/exporter/podprobe-exporter python3 tests/rules/captures_test.py
"""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXPORTER = os.environ.get("PODPROBE_EXPORTER", ".build/release/exporter/podprobe-exporter")
RULES = [str(ROOT / "deploy" / "prometheus" / f"podprobe-{kind}.rules.yml") for kind in ("recording", "alerts")]
TARGET = 'cluster="test",node="worker-1"'
WHO = ("namespace", "workload", "probe_type", "container", "node")


def pages(recording):
    replay = subprocess.run(
        [EXPORTER, "replay", ROOT / "tests" / "testdata" / recording, "--every"],
        capture_output=True,
        text=True,
        check=True,
    )
    return re.split(r"^# reading .*\n", replay.stdout, flags=re.M)[1:]


def input_series(recording):
    """Each series as promtool takes it, a value a page: `_` before it comes, `stale` when it goes."""
    values = {}
    all_pages = pages(recording)
    for number, page in enumerate(all_pages):
        for line in page.splitlines():
            if line and not line.startswith("#"):
                series, value = line.rsplit(" ", 1)
                values.setdefault(series, {})[number] = value
    for series, by_page in values.items():
        name, _, labels = series.partition("{")
        labels = f"{labels[:-1]},{TARGET}" if labels else TARGET
        words = [
            by_page.get(number, "stale" if number - 1 in by_page else "_") for number in range(len(all_pages))
        ]
        yield {"series": f"{name}{{{labels}}}", "values": " ".join(words)}
    yield {"series": f'up{{job="podprobe-exporter",{TARGET}}}', "values": f"1x{len(all_pages)}"}


def fired(recording, interval_seconds):
    """Every alert that fired at any time: {"Alert severity labels"}."""
    series = list(input_series(recording))
    pages_read = len(series[0]["values"].split())
    test = {
        "rule_files": RULES,
        "evaluation_interval": "30s",
        "tests": [
            {
                "interval": f"{interval_seconds}s",
                "input_series": series,
                "promql_expr_test": [
                    {
                        "expr": f'max by (alertname, severity, {", ".join(WHO)}) '
                        '(max_over_time(ALERTS{alertstate="firing"}[1h]))',
                        "eval_time": f"{interval_seconds * pages_read}s",
                        # promtool tells what it got only where something else was expected.
                        "exp_samples": [{"labels": "expected", "value": 0}],
                    }
                ],
            }
        ],
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(test, file)
        file.flush()
        run = subprocess.run(
            ["promtool", "test", "rules", file.name], capture_output=True, text=True, check=False
        )
    got = re.search(r"got: (.*)", run.stdout + run.stderr)
    assert got, run.stdout + run.stderr
    alerts = set()
    for labels in re.findall(r"\{(.*?)\}", got.group(1)):
        labels = dict(re.findall(r'(\w+)="(.*?)"', labels))
        words = [labels.get(name) for name in ("alertname", "severity", *WHO)]
        alerts.add(" ".join(filter(None, words)))
    return alerts


class Captures(unittest.TestCase):
    maxDiff = None

    def test_rollout_deletions_scaling_and_a_kubelet_restart_wake_nobody(self):
        """Run C: pods of controllers. Only the pod whose liveness always fails is news, and no page."""
        self.assertEqual(fired("run-c", 10), {"PodRestartedByLiveness warning shop crash app worker-1"})

    def test_a_node_on_which_a_third_of_all_fails(self):
        """Run A: every third of 32 pods fails on purpose, so the node has an incident; three restart
        for a probe, one has a probe that cannot be carried out, and two kubelet restarts are no news."""
        self.assertEqual(
            fired("run-a", 15),
            {
                "NodeProbeIncident critical worker-1",
                "PodProbeErrorBudgetBurn critical team-a flappy Readiness",
                "PodProbeErrorBudgetBurn critical team-a flappy-http Readiness",
                "PodProbeStalled warning team-b exec-missing Readiness app worker-1",
                "PodRestartedByLiveness warning team-a crashy-live app worker-1",
                "PodRestartedByLiveness warning team-b slow-restarts app worker-1",
                "PodStartupBudgetNearlyUsed warning batch stuck-start app worker-1",
            },
        )


if __name__ == "__main__":
    unittest.main()
