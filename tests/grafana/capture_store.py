#!/usr/bin/env python3
"""A real Prometheus that holds the kubelet's recordings as the exporter serves them.

    PODPROBE_EXPORTER=.build/test/exporter/podprobe-exporter python3 tests/grafana/capture_store.py

prints its address and when to ask it (Unix seconds), and serves until its input ends.

`podprobe-exporter replay --every` prints what would have been scraped after each reading. Those pages,
with the labels that a PodMonitor gives to its targets, are backfilled with promtool. Two nodes at the same time
make a cluster: run A is worker-1; run C, a quarter of an hour younger, is worker-2 and is moved back as a
whole, times in values included. What replay does not print, the series about the process, comes from one page of a real
exporter and stands still.
"""

import functools
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

from exporter_process import EXPORTER, ExporterProcess, fetch, wait_until  # noqa: E402
from fake_kubelet import FakeKubelet  # noqa: E402
from server_process import ServerProcess  # noqa: E402

TESTDATA = pathlib.Path(__file__).resolve().parent.parent / "testdata"
# Backfilled series have no stale markers: what a reading no longer shows would stand for Prometheus' five
# minutes. Readings come every 10 and 15 seconds; looking back for less than two of them, from ten seconds
# after one, shows what that one showed.
LOOKBACK_SECONDS = 19
AFTER_READING_SECONDS = 10
# The reading of run A after which the dashboards are looked at: two pods flap just then, and two restarts are due.
NOW_READING = -3
SERIES = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$")
IS_TIME = re.compile(r"(_timestamp|_start_time)_seconds$")


def replayed(recording):
    """[(time, page)] of a recording, a page for each reading."""
    printed = subprocess.run(
        [EXPORTER, "replay", "--every", str(TESTDATA / recording)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    pages = re.split(r"^# reading (\S+)\n", printed, flags=re.MULTILINE)
    return [(float(at), page) for at, page in zip(pages[1::2], pages[2::2])]


def own_series():
    """What an exporter says about itself, and when: the lines that replay does not print."""
    kubelet = FakeKubelet()
    exporter = ExporterProcess("serve", f"--kubelet.url={kubelet.url}")
    try:
        page = exporter.wait_for_page().page().text
    finally:
        exporter.kill()
        kubelet.stop()
    own = r"process_|podprobe_(build_info|config_|kubelet_tls_verified|source_duration_seconds)"
    lines = [line for line in page.splitlines() if re.match(own, line)]
    return time.time(), "\n".join(lines)


def with_target(line, target, moved_seconds):
    """A line of a page as Prometheus stores it with honor_labels, in a `target` with these labels."""
    name, labels, value = SERIES.match(line).groups()
    labels = labels or ""
    for key, label in target.items():
        if not re.search(rf'(^|,){key}="', labels):
            labels += f'{"," if labels else ""}{key}="{label}"'
    if IS_TIME.search(name):
        value = repr(float(value) + moved_seconds)
    return f"{name}{{{labels}}} {value}"


def open_metrics(pages, own, target, moved_seconds):
    """The samples of one target over time, moved by so many seconds."""
    own_at, own_page = own
    lines = []
    for at, page in pages:
        stamp = f"{at + moved_seconds:.3f}"
        for text, move in ((page, moved_seconds), (own_page, pages[0][0] + moved_seconds - own_at)):
            lines += [
                f"{with_target(line, target, move)} {stamp}"
                for line in text.splitlines()
                if line and not line.startswith("#")
            ]
    return lines


def target_of(number, cluster):
    """The labels of the exporter on worker-NUMBER; no `cluster`, no label. `node`, `instance` and `job` are as
    the PodMonitor of deploy/kubernetes sets them; the other three, which it drops, are those that stick to
    the series of the node where a PodMonitor keeps them: the dashboards must not mind."""
    target = {
        "node": f"worker-{number}",
        "instance": f"worker-{number}",
        "job": "podprobe-exporter",
        "namespace": "monitoring",
        "pod": f"podprobe-exporter-{number}",
        "container": "podprobe-exporter",
    }
    return target | ({"cluster": cluster} if cluster else {})


@functools.lru_cache(maxsize=1)
def recorded_pages():
    return replayed("run-a"), replayed("run-c"), own_series()


class BackfilledPrometheus(ServerProcess):
    """Prometheus over the samples of these lines, OpenMetrics with a time each. `now`: when to look at
    it, Unix seconds."""

    def __init__(self, lines, now):
        self.now = now
        self._blocks = tempfile.mkdtemp(prefix="podprobe-backfilled-")
        with tempfile.NamedTemporaryFile("w", encoding="utf-8") as text:
            text.write("\n".join(lines) + "\n# EOF\n")
            text.flush()
            backfill = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet"]
            subprocess.run([*backfill, text.name, self._blocks], check=True)
        super().__init__("prometheus", "scrape_configs: []\n")
        try:
            wait_until("Prometheus", lambda: fetch(self.url + "/-/ready")[0] == 200)
        except AssertionError:
            self.stop()
            raise

    def arguments(self, data_folder):
        return [
            f"--storage.tsdb.path={self._blocks}",
            "--storage.tsdb.retention.time=100y",
            f"--query.lookback-delta={LOOKBACK_SECONDS}s",
            # The page that draws the pictures reads from it across origins.
            "--web.cors.origin=.*",
        ]

    def stop(self):
        super().stop()
        shutil.rmtree(self._blocks)

    def get(self, path, **parameters):
        """The answer's `data`; a refused query is an error with Prometheus' words."""
        query = urllib.parse.urlencode(parameters, doseq=True)
        status, body = fetch(f"{self.url}/api/v1/{path}?{query}", timeout_seconds=30)
        if status != 200:
            raise ValueError(f"{path}?{parameters}: {status} {body}")
        return json.loads(body)["data"]

    def query(self, expression, at=None):
        """The result vector of an instant query, by default at `now`."""
        return self.get("query", query=expression, time=at or self.now)["result"]

    def query_range(self, expression, seconds=3600, step=30):
        """The result matrix over the seconds before `now`."""
        times = {"start": self.now - seconds, "end": self.now, "step": step}
        return self.get("query_range", query=expression, **times)["result"]

    def label_values(self, label, selector):
        times = {"start": self.now - 3600, "end": self.now}
        return self.get(f"label/{label}/values", **{"match[]": selector}, **times)


class CaptureStore(BackfilledPrometheus):
    """Both recordings, once for each cluster: the values of the label `cluster`, None for no label."""

    def __init__(self, *clusters):
        run_a, run_c, own = recorded_pages()
        lines = []
        for cluster in clusters:
            lines += open_metrics(run_a, own, target_of(1, cluster), 0)
            back = run_a[-1][0] - run_c[-1][0]
            lines += open_metrics(run_c, own, target_of(2, cluster), back)
        super().__init__(lines, now=run_a[NOW_READING][0] + AFTER_READING_SECONDS)


if __name__ == "__main__":
    store = CaptureStore("captures")
    try:
        print(json.dumps({"url": store.url, "now": store.now}), flush=True)
        sys.stdin.read()
    finally:
        store.stop()
