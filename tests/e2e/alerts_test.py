#!/usr/bin/env python3
"""From a probe that fails to the notification: a scripted kubelet, the exporter, and Debian's Prometheus
and Alertmanager with the rules and the routes that are shipped.

Only time is not theirs: every duration in the rules and in the Alertmanager example is divided by TIME_SCALE,
so that 5 minutes are 10 seconds. What the exporter itself takes its time for stays as it is."""

import json
import os
import pathlib
import re
import sys
import tempfile
import unittest
import urllib.parse

import yaml

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from alertmanager_process import Alertmanager, WebhookReceiver
from exporter_process import ExporterProcess, wait_until
from prometheus_process import Prometheus
from scripted_kubelet import Pod, ScriptedKubelet

RULES = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "prometheus"
TIME_SCALE = 30
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DEADLINE_SECONDS = 120


def shorter(duration, scale=TIME_SCALE):
    """5m → 10000ms."""
    number, unit = re.fullmatch(r"(\d+)([smhd])", duration).groups()
    return f"{int(number) * SECONDS[unit] * 1000 // scale}ms"


def shorter_ranges(text):
    return re.sub(r"\[(\d+[smhd])\]", lambda found: f"[{shorter(found.group(1))}]", text)


def shorter_rules(file):
    groups = yaml.safe_load((RULES / file).read_text(encoding="utf-8"))["groups"]
    for group in groups:
        group["interval"] = shorter(group["interval"])
        for rule in group["rules"]:
            # The increases are sums of a sample a minute.
            rule["expr"] = re.sub(r"^60 \* sum", f"{60 / TIME_SCALE} * sum", shorter_ranges(rule["expr"]))
            if "for" in rule:
                rule["for"] = shorter(rule["for"])
            for key, text in rule.get("annotations", {}).items():
                rule["annotations"][key] = shorter_ranges(text)
    return json.dumps({"groups": groups})


def shorter_alertmanager(receiver_url):
    config = yaml.safe_load((RULES / "alertmanager.example.yml").read_text(encoding="utf-8"))
    # So long that a machine with much else to do raises the incident meanwhile.
    config["route"]["group_wait"] = shorter(config["route"]["group_wait"], scale=10)
    for key in ("group_interval", "repeat_interval"):
        config["route"][key] = shorter(config["route"][key])
    for receiver in config["receivers"]:
        for webhook in receiver.get("webhook_configs", []):
            webhook["url"] = f"{receiver_url}/{receiver['name']}"
    return json.dumps(config)


def static_config(url, labels=None):
    return {"targets": [urllib.parse.urlparse(url).netloc], "labels": labels or {}}


class AlertsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.kubelets = {
            "worker-1": ScriptedKubelet([Pod("shop", f"web-{i}") for i in range(7)] + [Pod("shop", "cart")]),
            "worker-2": ScriptedKubelet([Pod("media", f"app-{i}") for i in range(40)]),
        }
        targets = {}
        for node, kubelet in cls.kubelets.items():
            cls.addClassCleanup(kubelet.stop)
            config = os.path.join(folder.name, f"{node}.yml")
            with open(config, "w", encoding="utf-8") as file:
                file.write(
                    f"kubelet: {{url: '{kubelet.url}'}}\n"
                    "sources: {probes: {interval: 1s}, resource: {interval: 1s}, pods: {interval: 1s}, "
                    "cadvisor: {enabled: false}}\n"
                )
            exporter = ExporterProcess("--config.file", config, "--node-name", node)
            cls.addClassCleanup(exporter.kill)
            targets[exporter.url] = {"cluster": "test", "node": node}
            exporter.wait_for_page()

        cls.receiver = WebhookReceiver()
        cls.addClassCleanup(cls.receiver.stop)
        cls.alertmanager = Alertmanager(shorter_alertmanager(cls.receiver.url))
        cls.addClassCleanup(cls.alertmanager.stop)
        rule_files = []
        for name in ("podprobe-recording.rules.yml", "podprobe-alerts.rules.yml"):
            rule_files.append(os.path.join(folder.name, name))
            with open(rule_files[-1], "w", encoding="utf-8") as file:
                file.write(shorter_rules(name))
        config = {
            "global": {"scrape_interval": "1s"},
            "rule_files": rule_files,
            "alerting": {"alertmanagers": [{"static_configs": [static_config(cls.alertmanager.url)]}]},
            "scrape_configs": [
                {
                    "job_name": "podprobe-exporter",
                    "honor_labels": True,
                    "static_configs": [static_config(url, labels) for url, labels in targets.items()],
                }
            ],
        }
        cls.prometheus = Prometheus(config_text=json.dumps(config))
        cls.addClassCleanup(cls.prometheus.stop)
        attempts = "namespace_workload_probe_type:podprobe_attempts:increase1h"
        wait_until(
            "attempts of every workload in the recorded series",
            lambda: len(cls.prometheus.query(f"{attempts} > 5")) == 48,
            DEADLINE_SECONDS,
        )

    def pod(self, node, workload):
        (pod,) = [pod for pod in self.kubelets[node].pods if pod.workload == workload]
        return pod

    def test_1_a_pod_that_fails_is_reported_and_called_off_when_it_is_well_again(self):
        burn = {"alertname": "PodProbeErrorBudgetBurn", "long": "1h"}
        self.assertEqual(self.receiver.notifications, [])
        cart = self.pod("worker-1", "cart")
        cart.failing = {"Readiness"}
        wait_until("a notification", lambda: self.receiver.alerts("firing", **burn), DEADLINE_SECONDS)
        alert = self.receiver.alerts("firing", **burn)[0]
        self.assertEqual(
            alert["labels"],
            {
                "alertname": "PodProbeErrorBudgetBurn",
                "cluster": "test",
                "namespace": "shop",
                "workload": "cart",
                "workload_type": "deployment",
                "probe_type": "Readiness",
                "severity": "critical",
                "long": "1h",
                "short": "5m",
            },
        )
        self.assertIn(f"Failing now: {cart.name} on node worker-1.", alert["annotations"]["description"])
        self.assertTrue(alert["annotations"]["runbook_url"].endswith("/PodProbeErrorBudgetBurn.md"))
        self.assertEqual(self.receiver.alerts("resolved", **burn), [])

        cart.failing = set()
        wait_until("all clear", lambda: self.receiver.alerts("resolved", **burn), DEADLINE_SECONDS)
        self.assertEqual(
            {
                alert["labels"]["workload"]
                for alert in self.receiver.alerts("firing")
                if "workload" in alert["labels"]
            },
            {"cart"},
        )
        pager = {path for path, notification in self.receiver.notifications if "cart" in str(notification)}
        self.assertEqual(pager, {"/pager"})

    def test_2_a_node_that_fails_sends_one_alert_not_forty(self):
        imminent = {"alertname": "PodLivenessRestartImminent"}
        before = len(self.receiver.notifications)
        # A pod of another node fails at the same time: that is none of the incident's business.
        self.pod("worker-1", "cart").failing = {"Liveness"}
        for pod in self.kubelets["worker-2"].pods:
            pod.failing = {"Liveness"}

        def silenced():
            return [
                alert
                for alert in self.alertmanager.alerts(**imminent, node="worker-2")
                if alert["status"]["inhibitedBy"]
            ]

        wait_until("forty silenced alerts", lambda: len(silenced()) == 40, DEADLINE_SECONDS)
        wait_until("the other node's", lambda: self.receiver.alerts("firing", **imminent), DEADLINE_SECONDS)
        wait_until(
            "the incident",
            lambda: self.receiver.alerts("firing", alertname="NodeProbeIncident"),
            DEADLINE_SECONDS,
        )
        sent = [notification for _, notification in self.receiver.notifications[before:]]
        of_node = [
            alert["labels"]
            for notification in sent
            for alert in notification["alerts"]
            if alert["labels"].get("node") == "worker-2" or alert["labels"].get("namespace") == "media"
        ]
        self.assertEqual(
            of_node,
            [{"alertname": "NodeProbeIncident", "cluster": "test", "node": "worker-2", "severity": "critical"}],
        )
        self.assertEqual(
            {alert["labels"]["node"] for alert in self.receiver.alerts("firing", **imminent)}, {"worker-1"}
        )


if __name__ == "__main__":
    unittest.main()
