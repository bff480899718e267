#!/usr/bin/env python3
"""The committed dashboards against rules that need no Prometheus.

Our check of the rules of grafana/dashboard-linter (not that program, which is not used here): those for
Prometheus, without the four about job and instance that grafana/dashboards/.lint leaves out with a
reason. Where the linter looks at some kinds of panels only, this looks at all. And what links, labels
and metrics must be on top.
"""

import re
import unittest

import dashboards
import promql

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
# Those of the linter's list of units that we use.
UNITS = {"none", "string", "short", "percentunit", "bytes", "s"}
TIME = "${__url_time_range}"
# A counter that only tells what is there may stand without rate().
PRESENCE = re.compile(r"(\bcount( by \([^)]*\) )?\(+|(and|unless) on \([^)]*\)\s*\(?)$")


def properties(panel, name):
    """The override of one column: {id: value}."""
    for override in panel["fieldConfig"]["overrides"]:
        if override["matcher"] == {"id": "byName", "options": name}:
            return {each["id"]: each["value"] for each in override["properties"]}
    return {}


def options(panel, transformation):
    return next(
        each["options"] for each in panel["transformations"] if each["id"] == transformation
    )


def links(panel):
    """Every data link of a panel."""
    found = list(panel["fieldConfig"]["defaults"].get("links", []))
    for override in panel["fieldConfig"]["overrides"]:
        for each in override["properties"]:
            if each["id"] == "links":
                found += each["value"]
    return found


def all_panels():
    return [panel for dashboard in dashboards.load() for panel in dashboards.panels(dashboard)]


def all_expressions():
    """[(where, expression)] of the panels."""
    return [
        (f"{uid}: {title} {ref}", target["expr"])
        for uid, title, ref, target in dashboards.targets()
    ]


class LinterRules(unittest.TestCase):
    """One test per rule of the linter, by its name there."""

    def test_template_datasource(self):
        for dashboard in dashboards.load():
            sources = [
                each for each in dashboards.variables(dashboard) if each["type"] == "datasource"
            ]
            self.assertEqual(
                [(each["name"], each["label"], each["query"]) for each in sources],
                [("datasource", "Data source", "prometheus")],
            )

    def test_template_label_promql(self):
        for dashboard in dashboards.load():
            for variable in dashboards.variables(dashboard)[1:]:
                found = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"])
                self.assertTrue(found, variable["query"])
                self.assertEqual(found.group(2), variable["name"])
                (metric,) = promql.metrics(found.group(1))
                labels = promql.reference()[metric] | promql.TARGET_LABELS
                self.assertIn(variable["name"], labels)

    def test_template_on_time_change_reload(self):
        for dashboard in dashboards.load():
            for variable in dashboards.variables(dashboard)[1:]:
                self.assertEqual((variable["type"], variable["refresh"]), ("query", 2))

    def test_panel_datasource(self):
        for panel in all_panels():
            self.assertEqual(panel["datasource"], DATASOURCE, panel["title"])
            for target in panel["targets"]:
                self.assertEqual(target["datasource"], DATASOURCE, panel["title"])

    def test_panel_title_description(self):
        for panel in all_panels():
            self.assertTrue(panel["title"])
            self.assertRegex(panel["description"], r"\S{3,}.*\.$", panel["title"])
        for dashboard in dashboards.load():
            titles = [panel["title"] for panel in dashboard["panels"]]
            self.assertEqual(len(titles), len(set(titles)))
            self.assertTrue(dashboard["description"])

    def test_panel_units(self):
        for panel in all_panels():
            if panel["type"] != "table":
                self.assertIn(panel["fieldConfig"]["defaults"]["unit"], UNITS, panel["title"])
                continue
            organize = options(panel, "organize")
            names = organize["renameByName"]
            for target in panel["targets"]:
                field = f"Value #{target['refId']}" if len(panel["targets"]) > 1 else "Value"
                if organize["excludeByName"].get(field):
                    continue
                column = properties(panel, names[field])
                has_unit = column.get("unit") in UNITS or "mappings" in column
                self.assertTrue(has_unit, f"{panel['title']}: {names[field]}")

    def test_panel_no_targets(self):
        for panel in all_panels():
            self.assertTrue(panel["targets"], panel["title"])

    def test_target_promql(self):
        """That they are valid a real Prometheus says, in data_test.py; here, that all variables exist."""
        for dashboard in dashboards.load():
            known = {variable["name"] for variable in dashboards.variables(dashboard)}
            values = dict.fromkeys(known, "$__all")
            for panel in dashboards.panels(dashboard):
                for target in panel["targets"]:
                    self.assertTrue(dashboards.fill(target["expr"], values).strip())

    def test_target_rate_interval(self):
        for where, expression in all_expressions():
            for function, span in re.findall(r"(\w+)\((?:[^()\[\]]*)\[([^\]]+)\]", expression):
                if function in ("rate", "irate"):
                    self.assertEqual(span, "$__rate_interval", where)

    def test_target_counter_agg(self):
        for where, expression in all_expressions():
            for found in re.finditer(r"\b\w+_total\b", expression):
                before = expression[: found.start()]
                if not re.search(r"\b(rate|irate|increase)\($", before):
                    self.assertRegex(before, PRESENCE, f"{where}: {found.group()}")

    def test_target_logql(self):
        """The two rules about Loki: there is no Loki here."""
        for dashboard in dashboards.load():
            self.assertNotIn("loki", str(dashboard).lower())

    def test_left_out_are_four(self):
        text = (dashboards.FOLDER / ".lint").read_text(encoding="utf-8")
        self.assertEqual(
            re.findall(r"^  ([\w-]+):", text, flags=re.MULTILINE),
            [
                "template-job-rule",
                "template-instance-rule",
                "target-job-rule",
                "target-instance-rule",
            ],
        )

    def test_uneditable_dashboard(self):
        for dashboard in dashboards.load():
            self.assertIs(dashboard["editable"], False)


class Frame(unittest.TestCase):
    def test_addresses_and_time_are_what_links_and_people_rely_on(self):
        for uid, dashboard in zip(dashboards.UIDS, dashboards.load()):
            self.assertEqual(dashboard["uid"], uid)
            self.assertLessEqual(len(uid), 40)
            self.assertEqual(dashboard["time"], {"from": "now-1h", "to": "now"})
            self.assertEqual(dashboard["refresh"], "30s")
            self.assertEqual(dashboard["timezone"], "browser")
            self.assertIn("podprobe", dashboard["tags"])

    def test_variables(self):
        names = {
            dashboard["uid"]: [each["name"] for each in dashboards.variables(dashboard)]
            for dashboard in dashboards.load()
        }
        self.assertEqual(
            names,
            {
                "podprobe-cluster": ["datasource", "cluster", "namespace", "node"],
                "podprobe-workload": ["datasource", "cluster", "namespace", "workload", "node"],
                "podprobe-pod": ["datasource", "cluster", "namespace", "workload", "pod"],
                "podprobe-exporter": ["datasource", "cluster", "node"],
            },
        )

    def test_all_of_a_label_that_may_be_missing_matches_its_absence(self):
        for dashboard in dashboards.load():
            for variable in dashboards.variables(dashboard)[1:]:
                if variable["includeAll"]:
                    self.assertEqual((variable["allValue"], variable["multi"]), (".*", True))
                else:
                    self.assertEqual(dashboard["uid"], "podprobe-pod")
                    self.assertIn(variable["name"], ("namespace", "pod"))

    def test_panels_stand_side_by_side(self):
        for dashboard in dashboards.load():
            cells = set()
            ids = set()
            for panel in dashboard["panels"]:
                place = panel["gridPos"]
                self.assertLessEqual(place["x"] + place["w"], 24)
                taken = {
                    (x, y)
                    for x in range(place["x"], place["x"] + place["w"])
                    for y in range(place["y"], place["y"] + place["h"])
                }
                self.assertFalse(cells & taken, panel["title"])
                cells |= taken
                self.assertNotIn(panel["id"], ids)
                ids.add(panel["id"])

    def test_annotations_can_be_switched_off(self):
        for dashboard in dashboards.load():
            listed = dashboard["annotations"]["list"]
            self.assertEqual(
                [(each["name"], each["enable"], each["hide"]) for each in listed],
                [
                    ("Alerts", True, False),
                    ("Kubelet restarts", True, False),
                    ("Node incidents", False, False),
                ],
            )
            for each in listed:
                self.assertEqual(each["datasource"], DATASOURCE)

    def test_annotations_show_every_alert_of_the_rules(self):
        names = set(re.findall(r"- alert: (\w+)", promql.rule_files()))
        for dashboard in dashboards.load():
            expression = dashboard["annotations"]["list"][0]["expr"]
            shown = re.search(r'alertname=~"([^"]*)"', expression).group(1)
            for name in names | {"PodProbeStalled", "PodReadinessFlapping", "NodeProbeIncident"}:
                self.assertRegex(name, f"^(?:{shown})$")
            for name in ("KubePodCrashLooping", "KubePodNotReady", "Watchdog"):
                self.assertNotRegex(name, f"^(?:{shown})$")


class Links(unittest.TestCase):
    def test_the_dropdown_keeps_time_and_variables(self):
        for dashboard in dashboards.load():
            (link,) = dashboard["links"]
            self.assertEqual((link["type"], link["tags"]), ("dashboards", ["podprobe"]))
            self.assertEqual((link["keepTime"], link["includeVars"]), (True, True))

    def test_data_links_keep_time_source_and_cluster_and_fit_their_target(self):
        known = {
            dashboard["uid"]: {each["name"] for each in dashboards.variables(dashboard)}
            for dashboard in dashboards.load()
        }
        count = 0
        for dashboard in dashboards.load():
            for panel in dashboards.panels(dashboard):
                for link in links(panel):
                    url = link["url"]
                    with self.subTest(panel=panel["title"], url=url):
                        uid, query = re.fullmatch(r"/d/([\w-]+)\?(.*)", url).groups()
                        parts = query.split("&")
                        self.assertEqual(parts[:2], [TIME, "${datasource:queryparam}"])
                        given = {
                            re.fullmatch(r"(?:var-(\w+)=.*|\$\{(\w+):queryparam\})", part)
                            for part in parts[1:]
                        }
                        names = {found.group(1) or found.group(2) for found in given}
                        self.assertLessEqual(names, known[uid])
                        self.assertIn("cluster", names)
                        for column in re.findall(r'__data\.fields\["([^"]+)"\]', url):
                            self.assertIn(
                                column, options(panel, "organize")["renameByName"].values()
                            )
                        for label in re.findall(r"__field\.labels\.(\w+)", url):
                            for target in panel["targets"]:
                                self.assertIn(label, promql.grouped_labels(target["expr"]))
                        count += 1
        self.assertGreater(count, 15)

    def test_every_way_down_is_there(self):
        ways = {
            (dashboard["uid"], re.match(r"/d/([\w-]+)", link["url"]).group(1))
            for dashboard in dashboards.load()
            for panel in dashboards.panels(dashboard)
            for link in links(panel)
        }
        self.assertLessEqual(
            {
                ("podprobe-cluster", "podprobe-workload"),
                ("podprobe-cluster", "podprobe-exporter"),
                ("podprobe-workload", "podprobe-pod"),
            },
            ways,
        )


class Names(unittest.TestCase):
    """Metrics, labels and label values against exporter/METRICS.md."""

    def expressions(self):
        yield from all_expressions()
        for dashboard in dashboards.load():
            for each in dashboard["annotations"]["list"]:
                yield f"{dashboard['uid']}: annotation {each['name']}", each["expr"]
            for each in dashboards.variables(dashboard)[1:]:
                yield f"{dashboard['uid']}: variable {each['name']}", each["query"]

    def test_every_metric_named_exists(self):
        known = promql.reference()
        for where, expression in self.expressions():
            with self.subTest(where):
                self.assertLessEqual(promql.metrics(expression), set(known))

    def test_every_label_matched_exists_on_its_metric(self):
        known = promql.reference()
        for where, expression in self.expressions():
            with self.subTest(where):
                for metric, label, _, _ in promql.matchers(expression):
                    self.assertIn(label, known[metric] | promql.TARGET_LABELS, metric)

    def test_every_label_grouped_by_exists_on_a_metric_of_the_query(self):
        known = promql.reference()
        made = {"le", "what", "mend"}  # of histograms, and of label_replace()
        for where, expression in self.expressions():
            with self.subTest(where):
                labels = set().union(
                    promql.TARGET_LABELS, made, *map(known.get, promql.metrics(expression))
                )
                self.assertLessEqual(promql.grouped_labels(expression), labels)

    def test_every_label_value_is_one_that_the_reference_knows(self):
        for where, expression in self.expressions():
            with self.subTest(where):
                for metric, label, _, value in promql.matchers(expression):
                    if value and "$" not in value:
                        known = promql.reference_values(metric)
                        self.assertEqual(set(value.split("|")) - known, set(), f"{metric} {label}")

    def test_every_served_series_is_used_by_a_panel_or_a_rule(self):
        used = promql.metrics(promql.rule_files())
        for _, expression in self.expressions():
            used |= promql.metrics(expression)
        self.assertEqual(set(promql.reference()) - used, set())


if __name__ == "__main__":
    unittest.main()
