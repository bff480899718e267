#!/usr/bin/env python3
"""The systemd unit, the files around it and the manual page, without installing them."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

EXPORTER = os.environ["PODPROBE_EXPORTER"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
SYSTEMD = ROOT / "deploy" / "systemd"
# systemd's own scale, from 0 (nothing left to take away) to 10. It is at 1.0 now: all that
# counts against the unit is that it may use the network and runs in the host's root directory.
MOST_EXPOSED = 1.1


def run(*command, env=None):
    return subprocess.run(command, capture_output=True, text=True, env=env)


def install(folder, prefix):
    """What `cmake --install` leaves."""
    done = run(
        *("cmake", "--install", os.environ["PODPROBE_BUILD_FOLDER"]),
        *("--prefix", prefix),
        env={**os.environ, "DESTDIR": folder},
    )
    assert done.returncode == 0, done.stderr


class ServiceFiles(unittest.TestCase):
    def test_systemd_knows_every_word_of_the_unit(self):
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder) / "podprobe-exporter.service"
            text = (SYSTEMD / unit.name).read_text()
            unit.write_text(text.replace("/usr/bin/podprobe-exporter", EXPORTER))
            done = run("systemd-analyze", "verify", "--man=no", str(unit))
            ours = [line for line in done.stderr.splitlines() if "podprobe" in line]
            self.assertEqual((done.returncode, ours), (0, []), done.stderr)

    def test_little_is_left_to_take_away(self):
        done = run(
            *("systemd-analyze", "security", "--offline=true", "--no-pager"),
            *(f"--threshold={MOST_EXPOSED * 10:.0f}", str(SYSTEMD / "podprobe-exporter.service")),
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        exposure = float(re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout).group(1))
        self.assertLessEqual(exposure, MOST_EXPOSED, done.stdout)

    def test_watchdog_waits_as_long_as_the_health_check(self):
        header = (ROOT / "exporter" / "web" / "web_server.h").read_text()
        seconds = re.search(r"double alive_within_seconds = (\d+);", header).group(1)
        unit = (SYSTEMD / "podprobe-exporter.service").read_text()
        self.assertIn(f"\nWatchdogSec={seconds}\n", unit)

    def test_default_configuration_is_valid(self):
        with tempfile.TemporaryDirectory() as folder:
            install(folder, "/usr")
            file = f"{folder}/etc/podprobe/podprobe.yml"
            done = run(EXPORTER, "check-config", file)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            # What its comments name is there, and what they propose is valid, too.
            text = pathlib.Path(file).read_text()
            examples = re.search(r"/usr/share/doc/\S+\.yml", text).group(0)
            self.assertTrue(os.path.exists(folder + examples), examples)
            proposed = re.sub(r'""( +)# ([^\s,]+).*', r"\2", text)
            keys = re.findall(r"(?m)^ +(\w+): (?:kubelet-ca.crt|\$\{NODE_NAME\}|token)$", proposed)
            self.assertEqual(keys, ["ca_file", "server_name", "credentials_file"])
            pathlib.Path(file).write_text(proposed)
            done = run(EXPORTER, "check-config", file, env={**os.environ, "NODE_NAME": "worker-1"})
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_another_prefix_is_said_everywhere_and_changed_files_stay(self):
        with tempfile.TemporaryDirectory() as folder:
            prefix = "/opt/podprobe"
            install(folder, prefix)
            at = pathlib.Path(folder + prefix)
            self.assertEqual([entry.name for entry in pathlib.Path(folder).iterdir()], ["opt"])
            unit = (at / "lib/systemd/system/podprobe-exporter.service").read_text()
            for line in unit.splitlines():
                if line.startswith(("Exec", "EnvironmentFile")) and "/bin/kill" not in line:
                    self.assertNotRegex(line, r"[ =-]/(usr|etc)/", line)
                    self.assertIn(prefix, line)
            done = run(str(at / "bin/podprobe-exporter"), "--version")
            self.assertEqual(done.returncode, 0, done.stderr)
            configuration = at / "etc/podprobe/podprobe.yml"
            configuration.write_text("min_attempts: 4\n")
            install(folder, prefix)
            self.assertEqual(configuration.read_text(), "min_attempts: 4\n")

    def test_manual_names_every_option_and_command(self):
        manual = (SYSTEMD / "podprobe-exporter.1").read_text().replace("\\-", "-").replace("\\", "")
        said = run(EXPORTER, "--help").stdout
        options = set(re.findall(r"^  (?:-h,)?(--[a-z.-]+)", said, re.M))
        commands = set(re.findall(r"^  ([a-z-]+)  ", said.split("Subcommands:")[1], re.M))
        self.assertGreater(len(options), 10)
        self.assertGreater(len(commands), 6)
        for command in commands:
            more = run(EXPORTER, command, "--help").stdout
            options |= set(re.findall(r"^  (--[a-z.-]+)", more, re.M))
        in_manual = set(re.findall(r"(?<![\w-])--[a-z][a-z.-]*[a-z]", manual))
        self.assertEqual(in_manual, options)
        for variable in re.findall(r"\(Env:(\w+)\)", said):
            self.assertIn(variable, manual)
        section = re.search(r"^\.SH COMMANDS\n(.*?)^\.SH ", manual, re.S | re.M).group(1)
        self.assertEqual(set(re.findall(r"^\.TP\n\.BI? ([a-z-]+)", section, re.M)), commands)


if __name__ == "__main__":
    unittest.main()
