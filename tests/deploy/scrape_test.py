#!/usr/bin/env python3
"""The labels as a real Prometheus stores them: by the PodMonitor, as Prometheus Operator makes a
scrape configuration of it, and by the one for plain Prometheus.

Only Kubernetes' discovery is left out: a file says what it would have found."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

import yaml

import rendered
import tools

sys.path.insert(0, str(tools.ROOT / "tests" / "e2e"))
from exporter_process import ExporterProcess, fetch, wait_until  # noqa: E402
from fake_kubelet import FakeKubelet  # noqa: E402
from prometheus_process import Prometheus  # noqa: E402

SNIPPET = tools.DEPLOY / "prometheus" / "scrape_config.yml"
NODE = "worker-1"

# A target label that a user's Prometheus adds (podTargetLabels), of a name that series have: theirs
# must win, which is what honor_labels is for.
USERS_OWN = "of-the-target"
# What only the exporter's own pod has; no series may carry it.
POD = "podprobe-exporter-x7k2p"


def sanitized(label):
    return re.sub(r"[^a-zA-Z0-9_]", "_", label)


def relabel_config(relabeling):
    """One of a monitor's `relabelings` as Prometheus writes it."""
    names = {"sourceLabels": "source_labels", "targetLabel": "target_label"}
    return {names.get(key, key): value for key, value in relabeling.items()}


def operator_scrape_config(monitor):
    """What Prometheus Operator makes of a PodMonitor with one endpoint and a jobLabel, but for
    discovery (generatePodMonitorConfig in its pkg/prometheus/promcfg.go)."""
    spec, metadata = monitor["spec"], monitor["metadata"]
    endpoint = spec["podMetricsEndpoints"][0]
    pod_label = "__meta_kubernetes_pod_label_"
    present = "__meta_kubernetes_pod_labelpresent_"
    relabelings = [
        {"source_labels": ["job"], "target_label": "__tmp_prometheus_job_name"},
        {"source_labels": ["__meta_kubernetes_pod_phase"], "regex": "(Failed|Succeeded)",
         "action": "drop"},
    ]
    for label, value in sorted(spec["selector"]["matchLabels"].items()):
        relabelings.append({"source_labels": [pod_label + sanitized(label),
                                              present + sanitized(label)],
                            "regex": f"({value});true", "action": "keep"})
    relabelings += [
        {"source_labels": ["__meta_kubernetes_pod_container_port_name"],
         "regex": endpoint["port"], "action": "keep"},
        {"source_labels": ["__meta_kubernetes_namespace"], "target_label": "namespace"},
        {"source_labels": ["__meta_kubernetes_pod_container_name"], "target_label": "container"},
        {"source_labels": ["__meta_kubernetes_pod_name"], "target_label": "pod"},
        {"target_label": "job", "replacement": f"{metadata['namespace']}/{metadata['name']}"},
        {"source_labels": [pod_label + sanitized(spec["jobLabel"])], "target_label": "job",
         "regex": "(.+)", "replacement": "${1}"},
        {"target_label": "endpoint", "replacement": endpoint["port"]},
        *(relabel_config(relabeling) for relabeling in endpoint["relabelings"]),
        {"source_labels": ["__address__", "__tmp_hash"], "target_label": "__tmp_hash",
         "regex": "(.+);", "replacement": "$1", "action": "replace"},
        {"source_labels": ["__tmp_hash"], "target_label": "__tmp_hash", "modulus": 1,
         "action": "hashmod"},
        {"source_labels": ["__tmp_hash"], "regex": "0", "action": "keep"},
    ]
    return {
        "job_name": f"podMonitor/{metadata['namespace']}/{metadata['name']}/0",
        "honor_labels": endpoint.get("honorLabels", False),
        "scrape_interval": endpoint["interval"],
        "relabel_configs": relabelings,
    }


def discovered(address, labels, **more):
    """A target as discovery of role pod finds it, with its labels and what else it says."""
    meta = {
        "namespace": "podprobe",
        "pod_name": POD,
        "pod_ip": address.partition(":")[0],
        "pod_container_name": "podprobe-exporter",
        "pod_container_port_name": "metrics",
        "pod_container_port_number": "9714",
        "pod_container_port_protocol": "TCP",
        "pod_ready": "true",
        "pod_phase": "Running",
        "pod_node_name": NODE,
        "pod_host_ip": "10.245.0.1",
        "pod_uid": "5ba0a1c7-0c8e-4b5e-9a41-3f7c2c7a4d1e",
        "pod_controller_kind": "DaemonSet",
        "pod_controller_name": "podprobe-exporter",
    }
    for label, value in labels.items():
        meta[f"pod_label_{sanitized(label)}"] = value
        meta[f"pod_labelpresent_{sanitized(label)}"] = "true"
    meta.update(more)
    return {"targets": [address],
            "labels": {f"__meta_kubernetes_{name}": value for name, value in meta.items()}}


class Labels(unittest.TestCase):
    """Two Prometheus jobs, each as its user has it, scrape one exporter of a real recording."""

    @classmethod
    def setUpClass(cls):
        cls.monitor = rendered.one(rendered.with_components("prometheus-operator"), "PodMonitor")
        cls.labels = rendered.pod_template(
            rendered.kustomize(rendered.KUBERNETES))["metadata"]["labels"]
        cls.kubelet = FakeKubelet()
        cls.addClassCleanup(cls.kubelet.stop)
        cls.exporter = ExporterProcess("serve", f"--kubelet.url={cls.kubelet.url}",
                                       f"--node-name={NODE}", health="127.0.0.1:0")
        cls.addClassCleanup(cls.exporter.kill)
        cls.exporter.wait_for_page()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.prometheus = Prometheus(config_text=cls.config(pathlib.Path(folder.name)))
        cls.addClassCleanup(cls.prometheus.stop)
        for job in ("operator", "plain", "careless"):
            wait_until(f"series of {job}",
                       lambda job=job: cls.prometheus.query(f'podprobe_node_probes{{test="{job}"}}'))

    @classmethod
    def config(cls, folder):
        """The label `test` tells the jobs apart; both would be called podprobe-exporter."""
        address = urllib.parse.urlparse(cls.exporter.url).netloc
        health = urllib.parse.urlparse(cls.exporter.health_url).netloc
        targets = folder / "targets.json"
        targets.write_text(json.dumps([
            discovered(address, cls.labels),
            # What must not become a target: the other port, a pod that has ended, another's pod.
            discovered(health, cls.labels, pod_container_port_name="health"),
            discovered("127.0.0.1:1", cls.labels, pod_phase="Succeeded"),
            discovered("127.0.0.1:2", {"app.kubernetes.io/name": "podprobe-exporter-check"}),
        ]), encoding="utf-8")
        operator = operator_scrape_config(cls.monitor)
        plain = yaml.safe_load(SNIPPET.read_text(encoding="utf-8"))["scrape_configs"][0]
        assert "kubernetes_sd_configs" in plain
        del plain["kubernetes_sd_configs"]
        # What this test would see if either forgot what it is about.
        careless = operator_scrape_config(cls.monitor)
        careless["honor_labels"] = False
        careless["relabel_configs"] = [
            relabeling for relabeling in careless["relabel_configs"]
            if relabeling.get("action") != "labeldrop"]
        jobs = []
        for name, job in (("operator", operator), ("plain", plain), ("careless", careless)):
            job["job_name"] = name if name != "plain" else job["job_name"]
            job["scrape_interval"] = "1s"
            job["file_sd_configs"] = [{"files": [str(targets)]}]
            job["relabel_configs"] = job["relabel_configs"] + [
                {"target_label": "workload", "replacement": USERS_OWN},
                {"target_label": "test", "replacement": name}]
            jobs.append(job)
        return yaml.safe_dump({"scrape_configs": jobs})

    def stored(self, job, name):
        """The label sets stored of a metric, without what the test added."""
        found = self.prometheus.query(f'{name}{{test="{job}"}}')
        self.assertGreater(len(found), 0, name)
        return [{label: value for label, value in series["metric"].items()
                 if label not in ("test", "__name__") and value != USERS_OWN} for series in found]

    def common(self, job):
        common = {"job": "podprobe-exporter", "instance": NODE, "node": NODE}
        if job == "operator":
            common["endpoint"] = "metrics"
        return common

    def test_one_target_is_found(self):
        for job in ("operator", "plain"):
            self.assertEqual(self.stored(job, "up"), [self.common(job)])
            self.assertEqual(len(self.prometheus.query(f'up{{test="{job}"}} == 1')), 1)

    def test_series_of_the_node_have_no_pod(self):
        for job in ("operator", "plain"):
            for labels in self.stored(job, "podprobe_node_probes"):
                self.assertEqual(set(labels), set(self.common(job)) | {"probe_type", "state"})
            for labels in self.stored(job, "podprobe_kubelet_restarts_total"):
                self.assertEqual(labels, self.common(job))

    def test_series_of_pods_keep_their_own(self):
        page = self.exporter.page()
        for job in ("operator", "plain"):
            for labels in self.stored(job, "podprobe_attempts_total"):
                self.assertLessEqual(self.common(job).items(), labels.items())
                # As on the exporter's own page.
                own = {label: value for label, value in labels.items()
                       if label not in self.common(job)}
                self.assertEqual(len(page.find("podprobe_attempts_total", **own)), 1, labels)
            containers = {labels["container"] for labels in self.stored(job, "podprobe_state")}
            self.assertNotIn("podprobe-exporter", containers)

    def test_nothing_stored_is_of_the_exporter_s_pod_or_renamed(self):
        for job in ("operator", "plain"):
            for series in self.prometheus.query(f'{{test="{job}"}}'):
                self.assertNotIn(POD, series["metric"].values())
                for label in series["metric"]:
                    self.assertFalse(label.startswith(("exported_", "__meta")), label)

    def test_without_honor_labels_and_relabelings_it_would_be_otherwise(self):
        """The check of the checks."""
        labels = self.stored("careless", "podprobe_node_probes")[0]
        self.assertEqual((labels["pod"], labels["namespace"]), (POD, "podprobe"))
        labels = self.stored("careless", "podprobe_attempts_total")[0]
        self.assertEqual(labels["pod"], POD)
        self.assertIn("exported_pod", labels)

    def test_plain_prometheus_takes_the_file(self):
        """But for discovery, which Debian's Prometheus is built without."""
        config = yaml.safe_load(SNIPPET.read_text(encoding="utf-8"))
        self.assertEqual(config["scrape_configs"][0].pop("kubernetes_sd_configs"),
                         [{"role": "pod", "namespaces": {"names": ["podprobe"]}}])
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            yaml.safe_dump(config, file)
            file.flush()
            done = subprocess.run(["promtool", "check", "config", file.name],
                                  capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_interval_is_below_what_a_late_series_waits(self):
        """series.born_at_zero, or increase() loses first failures."""
        text = (tools.ROOT / "config" / "podprobe.yml").read_text(encoding="utf-8")
        born_at_zero = int(re.search(r"born_at_zero: (\d+)s", text)[1])
        snippet = yaml.safe_load(SNIPPET.read_text(encoding="utf-8"))["scrape_configs"][0]
        for interval in (snippet["scrape_interval"],
                         self.monitor["spec"]["podMetricsEndpoints"][0]["interval"]):
            self.assertLess(2 * int(interval.removesuffix("s")), born_at_zero)

    def test_the_health_checks_of_the_manifest_are_answered(self):
        container = rendered.container(rendered.kustomize(rendered.KUBERNETES))
        for probe in ("livenessProbe", "readinessProbe"):
            path = container[probe]["httpGet"]["path"]
            status, body = fetch(self.exporter.health_url + path)
            self.assertEqual(status, 200, body)


if __name__ == "__main__":
    # Ends the program here, as skipped, where there is none.
    tools.kubectl()
    unittest.main()
