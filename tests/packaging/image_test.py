#!/usr/bin/env python3
"""The container image without a container engine: the same root filesystem, started as a pod would.

What the Dockerfile says (entrypoint, user) is read from it. Docker itself does not run here; of an
image that it built, PODPROBE_IMAGE_ROOT may name the folder where its files are.
"""

import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

import isolation

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from exporter_process import Page, fetch, wait_until  # noqa: E402
from guarded_kubelet import TOKEN, GuardedKubelet  # noqa: E402

DOCKERFILE = (ROOT / "deploy" / "docker" / "Dockerfile").read_text()
ACCOUNT = "var/run/secrets/kubernetes.io/serviceaccount"
MOST_MEBIBYTES = 40


def instruction(pattern):
    found = re.findall(rf"(?m)^{pattern}$", DOCKERFILE)
    assert len(found) == 1, f"{pattern}: {found}"
    return found[0]


def files_of(root):
    return [path for path in root.rglob("*") if not path.is_dir() or path.is_symlink()]


class Container:
    """A read-only root of the image's files with what Kubernetes mounts into it, and one process."""

    def __init__(self, image, folder):
        for name in ("upper", "work", "root"):
            (folder / name).mkdir()
        self.root = folder / "root"
        self._mount("overlay", self.root,
                    "-o", f"lowerdir={image},upperdir={folder}/upper,workdir={folder}/work")
        self.process = None
        self.pid = None

    def _mount(self, what, where, *options):
        where.mkdir(parents=True, exist_ok=True)
        kind = () if options == ("--bind",) else ("-t", what)
        subprocess.run(["mount", *kind, *options, what, where], check=True)

    def add_file(self, name, text):
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def start(self, *arguments, environment):
        """As a runtime does: /proc, a small /dev, all else read-only, as the first process."""
        (self.root / "proc").mkdir()
        self._mount("tmpfs", self.root / "dev")
        for device in ("null", "urandom"):
            (self.root / "dev" / device).touch()
            subprocess.run(["mount", "--bind", f"/dev/{device}", self.root / "dev" / device], check=True)
        subprocess.run(["mount", "-o", "remount,ro", self.root], check=True)
        self.process = self.run(*arguments, environment=environment, start=subprocess.Popen)
        self.pid = wait_until("a process", lambda: isolation.child_of(self.process))

    def run(self, *arguments, environment, start=subprocess.run):
        user, group = instruction(r"USER (\d+:\d+)").split(":")
        entrypoint = re.findall(r'"([^"]+)"', instruction(r"ENTRYPOINT (\[.*\])"))
        return start(
            [
                *("unshare", "--pid", "--fork", "--kill-child", "--mount"),
                *(f"--root={self.root}", "--wd=/", "--mount-proc=/proc"),
                *(f"--setgid={group}", f"--setuid={user}"),
                *entrypoint,
                *arguments,
            ],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.wait()
            self.process.stdout.close()
        subprocess.run(["umount", "--lazy", self.root], check=True)


class ImageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        # Of a memory file system, whatever the temporary folder is on: overlays want that.
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder.name], check=True)
        cls.addClassCleanup(subprocess.run, ["umount", "--lazy", folder.name], check=True)
        cls.folder = pathlib.Path(folder.name)
        cls.image = pathlib.Path(os.environ.get("PODPROBE_IMAGE_ROOT", cls.folder / "image"))
        if cls.image.exists():
            return
        # The Dockerfile builds CivetWeb in; here stands an empty package of that name.
        sources = cls.folder / "sources" / "debian"
        sources.mkdir(parents=True)
        (sources / "copyright").write_text("As its sources say.\n")
        (sources / "changelog").write_text(
            "civetweb (1.15-1) unstable; urgency=low\n\n  * Built in.\n\n"
            " -- Nobody <nobody@localhost>  Thu, 01 Jan 1970 00:00:00 +0000\n")
        subprocess.run([ROOT / "deploy/docker/assemble_root.sh", os.environ["PODPROBE_BUILD_FOLDER"],
                        cls.image, sources.parent], check=True)

    def test_holds_nothing_but_the_program_and_what_it_loads(self):
        files = files_of(self.image)
        total = sum(file.lstat().st_size for file in files) / 2**20
        print(f"image: {total:.1f} MiB in {len(files)} files", flush=True)
        self.assertLess(total, MOST_MEBIBYTES)
        programs = [
            str(file.relative_to(self.image)) for file in files
            if not file.is_symlink() and file.stat().st_mode & 0o111 and ".so" not in file.name
        ]
        self.assertEqual(programs, ["usr/bin/podprobe-exporter"])
        for file in [self.image, *self.image.rglob("*")]:
            about = file.lstat()
            self.assertEqual((about.st_uid, about.st_gid), (0, 0), file)
            if not file.is_symlink():
                unwanted = stat.S_ISUID | stat.S_ISGID | stat.S_IWGRP | stat.S_IWOTH
                self.assertEqual(about.st_mode & unwanted, 0, file)
                self.assertTrue(about.st_mode & stat.S_IROTH, file)

    def test_scanners_and_lawyers_find_what_is_in_it(self):
        for package in ("libc6", "libcurl4", "libssl3", "civetweb", "ca-certificates"):
            status = (self.image / "var/lib/dpkg/status.d" / package).read_text()
            self.assertIn(f"Package: {package}\n", status)
            self.assertRegex(status, r"(?m)^Version: ")
            self.assertTrue((self.image / "usr/share/doc" / package / "copyright").stat().st_size)
        self.assertIn("ID=debian", (self.image / "etc/os-release").read_text())

    def test_labels_and_version(self):
        project = (ROOT / "CMakeLists.txt").read_text()
        version = re.search(r"project\(.*?VERSION (\S+)", project, re.S).group(1)
        self.assertEqual(instruction(r"ARG VERSION=(\S+)"), version)
        for label in ("title", "description", "version", "revision", "licenses"):
            self.assertIn(f"org.opencontainers.image.{label}=", DOCKERFILE)

    def test_what_docker_sends_is_enough_to_build(self):
        context = self.folder / "context"
        context.mkdir()
        for line in (ROOT / ".dockerignore").read_text().splitlines():
            if not line.startswith("!"):
                self.assertRegex(line, r"^(#.*|\*|)$")
                continue
            name = line[1:]
            (context / name).parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, context / name)
        preset = re.search(r"cmake --preset (\S+)", DOCKERFILE).group(1)
        done = subprocess.run(["cmake", "--preset", preset, "-DPODPROBE_REVISION=0123"], cwd=context,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        about = context / ".build" / preset / "generated/exporter/build_info.h"
        self.assertIn('kRevision[] = "0123"', about.read_text())

    def container(self, name):
        folder = self.folder / name
        folder.mkdir()
        container = Container(self.image, folder)
        self.addCleanup(container.stop)
        return container

    def test_finds_everything_in_a_pod(self):
        kubelet = GuardedKubelet()
        self.addCleanup(kubelet.stop)
        container = self.container("pod")
        container.add_file(f"{ACCOUNT}/token", TOKEN)
        container.add_file(f"{ACCOUNT}/ca.crt", pathlib.Path(kubelet.ca).read_text())
        pod = {"NODE_IP": "127.0.0.1", "NODE_NAME": "worker-1"}
        container.start(environment=pod)
        wait_until("ready", lambda: fetch("http://127.0.0.1:9715/readyz")[0] == 200)
        self.assertEqual(fetch("http://127.0.0.1:9715/livez")[0], 200)
        status, body = fetch("http://127.0.0.1:9714/metrics")
        self.assertEqual(status, 200)
        page = Page(body)
        for source in ("probes", "cadvisor", "resource", "pods"):
            self.assertEqual(page.value("podprobe_source_up", source=source), 1, source)
        self.assertEqual(page.value("podprobe_kubelet_tls_verified"), 1)
        self.assertTrue(page.find("process_start_time_seconds"))
        self.assertIn("worker-1", fetch("http://127.0.0.1:9714/")[1])

        process = pathlib.Path(f"/proc/{container.pid}/status").read_text()
        self.assertRegex(process, r"Uid:\t65532\t65532\t65532\t65532\n")
        self.assertRegex(process, r"Gid:\t65532\t65532\t65532\t65532\n")
        self.assertRegex(process, r"CapEff:\t0+\n")
        mounts = pathlib.Path(f"/proc/{container.pid}/mounts").read_text()
        self.assertRegex(mounts, r"(?m)^overlay / overlay ro,")

        check = container.run("check", environment=pod)
        self.assertEqual(check.returncode, 0, check.stdout)

        # As the first process, which the kernel guards from signals that nobody handles.
        os.kill(container.pid, 15)
        self.assertEqual(container.process.wait(timeout=10), 0)

    def test_serves_tls(self):
        kubelet = GuardedKubelet()
        self.addCleanup(kubelet.stop)
        container = self.container("tls")
        folder = container.root / "etc/podprobe"
        folder.mkdir()
        name = kubelet.web_config(folder)
        container.start("demo", f"--web.config.file=/etc/podprobe/{name}", environment={})

        def curl():
            return subprocess.run(
                ["curl", "--silent", "--show-error", "--fail", "--cacert", kubelet.ca,
                 "https://127.0.0.1:9714/metrics"], capture_output=True, text=True)

        wait_until("a page over TLS", lambda: curl().returncode == 0)
        self.assertIn("podprobe_build_info{", curl().stdout)


if __name__ == "__main__":
    isolation.enter()
    unittest.main()
