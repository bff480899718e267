#!/usr/bin/env python3
"""The Debian package: installed, started, reloaded, hung, upgraded, removed and purged.

On a throw-away machine of this machine's files, with a systemd of its own.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import isolation

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from exporter_process import Page, fetch, wait_until  # noqa: E402
from guarded_kubelet import TOKEN, GuardedKubelet  # noqa: E402
from machine import Machine  # noqa: E402

BUILD = pathlib.Path(os.environ["PODPROBE_BUILD_FOLDER"])
SERVICE = "podprobe-exporter.service"
METRICS = "http://127.0.0.1:9714/metrics"


def build_package(folder):
    """Of what is built already; returns the .deb."""
    done = subprocess.run(
        ["cpack", "--config", str(BUILD / "CPackConfig.cmake"), "-B", folder],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return next(pathlib.Path(folder).glob("*.deb"))


def next_version(package, folder):
    """The same as the version after, its default configuration another; returns the .deb."""
    tree = pathlib.Path(folder) / "tree"
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    control = tree / "DEBIAN" / "control"
    control.write_text(re.sub(r"(?m)^Version: .*$", r"\g<0>+next", control.read_text()))
    configuration = tree / "etc/podprobe/podprobe.yml"
    configuration.write_text(configuration.read_text() + "# New in this version.\n")
    to = pathlib.Path(folder) / "next.deb"
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", tree, to], check=True,
                   stdout=subprocess.DEVNULL)
    return to


def control_file(package, name):
    return subprocess.run(["dpkg-deb", "--info", package, name], check=True, capture_output=True,
                          text=True).stdout


def setUpModule():
    global PACKAGE, FOLDER
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    FOLDER = folder.name
    PACKAGE = build_package(FOLDER)


class PackageTest(unittest.TestCase):
    def test_what_is_in_it(self):
        listed = subprocess.run(["dpkg-deb", "--contents", PACKAGE], check=True,
                                capture_output=True, text=True).stdout
        found = {}
        for line in listed.splitlines():
            mode, owner, _, _, _, name = line.split(None, 5)
            self.assertEqual(owner, "root/root", line)
            if not mode.startswith("d"):
                found[name.removeprefix("./")] = mode
            else:
                self.assertEqual(mode, "drwxr-xr-x", line)
        doc = "usr/share/doc/podprobe-exporter/"
        self.assertEqual(found, {
            "etc/default/podprobe-exporter": "-rw-r--r--",
            "etc/podprobe/podprobe.yml": "-rw-r--r--",
            "usr/bin/podprobe-exporter": "-rwxr-xr-x",
            "usr/lib/podprobe-exporter/libcrypto.so": "-rw-r--r--",
            "usr/lib/podprobe-exporter/libssl.so": "-rw-r--r--",
            "usr/lib/systemd/system/podprobe-exporter.service": "-rw-r--r--",
            "usr/share/man/man1/podprobe-exporter.1.gz": "-rw-r--r--",
            doc + "METRICS.md": "-rw-r--r--",
            doc + "changelog.Debian.gz": "-rw-r--r--",
            doc + "changelog.gz": "-rw-r--r--",
            doc + "copyright": "-rw-r--r--",
            doc + "examples/podprobe.schema.json": "-rw-r--r--",
            doc + "examples/podprobe.yml": "-rw-r--r--",
        })

    def test_what_it_says_of_itself(self):
        self.assertEqual(control_file(PACKAGE, "conffiles").split(),
                         ["/etc/default/podprobe-exporter", "/etc/podprobe/podprobe.yml"])
        control = control_file(PACKAGE, "control")
        depends = re.search(r"(?m)^Depends: (.*)$", control).group(1)
        for package in ("adduser", "libc6 (>= ", "libcurl4 (>= ", "libssl3 (>= ", "libcivetweb1 (>= "):
            self.assertIn(package, depends)
        self.assertNotIn("-dev", depends)
        version = re.search(r"project\(.*?VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(), re.S)
        self.assertIn(f"\nVersion: {version.group(1)}-1\n", control)


class MachineTest(unittest.TestCase):
    """One life of an installed package, in its order."""

    def setUp(self):
        self.next_package = next_version(PACKAGE, FOLDER)
        self.machine = Machine()
        self.addCleanup(self.machine.stop)
        for package in (PACKAGE, self.next_package):
            self.machine.path("/run/" + package.name).write_bytes(package.read_bytes())

    def run_well(self, *command):
        done = self.machine.run(*command)
        self.assertEqual(done.returncode, 0, f"{command}: {done.stdout}{done.stderr}{self.journal()}")
        return done.stdout

    def journal(self):
        return self.machine.run("journalctl", "--no-pager", "--unit", SERVICE).stdout

    def shown(self, name):
        return self.run_well("systemctl", "show", "--value", "--property", name, SERVICE).strip()

    def install(self, package):
        self.run_well("env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--force-confold", "--install",
                      "/run/" + package.name)

    def page(self):
        status, body = fetch(METRICS)
        self.assertEqual(status, 200, body + self.journal())
        return Page(body)

    def source_up(self):
        return self.page().value("podprobe_source_up", source="probes")

    def users(self):
        return self.machine.path("/etc/passwd").read_text()

    def configure(self):
        """What an administrator does, as the configuration's comments tell."""
        folder = self.machine.path("/etc/podprobe")
        (folder / "token").write_text(TOKEN + "\n")
        (folder / "token").chmod(0o600)
        self.run_well("chown", "podprobe-exporter:", "/etc/podprobe/token")
        (folder / "kubelet-ca.crt").write_text(pathlib.Path(self.kubelet.ca).read_text())
        text = (folder / "podprobe.yml").read_text()
        for key, value in (("ca_file", "kubelet-ca.crt"), ("credentials_file", "token")):
            text, changes = re.subn(rf'{key}: "".*', f"{key}: {value}", text)
            self.assertEqual(changes, 1, key)
        (folder / "podprobe.yml").write_text(text)
        return text

    def test_a_life(self):
        before = self.machine.changed_files()
        users_before = self.users()

        # Installed: runs, with a page that says that there is no kubelet yet.
        self.install(PACKAGE)
        self.assertEqual(self.shown("ActiveState"), "active", self.journal())
        self.assertEqual(self.source_up(), 0)
        self.assertIn("failing: probes", self.shown("StatusText"))
        self.assertEqual(self.run_well("systemctl", "is-enabled", SERVICE), "enabled\n")
        self.assertNotIn("Warning", self.run_well("systemctl", "status", SERVICE))
        self.check_confinement()

        # Configured, and told so.
        self.kubelet = GuardedKubelet()
        self.addCleanup(self.kubelet.stop)
        configuration = self.configure()
        said = self.run_well("podprobe-exporter", "check", "--config.file=/etc/podprobe/podprobe.yml")
        self.assertIn("probes", said)
        self.run_well("systemctl", "reload", SERVICE)
        wait_until("probes", lambda: self.source_up() == 1)
        wait_until("all sources", lambda: self.shown("StatusText") == (
            "reading https://127.0.0.1:10250: probes, cadvisor, resource, pods"))
        self.assertEqual(self.page().value("podprobe_kubelet_tls_verified"), 1)

        # A mistake fails the reload and nothing else.
        file = self.machine.path("/etc/podprobe/podprobe.yml")
        file.write_text(configuration + "min_attempts: none\n")
        self.assertNotEqual(self.machine.run("systemctl", "reload", SERVICE).returncode, 0)
        self.assertIn("min_attempts", self.journal())
        self.assertEqual(self.source_up(), 1)
        self.assertEqual(self.shown("ActiveState"), "active")
        file.write_text(configuration)
        self.run_well("systemctl", "reload", SERVICE)

        self.check_watchdog()
        self.check_tls()

        # The next version starts anew, and the administrator's configuration stays.
        pid = self.shown("MainPID")
        self.install(self.next_package)
        self.assertNotEqual(self.shown("MainPID"), pid)
        self.assertEqual(self.shown("ActiveState"), "active")
        self.assertEqual(file.read_text(), configuration)
        wait_until("probes", lambda: self.source_up() == 1)

        # Removed: off, with the configuration still there. Purged: as if it had never been.
        self.run_well("dpkg", "--remove", "podprobe-exporter")
        self.assertEqual(fetch(METRICS)[0], 0)
        self.assertFalse(self.machine.path("/usr/bin/podprobe-exporter").exists())
        self.assertEqual(file.read_text(), configuration)
        self.run_well("dpkg", "--purge", "podprobe-exporter")
        self.assertEqual(self.users(), users_before)
        self.assertEqual(self.left_over(before), {})

    def check_confinement(self):
        pid = self.shown("MainPID")
        status = self.run_well("cat", f"/proc/{pid}/status")
        user = self.run_well("id", "--user", "podprobe-exporter").strip()
        self.assertRegex(status, rf"Uid:\t{user}\t{user}\t{user}\t{user}\n")
        for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertRegex(status, rf"{name}:\t0+\n")
        self.assertRegex(status, r"NoNewPrivs:\t1\n")
        self.assertRegex(status, r"Seccomp:\t2\n")
        mounts = self.run_well("cat", f"/proc/{pid}/mounts")
        self.assertRegex(mounts, r"(?m)^\S+ / \S+ ro[, ]")

    def check_watchdog(self):
        """Stopped in its tracks, it gives no sign of life, and is started anew."""
        folder = self.machine.path(f"/run/systemd/system/{SERVICE}.d")
        folder.mkdir(parents=True)
        (folder / "soon.conf").write_text("[Service]\nWatchdogSec=6\nRestartSec=0\n")
        self.run_well("systemctl", "daemon-reload")
        self.run_well("systemctl", "restart", SERVICE)
        pid = self.shown("MainPID")
        # It lives on for longer than that by its own signs.
        wait_until("attempts", lambda: self.page().value(
            "podprobe_source_last_success_timestamp_seconds", source="probes"))
        signs = {self.shown("WatchdogTimestampMonotonic")}
        wait_until("signs of life", lambda: len(
            signs.add(self.shown("WatchdogTimestampMonotonic")) or signs) > 2)
        self.assertEqual(self.shown("NRestarts"), "0")
        self.run_well("kill", "-STOP", pid)
        wait_until("a restart", lambda: self.shown("NRestarts") == "1")
        self.assertIn("watchdog", self.journal().lower())
        wait_until("a page", lambda: fetch(METRICS)[0] == 200)
        self.assertNotEqual(self.shown("MainPID"), pid)
        (folder / "soon.conf").unlink()
        folder.rmdir()
        self.run_well("systemctl", "daemon-reload")

    def check_tls(self):
        """With flags from /etc/default, as its user, with all that the unit takes away."""
        name = self.kubelet.web_config(self.machine.path("/etc/podprobe"))
        self.run_well("chown", "-R", "podprobe-exporter:", "/etc/podprobe")
        default = self.machine.path("/etc/default/podprobe-exporter")
        before = default.read_text()
        default.write_text(f"ARGS=--web.config.file=/etc/podprobe/{name}\nNODE_NAME=worker-1\n")
        self.run_well("systemctl", "restart", SERVICE)
        url = METRICS.replace("http:", "https:")
        page = self.run_well("curl", "--silent", "--show-error", "--fail",
                             "--cacert", "/etc/podprobe/kubelet-ca.crt", url)
        self.assertIn("podprobe_build_info{", page)
        self.assertIn("node=worker-1", self.journal())
        default.write_text(before)
        self.run_well("systemctl", "restart", SERVICE)

    def left_over(self, before):
        """What is there now and was not, and is no log, cache, or book of dpkg's."""
        kept = re.compile(
            r"(var/lib/dpkg|var/log|var/cache|run|var/lib/systemd/(timers|random-seed))(/|$)"
            r"|etc/(passwd|group|shadow|gshadow|subuid|subgid)-?$"
        )
        return {
            name: what
            for name, what in self.machine.changed_files().items()
            if not kept.match(name) and before.get(name, b"") != what
        }


if __name__ == "__main__":
    isolation.enter()
    unittest.main()
