"""What the exporter's counters must be, from what a kubelet really served: section by section the
rules of increments, on plain dictionaries."""

import collections
import time

# A failure waits so long for /pods, a pod that /pods does not name so long with all of its own. One that
# is named only later begins again at zero with its workload.
WAIT_SECONDS, HELD_SECONDS = 15, 30
# The page is made anew at least so often, whatever happens.
PAGE_SECONDS = 5
# The series of a pod that is gone stay so long at least.
LINGER_SECONDS = 120


def increase(before, now):
    return now - before if now >= before else now


class Counts:
    def __init__(self):
        self.attempts = 0
        self.failures = 0

    def add(self, other):
        self.attempts += other.attempts
        self.failures += other.failures


class Event:
    def __init__(self, at, uid, attempts, failures, waits):
        self.at, self.uid, self.attempts, self.failures, self.waits = at, uid, attempts, failures, waits


class ExpectedCounts:
    """The caller says what was read and when; all times are of one monotonic clock."""

    def __init__(self):
        self._previous = None  # {(namespace, pod, uid, probe type, result): value}
        self._previous_durations = {}
        self._process = None
        self.kubelet_restarts = 0
        self.durations = {}  # probe type: count
        self._settled = {}  # (namespace, pod, probe type): Counts
        self._events = {}  # likewise: those that may not show yet
        self._first_seen = {}  # uid: time, at the earliest
        self._named_at = {}  # likewise, at the latest
        self._unsure = {}  # like _settled: what may have been left behind under another workload
        self._pods_begun = None
        self._last_seen = {}  # (namespace, pod, probe type): time
        self._history = collections.deque(maxlen=200)  # what was read, for whoever wonders

    def probes_read(self, begun, at, process, counters, durations, left_out=frozenset()):
        """It was read after `begun`, and before `at`, which is as late as the next answer's."""
        is_first = self._previous is None
        self._history.append((time.time(), process, counters, left_out))
        if process != self._process and self._process is not None:
            self.kubelet_restarts += 1
            self._previous, self._previous_durations = {}, {}
        self._process = process
        seen = {key: value for key, value in counters.items() if key not in left_out}
        for labels in {(key[0], key[1], key[3]) for key in seen}:
            self._see(labels, at)
        for key, value in seen.items():
            self._first_seen.setdefault(key[2], begun)
            if not is_first:
                self._count(at, key, increase(self._previous.get(key, 0), value))
        for key, value in durations.items():
            more = 0 if is_first else increase(self._previous_durations.get(key, 0), value)
            self.durations[key[2]] = self.durations.get(key[2], 0) + more
        # A bad line in a wanted family: nothing is forgotten.
        self._previous = {**self._previous, **seen} if left_out and self._previous else seen
        self._previous_durations = (
            {**self._previous_durations, **durations} if left_out else dict(durations)
        )

    def _see(self, labels, at):
        """Labels that nobody saw for so long may have been gone, and begun again at zero."""
        if at - self._last_seen.get(labels, at) > LINGER_SECONDS - PAGE_SECONDS:
            for event in self._events.pop(labels, []):
                self._unsure.setdefault(labels, Counts()).add(event)
            self._unsure.setdefault(labels, Counts()).add(self._settled.pop(labels))
        self._last_seen[labels] = at
        self._settled.setdefault(labels, Counts())

    def _count(self, at, key, more):
        if more == 0:
            return
        namespace, name, uid, kind, result = key
        event = Event(at, uid, more, more if result == "failed" else 0, result != "successful")
        self._events.setdefault((namespace, name, kind), []).append(event)

    def pods_read(self, begun, ended, uids):
        for uid in uids:
            self._named_at.setdefault(uid, ended)
        self._pods_begun = begun

    def present(self, now):
        """The labels whose series must be on the page."""
        return {
            labels
            for labels, at in self._last_seen.items()
            if now - at < LINGER_SECONDS - PAGE_SECONDS
            and all(self._is_named(event) for event in self._events.get(labels, ()))
        }

    def bounds(self, labels, now):
        """(least, most) as Counts: what must show, and what may."""
        settled = self._settled.setdefault(labels, Counts())
        unsure = self._unsure.setdefault(labels, Counts())
        waiting = []
        for event in self._events.get(labels, ()):
            if self._is_due(event, now):
                (settled if self._was_named_in_time(event) else unsure).add(event)
            else:
                waiting.append(event)
        self._events[labels] = waiting
        most = Counts()
        for part in [settled, unsure, *waiting]:
            most.add(part)
        return settled, most

    def _is_named(self, event):
        return event.uid in self._named_at

    def _was_named_in_time(self, event):
        return (self._is_named(event)
                and self._named_at[event.uid] - self._first_seen[event.uid] < HELD_SECONDS - PAGE_SECONDS)

    def _is_due(self, event, now):
        if not self._is_named(event):
            return now - event.at > HELD_SECONDS + PAGE_SECONDS
        if not event.waits:
            return True
        is_explained = self._pods_begun is not None and self._pods_begun >= event.at
        return is_explained or now - event.at > WAIT_SECONDS + PAGE_SECONDS

    def history_of(self, labels):
        """The last good readings of these labels, in words."""
        for at, process, counters, left_out in list(self._history)[-12:]:
            found = {key[2:]: value for key, value in counters.items()
                     if (key[0], key[1], key[3]) == labels}
            lost = [key for key in left_out if (key[0], key[1], key[3]) == labels]
            yield f"{at:.1f} kubelet {process}: {found}" + (f", without {lost}" if lost else "")

    def all_labels(self, now):
        """All but those that nobody has seen for so long that they may be gone."""
        return {labels for labels, at in self._last_seen.items() if now - at < LINGER_SECONDS - PAGE_SECONDS}
