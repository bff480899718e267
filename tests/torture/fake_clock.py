"""A system clock of one process that can be set while it runs, by Debian's libfaketime."""

import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))

from certificates import faketime_library


def preloaded():
    """The environment of a process that the library is loaded into; a sanitizer wants to be loaded before."""
    return {"LD_PRELOAD": faketime_library(),
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + " verify_asan_link_order=0"}


class FakeClock:
    """Only the time of day: what measures durations goes on as it is."""

    def __init__(self):
        descriptor, self._file = tempfile.mkstemp(prefix="podprobe-clock-")
        os.close(descriptor)
        self.set_offset(0)

    def environment(self):
        return {**preloaded(), "FAKETIME_TIMESTAMP_FILE": self._file, "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def set_offset(self, seconds):
        """From now on the clock is so far ahead of the machine's."""
        new = self._file + ".new"
        with open(new, "w", encoding="ascii") as file:
            file.write(f"{seconds:+d}\n")
        os.replace(new, self._file)

    def remove(self):
        os.remove(self._file)
