#!/usr/bin/env python3
"""What the rules of deploy/prometheus cost a real Prometheus: generated pages of many nodes, scraped over
HTTP, with days of recorded history behind them. Opt-in; takes half an hour and some GB of memory and disk.

    tests/bench/rules_scale.py --nodes 300 --pods 110 --minutes 15

Prints series, memory without and with the rules, and the median time that each group of rules takes."""

import argparse
import http.server
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from server_process import free_port

RULES = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "prometheus"
PODS_PER_WORKLOAD = 10
WORKLOADS_PER_NAMESPACE = 20
SCRAPE_SECONDS = 30
BLOCK_SECONDS = 7200
REASONS = ("dns", "connect", "tls", "auth", "forbidden", "timeout", "status", "truncated", "size", "parse")
STATES = ("passing", "not_running", "acting", "stalled", "initializing", "failing")


class Cluster:
    """Pods spread over nodes so that those of a workload are on different ones; one in a hundred fails."""

    def __init__(self, nodes, pods):
        self.nodes = nodes
        self.pods = pods
        self.workloads = max(1, nodes * pods // PODS_PER_WORKLOAD)
        self.began = time.time()

    def workload(self, number):
        return f'namespace="ns-{number // WORKLOADS_PER_NAMESPACE}"', f"svc-{number}"

    def page(self, node):
        """What the exporter serves: 12 series a pod that is well, some more for one that is not."""
        seconds = time.time() - self.began + 3600
        lines = []
        for index in range(self.pods):
            number = index * self.nodes + node
            namespace, workload = self.workload(number % self.workloads)
            pod = f'{namespace},pod="{workload}-7d9c5b6f4-{number:05d}"'
            owner = f'workload="{workload}",workload_type="deployment"'
            is_failing = number % 100 == 0
            for probe_type, period_seconds in (("Readiness", 10), ("Liveness", 20)):
                probe = f'{pod},{owner},probe_type="{probe_type}"'
                attempts = int((seconds + number % period_seconds) / period_seconds)
                fails = is_failing and probe_type == "Readiness"
                failures = attempts // 2 if fails else 0
                lines.append(f'podprobe_attempts_total{{{probe},phase="steady"}} {attempts}')
                lines.append(f'podprobe_failures_total{{{probe},phase="steady"}} {failures}')
                for window in ("5m", "1h"):
                    lines.append(f'podprobe_success_ratio{{{probe},window="{window}"}} {0.5 if fails else 1}')
                lines.append(f'podprobe_near_timeout_ratio{{{probe},window="5m"}} 0')
                if not fails:
                    continue
                container = f'{probe},container="app"'
                lines.append(f'podprobe_failure_causes_total{{{probe},cause="unexplained"}} {failures}')
                lines.append(f'podprobe_consecutive_failures{{{container}}} 1')
                lines.append(f'podprobe_failing_since_timestamp_seconds{{{container}}} {self.began}')
                lines.append(f'podprobe_last_success_timestamp_seconds{{{container}}} {self.began}')
                lines.append(f'podprobe_state{{{container},state="failing"}} 1')
                lines.append(f'podprobe_time_to_action_seconds{{{container},action="unready"}} 20')
                lines.append(f'podprobe_spec_period_seconds{{{container}}} 10')
                lines.append(f'podprobe_spec_failure_threshold{{{container}}} 3')
                lines.append(f'podprobe_evidence_ratio{{{container},signal="cpu_throttled"}} 0')
            lines.append(f"podprobe_unready_transitions_total{{{pod},{owner}}} 0")
            lines.append(f"podprobe_unready_seconds_total{{{pod},{owner}}} 0")
        lines += [
            f'podprobe_node_probes{{probe_type="{probe_type}",state="{state}"}} 1'
            for probe_type in ("Readiness", "Liveness", "Startup")
            for state in STATES
        ]
        lines.append("podprobe_node_incident 0\npodprobe_node_failing_workloads 1")
        lines.append(f"podprobe_node_probed_workloads {self.pods}")
        for source in ("probes", "cadvisor", "resource", "pods"):
            lines.append(f'podprobe_source_up{{source="{source}"}} 1')
            for reason in REASONS:
                lines.append(f'podprobe_source_errors_total{{source="{source}",reason="{reason}"}} 0')
        lines.append('podprobe_series_dropped_total{reason="max_series"} 0')
        lines.append("podprobe_config_last_reload_successful 1\npodprobe_build_info 1")
        return "\n".join(lines) + "\n"


def serve(cluster):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            body = cluster.page(int(self.path.rsplit("/", 1)[1])).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def backfill(cluster, folder, days):
    """The recorded rates of readiness, a sample a minute: what the long windows add up."""
    end = int(time.time()) // 60 * 60
    series = []
    for number in range(cluster.workloads):
        namespace, workload = cluster.workload(number)
        labels = f'{{{namespace},probe_type="Readiness",workload="{workload}",workload_type="deployment"}}'
        series.append((labels, 0.05 if number % 10 == 0 else 0))
    text = os.path.join(folder, "history.txt")
    for begin in range(end - days * 86400, end, BLOCK_SECONDS):
        minutes = range(begin, min(begin + BLOCK_SECONDS, end), 60)
        with open(text, "w", encoding="utf-8") as file:
            for metric in ("attempts", "budget_failures"):
                name = f"namespace_workload_probe_type:podprobe_{metric}:rate5m"
                file.write(f"# TYPE {name} gauge\n")
                for labels, failures in series:
                    for minute in minutes:
                        value = 1 if metric == "attempts" else failures and failures + minute % 7 / 1000
                        file.write(f"{name}{labels} {value} {minute}\n")
            file.write("# EOF\n")
        subprocess.run(
            ["promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", text, f"{folder}/data"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    os.remove(text)


class MeasuredPrometheus:
    def __init__(self, folder, cluster, pages_port):
        self.folder = folder
        self.config = {
            "global": {"scrape_interval": f"{SCRAPE_SECONDS}s"},
            "scrape_configs": [
                {
                    "job_name": "podprobe-exporter",
                    "honor_labels": True,
                    "static_configs": [
                        {
                            "targets": [f"127.0.0.1:{pages_port}"],
                            "labels": {
                                "node": f"node-{node}",
                                "instance": f"node-{node}",
                                "__metrics_path__": f"/node/{node}",
                            },
                        }
                        for node in range(cluster.nodes)
                    ],
                }
            ],
        }
        self.write_config()
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._log = open(f"{folder}/log", "w", encoding="utf-8")
        self.process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={folder}/prometheus.json",
                f"--storage.tsdb.path={folder}/data",
                f"--web.listen-address=127.0.0.1:{port}",
                "--web.enable-lifecycle",
            ],
            stdout=self._log,
            stderr=self._log,
        )

    def write_config(self):
        with open(f"{self.folder}/prometheus.json", "w", encoding="utf-8") as file:
            json.dump(self.config, file)

    def load_rules(self):
        self.config["rule_files"] = [str(file) for file in sorted(RULES.glob("*.rules.yml"))]
        self.write_config()
        reload = urllib.request.Request(f"{self.url}/-/reload", method="POST")
        urllib.request.urlopen(reload, timeout=300).close()

    def get(self, path, **query):
        with urllib.request.urlopen(f"{self.url}{path}?{urllib.parse.urlencode(query)}", timeout=120) as answer:
            return answer.read().decode()

    def value(self, expression):
        result = json.loads(self.get("/api/v1/query", query=expression))["data"]["result"]
        return float(result[0]["value"][1]) if result else 0

    def own(self, name):
        found = re.search(rf"^{name} (\S+)$", self.get("/metrics"), re.M)
        return float(found.group(1)) if found else 0

    def groups(self):
        return json.loads(self.get("/api/v1/rules"))["data"]["groups"]

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=120)
        self._log.close()


def wait(seconds):
    print(f"… {seconds:.0f} s", file=sys.stderr, flush=True)
    time.sleep(seconds)


def measure(arguments, folder):
    cluster = Cluster(arguments.nodes, arguments.pods)
    began = time.time()
    backfill(cluster, folder, arguments.days)
    print(f"history of {arguments.days} days made in {time.time() - began:.0f} s", file=sys.stderr, flush=True)
    server = serve(cluster)
    prometheus = MeasuredPrometheus(folder, cluster, server.server_address[1])
    try:
        wait(arguments.warm_up_minutes * 60)
        scraped = prometheus.own("prometheus_tsdb_head_series")
        memory_before = prometheus.own("process_resident_memory_bytes")
        cpu_before = prometheus.own("process_cpu_seconds_total"), time.time()
        wait(120)
        cpu_scraping = (prometheus.own("process_cpu_seconds_total") - cpu_before[0]) / (time.time() - cpu_before[1])
        prometheus.load_rules()
        wait(300)
        times, slowest, memory = {}, {}, []
        cpu_before = prometheus.own("process_cpu_seconds_total"), time.time()
        until = time.time() + arguments.minutes * 60
        while time.time() < until:
            wait(60)
            memory.append(prometheus.own("process_resident_memory_bytes"))
            for group in prometheus.groups():
                times.setdefault(group["name"], []).append(group["evaluationTime"])
                for rule in group["rules"]:
                    assert rule["health"] == "ok", rule
                    slowest.setdefault(rule["name"], []).append(rule["evaluationTime"])
        cpu_rules = (prometheus.own("process_cpu_seconds_total") - cpu_before[0]) / (time.time() - cpu_before[1])
        up = prometheus.value("sum(up)")
        pods = arguments.nodes * arguments.pods
        print(f"nodes {arguments.nodes}, pods {pods}, workloads {cluster.workloads}; targets up: {up:.0f}")
        print(f"series scraped: {scraped:.0f}")
        recorded = prometheus.value('count({__name__=~".+:.+"})')
        print(f"series recorded: {recorded:.0f}")
        print(f"alerts active: {prometheus.value('count(ALERTS)'):.0f}")
        print(
            f"resident memory: {memory_before / 1e9:.2f} GB before the rules, "
            f"{statistics.median(memory) / 1e9:.2f} GB (median) with them"
        )
        print(f"CPU: {cpu_scraping:.2f} of a core before the rules, {cpu_rules:.2f} with them")
        missed = re.findall(
            r"^prometheus_rule_group_iterations_missed_total\{.*\} (\S+)$", prometheus.get("/metrics"), re.M
        )
        print(f"missed evaluations: {sum(map(float, missed)):.0f}")
        print("median (largest) seconds of an evaluation, by group:")
        for name, values in times.items():
            print(f"  {name}: {statistics.median(values):.3f} ({max(values):.3f})")
        print("slowest rules, median seconds:")
        for name, values in sorted(slowest.items(), key=lambda item: -statistics.median(item[1]))[:8]:
            print(f"  {name}: {statistics.median(values):.3f}")
    finally:
        prometheus.stop()
        server.shutdown()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", type=int, default=300)
    parser.add_argument("--pods", type=int, default=110, help="on each node")
    parser.add_argument("--days", type=int, default=3, help="of recorded history")
    parser.add_argument("--minutes", type=float, default=15, help="of measuring")
    parser.add_argument("--warm-up-minutes", type=float, default=6)
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="podprobe-rules-scale-")
    try:
        measure(arguments, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
