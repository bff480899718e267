"""The committed dashboards: their panels, queries and variables, filled in as Grafana does."""

import json
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "grafana" / "dashboards"
UIDS = ["podprobe-cluster", "podprobe-workload", "podprobe-pod", "podprobe-exporter"]
# Grafana's own variables, for a range of an hour on a panel of 120 points and a scrape every 15 s.
RANGE_SECONDS = 3600
STEP_SECONDS = 30
GLOBALS = {"__range": f"{RANGE_SECONDS}s", "__rate_interval": "120s", "__interval": "30s"}
VARIABLE = re.compile(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))")


def load():
    """[dashboard] in the order of UIDS; a file that is not one of them is an error."""
    files = {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")
    }
    assert sorted(files) == sorted(UIDS), sorted(files)
    return [files[uid] for uid in UIDS]


def panels(dashboard):
    """The panels with queries, without the rows."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def variables(dashboard):
    return dashboard["templating"]["list"]


def fill(expression, values):
    """`expression` with each variable replaced; one that nobody defined is an error. A list is what a
    variable with several values gives; "$__all" gives its allValue, `.*`."""

    def value(match):
        name = match.group(1) or match.group(2)
        if name in GLOBALS:
            return GLOBALS[name]
        given = values[name]
        if given == "$__all":
            return ".*"
        return given if isinstance(given, str) else "(" + "|".join(given) + ")"

    # label_replace() has references of its own, $1.
    return VARIABLE.sub(
        lambda match: match.group() if match.group(2) == "1" else value(match), expression
    )


def targets():
    """(uid, panel title, refId, target) of every query of every panel."""
    for dashboard in load():
        for panel in panels(dashboard):
            for target in panel["targets"]:
                yield dashboard["uid"], panel["title"], target["refId"], target
