#!/usr/bin/env python3
"""The configuration loaded again while the exporter runs: nothing that was counted is lost."""

import os
import signal
import tempfile
import unittest
import urllib.error
import urllib.request

from exporter_process import ExporterProcess, wait_until
from fake_kubelet import FakeKubelet

LOADED = "podprobe_config_last_reload_successful"
LOADED_AT = "podprobe_config_last_reload_success_timestamp_seconds"


def probes_page(successes):
    return (
        "process_start_time_seconds 1.795e+09\n"
        'prober_probe_total{container="app",namespace="shop",pod="web",pod_uid="u",'
        f'probe_type="Readiness",result="successful"}} {successes}\n'
    ).encode()


def request(url, method):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class Reload(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "podprobe.yml")
        self.successes = 0
        self.kubelets = [FakeKubelet(), FakeKubelet()]
        for kubelet in self.kubelets:
            self.addCleanup(kubelet.stop)
            kubelet.answers["/metrics/probes"] = self.answer
        self.asked = [0, 0]

    @staticmethod
    def send(handler, body):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def answer(self, handler):
        port = handler.server.server_address[1]
        self.asked[[kubelet.port for kubelet in self.kubelets].index(port)] += 1
        self.successes += 1
        self.send(handler, probes_page(self.successes))

    def write(self, kubelet, more=""):
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(f"kubelet: {{url: '{kubelet.url}'}}\n"
                       "sources: {probes: {interval: 1s}, resource: {enabled: false}, "
                       f"cadvisor: {{enabled: false}}, pods: {{enabled: false}}}}\n{more}")

    def start(self, *arguments):
        exporter = ExporterProcess("--config.file", self.file, *arguments)
        self.addCleanup(exporter.kill)
        return exporter.wait_for_page()

    @staticmethod
    def attempts(exporter):
        return exporter.page().value("podprobe_attempts_total", phase="steady") or 0

    def test_sighup_follows_the_file_and_loses_nothing(self):
        self.write(self.kubelets[0])
        exporter = self.start()
        wait_until("attempts", lambda: self.attempts(exporter) >= 2)
        before = self.attempts(exporter)
        self.assertEqual(exporter.page().value(LOADED), 1)
        self.write(self.kubelets[1], "web: {telemetry_path: /elsewhere}\n")
        exporter.signal(signal.SIGHUP)
        wait_until("the other kubelet", lambda: self.asked[1] >= 2)
        asked = self.asked[0]
        wait_until("attempts", lambda: self.attempts(exporter) >= before + 2)
        self.assertEqual(self.asked[0], asked)
        self.assertEqual(exporter.page().value("podprobe_source_up", source="probes"), 1)
        wait_until("a log line", lambda: len(exporter.log_lines("key=web.telemetry_path")) == 1)
        self.assertEqual(exporter.terminate()[0], 0)

    def test_pods_may_come_from_the_api_server_from_now_on(self):
        def switched(is_enabled_and_from):
            with open(self.file, "w", encoding="utf-8") as file:
                file.write(f"kubelet: {{url: '{self.kubelets[0].url}'}}\n"
                           f"apiserver: {{url: '{self.kubelets[1].url}'}}\n"
                           "sources: {probes: {interval: 1s}, resource: {enabled: false}, "
                           f"cadvisor: {{enabled: false}}, pods: {{{is_enabled_and_from}}}}}\n")

        asked = []

        def answer_pods(handler):
            asked.append(handler.path)
            self.send(handler, b'{"kind":"PodList","items":[{"metadata":{"name":"web","namespace":"shop","uid":"u"}}]}')

        path = "/api/v1/pods?fieldSelector=spec.nodeName%3Dworker-1&resourceVersion=0"
        self.kubelets[1].answers[path] = answer_pods
        switched("enabled: false")
        exporter = self.start("--node-name", "worker-1")
        self.assertIsNone(exporter.page().value("podprobe_source_up", source="pods"))
        wait_until("attempts", lambda: self.attempts(exporter) >= 2)
        switched("from: apiserver")
        exporter.signal(signal.SIGHUP)
        wait_until("pods", lambda: exporter.page().value("podprobe_source_up", source="pods") == 1)
        self.assertEqual(asked[0], path)
        # Now its workload is known, and its series are others.
        wait_until("attempts by workload", lambda: exporter.page().value(
            "podprobe_attempts_total", phase="steady", workload="web"))
        before = self.attempts(exporter)
        switched("enabled: false")
        exporter.signal(signal.SIGHUP)
        wait_until("no pods", lambda: exporter.page().value("podprobe_source_up", source="pods") is None)
        self.assertGreaterEqual(self.attempts(exporter), before)

    def test_bad_file_leaves_the_old_one_in_force(self):
        self.write(self.kubelets[0])
        exporter = self.start("--web.enable-lifecycle")
        loaded_at = exporter.page().value(LOADED_AT)
        self.write(self.kubelets[1], "web: {telemetry: /x}\nmin_attempts: 0\n")
        status, body = request(exporter.url + "/-/reload", "POST")
        self.assertEqual(status, 500)
        self.assertEqual(
            body,
            f"failed to reload config: {self.file}:3:7: web.telemetry: unknown key; did you mean "
            f"web.telemetry_path?\n{self.file}:4:15: min_attempts: 0 is out of range: from 1 to "
            "1000000\n",
        )
        # The log comes through a pipe of its own.
        wait_until("log lines", lambda: len(exporter.log_lines("the old one stays in force")) == 2)
        self.assertEqual(exporter.page().value(LOADED), 0)
        self.assertEqual(exporter.page().value(LOADED_AT), loaded_at)
        before = self.attempts(exporter)
        wait_until("attempts", lambda: self.attempts(exporter) >= before + 2)
        self.assertEqual(self.asked[1], 0)

        self.write(self.kubelets[1], "kubelet_url: x\n")
        exporter.signal(signal.SIGHUP)
        wait_until("a third problem", lambda: len(exporter.log_lines("kubelet_url: unknown key")) == 1)

        self.write(self.kubelets[1])
        self.assertEqual(request(exporter.url + "/-/reload", "POST"), (200, ""))
        self.assertEqual(exporter.page().value(LOADED), 1)
        self.assertGreater(exporter.page().value(LOADED_AT), loaded_at)
        wait_until("the other kubelet", lambda: self.asked[1] >= 2)

    def test_reload_over_http_must_be_enabled(self):
        self.write(self.kubelets[0])
        exporter = self.start()
        self.write(self.kubelets[1])
        self.assertEqual(request(exporter.url + "/-/reload", "POST"),
                         (403, "Lifecycle API is not enabled."))
        self.assertEqual(request(exporter.url + "/-/reload", "GET"),
                         (405, "Only POST or PUT requests allowed"))
        self.assertEqual(self.asked[1], 0)


if __name__ == "__main__":
    unittest.main()
