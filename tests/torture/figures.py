"""What a process holds: memory, threads, descriptors."""

import os
import re


class Figures:
    def __init__(self, pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            status = file.read()
        self.resident_bytes = self._kilobytes(status, "VmRSS") * 1024
        self.most_resident_bytes = self._kilobytes(status, "VmHWM") * 1024
        self.threads = int(re.search(r"Threads:\s+(\d+)", status).group(1))
        self.descriptors = len(os.listdir(f"/proc/{pid}/fd"))

    @staticmethod
    def _kilobytes(status, name):
        return int(re.search(name + r":\s+(\d+) kB", status).group(1))

    def __str__(self):
        return (f"{self.resident_bytes / 2**20:.1f} MiB (most {self.most_resident_bytes / 2**20:.1f}), "
                f"{self.threads} threads, {self.descriptors} descriptors")
