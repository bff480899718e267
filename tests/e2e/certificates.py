"""Certificates in a folder of their own, made by openssl."""

import glob
import os
import subprocess
import tempfile

ADDRESSES = "IP:127.0.0.1,IP:::1"


def faketime_library():
    """Debian's libfaketime, which shows a process another time of day."""
    libraries = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    assert libraries, "no libfaketime: apt-get install libfaketime"
    return libraries[0]


def openssl(arguments, days_ago):
    clock = {"LD_PRELOAD": faketime_library(), "FAKETIME": f"{-days_ago:+d}d"} if days_ago else {}
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, env={**os.environ, **clock})


class Certificates:
    """`days_ago`: when each was made, two days before it ends; below 0 it is still to be made."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="podprobe-certificates-")
        self.stop = self._folder.cleanup

    def path(self, name):
        return os.path.join(self._folder.name, name)

    def make_ca(self, name, days_ago=0):
        openssl(
            [
                *("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca".split()),
                *("-addext", "basicConstraints=critical,CA:TRUE"),
                *("-keyout", self.path(name + ".key"), "-out", self.path(name + ".crt")),
            ],
            days_ago,
        )

    def make_certificate(self, name, ca, subject, days_ago=0, names=ADDRESSES):
        # Aside first: who watches the file sees one change.
        new = self.path("new")
        extension = self.path("extension")
        with open(extension, "w", encoding="ascii") as file:
            file.write(f"subjectAltName={names}\nauthorityKeyIdentifier=keyid\n")
        openssl(
            [
                *("req -newkey rsa:2048 -nodes".split()),
                *("-subj", subject, "-keyout", new + ".key", "-out", new + ".csr"),
            ],
            days_ago,
        )
        openssl(
            [
                *("x509 -req -days 2 -CAcreateserial -in".split()),
                *(new + ".csr", "-CA", self.path(ca + ".crt"), "-CAkey", self.path(ca + ".key")),
                *("-extfile", extension, "-out", new + ".crt"),
            ],
            days_ago,
        )
        for kind in (".crt", ".key"):
            os.replace(new + kind, self.path(name + kind))
