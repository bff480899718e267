"""Debian's Prometheus as a child process."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import urllib.parse

from exporter_process import fetch


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Prometheus:
    """Debian's Prometheus in a folder of its own."""

    def __init__(self, target_url="", scrape="", config_text=""):
        """Scrapes one target; `scrape`: more lines of the scrape configuration, each ending in a
        newline. Or does what `config_text` says."""
        self._folder = tempfile.mkdtemp(prefix="podprobe-prometheus-")
        config = os.path.join(self._folder, "prometheus.yml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(
                config_text
                or "global: {scrape_interval: 5s}\n"
                "scrape_configs:\n"
                "  - job_name: podprobe\n"
                f"{scrape}"
                "    static_configs:\n"
                f"      - targets: ['{urllib.parse.urlparse(target_url).netloc}']\n"
            )
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._log = open(os.path.join(self._folder, "log"), "w+", encoding="utf-8")
        self._process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={config}",
                f"--storage.tsdb.path={self._folder}/data",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=self._log,
            stderr=self._log,
        )

    def query(self, expression):
        """The result vector, empty while Prometheus does not answer."""
        query = urllib.parse.urlencode({"query": expression})
        status, body = fetch(f"{self.url}/api/v1/query?{query}")
        return json.loads(body)["data"]["result"] if status == 200 else []

    def stop(self):
        self._process.terminate()
        self._process.wait(timeout=30)
        self._log.close()
        shutil.rmtree(self._folder)
