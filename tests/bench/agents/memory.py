"""What the exporter holds in memory once all its windows are full.

    tests/bench/agents/memory.py [--speed 20] [--minutes 75] [--probes 2] [PODS...]

Serves pages grown from a recording (pages.py) and runs the release build against them with
its default settings, scraped every 15 seconds with gzip as Prometheus does. With Debian's
`faketime` the exporter's clock runs `--speed` times as fast. 0 pods: no kubelet answers.
Prints KiB of /proc/PID/status; the peak of RssAnon is that of the second half.
"""

import argparse
import glob
import http.server
import itertools
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request

import compare
import meter
import pages

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
EXPORTER = os.environ.get(
    "PODPROBE_EXPORTER", os.path.join(ROOT, ".build", "release", "exporter", "podprobe-exporter")
)
SCRAPE_SECONDS = 15
POD_ORDERS = 8  # in which /pods lists the pods, one after another
SAMPLE_SECONDS = 0.02


class Node:
    """The pages of a kubelet. What rose between two readings of the recording rises by one in
    every second reading, as the counters of a probe with a period of ten seconds do."""

    def __init__(self, pods, probes):
        growth = pages.Growth(*compare.last_folders(), pods=pods, probes=probes, interval_seconds=60)
        self._bodies = {
            f"/{path}": itertools.cycle([growth.page(path, version).encode() for version in range(versions)])
            for path, versions in (("metrics/cadvisor", 1), ("metrics/resource", 1), ("pods", POD_ORDERS))
        }
        later = growth.page("metrics/probes", 1).splitlines()
        self._lines = []
        for line, then in zip(growth.page("metrics/probes", 0).splitlines(), later):
            series, _, value = line.rpartition(" ")
            if line == then or line.startswith("#"):
                self._lines.append((line, None, 0, 0))
                continue
            probe = re.sub(r'le="[^"]*"|result="[^"]*"|pod_uid="[^"]*"|^[a-z_]*', "", series)
            step = 0.002 if "_sum{" in series else 1
            self._lines.append((series + " ", float(value), step, hash(probe) % 2))
        self.readings = 0

    def body(self, path):
        if path in self._bodies:
            return next(self._bodies[path])
        reading = self.readings
        self.readings += 1
        return ("\n".join(
            text if value is None else f"{text}{value + (reading + turn) // 2 * step:.12g}"
            for text, value, step, turn in self._lines
        ) + "\n").encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.server.node.body(self.path)
        self.send_response(200)
        kind = "application/json" if self.path == "/pods" else "text/plain; version=0.0.4"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, node):
        super().__init__(("127.0.0.1", 0), Handler)
        self.node = node
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    # The exporter ends while its connections stand.
    def handle_error(self, request, client_address):
        pass


def environment(speed):
    if speed == 1:
        return None
    libraries = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    if not libraries:
        sys.exit("faketime is not installed: apt-get install faketime, or give --speed 1")
    return {**os.environ, "LD_PRELOAD": libraries[0], "FAKETIME": f"+0 x{speed}"}


def start(url, arguments):
    process = subprocess.Popen(
        [*arguments.wrapper.split(), EXPORTER, f"--kubelet.url={url}",
         "--web.listen-address=127.0.0.1:0", "--web.health-listen-address=127.0.0.1:0"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment(arguments.speed), text=True,
    )
    for line in process.stderr:
        found = re.search(r"listening on (http://[0-9.:]+)", line)
        if found:
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return process, found.group(1)
    sys.exit("the exporter did not start")


def scrape(url):
    request = urllib.request.Request(url + "/metrics", headers={"Accept-Encoding": "gzip"})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return len(response.read())
    except OSError:
        return 0


def measure(pods, arguments):
    server = Server(Node(pods, arguments.probes)) if pods > 0 else None
    process, url = start(server.url if server else "http://127.0.0.1:1", arguments)
    begin = time.monotonic()
    seconds = arguments.minutes * 60 / arguments.speed
    scraped = begin
    peak = 0
    try:
        while (now := time.monotonic()) < begin + seconds:
            if now > scraped + SCRAPE_SECONDS / arguments.speed:
                scrape(url)
                scraped = now
            if now > begin + seconds / 2:
                peak = max(peak, meter.memory_kib(process.pid)["RssAnon"])
            time.sleep(SAMPLE_SECONDS)
        status = meter.memory_kib(process.pid)
        cpu = meter.cpu_seconds(process.pid)
    finally:
        process.terminate()
        process.wait()
        if server:
            server.shutdown()
    return {
        "pods": pods,
        "readings": server.node.readings if server else 0,
        "RssAnon": status["RssAnon"],
        "peak": peak,
        "VmRSS": status["VmRSS"],
        "VmHWM": status["VmHWM"],
        "Threads": status["Threads"],
        "CPU %": round(cpu / (arguments.minutes * 60) * 100, 3),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("pods", nargs="*", type=int, default=[0, 106, 500])
    parser.add_argument("--speed", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=75)
    parser.add_argument("--probes", type=int, help="of each pod; else the recorded pods with theirs")
    parser.add_argument("--wrapper", default="", help="a profiler's command line")
    arguments = parser.parse_args()
    for index, pods in enumerate(arguments.pods):
        row = measure(pods, arguments)
        if index == 0:
            print("\t".join(row))
        print("\t".join(str(value) for value in row.values()), flush=True)


if __name__ == "__main__":
    main()
