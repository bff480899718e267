#!/usr/bin/env python3
"""Prints the PrometheusRule: the groups of the plain rule files, word for word.

    deploy/prometheus/make_prometheus_rule.py > deploy/prometheus/prometheusrule.yaml
"""

import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent
RULE_FILES = ("podprobe-recording.rules.yml", "podprobe-alerts.rules.yml")
HEAD = """\
# Made from the plain rule files by make_prometheus_rule.py: change those.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: podprobe
  labels:
    app.kubernetes.io/name: podprobe-exporter
    app.kubernetes.io/component: rules
    app.kubernetes.io/part-of: podprobe
spec:
  groups:
"""


def groups(file):
    """What stands below `groups:`, as deep as it belongs in a PrometheusRule."""
    _, below = file.read_text(encoding="utf-8").split("\ngroups:\n", 1)
    return "".join(f"  {line}" if line.strip() else line for line in below.splitlines(keepends=True))


if __name__ == "__main__":
    print(HEAD + "\n".join(groups(FOLDER / name) for name in RULE_FILES), end="")
