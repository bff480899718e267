"""Evidence from cadvisor and resource, and one cause per failure."""

import re

from oracle_model import DEFAULT_PERIOD, SIGNALS, Count
from oracle_runs import is_oom_kill
from podlist import unix

PREFIX = "container_"
START = PREFIX + "start_time_seconds"
PERIODS = PREFIX + "cpu_cfs_periods_total"
THROTTLED = PREFIX + "cpu_cfs_throttled_periods_total"
WORKING_SET = PREFIX + "memory_working_set_bytes"
LIMIT = PREFIX + "spec_memory_limit_bytes"
PRESSURE = PREFIX + "pressure_%s_waiting_seconds_total"
FAMILIES_OF = {
    "cpu_throttled": (PERIODS, THROTTLED),
    "memory_limit": (LIMIT,),
    "cpu_pressure": (PRESSURE % "cpu",),
    "memory_pressure": (PRESSURE % "memory",),
    "io_pressure": (PRESSURE % "io",),
}


def cgroup_uid(row_id):
    match = re.search(r"pod([0-9a-f_-]{32,})", row_id)
    return match and match[1].replace("_", "-")


class Rows:
    """One container's rows of a signal: the last two that differ."""

    def __init__(self):
        self.last = None  # (time of reading, timestamp or None, values)
        self.before = None
        self.is_left = False  # its pod was forgotten after that

    def take(self, row):
        if self.last is not None:
            has_stamps = row[1] is not None and self.last[1] is not None
            is_same = row[1] == self.last[1] if has_stamps else row[2] == self.last[2]
            if is_same:
                return
            is_fall = any(new < old for new, old in zip(row[2], self.last[2]))
            self.before = None if is_fall else self.last
        self.last = row

    def deltas(self):
        """(seconds, increases), None if there are not two rows."""
        if self.before is None:
            return None
        has_stamps = self.last[1] is not None and self.before[1] is not None
        seconds = (
            (self.last[1] - self.before[1]) / 1000.0
            if has_stamps
            else self.last[0] - self.before[0]
        )
        return seconds, [new - old for new, old in zip(self.last[2], self.before[2])]


class Evidence:
    def __init__(self):
        super().__init__()
        # (namespace, pod, container) -> {id: {family: (value, timestamp)}}, of the last good reading
        self.cadvisor = {}
        self.history = {}  # (namespace, pod, container, id) -> {signal: Rows}
        self.working_sets = {}  # {(namespace, pod, container): bytes} of the last good `resource`
        self.cadvisor_families = None
        self.left_rows = set()  # of `cadvisor` those of pods that are forgotten
        self.kept = set()  # of `cadvisor` and `working_sets` what the last page lacked, a line being bad

    def read_cadvisor(self, reading, is_first):
        self.note_rows(reading)
        found, families = {}, set()
        self.history = {
            key: signals
            for key, signals in self.history.items()
            if not any(rows.is_left for rows in signals.values())
            or any(self.is_of(pod, key) for pod in self.pods.values())
        }
        self.kept = {key for key in self.kept if len(key) == 3}
        for key in self.left_rows:
            if not any(self.is_of(pod, key) for pod in self.pods.values()):
                self.cadvisor.get(key[:3], {}).pop(key[3], None)
        self.left_rows = set()
        for name, labels, value, stamp in reading.samples:
            families.add(name)
            key = tuple(labels.get(k, "") for k in ("namespace", "pod", "container"))
            if key[1] and key[2] not in ("", "POD"):
                rows = found.setdefault(key, {}).setdefault(labels.get("id", ""), {})
                rows[name] = (value, stamp)
        for key, by_id in found.items():
            for row_id, rows in by_id.items():
                self.take_rows(key + (row_id,), rows, reading.bad_lines == 0)
        if reading.bad_lines:
            families |= self.cadvisor_families or set()
            self.keep_rows(found)
        self.cadvisor, self.cadvisor_families = found, families
        self.history = {
            key: signals for key, signals in self.history.items() if key[3] in found.get(key[:3], {})
        }
        self.note_contradictions()

    def keep_rows(self, found):
        """A reading with a bad line forgets nothing. CHOICE: of a container it has no row of, once that
        is known, and of a row what it lacks; but when a row began it says itself."""
        for key, by_id in self.cadvisor.items():
            there = found.setdefault(key, {})
            pods = {cgroup_uid(row_id) for row_id in there}
            for row_id, rows in by_id.items():
                if row_id in there:
                    kept = {name for name in rows if name not in there[row_id]} - {START}
                    there[row_id].update((name, rows[name]) for name in kept)
                elif cgroup_uid(row_id) not in pods and self.is_known(key + (row_id,)):
                    there[row_id], kept = rows, set(rows)
                else:
                    continue
                self.kept.update(key + (row_id, name) for name in kept)

    def rows_of(self, pod, container):
        """(id, {family: (value, timestamp)}) of a container. CHOICE: not of another pod of the same name
        ("`id` is the cgroup path and holds the pod uid (with `_` for `-`)"); of several the one that
        started last."""
        rows = [
            (by_family.get(START, (0, None))[0], row_id, by_family)
            for row_id, by_family in self.cadvisor.get(pod.labels()[:2] + (container,), {}).items()
            if not pod.uid or cgroup_uid(row_id) in (None, pod.uid)
        ]
        return max(rows, key=lambda row: row[0])[1:] if rows else (None, None)

    def take_rows(self, key, rows, is_whole):
        for signal, families in FAMILIES_OF.items():
            if signal == "memory_limit":
                continue
            if not all(name in rows for name in families):
                if is_whole:
                    self.history.get(key, {}).pop(signal, None)
                continue
            history = self.history.setdefault(key, {}).setdefault(signal, Rows())
            history.is_left = False
            history.take((self.now, rows[families[0]][1], [rows[name][0] for name in families]))

    def is_known(self, key):
        return any(
            self.is_of(pod, key)
            and (key[2] in pod.met or (pod.listing and key[2] in pod.listing.containers))
            for pod in self.pods.values()
        )

    def is_of(self, pod, key):
        return pod.labels()[:2] == key[:2] and cgroup_uid(key[3]) in (None, pod.uid)

    def drop_rates_of(self, pod):
        """CHOICE: who comes back begins anew, with the page of rows that was read last."""
        for key, signals in self.history.items():
            for rows in signals.values() if self.is_of(pod, key) else ():
                rows.before, rows.is_left = None, True
        for key, by_id in self.cadvisor.items():
            rows = (key + (row_id,) for row_id in by_id)
            self.left_rows.update(row for row in rows if self.is_of(pod, row))
        for key in [key for key in self.kept if self.is_of(pod, key + ("",))]:
            self.kept.remove(key)
            if len(key) == 3:
                self.working_sets.pop(key, None)
                continue
            self.cadvisor[key[:3]][key[3]].pop(key[4], None)
            for signal, families in FAMILIES_OF.items():
                if key[4] in families:
                    self.history.get(key[:4], {}).pop(signal, None)

    def read_resource(self, reading, is_first):
        self.note_rows(reading)
        working, page_starts = {}, {}
        self.start_readings += 1
        for name, labels, value, _ in reading.samples:
            key = tuple(labels.get(k, "") for k in ("namespace", "pod", "container"))
            if name == "container_start_time_seconds":
                # Rows have no uid: of two of one name "the younger of the two speaks".
                page_starts[key] = max(value, page_starts.get(key, value))
            if name == WORKING_SET:
                working[key] = value
        # CHOICE: where a row is there and the line with its start was bad, it is the one known.
        for (key, start), number in self.start_seen.items() if reading.bad_lines else ():
            if number == self.start_readings - 1 and key in working and key not in page_starts:
                self.start_seen[key, start] = self.start_readings
        for key, value in page_starts.items():
            starts = self.container_starts.setdefault(key, [])
            # A clock that is ahead tells of starts to come; what has a row has started.
            value = self.start_told.setdefault((key, value), min(value, self.now))
            if value not in starts:
                starts.append(value)
            self.start_seen[key, value] = self.start_readings
        self.kept = {key for key in self.kept if len(key) > 3}
        for key, value in self.working_sets.items() if reading.bad_lines else ():
            if key not in working and self.is_known(key + ("",)):
                working[key] = value
                self.kept.add(key)
        self.working_sets = working
        self.note_contradictions()

    def evidence(self, pod, container):
        """{signal: ratio}, of what is known."""
        found = {}
        row_id, rows = self.rows_of(pod, container)
        if not self.is_fresh("cadvisor") or rows is None:
            return found
        limit = rows.get(LIMIT, (0, None))[0]
        working = self.working_set(pod, container, rows)
        if limit > 0 and working is not None:
            found["memory_limit"] = working / limit
        key = pod.labels()[:2] + (container, row_id)
        for signal, history in self.history.get(key, {}).items():
            if not all(name in rows for name in FAMILIES_OF[signal]):
                continue
            deltas = history.deltas()
            if deltas is None:
                continue
            seconds, increases = deltas
            if signal == "cpu_throttled":
                if increases[0] > 0:
                    found[signal] = increases[1] / increases[0]
            elif seconds > 0:
                found[signal] = increases[0] / seconds
        return {signal: min(1.0, ratio) for signal, ratio in found.items()}

    def working_set(self, pod, container, rows):
        """Of the later reading of the two."""
        found = []
        if WORKING_SET in rows:
            found.append((self.sources["cadvisor"].last_success, 0, rows[WORKING_SET][0]))
        key = pod.labels()[:2] + (container,)
        if key in self.working_sets:
            found.append((self.sources["resource"].last_success, 1, self.working_sets[key]))
        return max(found)[2] if found else None

    def missing_signals(self):
        """"the kubelet has no such series here". CHOICE: as long as there is evidence at all."""
        if self.cadvisor_families is None or not self.is_fresh("cadvisor"):
            return []
        return [
            signal
            for signal in SIGNALS
            if not all(name in self.cadvisor_families for name in FAMILIES_OF[signal])
        ]

    # Section 5.

    def count_cause(self, pod, event, moment):
        cause = self.cause_of(pod, event, moment)
        causes = self.set_of(pod, event.probe.kind).causes
        causes.setdefault(cause, Count()).value += event.failed

    def cause_of(self, pod, event, moment):
        """"Causes, first that holds"."""
        probe = event.probe
        settings = pod.settings(probe.container, probe.kind)
        period = settings.period if settings else DEFAULT_PERIOD
        # A page that does not tell its process is that of the youngest that had begun.
        start = max((s for s in self.kubelet_starts if s <= event.time), default=None)
        if start is not None and event.time - start <= 2 * period:
            return "kubelet_restart"
        if event.phase == "terminating":
            return "terminating"
        if self.was_oom_killed(pod, event):
            return "oom_killed"
        if self.is_incident:
            return "node_wide"
        if event.phase == "startup":
            return "startup"
        limits = self.config.causes
        evidence = self.evidence(pod, probe.container)
        if evidence.get("cpu_throttled", 0) >= limits["cpu_throttled"]:
            return "cpu_throttling"
        if evidence.get("memory_limit", 0) >= limits["memory_limit"]:
            return "memory_pressure"
        if evidence.get("memory_pressure", 0) >= limits["memory_pressure"]:
            return "memory_pressure"
        if evidence.get("cpu_pressure", 0) >= limits["cpu_pressure"]:
            return "cpu_pressure"
        if evidence.get("io_pressure", 0) >= limits["io_pressure"]:
            return "io_pressure"
        if (self.near_timeout_of(pod, probe.kind, moment) or 0) >= limits["near_timeout"]:
            return "slow_response"
        return "unexplained"

    def was_oom_killed(self, pod, event):
        """"OOM kill of this container within 60 s, by /pods' last state"."""
        container = pod.listing and pod.listing.containers.get(event.probe.container)
        if self.has_stale_status(pod):
            return False
        for ended in (container.terminated, container.last_terminated) if container else ():
            at = unix((ended or {}).get("finishedAt"))
            if is_oom_kill(ended) and at is not None and abs(event.time - at) <= 60:
                return True
        return False
