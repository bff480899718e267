"""A system clock of one process that can be set while it runs, by Debian's libfaketime."""

import glob
import os
import tempfile


class FakeClock:
    """Only the time of day: what measures durations goes on as it is."""

    def __init__(self):
        descriptor, self._file = tempfile.mkstemp(prefix="podprobe-clock-")
        os.close(descriptor)
        self.set_offset(0)

    def environment(self):
        libraries = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        assert libraries, "no libfaketime: apt-get install libfaketime"
        return {"LD_PRELOAD": libraries[0], "FAKETIME_TIMESTAMP_FILE": self._file,
                "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def set_offset(self, seconds):
        """From now on the clock is so far ahead of the machine's."""
        new = self._file + ".new"
        with open(new, "w", encoding="ascii") as file:
            file.write(f"{seconds:+d}\n")
        os.replace(new, self._file)

    def remove(self):
        os.remove(self._file)
