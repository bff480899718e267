"""Debian's Prometheus as a child process."""

import json
import urllib.parse

from exporter_process import PATIENCE, fetch
from server_process import ServerProcess


class Prometheus(ServerProcess):
    def __init__(self, target_url="", scrape="", config_text=""):
        """Scrapes one target; `scrape`: more lines of the scrape configuration, each ending in a
        newline. Or does what `config_text` says."""
        super().__init__(
            "prometheus",
            config_text
            or f"global: {{scrape_interval: {5 * PATIENCE}s, scrape_timeout: {5 * PATIENCE}s}}\n"
            "scrape_configs:\n"
            "  - job_name: podprobe\n"
            f"{scrape}"
            "    static_configs:\n"
            f"      - targets: ['{urllib.parse.urlparse(target_url).netloc}']\n",
        )

    def arguments(self, data_folder):
        return [f"--storage.tsdb.path={data_folder}"]

    def query(self, expression):
        """The result vector, empty while Prometheus does not answer."""
        query = urllib.parse.urlencode({"query": expression})
        status, body = fetch(f"{self.url}/api/v1/query?{query}")
        return json.loads(body)["data"]["result"] if status == 200 else []
