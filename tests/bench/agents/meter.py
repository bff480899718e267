"""What a process costs, by the kernel's own account in /proc."""

import glob
import os
import statistics
import threading


def cpu_seconds(pid):
    """Time on a processor, all living threads together, to the nanosecond."""
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        try:
            with open(path, encoding="ascii") as file:
                total += int(file.read().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            pass  # the thread has just ended
    return total / 1e9


def context_switches(pid):
    """(voluntary, involuntary), all living threads together."""
    counts = [0, 0]
    for path in glob.glob(f"/proc/{pid}/task/*/status"):
        try:
            with open(path, encoding="ascii", errors="replace") as file:
                for line in file:
                    if line.startswith("voluntary_ctxt_switches"):
                        counts[0] += int(line.split()[1])
                    elif line.startswith("nonvoluntary_ctxt_switches"):
                        counts[1] += int(line.split()[1])
        except (FileNotFoundError, ProcessLookupError):
            pass
    return tuple(counts)


def memory_kib(pid):
    """{'VmRSS': …, 'RssAnon': …, 'VmHWM': …, 'Threads': …} of /proc/PID/status."""
    values = {}
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        for line in file:
            name, _, rest = line.partition(":")
            if name in ("VmRSS", "RssAnon", "VmHWM", "Threads"):
                values[name] = int(rest.split()[0])
    return values


class Meter:
    """Measures a process over a span of time.

    with Meter(pid) as meter: …
    meter.figures
    """

    def __init__(self, pid, clock):
        self._pid = pid
        self._clock = clock
        self._is_over = threading.Event()
        self._samples = []
        self._sampler = threading.Thread(target=self._sample)

    def _sample(self):
        while not self._is_over.wait(0.5):
            self._samples.append(memory_kib(self._pid))

    def __enter__(self):
        self._begin = (self._clock(), cpu_seconds(self._pid), context_switches(self._pid))
        self._sampler.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        self._sampler.join()
        at, cpu, switches = self._begin
        self._samples.append(memory_kib(self._pid))
        seconds = self._clock() - at
        after = context_switches(self._pid)
        rss = [sample["VmRSS"] for sample in self._samples]
        anonymous = [sample["RssAnon"] for sample in self._samples]
        self.figures = {
            "seconds": seconds,
            "cpu_seconds": cpu_seconds(self._pid) - cpu,
            "switches_per_second": (sum(after) - sum(switches)) / seconds,
            "rss_mib": statistics.median(rss) / 1024,
            "anonymous_mib": statistics.median(anonymous) / 1024,
            "anonymous_peak_mib": max(anonymous) / 1024,
            "peak_mib": self._samples[-1]["VmHWM"] / 1024,
            "threads": self._samples[-1]["Threads"],
        }
        assert os.path.exists(f"/proc/{self._pid}"), "the process ended while it was measured"
