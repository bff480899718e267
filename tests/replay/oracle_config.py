"""The configuration that the second engine knows: a recording's `podprobe.yml`, written as JSON."""

import json
import pathlib
import re

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
SPELLING = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
DEFAULT_INTERVALS = {"probes": "5s", "cadvisor": "60s", "resource": "30s", "pods": "10s"}
DEFAULT_CAUSES = {
    "cpu_throttled": 0.25,
    "memory_limit": 0.95,
    "memory_pressure": 0.1,
    "cpu_pressure": 0.25,
    "io_pressure": 0.25,
    "near_timeout": 0.5,
}


class Config:
    def __init__(self, values):
        series = values.get("series", {})
        self.level = series.get("level", "pod")
        self.detail = series.get("detail", "all")
        self.spec = series.get("spec", "failing")
        self.born_at_zero = seconds(series.get("born_at_zero", "75s"))
        self.startup_grace = seconds(values.get("startup_grace", "5m"))
        self.min_attempts = values.get("min_attempts", 3)
        self.windows = [
            (spell(seconds(text)), seconds(text)) for text in values.get("windows", ("5m", "1h"))
        ]
        self.max_series = values.get("limits", {}).get("max_series", 50000)
        causes = values.get("causes", {})
        self.causes = {
            name: causes.get(name + "_ratio", default) for name, default in DEFAULT_CAUSES.items()
        }
        self.intervals = {
            source: seconds(values.get("sources", {}).get(source, {}).get("interval", default))
            for source, default in DEFAULT_INTERVALS.items()
        }
        # "Without a good reading for max(60 s, 3 intervals)"
        self.dead_after = {source: max(60, 3 * s) for source, s in self.intervals.items()}


def config_of(directory):
    path = pathlib.Path(directory) / "podprobe.yml"
    return Config(json.loads(path.read_text()) if path.exists() else {})


def seconds(text):
    return float(sum(float(n) * UNITS[unit] for n, unit in re.findall(r"(\d+)(ms|[smhd])", text)))


def spell(duration):
    """As Prometheus spells it: 60m is 1h."""
    text = ""
    for unit, size in SPELLING:
        number, duration = divmod(duration, size)
        text += "%d%s" % (number, unit) if number else ""
    return text
