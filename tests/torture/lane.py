"""One exporter and its kubelet, which is tortured with all that any kubelet may meet."""

import itertools
import random
import time

import faults
from counted_kubelet import SOURCES, CountedKubelet, SourceState, Wrong
from exporter_process import wait_until
from fake_clock import FakeClock
from figures import Figures

FAULT_SHARE = 0.5
EVENT_SHARE = 0.15
BAD_LINES_SHARE = 0.1
# Without /pods for longer, pods would be served without their workload: another, rightful, story.
LONGEST_WITHOUT_PODS_SECONDS = 8
PODS_AT_FIRST = 25
# A page of counters of more would be too big for the exporter (limits.metrics_bytes).
MOST_PODS = 2000
EVENTS = {"restart": 8, "clock step": 8, "pods come": 8, "pods go": 8, "pods made anew": 8,
          "a thousand pods come": 1, "all pods go": 2}
# What a process may hold beside what it held when it began: a descriptor for each connection that has
# been left by either side, and memory by the pods whose series are on the page or wait for it.
MORE_DESCRIPTORS = 12
BYTES_OF_A_SERIES = 2048
# What pods leave is given back a page after the one that lacks them; on a busy machine that takes a while.
RETURN_SECONDS = 10
# A source is asked every second, but for answers that take their time, waits after failures and a slow
# machine.
LONGEST_UNASKED_SECONDS = 60


class Lane(CountedKubelet):
    EVENTS = EVENTS
    KINDS = ()  # of faults, beside those that any kubelet has

    def __init__(self, seed, fault_count, more_bytes, tls=None):
        """`more_bytes`: that memory may grow by, as most_growth_bytes says."""
        super().__init__(random.Random(seed), PODS_AT_FIRST, tls)
        self.fault_count = fault_count
        self.more_bytes = more_bytes
        # Each source has its own, so that a seed gives each the same faults again.
        self.dice = {source: random.Random(f"{seed}/{source}") for source in (*SOURCES.values(), "tls")}
        self.clock = FakeClock()
        self.done = {}  # fault: count
        self.before = None  # Figures
        self.most_descriptors = 0
        self.most_growth_bytes = 0  # of memory, beside what it held at first and for the series of its pages
        self.asked_at = {}  # source: monotonic time
        self.told = {}  # source: what the page says of it
        self.series_lately = []  # (monotonic time, on the page then)

    def note(self, name):
        self.done[name] = self.done.get(name, 0) + 1

    @property
    def fault_total(self):
        return sum(self.done.values())

    def fault_of(self, source):
        dice = self.dice[source]
        if self.is_over:
            return None, frozenset()
        must_be_good = (source == "pods"
                        and time.monotonic() - self.pods_good_at > LONGEST_WITHOUT_PODS_SECONDS)
        fault = None
        if not must_be_good and dice.random() < FAULT_SHARE:
            fault = faults.choose(dice, source, *self.KINDS)
            self.note(fault.name)
        left_out = frozenset()
        counters = self.world.counters()
        if source == "probes" and len(counters) > 3 and dice.random() < BAD_LINES_SHARE:
            left_out = frozenset(dice.sample(sorted(counters), 3))
            self.note("bad lines")
        return fault, left_out

    def good_answer(self, body):
        if len(body) > 100_000 or self.world.rng.random() < 0.7:
            return super().good_answer(body)
        pieces = random.Random(self.world.rng.random())
        sizes = (pieces.randrange(1, 3000) for _ in itertools.count())
        return lambda handler: faults.chunked(handler, body, sizes)

    def happen(self):
        world, dice = self.world, self.dice["probes"]
        world.step()
        if not self._previous_page or self.is_over or dice.random() > EVENT_SHARE:
            return False
        event = dice.choices(list(self.EVENTS), list(self.EVENTS.values()))[0]
        self.note(event)
        return self.meet(event)

    def meet(self, event):
        """Returns what happen() does."""
        world, dice = self.world, self.dice["probes"]
        if event == "restart":
            self.restart(dice.choice((0, 0.2, 2)))
            return True
        if event == "clock step":
            self.clock.set_offset(dice.choice((-3600, 0, 3600)))
        elif event == "pods come":
            self.add_pods(dice.randrange(1, 20))
        elif event == "a thousand pods come":
            self.add_pods(1000)
        elif event == "pods go":
            world.remove_pods(dice.randrange(1, 20))
        elif event == "pods made anew":
            world.replace_pods(dice.randrange(1, 5))
        else:
            self.return_to_few_pods()
        return False

    def add_pods(self, count):
        self.world.add_pods(min(count, MOST_PODS - len(self.world.pods)))

    def return_to_few_pods(self):
        self.world.remove_pods(len(self.world.pods))
        self.world.add_pods(PODS_AT_FIRST)

    def _judge(self, source):
        super()._judge(source)
        self._note_attempts()
        if self.before:
            self._check_figures()

    def _check_figures(self):
        now = Figures(self.exporter.pid)
        time_now = time.monotonic()
        self.series_lately = [(at, count) for at, count in self.series_lately if time_now - at < RETURN_SECONDS]
        self.series_lately.append((time_now, self._previous_page[("podprobe_series", ())]))
        series = max(count for _, count in self.series_lately)
        growth_bytes = now.resident_bytes - self.before.resident_bytes - BYTES_OF_A_SERIES * series
        self.most_growth_bytes = max(self.most_growth_bytes, growth_bytes)
        self.most_descriptors = max(self.most_descriptors, now.descriptors)
        if (now.threads > self.before.threads or growth_bytes > self.more_bytes
                or now.descriptors > self.before.descriptors + MORE_DESCRIPTORS):
            raise Wrong(f"with {series:g} series at most lately: {now}\nbefore: {self.before}")

    def _answer(self, handler):
        self.asked_at[SOURCES[handler.path]] = time.monotonic()
        super()._answer(handler)

    def _note_attempts(self):
        """A request that never came here, since the handshake before it failed, shows on the page."""
        for source in SOURCES.values():
            told = str(SourceState(source, self._previous_page))
            if self.told.get(source) != told:
                self.told[source] = told
                self.asked_at[source] = time.monotonic()

    def _check_asked(self):
        """A source that was given up would show nowhere else."""
        now = time.monotonic()
        for source, at in list(self.asked_at.items()):
            if now - at > LONGEST_UNASKED_SECONDS:
                self.problem = self.problem or f"{source}: not asked for {now - at:.0f} s"

    def is_done(self, condition):
        self._check_asked()
        return condition or self.problem or not self.is_alive()

    def check_end(self):
        """For subclasses: what must hold once nothing but good readings is left."""

    def _returned(self):
        """Its figures, once no more is open than what it began with and a connection for each source."""
        now = Figures(self.exporter.pid)
        return now if now.descriptors <= self.before.descriptors + len(SOURCES) else None

    def run(self, most_seconds, quiet_seconds):
        try:
            exporter = self.start_exporter(environment=self.clock.environment())
            self.before = Figures(exporter.pid)
            end = time.monotonic() + most_seconds
            while not self.is_done(self.fault_total >= self.fault_count) and time.monotonic() < end:
                time.sleep(0.1)
            self.raise_problem()
            self.is_over = True
            self.clock.set_offset(0)
            with self.lock:
                self.return_to_few_pods()
            pages = self.pages
            time.sleep(quiet_seconds)
            wait_until("good readings", lambda: self.is_done(self.pages > pages + 20), 120)
            self.raise_problem()
            self.check_end()
            after = wait_until("descriptors return", self._returned, 60)
            code, seconds = exporter.terminate()
            if code != 0:
                raise Wrong(f"SIGTERM: exit {code} after {seconds:.1f} s")
            return {"faults": self.done, "pages": self.pages, "exact": self.exact, "loose": self.loose,
                    "too_slow": self.too_slow, "descriptors": self.most_descriptors,
                    "growth_bytes": self.most_growth_bytes, "before": self.before, "after": after}
        finally:
            self.stop()
            self.clock.remove()
