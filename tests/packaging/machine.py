"""A throw-away Debian machine with systemd: see boot.sh. For tests that called isolation.enter()."""

import os
import pathlib
import signal
import subprocess
import tempfile
import time

import isolation

_BOOT = pathlib.Path(__file__).with_name("boot.sh")
_CGROUPS = pathlib.Path("/sys/fs/cgroup")


class Machine:
    def __init__(self):
        self._folder = tempfile.TemporaryDirectory()
        self._cgroups = []
        self._init = None
        # Its own branch of each tree of cgroups that systemd would have for itself.
        trees = [_CGROUPS / "systemd", _CGROUPS / "unified"]
        self._make_cgroups([tree for tree in trees if tree.is_dir()] or [_CGROUPS])
        self._said = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            [
                *("unshare", "--mount", "--pid", "--ipc", "--uts", "--cgroup", "--fork"),
                *("--kill-child", str(_BOOT), self._folder.name),
            ],
            preexec_fn=self._enter_cgroups,
            stderr=self._said,
        )
        try:
            self._wait_for_systemd()
        except BaseException:
            self.stop()
            raise

    def _make_cgroups(self, trees):
        for tree in trees:
            cgroup = tree / f"podprobe-{os.path.basename(self._folder.name)}"
            try:
                cgroup.mkdir()
            except OSError as error:
                isolation.skip(f"no cgroups of one's own here: {error}")
            self._cgroups.append(cgroup)

    def _enter_cgroups(self):
        for cgroup in self._cgroups:
            (cgroup / "cgroup.procs").write_text(str(os.getpid()))

    def _wait_for_systemd(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                self._said.seek(0)
                raise AssertionError(f"boot.sh ended: {self._said.read()}")
            self._init = self._init or isolation.child_of(self._process)
            # boot.sh becomes systemd.
            if self._init and self.run("systemctl", "is-system-running", "--wait").stdout.strip() in (
                "running",
                "degraded",
            ):
                return
            time.sleep(0.1)
        raise AssertionError("systemd did not start within 60 s")

    def run(self, *command, **arguments):
        """Runs it in there, and returns what subprocess.run does."""
        inside = ("nsenter", "--target", str(self._init), "--mount", "--pid", "--ipc", "--uts")
        return subprocess.run(
            [*inside, "--cgroup", "--root", "--wd", *command],
            **{"capture_output": True, "text": True, "timeout": 180, **arguments},
        )

    def path(self, name):
        """A file in there, as seen from here."""
        return pathlib.Path(f"/proc/{self._init}/root{name}")

    def changed_files(self):
        """All files and links that differ from this machine's own, and what they hold."""
        top = self.path("/run/changed")
        found = {}
        for folder, _, names in os.walk(top):
            for name in names:
                file = pathlib.Path(folder) / name
                is_plain = file.is_file() and not file.is_symlink()
                found[str(file.relative_to(top))] = file.read_bytes() if is_plain else None
        return found

    def stop(self):
        # All others in there go with their first process, and unshare after it.
        if self._init:
            os.kill(self._init, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()
        self._said.close()
        self._folder.cleanup()
        for cgroup in self._cgroups:
            for branch, _, _ in os.walk(cgroup, topdown=False):
                os.rmdir(branch)
