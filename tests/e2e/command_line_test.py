#!/usr/bin/env python3
"""What the program says on the command line, and with which exit status."""

import os
import pathlib
import subprocess
import tempfile
import unittest

EXPORTER = os.environ["PODPROBE_EXPORTER"]
ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(*arguments, stdin=b"", environment=None):
    done = subprocess.run([EXPORTER, *arguments], input=stdin, capture_output=True, timeout=60,
                          env={**os.environ, **(environment or {})})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class CommandLine(unittest.TestCase):
    def test_version_and_help_are_answers(self):
        status, out, err = run("--version")
        self.assertEqual((status, err), (0, ""))
        self.assertRegex(out, r"^podprobe-exporter, version \S+ \(branch: \S+, revision: \S+\)\n")
        status, out, err = run("--help")
        self.assertEqual((status, err), (0, ""))
        for flag in ("--config.file", "--web.listen-address", "--web.health-listen-address",
                     "--web.telemetry-path", "--kubelet.url", "--node-name", "--log.level",
                     "--log.format", "--web.enable-lifecycle", "--version",
                     "--kubelet.insecure-skip-verify", "--sources.pods.from"):
            self.assertIn(flag, out)
        for command in ("serve", "demo", "parse", "replay", "record", "check", "check-config",
                        "metrics"):
            self.assertRegex(out, rf"(?m)^  {command} ")

    def test_wrong_usage_is_2(self):
        for arguments in (["--bogus"], ["bogus"], ["parse"], ["replay"], ["record"], ["check-config"],
                          ["--log.level", "loud"], ["--log.format", "xml"],
                          ["--sources.pods.from=etcd"], ["--kubelet.insecure-skip-verify=maybe"],
                          ["parse", "--format", "yaml", "-"]):
            status, out, err = run(*arguments)
            self.assertEqual((status, out), (2, ""), arguments)
            self.assertNotEqual(err, "", arguments)

    def test_an_empty_value_may_be_written_with_an_equals_sign(self):
        for off in (["--web.health-listen-address="], ["--web.health-listen-address", ""]):
            status, _, err = run(*off, "--web.listen-address=nonsense",
                                 "--kubelet.url=http://127.0.0.1:1")
            self.assertEqual(status, 1, off)
            self.assertIn("nonsense", err, off)

    def test_flags_win_over_the_environment_and_both_over_the_file(self):
        """What `kubectl exec … check` sees: the container's environment, not its arguments."""
        verified, unverified = "certificate must be signed", "the certificate is NOT verified"
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "podprobe.yml"
            file.write_text("kubelet:\n  url: https://127.0.0.1:1\n"
                            "  tls_config: {insecure_skip_verify: true}\n")
            name = "PODPROBE_KUBELET_INSECURE_SKIP_VERIFY"
            for arguments, environment, words in (
                ([], {}, unverified),
                ([], {name: "false"}, verified),
                (["--kubelet.insecure-skip-verify"], {name: "false"}, unverified),
                (["--kubelet.insecure-skip-verify=false"], {name: "true"}, verified),
            ):
                environment = {**environment, "PODPROBE_CONFIG_FILE": str(file)}
                status, out, _ = run("check", *arguments, environment=environment)
                self.assertEqual(status, 1)
                self.assertIn("https://127.0.0.1:1\n", out)
                self.assertIn(words, out, (arguments, environment))
        status, out, _ = run("check", "--kubelet.url=https://127.0.0.1:1", "--node-name=worker-1",
                             environment={"PODPROBE_SOURCES_PODS_FROM": "apiserver",
                                          "KUBERNETES_SERVICE_HOST": "fd00::1",
                                          "KUBERNETES_SERVICE_PORT": "443"})
        self.assertEqual(status, 1)
        self.assertIn("API server https://[fd00::1]:443\n", out)

    def test_what_cannot_be_done_is_1_and_said(self):
        for arguments, words in (
            (["parse", "/does/not/exist"], "/does/not/exist"),
            (["replay", "/does/not/exist"], "/does/not/exist"),
            (["--config.file", "/does/not/exist"], "/does/not/exist"),
            (["--kubelet.url", "ftp://kubelet"], "kubelet.url"),
            (["--web.listen-address", "nonsense", "--kubelet.url", "http://127.0.0.1:1"], "nonsense"),
        ):
            status, out, err = run(*arguments)
            self.assertEqual((status, out), (1, ""), arguments)
            self.assertIn(words, err, arguments)

    def test_output_onto_a_full_disk_is_1_and_said(self):
        with tempfile.NamedTemporaryFile(suffix=".prom") as exposition:
            exposition.write(b"a 1\n")
            exposition.flush()
            for arguments in (["--version"], ["--help"], ["metrics"], ["parse", exposition.name],
                              ["check-config", str(ROOT / "config" / "podprobe.yml")],
                              ["replay", str(ROOT / "tests" / "testdata" / "run-c")]):
                with open("/dev/full", "wb") as full:
                    done = subprocess.run([EXPORTER, *arguments], stdout=full, stderr=subprocess.PIPE,
                                          timeout=60)
                self.assertEqual(done.returncode, 1, arguments)
                self.assertRegex(done.stderr.decode(), "^podprobe-exporter: standard output .* disk full",
                                 arguments)

    def test_every_problem_of_a_configuration_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "bad.yml")
            with open(file, "w") as config:
                config.write("kubelet:\n  timeout: soon\n  urll: http://127.0.0.1:1\n")
            for arguments in (["check-config", file], ["--config.file", file]):
                status, out, err = run(*arguments)
                self.assertEqual((status, out), (1, ""), arguments)
                self.assertRegex(err, rf"(?m)^{file}:2:\d+: .*timeout")
                self.assertRegex(err, rf"(?m)^{file}:3:\d+: .*urll")

    def test_the_example_configuration_is_valid(self):
        status, _, err = run("check-config", str(ROOT / "config" / "podprobe.yml"))
        self.assertEqual((status, err), (0, ""))

    def test_parse_reads_standard_input(self):
        status, out, err = run("parse", "--output", "json", "-", stdin=b'a{b="c"} 1 2\nbad line\n')
        self.assertEqual(status, 1)
        self.assertEqual(out, '{"name":"a","labels":{"b":"c"},"value":"1","timestamp_ms":2}\n')
        self.assertRegex(err, r"^<stdin>:2:\d+: ")

    def test_metrics_prints_the_reference(self):
        status, out, _ = run("metrics")
        self.assertEqual((status, out), (0, (ROOT / "exporter" / "METRICS.md").read_text()))

    def test_replay_prints_the_page_of_a_recording(self):
        status, out, _ = run("replay", str(ROOT / "tests" / "testdata" / "run-c"))
        self.assertEqual(status, 0)
        self.assertIn("\npodprobe_kubelet_restarts_total 1\n", out)


if __name__ == "__main__":
    unittest.main()
