#!/usr/bin/env python3
"""/metrics as scrapers ask for it: formats by q-values, gzip, HEAD, _created where configured."""

import gzip
import http.client
import tempfile
import unittest

from exporter_process import ExporterProcess
from fake_kubelet import FakeKubelet

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
# What Debian's Prometheus 2.42 sends.
PROMETHEUS = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)


class MetricsPageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kubelet = FakeKubelet()
        cls.addClassCleanup(cls.kubelet.stop)
        cls.exporter = cls.start("")

    @classmethod
    def start(cls, more):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        config = folder.name + "/podprobe.yml"
        with open(config, "w", encoding="ascii") as file:
            file.write(f"kubelet: {{url: '{cls.kubelet.url}'}}\n{more}")
        exporter = ExporterProcess("--config.file=" + config).wait_for_page()
        cls.addClassCleanup(exporter.kill)
        return exporter

    def get(self, accept=None, encoding=None, method="GET", exporter=None):
        connection = http.client.HTTPConnection((exporter or self.exporter).url[7:], timeout=10)
        self.addCleanup(connection.close)
        headers = {"Accept": accept, "Accept-Encoding": encoding}
        connection.request(
            method, "/metrics", headers={key: value for key, value in headers.items() if value}
        )
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        return answer.headers, answer.read()

    def test_the_format_follows_the_q_values(self):
        cases = [
            (None, TEXT),
            ("*/*", TEXT),
            (PROMETHEUS, OPEN_METRICS),
            ("application/openmetrics-text", OPEN_METRICS),
            ("application/openmetrics-text;q=0.4,text/plain;q=0.5", TEXT),
            ("application/openmetrics-text;q=0.5,text/plain;q=0.5", OPEN_METRICS),
            ("application/openmetrics-text;q=0,*/*", TEXT),
            ("application/openmetrics-text;version=0.0.1", TEXT),
            ("application/json", TEXT),
            ("text/html,*/*;q=0.8", TEXT),
        ]
        for accept, want in cases:
            with self.subTest(accept):
                headers, body = self.get(accept)
                self.assertEqual(headers["Content-Type"], want)
                self.assertEqual(headers["Vary"], "Accept, Accept-Encoding")
                self.assertEqual(body.endswith(b"\n# EOF\n"), want == OPEN_METRICS)
                self.assertEqual(b"\n# UNIT podprobe_" in body, want == OPEN_METRICS)
                self.assertNotIn(b"_created", body)

    def test_gzip_where_it_is_liked(self):
        for encoding, is_gzip in (
            ("gzip", True),
            ("gzip;q=0.5, identity;q=0.4", True),
            ("gzip;q=0.5, identity", False),
            ("gzip;q=0", False),
            ("*", True),
            ("br, deflate", False),
        ):
            with self.subTest(encoding):
                headers, body = self.get(PROMETHEUS, encoding)
                self.assertEqual(headers["Content-Encoding"], "gzip" if is_gzip else None)
                self.assertEqual(headers["Content-Length"], str(len(body)))
                page = gzip.decompress(body) if is_gzip else body
                self.assertIn(b"podprobe_build_info{", page)
                self.assertTrue(page.endswith(b"\n# EOF\n"))

    def test_head_is_get_without_the_page(self):
        headers, body = self.get(method="HEAD")
        self.assertEqual(body, b"")
        self.assertGreater(int(headers["Content-Length"]), 10_000)
        self.assertEqual(headers["Content-Type"], TEXT)

    def test_created_series_only_where_they_are_asked_for(self):
        exporter = self.start("web: {openmetrics_created: true}\n")
        page = self.get(PROMETHEUS, exporter=exporter)[1].decode()
        self.assertIn("\npodprobe_attempts_created{", page)
        self.assertNotIn("_created", self.get(exporter=exporter)[1].decode())


if __name__ == "__main__":
    unittest.main()
