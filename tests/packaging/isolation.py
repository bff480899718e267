"""Runs a test in namespaces of its own: mounts, processes and a network with nothing but loopback.

Ports are free there, what is mounted is seen by nobody else, and all of it goes with the test.
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys

SKIPPED = 77
_FLAGS = ("--mount", "--net", "--pid", "--ipc", "--fork", "--kill-child", "--mount-proc")
# What the tests do in there, tried first: some containers allow no mounts, some files no overlay.
_TRIAL = """
mount -t tmpfs tmpfs /mnt && mkdir /mnt/up /mnt/work /mnt/all &&
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/up,workdir=/mnt/work /mnt/all
"""


def skip(why):
    print(f"SKIPPED: {why}", flush=True)
    sys.exit(SKIPPED)


def enter():
    """Starts this program anew in there; ends it with SKIPPED where that cannot be."""
    if "PODPROBE_ISOLATED" in os.environ:
        _raise_loopback()
        return
    if os.geteuid() != 0:
        skip("needs root, for namespaces, another user and packages")
    tried = subprocess.run(["unshare", *_FLAGS, "sh", "-c", _TRIAL], capture_output=True, text=True)
    if tried.returncode != 0:
        skip(f"no namespaces and overlays here: {tried.stderr.strip()}")
    os.execvpe(
        "unshare",
        ["unshare", *_FLAGS, sys.executable, *sys.argv],
        {**os.environ, "PODPROBE_ISOLATED": "1"},
    )


def _raise_loopback():
    set_flags, flag_up = 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14x", b"lo", flag_up))


def child_of(process):
    """The process id of the one child that this process has, None before it has."""
    pid = process.pid
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        return next((int(child) for child in children.read().split()), None)
