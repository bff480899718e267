"""A CPU limit for one process, by the kernel's control groups where these may be written."""

import os
import time


class CpuLimit:
    """Of at most so many thousandths of a CPU, in periods of 100 ms. None of it is left behind."""

    PERIOD_MICROSECONDS = 100_000

    def __init__(self, millicores):
        self._quota = millicores * self.PERIOD_MICROSECONDS // 1000
        self._folder = None

    def __enter__(self):
        """Raises OSError where control groups are not to be had."""
        folder = os.path.join(self._own_folder(), f"podprobe-torture-{os.getpid()}")
        os.mkdir(folder)
        self._folder = folder
        if os.path.exists(os.path.join(folder, "cpu.max")):
            self._write("cpu.max", f"{self._quota} {self.PERIOD_MICROSECONDS}")
        else:
            self._write("cpu.cfs_period_us", str(self.PERIOD_MICROSECONDS))
            self._write("cpu.cfs_quota_us", str(self._quota))
        return self

    def __exit__(self, *_):
        for _ in range(50):
            try:
                os.rmdir(self._folder)
                return
            except OSError:  # the process has ended, but is still counted
                time.sleep(0.1)

    @staticmethod
    def _own_folder():
        """Of version 1 where cpu is a hierarchy of its own, else of version 2."""
        with open("/proc/self/cgroup", encoding="ascii") as file:
            groups = [line.rstrip("\n").split(":", 2) for line in file]
        for _, controllers, path in groups:
            if "cpu" in controllers.split(","):
                return f"/sys/fs/cgroup/{controllers}{path}"
        return "/sys/fs/cgroup" + next(path for number, _, path in groups if number == "0")

    def _write(self, name, text):
        with open(os.path.join(self._folder, name), "w", encoding="ascii") as file:
            file.write(text)

    def add(self, pid):
        self._write("cgroup.procs", str(pid))

    def throttled_periods(self):
        with open(os.path.join(self._folder, "cpu.stat"), encoding="ascii") as file:
            return int(dict(line.split() for line in file)["nr_throttled"])
