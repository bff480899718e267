#!/usr/bin/env python3
"""Ten thousand lines of hostile label values: from a kubelet through the exporter into our own
parser and into a real Prometheus, in both formats."""

import http.server
import json
import random
import subprocess
import tempfile
import threading
import unittest
import urllib.request

from exporter_process import EXPORTER, ExporterProcess, fetch, wait_until
from fake_kubelet import FakeKubelet, send
from prometheus_process import Prometheus

PODS = 2600
PIECES = ['"', "\\", "\n", "\\n", "{", "}", ",", "=", " ", "#", "a", "\t", "\r", "é", "€", "🐳", "\x7f"]
OPEN_METRICS = "application/openmetrics-text;version=1.0.0"


def hostile_values(count):
    """Different ones; never empty, which to Prometheus is no label."""
    dice = random.Random(6)
    return [
        "".join(dice.choice(PIECES) for _ in range(dice.randrange(12))) + str(i) for i in range(count)
    ]


def escaped(value):
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class TextOnly:
    """Stands before the exporter and asks it for text, whatever the scraper likes."""

    def __init__(self, url):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                with urllib.request.urlopen(url + self.path) as answer:
                    send(self, answer.read(), content_type=answer.headers["Content-Type"])

            def log_message(self, *arguments):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


class RoundTripTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        values = hostile_values(3 * PODS)
        cls.pods = list(zip(*[iter(values)] * 3))  # namespace, pod, container
        cls.failures = 0
        kubelet = FakeKubelet()
        cls.addClassCleanup(kubelet.stop)
        kubelet.answers = {"/metrics/probes": lambda handler: send(handler, cls.kubelet_page())}
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        config = folder.name + "/podprobe.yml"
        with open(config, "w", encoding="ascii") as file:
            file.write(
                f"kubelet: {{url: 'http://127.0.0.1:{kubelet.port}'}}\n"
                "sources:\n"
                "  probes: {interval: 1s, timeout: 1s}\n"
                "  pods: {enabled: false}\n"
                "  cadvisor: {enabled: false}\n"
                "  resource: {enabled: false}\n"
            )
        cls.exporter = ExporterProcess("--config.file=" + config).wait_for_page()
        cls.addClassCleanup(cls.exporter.kill)
        # From now on they fail, and so have series with the label `container`.
        cls.failures = 2
        wait_until(
            "failing probes",
            lambda: fetch(cls.exporter.url + "/metrics")[1].count("\npodprobe_consecutive_failures{") == PODS,
        )

    @classmethod
    def kubelet_page(cls):
        lines = ["process_start_time_seconds 1000000000"]
        for namespace, pod, container in cls.pods:
            for probe_type in ("Liveness", "Readiness"):
                labels = (
                    f'container="{escaped(container)}",namespace="{escaped(namespace)}",'
                    f'pod="{escaped(pod)}",pod_uid="{escaped(pod)}",probe_type="{probe_type}"'
                )
                lines.append(f'prober_probe_total{{{labels},result="successful"}} 7')
                if cls.failures and probe_type == "Readiness":
                    lines.append(f'prober_probe_total{{{labels},result="failed"}} {cls.failures}')
        return ("\n".join(lines) + "\n").encode()

    def assert_whole(self, series):
        """`series`: the labels of all that was read."""
        names = {(labels["namespace"], labels["pod"]) for labels in series}
        self.assertEqual(names, {(namespace, pod) for namespace, pod, _ in self.pods})
        with_container = {
            (labels["namespace"], labels["pod"], labels["container"])
            for labels in series
            if "container" in labels
        }
        self.assertEqual(with_container, set(self.pods))

    def test_our_own_parser(self):
        for accept in ("text/plain", OPEN_METRICS):
            with self.subTest(accept):
                request = urllib.request.Request(
                    self.exporter.url + "/metrics", headers={"Accept": accept}
                )
                with urllib.request.urlopen(request) as answer:
                    page = answer.read()
                run = subprocess.run(
                    [EXPORTER, "parse", "-"], input=page, capture_output=True, check=False
                )
                self.assertEqual((run.returncode, run.stderr), (0, b""))
                # Not splitlines, which takes other characters for line ends.
                samples = [json.loads(line) for line in run.stdout.decode().split("\n") if line]
                series = [sample["labels"] for sample in samples if "pod" in sample["labels"]]
                self.assertGreater(len(series), 10_000)
                self.assert_whole(series)

    def test_a_real_prometheus(self):
        text_only = TextOnly(self.exporter.url)
        self.addCleanup(text_only.stop)
        for url in (self.exporter.url, text_only.url):
            with self.subTest(url):
                prometheus = Prometheus(url)
                self.addCleanup(prometheus.stop)
                counts = wait_until(
                    "a scrape", lambda: prometheus.query("scrape_samples_scraped > 10000"), 60
                )
                self.assertEqual(len(counts), 1)
                self.assert_whole(
                    [result["metric"] for result in prometheus.query('{__name__=~"podprobe_.*",pod!=""}')]
                )


if __name__ == "__main__":
    unittest.main()
