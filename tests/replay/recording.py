"""Recordings, expositions and pages, for the slow second engine. Standard library only.

A recording is a folder with one subfolder per reading, named by its Unix time. This file turns one
into plain values: for each subfolder its time and, for each source in the order of reading, what
was read. It shares no code with the exporter's parsers.
"""

import functools
import json
import pathlib
import re
import zlib

# "within a folder they count as read in that order"
FILES = (
    ("probes", "metrics-probes.prom"),
    ("cadvisor", "metrics-cadvisor.prom"),
    ("resource", "metrics-resource.prom"),
    ("pods", "pods.json"),
)

# The families that the engine uses. Lines of others are counted and otherwise passed over.
WANTED = {
    "probes": {
        "prober_probe_total",
        "prober_probe_duration_seconds",
        "process_start_time_seconds",
    },
    "cadvisor": {
        "container_cpu_cfs_periods_total",
        "container_cpu_cfs_throttled_periods_total",
        "container_memory_working_set_bytes",
        "container_spec_memory_limit_bytes",
        "container_pressure_cpu_waiting_seconds_total",
        "container_pressure_memory_waiting_seconds_total",
        "container_pressure_io_waiting_seconds_total",
        "container_start_time_seconds",
        "container_last_seen",
    },
    "resource": {
        "container_start_time_seconds",
        "container_memory_working_set_bytes",
        "resource_scrape_error",
    },
}


class Reading:
    """One answer of one source. A failed one has a reason and nothing else."""

    def __init__(self, source, body_bytes=0, reason=None):
        self.source = source
        self.body_bytes = body_bytes
        self.reason = reason
        self.samples = []  # (name, labels as dict, value, timestamp in ms or None)
        self.sample_count = 0
        self.bad_lines = 0
        self.pods = []  # the items of a PodList

    @property
    def is_good(self):
        return self.reason is None


def folders(directory):
    """The subfolders of a recording as (time, name), by time. "other names are ignored"."""
    found = []
    for path in pathlib.Path(directory).iterdir():
        if path.is_dir() and re.fullmatch(r"\d+(\.\d+)?", path.name):
            found.append((float(path.name), path.name))
    return sorted(found)


def read_folder(folder):
    """What was read at that time: a list of Reading, in the order of reading."""
    readings = []
    for source, name in FILES:
        reading = read_file(pathlib.Path(folder), source, name)
        if reading is not None:
            readings.append(reading)
    return readings


def read_file(folder, source, name):
    """"A file that is missing was not read at that time; an empty file or a broken .gz is a failed
    reading." """
    plain, packed = folder / name, folder / (name + ".gz")
    if plain.exists():
        body = plain.read_bytes()
    elif packed.exists():
        body, is_whole = unpack(packed.read_bytes())
        if not is_whole:
            return Reading(source, len(body), "truncated")
    else:
        return None
    if not body:
        return Reading(source, 0, "truncated")
    return parse_pods(body) if source == "pods" else parse_exposition(source, body)


def unpack(packed):
    """(what could be unpacked of a .gz, whether that was all)."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        body = unpacker.decompress(packed)
        return body, unpacker.eof and not unpacker.unused_data
    except zlib.error:
        return b"", False


def parse_pods(body):
    reading = Reading("pods", len(body))
    try:
        document = json.loads(body)
        items = document["items"] or []
        assert isinstance(items, list) and document.get("kind") in (None, "PodList", "List")
    except (ValueError, KeyError, TypeError, AssertionError):
        return Reading("pods", len(body), "parse")
    reading.pods = items
    reading.sample_count = len(items)
    return reading


NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r'[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(,|$)')
TAIL = re.compile(
    r"[ \t]*([+-]?(?:[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?"
    r"|[iI]nf|[iI]nfinity|[nN]a[nN]))(?:[ \t]+(-?[0-9]+))?[ \t]*"
)


def family_of(name):
    return re.sub(r"_(bucket|sum|count)$", "", name)


def parse_exposition(source, body):
    """Text 0.0.4. "One bad line costs that line, is counted"; "families that nobody uses are passed
    over before their labels are looked at"."""
    reading = Reading(source, len(body))
    wanted = WANTED[source]
    for line in body.decode("utf-8", "replace").split("\n"):
        text = line.strip(" \t")
        if not text or text.startswith("#"):
            continue
        match = re.match(NAME.pattern + r"(?=[ \t{])", text)
        if match and match[0] not in wanted and family_of(match[0]) not in wanted:
            reading.sample_count += 1
            continue
        sample = parse_sample(text)
        if sample is None:
            reading.bad_lines += 1
        else:
            reading.sample_count += 1
            reading.samples.append(sample)
    if any(name == "resource_scrape_error" and value for name, _, value, _ in reading.samples):
        # The kubelet could not look at its containers: that they are not there is no news.
        reading.reason = "status"
    if reading.sample_count == 0 or (reading.bad_lines and not reading.samples):
        # A whole body without one sample that is wanted, but with bad lines, is no exposition (an
        # HTML page, say).
        failed = Reading(source, len(body), "parse")
        failed.sample_count, failed.bad_lines = reading.sample_count, reading.bad_lines
        return failed
    return reading


def parse_sample(text):
    """(name, labels, value, timestamp_ms) of one line, None if the line is bad."""
    head, brace, tail = text.rpartition("}")
    if not brace:
        match = NAME.match(text)
        if not match or text[match.end():match.end() + 1] not in (" ", "\t"):
            return None
        head, tail = match[0], text[match.end():]
        series = (head, {})
    else:
        series = parse_series(head)
    value = TAIL.fullmatch(tail)
    if series is None or value is None:
        return None
    return series[0], series[1], float(value[1]), int(value[2]) if value[2] else None


@functools.lru_cache(maxsize=None)
def parse_series(head):
    """`name{a="b",` without its closing brace: (name, labels), None if it is bad."""
    match = NAME.match(head)
    if not match:
        return None
    rest = head[match.end():].lstrip(" \t")
    if not rest.startswith("{"):
        return None
    rest = rest[1:]
    labels = {}
    while rest.strip(" \t"):
        label = LABEL.match(rest)
        if not label:
            return None
        labels[label[1]] = unescape(label[2])
        rest = rest[label.end():]
    return match[0], labels


def unescape(value):
    return re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), value)


# Pages.


def escape(value):
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def number(value):
    return str(int(value)) if value == int(value) else repr(float(value))


def write_page(page):
    """{(name, ((label, value), ...)): value} as text 0.0.4, sorted, without HELP and TYPE."""
    lines = []
    for (name, labels), value in sorted(page.items()):
        inner = ",".join('%s="%s"' % (key, escape(text)) for key, text in labels)
        lines.append("%s%s %s\n" % (name, "{%s}" % inner if inner else "", number(value)))
    return "".join(lines)


def parse_page(text):
    """The series of a /metrics page: {(name, sorted labels without empty ones): value}. A series
    that appears twice is an error, as for Prometheus."""
    page = {}
    for line in text.split("\n"):
        if not line or line.startswith("#"):
            continue
        sample = parse_sample(line)
        if sample is None:
            raise ValueError("not a sample line: " + line)
        key = series_key(sample[0], sample[1])
        if key in page:
            raise ValueError("served twice: " + line)
        page[key] = sample[2]
    return page


def series_key(name, labels):
    return name, tuple(sorted((key, value) for key, value in labels.items() if value != ""))


def split_pages(text):
    """The output of `replay --every`: [(time as written, page text)]."""
    parts = re.split(r"^# reading (\S+)\n", text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2]))
