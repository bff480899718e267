"""The programs that are compared, each reading the same kubelet."""

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from kubelet import free_ports

METRIC_PATHS = ("/metrics/probes", "/metrics/cadvisor", "/metrics/resource")


def get(url, gzip=False):
    """The body, or None while nobody answers."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"} if gzip else {})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.read()
    except (urllib.error.URLError, OSError):
        return None


class Agent:
    """One program under measurement. `pid` and `startup_seconds` once it has started."""

    name = ""

    def __init__(self, kubelet, transport, interval_seconds):
        """`interval_seconds` None: the program's own defaults. `kubelet` None: nothing to read."""
        self.folder = tempfile.mkdtemp(prefix="podprobe-bench-agent-")
        self.kubelet = kubelet
        self.transport = transport
        self.interval = interval_seconds
        self.port, self.other_port = free_ports(2)
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self, environment=None):
        command = self.command()
        self._log = open(os.path.join(self.folder, "log"), "wb")
        begin = time.monotonic()
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log, env=environment)
        self.pid = self._process.pid
        while not self.is_good():
            if self._process.poll() is not None or time.monotonic() > begin + 60:
                with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
                    words = log.read()[-2000:]
                self.stop()
                raise RuntimeError(f"{self.name} gave no good page:\n{words}")
            time.sleep(0.002)
        self.startup_seconds = time.monotonic() - begin

    def stop(self):
        self._process.terminate()
        self._process.wait(timeout=30)
        self._log.close()
        shutil.rmtree(self.folder)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def scrape(self):
        """What a Prometheus that scrapes this program would fetch; nothing where it is a Prometheus."""


class Podprobe(Agent):
    name = "podprobe-exporter"
    program = ".build/release/exporter/podprobe-exporter"

    def __init__(self, *arguments, with_pods=True, windows=("5m", "1h")):
        super().__init__(*arguments)
        self._with_pods = with_pods
        self._windows = windows
        if not with_pods:
            self.name += " (three endpoints)"

    def command(self):
        url = self.kubelet.urls[self.transport] if self.kubelet else "http://127.0.0.1:9"
        lines = [
            f"kubelet: {{url: '{url}', enable_compression: {str(self.transport == 'gzip').lower()}",
            f", tls_config: {{ca_file: '{self.kubelet.ca_file}'}}" if self.transport == "tls" else "",
            "}\n",
            f"windows: [{', '.join(self._windows)}]\n",
            # Room for 5,000 pods on one node.
            "limits: {pods_bytes: 128MiB, metrics_bytes: 1GiB, max_series: 1000000}\n",
            f"web: {{listen_addresses: ['127.0.0.1:{self.port}'], health_listen_address: '127.0.0.1:{self.other_port}'}}\n",
            "sources:\n",
        ]
        for source in ("probes", "cadvisor", "resource", "pods"):
            interval = f"interval: {self.interval}s, " if self.interval else ""
            is_enabled = str(source != "pods" or self._with_pods).lower()
            lines.append(f"  {source}: {{{interval}enabled: {is_enabled}}}\n")
        return [self.program, "serve", f"--config.file={self.write('podprobe.yml', ''.join(lines))}"]

    def is_good(self):
        page = get(f"{self.url}/metrics")
        if page is None or self.kubelet is None:
            return page is not None
        return b'podprobe_source_up{source="probes"} 1' in page and b"\npodprobe_attempts_total{" in page

    def scrape(self):
        assert get(f"{self.url}/metrics", gzip=True)


PROMETHEUS_SCRAPE = """  - job_name: '{path}'
    metrics_path: {path}
    scheme: {scheme}
    honor_labels: true
    tls_config: {{ca_file: '{ca_file}'}}
    metric_relabel_configs: [{{source_labels: [__name__], regex: 'prober_.*', action: keep}}]
    static_configs: [{{targets: ['{target}']}}]
"""
RULES = """groups:
- name: ratios
  rules:
  - record: namespace_pod_probe_type:prober_probe:success_ratio5m
    expr: >-
      sum by (namespace, pod, probe_type) (rate(prober_probe_total{result="successful"}[5m]))
      / sum by (namespace, pod, probe_type) (rate(prober_probe_total[5m]))
"""


class Peer(Agent):
    """What reads by Prometheus' scrape configuration."""

    def configuration(self):
        text = f"global: {{scrape_interval: {self.interval or 15}s, scrape_timeout: {min(self.interval or 10, 10)}s}}\n"
        text += "scrape_configs:\n" if self.kubelet else "scrape_configs: []\n"
        for path in METRIC_PATHS if self.kubelet else ():
            scheme, _, target = self.kubelet.urls[self.transport].partition("://")
            text += PROMETHEUS_SCRAPE.format(path=path, scheme=scheme, target=target, ca_file=self.kubelet.ca_file)
        return text

    def is_good(self):
        body = get(f"{self.url}/api/v1/targets")
        if body is None or self.kubelet is None:
            return body is not None
        targets = json.loads(body)["data"]["activeTargets"]
        return len(targets) == 3 and all(target["health"] == "up" for target in targets)


class PrometheusServer(Peer):
    name = "prometheus"

    def command(self):
        rules = self.write("rules.yml", RULES)
        text = self.configuration() + f"rule_files: ['{rules}']\n"
        text = text.replace("global: {", f"global: {{evaluation_interval: {max(self.interval or 15, 5)}s, ")
        return ["prometheus", f"--config.file={self.write('prometheus.yml', text)}",
                f"--storage.tsdb.path={self.folder}/data", f"--web.listen-address=127.0.0.1:{self.port}"]


class PrometheusAgent(Peer):
    name = "prometheus --enable-feature=agent"

    def command(self):
        text = self.configuration()
        if self.kubelet:
            text += f"remote_write: [{{url: '{self.kubelet.sink}'}}]\n"
        return ["prometheus", "--enable-feature=agent", f"--config.file={self.write('prometheus.yml', text)}",
                f"--storage.agent.path={self.folder}/data", f"--web.listen-address=127.0.0.1:{self.port}"]


class Vmagent(Peer):
    name = "vmagent"

    def command(self):
        text = self.configuration()
        if self.transport != "gzip":
            text = text.replace("    honor_labels", "    disable_compression: true\n    honor_labels")
        sink = self.kubelet.sink if self.kubelet else "http://127.0.0.1:9/"
        return ["vmagent", f"-promscrape.config={self.write('prometheus.yml', text)}", f"-remoteWrite.url={sink}",
                f"-remoteWrite.tmpDataPath={self.folder}/data", f"-httpListenAddr=127.0.0.1:{self.port}",
                "-promscrape.maxScrapeSize=1GiB"]  # its own 16 MiB are less than the page of 500 pods


PEERS = (PrometheusServer, PrometheusAgent, Vmagent)
