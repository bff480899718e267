#!/usr/bin/env python3
"""What holds for every rule: promtool, the names it uses, its texts, its runbook, its tests."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "prometheus"
RULE_FILES = (FOLDER / "podprobe-recording.rules.yml", FOLDER / "podprobe-alerts.rules.yml")
TEST_FILES = sorted(pathlib.Path(__file__).parent.glob("*.test.yml"))
RUNBOOK_URL = "https://github.com/podprobe/podprobe-exporter/blob/main/deploy/prometheus/runbooks/"
# Labels of the target, as the scrape gives them; `exported_pod` is what a wrong one makes.
TARGET_LABELS = {"cluster", "node", "job", "instance", "exported_pod"}


def load(file):
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def rules():
    return [rule for file in RULE_FILES for group in load(file)["groups"] for rule in group["rules"]]


def alerts():
    return [rule for rule in rules() if "alert" in rule]


def served():
    """What METRICS.md says is served: {name: its labels}."""
    text = (ROOT / "exporter" / "METRICS.md").read_text(encoding="utf-8")
    series = {}
    for name, kind, labels in re.findall(r"### `(\w+)`\n\n(\w+), (.*)\n", text):
        names = [name]
        if kind == "histogram":
            names = [f"{name}_bucket", f"{name}_sum", f"{name}_count"]
        for each in names:
            series[each] = set(re.findall(r"`(\w+)`", labels)) | ({"le"} if kind == "histogram" else set())
    return series


def queries():
    """Every expression, and every one in a template: (where, text)."""
    for rule in rules():
        name = rule.get("alert") or rule["record"]
        yield name, rule["expr"]
        for text in rule.get("annotations", {}).values():
            for query in re.findall(r"printf `(.*?)`", text):
                yield name, query.replace("%q", '"x"')
            for query in re.findall(r"in Prometheus[:,] (\S+)", re.sub(r'"\{\{.*?\}\}"', '"x"', text)):
                yield name, query
    for example in sorted((FOLDER / "examples").glob("*.yml")):
        for query in re.findall(r"(?:query|metric): (.*)", example.read_text(encoding="utf-8")):
            yield example.name, query.replace("{{.window}}", "5m")


def promtool(*arguments):
    return subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False)


class Rules(unittest.TestCase):
    def test_promtool_has_nothing_to_say(self):
        for file in RULE_FILES:
            check = promtool("check", "rules", "--lint=all", "--lint-fatal", file)
            self.assertEqual((check.returncode, check.stderr), (0, ""), check.stdout)

    def test_every_metric_named_is_served_or_recorded(self):
        known = set(served()) | {rule["record"] for rule in rules() if "record" in rule} | {"up"}
        for where, query in queries():
            for name in re.findall(r"\b(?:podprobe_\w+|process_\w+|\w+:[\w:]+|up)\b(?!\s*\()", query):
                self.assertIn(name, known, where)

    def test_every_label_in_a_selector_exists_on_its_series(self):
        series = served()
        looked_at = 0
        for where, query in queries():
            for name, selector in re.findall(r"\b(podprobe_\w+)\{(.*?)\}", query):
                for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", selector):
                    looked_at += 1
                    self.assertIn(label, series[name] | TARGET_LABELS, f"{where}: {name}{{{selector}}}")
        self.assertGreater(looked_at, 50)

    def test_every_value_of_a_label_is_one_that_the_exporter_serves(self):
        text = (ROOT / "exporter" / "METRICS.md").read_text(encoding="utf-8")
        words = set(re.findall(r"\w+", text))
        for where, query in queries():
            labels = "phase|cause|reason|state|action|probe_type|source"
            for label, values in re.findall(rf'\b({labels})(?:=~|!=|=)"(.+?)"', query):
                for value in values.split("|"):
                    self.assertIn(value, words | {"x"}, f"{where}: {label}")

    def test_every_query_in_a_template_and_in_the_examples_is_promql(self):
        """Those of rules are checked above; these are put into rules of their own."""
        found = [
            {"record": "x:y:z", "expr": query, "labels": {"number": str(number)}}
            for number, (where, query) in enumerate(queries())
        ]
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            yaml.safe_dump({"groups": [{"name": "templates", "rules": found}]}, file)
            file.flush()
            check = promtool("check", "rules", file.name)
        self.assertEqual(check.returncode, 0, check.stderr)
        self.assertGreater(len(found), 90)

    def test_recorded_names_are_level_metric_operations(self):
        for rule in rules():
            if "record" in rule:
                self.assertRegex(
                    rule["record"],
                    r"^[a-z_]+:podprobe_[a-z_]+:(rate5m|increase\w+|count|sum|ratio_rate5m)$"
                    r"|^podprobe:error_budget:ratio$",
                )

    def test_recorded_levels_are_the_labels_that_are_left(self):
        for rule in rules():
            name = rule.get("record", "")
            by = re.match(r"(?:sum|count) by \((.*?)\)", rule["expr"].strip())
            if not name or not by:
                continue
            level = name.split(":")[0]
            left = [label for label in by.group(1).split(", ") if label not in ("cluster", "workload_type")]
            if level == "cluster" or level.startswith("cluster_"):
                left.insert(0, "cluster")
            if level == "node_namespace_pod_probe_type":
                left = [label for label in left if label != "workload"]
            self.assertEqual(level, "_".join(left), name)

    def test_every_aggregation_keeps_the_cluster(self):
        for where, query in queries():
            if "%q" in query or '"x"' in query:
                continue
            for labels in re.findall(r"\b(?:by|on) \((.*?)\)", query):
                self.assertIn("cluster", labels.split(", "), where)

    def test_prometheus_rule_is_made_of_the_plain_files(self):
        made = subprocess.run(
            [sys.executable, FOLDER / "make_prometheus_rule.py"], capture_output=True, text=True, check=True
        )
        self.assertEqual(made.stdout, (FOLDER / "prometheusrule.yaml").read_text(encoding="utf-8"))
        resource = yaml.safe_load(made.stdout)
        self.assertEqual(resource["kind"], "PrometheusRule")
        groups = [group for file in RULE_FILES for group in load(file)["groups"]]
        self.assertEqual(resource["spec"]["groups"], groups)


class Alerts(unittest.TestCase):
    def test_each_has_what_a_person_needs_at_night(self):
        for alert in alerts():
            name, notes = alert["alert"], alert["annotations"]
            self.assertRegex(name, r"^(Pod|Node|Cluster)[A-Za-z]+$")
            self.assertIn(alert["labels"]["severity"], ("critical", "warning", "info"), name)
            self.assertEqual(set(notes), {"summary", "description", "runbook_url"}, name)
            self.assertRegex(notes["summary"], r"^[A-Z][^{}]*\.$", name)
            self.assertIn("First", notes["description"], name)
            self.assertEqual(notes["runbook_url"], f"{RUNBOOK_URL}{name}.md")

    def test_each_has_a_runbook_that_begins_with_what_to_look_at(self):
        names = {alert["alert"] for alert in alerts()}
        pages = {
            page.stem: page.read_text(encoding="utf-8") for page in (FOLDER / "runbooks").glob("*.md")
        }
        self.assertEqual(set(pages), names)
        for name, text in pages.items():
            self.assertRegex(text, rf"^# {name}\n\n## Look here first\n\n", name)
            for heading in ("## What it means", "## When it fires", "## What to do"):
                self.assertIn(f"\n{heading}\n", text, name)

    def test_each_severity_is_in_its_runbook(self):
        for alert in alerts():
            page = (FOLDER / "runbooks" / f"{alert['alert']}.md").read_text(encoding="utf-8")
            self.assertIn(alert["labels"]["severity"], page, alert["alert"])

    def test_each_runbook_names_only_series_that_are_served(self):
        known = set(served()) | {rule["record"] for rule in rules() if "record" in rule}
        for page in (FOLDER / "runbooks").glob("*.md"):
            for name in re.findall(r"\b(podprobe_\w+|\w+:podprobe_\w+:\w+)\b", page.read_text(encoding="utf-8")):
                self.assertIn(name, known, page.name)

    def test_each_is_in_the_readme_once_with_its_severities(self):
        text = (FOLDER / "README.md").read_text(encoding="utf-8")
        rows = dict(re.findall(r"^\| \[(\w+)\]\(runbooks/\1\.md\) \| ([\w, ]+) \|", text, re.M))
        severities = {}
        for alert in alerts():
            severities.setdefault(alert["alert"], set()).add(alert["labels"]["severity"])
        self.assertEqual({name: set(row.split(", ")) for name, row in rows.items()}, severities)

    def test_each_has_a_test_that_fires_one_that_stays_quiet_and_one_at_the_edge(self):
        tests = [test for file in TEST_FILES for test in load(file)["tests"]]
        for name in {alert["alert"] for alert in alerts()}:
            for word in ("fires", "stays quiet", "at the edge"):
                mine = [test for test in tests if test["name"].startswith(f"{name} {word}: ")]
                self.assertTrue(mine, f"{name} {word}")
            for test in tests:
                if not test["name"].startswith(f"{name} "):
                    continue
                checks = [check for check in test["alert_rule_test"] if check["alertname"] == name]
                self.assertTrue(checks, test["name"])
                if test["name"].startswith(f"{name} fires"):
                    self.assertTrue(any(check.get("exp_alerts") for check in checks), test["name"])

    def test_each_severity_of_each_fires_in_a_test(self):
        fired = set()
        for file in TEST_FILES:
            for test in load(file)["tests"]:
                for check in test.get("alert_rule_test", []):
                    for alert in check.get("exp_alerts", []):
                        labels = alert["exp_labels"]
                        fired.add((check["alertname"], labels["severity"], labels.get("long")))
        for alert in alerts():
            labels = alert["labels"]
            self.assertIn((alert["alert"], labels["severity"], labels.get("long")), fired)


class Alertmanager(unittest.TestCase):
    EXAMPLE = FOLDER / "alertmanager.example.yml"

    def inhibitions(self):
        return load(self.EXAMPLE)["inhibit_rules"]

    def test_amtool_takes_the_example(self):
        check = subprocess.run(
            ["amtool", "check-config", self.EXAMPLE], capture_output=True, text=True, check=False
        )
        self.assertEqual(check.returncode, 0, check.stderr)

    def test_a_node_incident_silences_every_alert_about_its_pods_and_no_other(self):
        """About a pod: what keeps namespace, pod and node in its labels."""
        about_pods = {
            alert["alert"]
            for alert in alerts()
            if re.search(r"by \((?=[^)]*\bnode\b)(?=[^)]*\bpod\b)", alert["expr"])
            or "node_namespace_pod" in alert["expr"]
        }
        source = 'alertname="NodeProbeIncident"'
        (rule,) = [rule for rule in self.inhibitions() if source in rule["source_matchers"]]
        (matcher,) = [matcher for matcher in rule["target_matchers"] if matcher.startswith("alertname")]
        named = set(re.fullmatch(r'alertname=~"(.*)"', matcher).group(1).split("|"))
        self.assertEqual(named, about_pods)
        self.assertEqual(rule["equal"], ["cluster", "node"])
        # Labels that are missing on both sides are equal to Alertmanager.
        self.assertIn('node!=""', rule["target_matchers"])
        self.assertIn('node!=""', rule["source_matchers"])

    def test_each_severity_goes_where_it_belongs(self):
        for severity, receiver in (("critical", "pager"), ("warning", "desk"), ("info", "nobody")):
            route = subprocess.run(
                ["amtool", "config", "routes", "test", f"--config.file={self.EXAMPLE}", f"severity={severity}"],
                capture_output=True,
                text=True,
                check=True,
            )
            self.assertEqual(route.stdout.strip(), receiver)

    def test_every_alert_named_in_it_exists(self):
        names = {alert["alert"] for alert in alerts()}
        for matcher in re.findall(r'alertname=~?"(.*?)"', self.EXAMPLE.read_text(encoding="utf-8")):
            for name in matcher.split("|"):
                self.assertIn(name, names)


class Kustomization(unittest.TestCase):
    def test_it_names_the_prometheus_rule(self):
        self.assertEqual(load(FOLDER / "kustomization.yaml")["resources"], ["prometheusrule.yaml"])


if __name__ == "__main__":
    unittest.main()
