#!/usr/bin/env python3
"""`check` and `record` against a kubelet, and that no secret comes out of anything."""

import gzip
import json
import pathlib
import signal
import subprocess
import tempfile
import unittest

from exporter_process import EXPORTER, ExporterProcess, fetch, wait_until, watch_for
from fake_kubelet import FILES, FakeKubelet, answer_status, recorded, send

TOKEN = watch_for("eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.s3cret-claims.s3cret-signature")
SECRETS = (TOKEN, TOKEN[:16], "s3cret")


def pods_with_secrets():
    pods = json.loads(recorded("/pods"))
    for pod in pods["items"]:
        pod["metadata"].setdefault("annotations", {})["note"] = "s3cret"
        for container in pod["spec"]["containers"]:
            container["env"] = [{"name": "PASSWORD", "value": "s3cret"}]
            container["command"] = ["run", "--password=s3cret"]
            container["livenessProbe"] = {
                "httpGet": {"path": "/?key=s3cret", "port": 80,
                            "httpHeaders": [{"name": "Authorization", "value": "Bearer s3cret"}]}}
            container["readinessProbe"] = {"exec": {"command": ["check", "-ps3cret"]}}
    return json.dumps(pods).encode()


def answer_echo(handler):
    """As some proxies do: the request in the answer."""
    send(handler, str(handler.headers).encode(), status=400)


def answer_echo_well(handler):
    send(handler, str(handler.headers).encode())


class Record(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "token").write_text(TOKEN)
        self.config = self.folder / "podprobe.yml"
        self.config.write_text(
            "kubelet: {authorization: {credentials_file: token}}\n"
            "sources: {probes: {interval: 1s}, pods: {interval: 1s}}\n")
        self.kubelet = FakeKubelet()
        self.addCleanup(self.kubelet.stop)
        self.authorizations = set()
        self.kubelet.answers["/pods"] = self.answer_pods

    def answer_pods(self, handler):
        self.authorizations.add(handler.headers["Authorization"])
        send(handler, pods_with_secrets())

    def run_command(self, *arguments):
        done = subprocess.run(
            [EXPORTER, *arguments, "--kubelet.url", self.kubelet.url, "--config.file", self.config,
             "--log.level", "debug"],
            capture_output=True, text=True, timeout=60, check=False)
        self.expect_no_secret(done.stdout + done.stderr)
        return done.returncode, done.stdout, done.stderr

    def expect_no_secret(self, text):
        for secret in SECRETS:
            self.assertNotIn(secret, text)

    def test_record_writes_what_replay_reads(self):
        recording = self.folder / "recording"
        status, out, err = self.run_command("record", str(recording), "--for", "3s")
        self.assertEqual((status, err), (0, ""))
        self.assertRegex(out, r"(?m)^probes: [2-5] readings$")
        self.assertRegex(out, r"(?m)^cadvisor: 1 readings$")
        self.assertEqual(self.authorizations, {f"Bearer {TOKEN}"})
        files = [path for path in recording.rglob("*") if path.is_file()]
        self.assertGreater(len(files), 4)
        for file in files:
            self.expect_no_secret(str(file))
            self.expect_no_secret(gzip.decompress(file.read_bytes()).decode())
        status, page, err = self.run_command("replay", str(recording))
        self.assertEqual((status, err), (0, ""))
        self.assertIn('podprobe_source_up{source="pods"} 1\n', page)
        self.assertIn("podprobe_attempts_total{", page)

    def test_interrupted_recording_is_kept(self):
        recording = self.folder / "recording"
        process = subprocess.Popen(
            [EXPORTER, "record", recording, "--kubelet.url", self.kubelet.url],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        wait_until("a reading", lambda: list(recording.glob("[0-9]*/metrics-probes.prom.gz")))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn("podprobe-exporter replay", out)
        self.assertEqual(self.run_command("replay", str(recording))[0], 0)

    def test_recording_of_nothing_fails_and_says_so(self):
        self.kubelet.answers["/metrics/probes"] = answer_status(403)
        status, _, err = self.run_command("record", str(self.folder / "recording"), "--for", "1s")
        self.assertEqual(status, 1)
        self.assertIn("probes failed: GET ", err)
        self.assertIn("no reading of /metrics/probes was good", err)

    def test_wrong_use_of_record(self):
        for duration in ("", "0s", "5", "soon"):
            status, _, err = self.run_command("record", str(self.folder / "r"), "--for", duration)
            self.assertEqual(status, 2, duration)
            self.assertIn("--for", err)
        status, _, err = self.run_command("record", str(self.folder), "--for", "1s")
        self.assertEqual(status, 1)
        self.assertIn("is not empty", err)

    def test_check_tells_what_works(self):
        status, out, _ = self.run_command("check")
        self.assertEqual(status, 0, out)
        self.assertRegex(out, r"(?m)^pods +works: 11 pods")
        self.kubelet.answers["/pods"] = answer_status(403)
        status, out, _ = self.run_command("check")
        self.assertEqual(status, 0, out)
        self.assertRegex(out, r"(?m)^pods +FAILED \(permission\)$")
        self.kubelet.answers["/metrics/probes"] = answer_status(401)
        status, out, _ = self.run_command("check")
        self.assertEqual(status, 1, out)
        self.assertRegex(out, r"(?m)^probes +FAILED \(token\)$")

    def test_no_secret_leaves_the_exporter(self):
        def pages(exporter):
            text = "\n".join(exporter.log)
            for path in ("/", "/metrics", "/sources", "/api/v1/sources", "/api/v1/pods",
                         "/api/v1/probes", "/api/v1/status", "/-/ready"):
                text += fetch(exporter.url + path)[1]
            return text

        arguments = ("--kubelet.url", self.kubelet.url, "--config.file", str(self.config),
                     "--log.level", "debug")
        exporter = ExporterProcess(*arguments).wait_for_page()
        self.addCleanup(exporter.kill)
        self.expect_no_secret(pages(exporter))
        for answer in (answer_echo, answer_echo_well, answer_status(401)):
            for path in FILES:
                self.kubelet.answers[path] = answer
            exporter = ExporterProcess(*arguments).wait_for_page()
            self.addCleanup(exporter.kill)
            wait_until("failures", lambda: len(exporter.log_lines("source failed")) == 4)
            self.expect_no_secret(pages(exporter))
            self.assertNotIn("s3cret", self.run_command("check")[1])


if __name__ == "__main__":
    unittest.main()
