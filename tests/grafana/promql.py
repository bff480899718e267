"""What our dashboards' and rules' PromQL names: metrics, labels, label values. Not a parser: a reader for
expressions that a real Prometheus has accepted (data_test.py)."""

import pathlib
import re

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
METRIC = re.compile(r"\b((?:podprobe|process)_[a-z_]+)\b(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
GROUPING = re.compile(r"\b(?:by|on|group_left|group_right)\s*\(([^)]*)\)")
# Labels that Prometheus and the PodMonitor give to a target.
TARGET_LABELS = {"cluster", "node", "instance", "job"}


def base_name(metric):
    """The name in the reference: a histogram stands there without its suffixes."""
    return re.sub(r"(_seconds)_(bucket|sum|count)$", r"\1", metric)


def without_grouping(expression):
    """Label lists in parentheses gone: a label may be called like nothing of ours."""
    return GROUPING.sub("", expression)


def metrics(expression):
    """{name in the reference}"""
    return {base_name(name) for name, _ in METRIC.findall(without_grouping(expression))}


def matchers(expression):
    """[(metric, label, operator, value)]"""
    return [
        (base_name(name), *matcher)
        for name, selector in METRIC.findall(without_grouping(expression))
        for matcher in MATCHER.findall(selector)
    ]


def grouped_labels(expression):
    """Labels that an expression groups or joins by."""
    lists = GROUPING.findall(expression)
    return {label.strip() for each in lists for label in each.split(",") if label.strip()}


def reference():
    """{name: {label}} of every series in exporter/METRICS.md."""
    text = (REPOSITORY / "exporter" / "METRICS.md").read_text(encoding="utf-8")
    found = re.findall(r"^### `(\w+)`\n\n(.*)\n", text, flags=re.MULTILINE)
    assert len(found) > 40, "METRICS.md is not written as it was"
    return {name: set(re.findall(r"`(\w+)`", kind)) for name, kind in found}


def reference_values(metric):
    """What a label of this series may say, as far as METRICS.md tells: all that stands there in backticks
    or in a query in quotes, and the words of the series' own description."""
    text = (REPOSITORY / "exporter" / "METRICS.md").read_text(encoding="utf-8")
    description = re.search(rf"^### `{metric}`\n\n.*\n\n(.*)\n", text, flags=re.MULTILINE).group(1)
    values = set(re.findall(r"`(\w+)`", text)) | set(re.findall(r'="(\w+)"', text))
    return values | set(re.findall(r"\w+", description))


def rule_files():
    """The text of the rule files beside the dashboards, in deploy/prometheus."""
    folder = REPOSITORY / "deploy" / "prometheus"
    return "\n".join(
        path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.rules.yml"))
    )
