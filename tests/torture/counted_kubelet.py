"""A kubelet that knows what it served, in front of the real exporter: whenever the exporter asks again,
what came before has been taken in, and its page must say that, series by series."""

import os
import sys
import tempfile
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("../e2e", "../replay"):
    sys.path.insert(0, os.path.join(HERE, folder))

import faults
import recording
from expected_counts import ExpectedCounts
from exporter_process import ExporterProcess, fetch, wait_until, watch_for
from fake_kubelet import FakeKubelet
from node_world import NodeWorld

SOURCES = {"/metrics/probes": "probes", "/metrics/cadvisor": "cadvisor", "/metrics/resource": "resource",
           "/pods": "pods"}
CONFIG = """
kubelet: {timeout: 6s, authorization: {credentials_file: %(token_file)s}%(tls_config)s}
sources: {probes: {interval: 1s}, cadvisor: {interval: 1s}, resource: {interval: 1s}, pods: {interval: 1s}}
series: {born_at_zero: 0s}
windows: [1m, 5m]
limits: {metrics_bytes: 8MiB, pods_bytes: 8MiB, max_series: 1000000}
"""
TOKEN = watch_for("t0rture-token-that-no-output-may-hold")
# What a page may be late by on a busy machine.
PAGE_TIMEOUT_SECONDS = 20
# While readings are under way a page is made each second: it is so long until one has what was read
# before, on a busy machine too, and where that may never show.
NEWS_SECONDS, DOUBTFUL_NEWS_SECONDS = 10, 1.5
HOUR = 3600


class Wrong(AssertionError):
    """The exporter's page is not as it must be."""


class SourceState:
    """What a page says of a source."""

    def __init__(self, source, page):
        self.values = {}  # by family, without its prefix
        self.errors = {}  # {reason: count}
        for (name, labels), value in page.items():
            named = dict(labels)
            if not name.startswith("podprobe_source_") or named["source"] != source:
                continue
            if name == "podprobe_source_errors_total":
                self.errors[named["reason"]] = value
            else:
                self.values[name.removeprefix("podprobe_source_")] = value
        self.last_success = self.values.get("last_success_timestamp_seconds")

    def __str__(self):
        errors = {reason: count for reason, count in self.errors.items() if count}
        return ", ".join(f"{name} {value:.15g}" for name, value in self.values.items()) + f", errors {errors}"


class Served:
    """The last answer of a source: what it was, and what the page said before it."""

    def __init__(self, fault, before, apply):
        self.fault = fault  # None: a good one
        self.before = before  # a SourceState
        self.apply = apply  # what is to be expected once it has been read
        self.begun_unix = time.time()

    def more_errors(self, now):
        """{reason: count} since, those that there were."""
        return {reason: count - self.before.errors.get(reason, 0) for reason, count in now.errors.items()
                if count != self.before.errors.get(reason, 0)}

    def was_good(self, now):
        return now.last_success != self.before.last_success

    def is_before(self, now):
        """Whether the last success was before this answer: that of the one before it, which a page that
        was late did not tell. The exporter's clock is whole hours from ours."""
        return (now.last_success - self.begun_unix + HOUR / 2) % HOUR < HOUR / 2

    def news(self, now):
        """The reasons of the errors since, and "success" if there was one."""
        return self.more_errors(now).keys() | ({"success"} if self.was_good(now) else set())

    def reasons(self):
        return self.fault.reasons if self.fault else set()


class CountedKubelet:
    """`rng` makes the world; what subclasses do to it they do in happen() and fault_of(). With `tls`,
    a KubeletTls, it speaks https."""

    UNHEARD = {"timeout"}  # reasons of errors of requests that never came here

    def __init__(self, rng, pod_count, tls=None):
        self.world = NodeWorld(rng, pod_count)
        self.expected = ExpectedCounts()
        self.lock = threading.RLock()
        self.exporter = None
        self.problem = None
        self.is_over = False  # from now on there is nothing but good answers
        self.may_be_slow = False  # good answers may come too late for the exporter
        self.pages = self.exact = self.loose = self.too_slow = self.timeouts = 0
        self._served = {}
        self._untold = {}  # source: the good answer before the last, if the page has not told of it
        self._previous_page = {}
        self._was_restarted = set()  # sources that may have met a closed port since
        self.pods_good_at = self._pods_asked_at = time.monotonic()
        self._folder = tempfile.TemporaryDirectory(prefix="podprobe-torture-")
        self._ca_file = tls and tls.ca_file
        self.kubelet = FakeKubelet(tls=tls and tls.context)
        self.kubelet.answers = {path: self._answer for path in SOURCES}

    def start_exporter(self, config=CONFIG, environment=None, prefix=()):
        """`prefix`: a command that runs the exporter."""
        token_file, config_file = (os.path.join(self._folder.name, name) for name in ("token", "podprobe.yml"))
        with open(token_file, "w", encoding="ascii") as file:
            file.write(TOKEN)
        with open(config_file, "w", encoding="ascii") as file:
            tls_config = f", tls_config: {{ca_file: {self._ca_file}}}" if self._ca_file else ""
            file.write(config % {"token_file": token_file, "tls_config": tls_config})
        exporter = ExporterProcess("serve", f"--kubelet.url={self.kubelet.url}", f"--config.file={config_file}",
                                   health="127.0.0.1:0", environment=environment, prefix=prefix)
        self.exporter = exporter
        return exporter.wait_for_page()

    def stop(self):
        exporter, self.exporter = self.exporter, None
        if exporter:
            exporter.kill()
        self.kubelet.stop()
        self._folder.cleanup()

    def is_alive(self):
        return self.exporter.exit_code() is None

    def raise_problem(self):
        if not self.is_alive():
            raise Wrong(f"the exporter ended with {self.exporter.exit_code()}: {self.exporter.log[-20:]}")
        if self.problem:
            raise Wrong(self.problem + "\n".join(self.exporter.log[-5:] if self.exporter else ()))

    def restart(self, away_seconds):
        """A new process: its port is closed for a while, its counters begin again."""
        self.kubelet.stop()
        self._was_restarted |= set(SOURCES.values())
        time.sleep(away_seconds)
        self.world.begin_kubelet()
        self.world.step()
        self.kubelet.start()

    # For subclasses.

    def happen(self):
        """Before a page of the probes is written. Returns whether this request is lost by it."""
        self.world.step()
        return False

    def fault_of(self, source):
        """The Fault that this answer meets, and the keys of counters that are no lines in it."""
        return None, frozenset()

    def good_answer(self, body):
        return lambda handler: faults.whole(handler, body)

    def take_handshake_errors(self, source, more):
        """Takes from `more`, {reason: count} since this source's last request, what handshakes were to
        blame for."""

    # Called by the kubelet's threads.

    def _answer(self, handler):
        process, source = self.world.kubelet_start, SOURCES[handler.path]
        try:
            wait_until("the exporter", lambda: self.exporter)
            if source in self._served:
                wait_until("a first page", self._has_page)
            with self.lock:
                is_gone = process != self.world.kubelet_start or faults.has_hung_up(handler)
                reply = faults.close if is_gone else self._next_answer(source)
            reply(handler)
        except OSError:
            faults.close(handler)
        except Exception:
            self.problem = self.problem or traceback.format_exc()
            faults.close(handler)

    def _has_page(self):
        return self._previous_page or fetch(self.exporter.url + "/metrics", PAGE_TIMEOUT_SECONDS)[0] == 200

    def _next_answer(self, source):
        # Each time, or what an answer is held against later would be older than the answer.
        if self._previous_page or source in self._served:
            self._judge(source)
        if source == "probes" and self.happen():
            before = SourceState(source, self._previous_page)
            self._served[source] = Served(faults.CLOSED_UNANSWERED, before, lambda: None)
            return faults.close
        fault, left_out = self.fault_of(source) if self._previous_page else (None, frozenset())
        body, apply = self._page_of(source, left_out)
        self._served[source] = Served(fault, SourceState(source, self._previous_page), apply)
        if fault is None:
            return self.good_answer(body)
        return lambda handler: fault.answer(self.world.rng, handler, body)

    def _page_of(self, source, left_out):
        world = self.world
        if source == "pods":
            uids = set(world.pods)
            # This reading began after the one before had ended; when, only the exporter knows.
            begun, self._pods_asked_at = self._pods_asked_at, time.monotonic()

            def pods_read():
                self.pods_good_at = time.monotonic()
                self.expected.pods_read(begun, self.pods_good_at, uids)

            return world.pods_page(), pods_read
        if source != "probes":
            return world.containers_page(), lambda: None
        counters, durations, process = world.counters(), world.duration_counts(), world.kubelet_start
        begun = time.monotonic()
        return world.probes_page(left_out), lambda: self.expected.probes_read(
            begun, time.monotonic(), process, counters, durations, left_out)

    def _page_after(self, served, source):
        """The page as soon as it tells of the last answer."""
        is_doubtful = source in self._was_restarted or (served and served.fault in faults.UNANSWERED)
        begin = time.monotonic()
        while True:
            status, text = fetch(self.exporter.url + "/metrics", PAGE_TIMEOUT_SECONDS)
            if status != 200:
                raise Wrong(f"/metrics: {status} {text[:200]}")
            page = recording.parse_page(text)
            news = served.news(SourceState(source, page)) if served else {"nothing asked"}
            # A page may tell of a request that never came here before it tells of what was answered, which
            # may be all that it will ever tell where it was given up.
            patience = DOUBTFUL_NEWS_SECONDS if is_doubtful or "timeout" in news else NEWS_SECONDS
            if not news <= self.UNHEARD or time.monotonic() > begin + patience:
                return page
            time.sleep(0.1)

    def _judge(self, source):
        page = self._page_after(self._served.get(source), source)
        self.pages += 1
        self._check_monotonic(page)
        self._previous_page = page
        self._check_reading(source, page)
        if source == "probes":
            self._check_counts(page)

    def _check_reading(self, source, page):
        served = self._served.pop(source, None)
        if served is None:
            return
        now = SourceState(source, page)
        try:
            self._check_served(source, served, now)
        except Wrong as wrong:
            raise Wrong(f"{source}: {wrong}\nbefore: {served.before}\nafter:  {now}") from None

    def _check_served(self, source, served, now):
        more, was_good = served.more_errors(now), served.was_good(now)
        untold = self._untold.pop(source, None)
        if was_good and served.is_before(now):
            was_good = False
            if untold:
                untold.apply()
                self.too_slow -= 1
        elif untold and not was_good:
            self._untold[source] = untold
        self.timeouts += more.get("timeout", 0)
        self.take_handshake_errors(source, more)
        if source in self._was_restarted:
            # Its connection went with the kubelet, and then there was none for a while.
            self._was_restarted.discard(source)
            if not more.keys() <= {"truncated", "connect", "timeout"} | served.reasons():
                raise Wrong(f"after a restart: errors {more}")
        elif served.fault in faults.UNANSWERED and not more:
            return  # asked again by itself
        elif served.fault is not None:
            # Where this machine is slow, this request or one that never came here was given up.
            if not more or not more.keys() <= served.reasons() | {"timeout"}:
                raise Wrong(f'after "{served.fault.name}": errors {more}, want one of {served.reasons()}')
        elif not more.keys() <= {"timeout"} and not self.may_be_slow:
            raise Wrong(f"after a good answer: errors {more}")
        if was_good and served.fault is not None:
            raise Wrong(f'"{served.fault.name}" was taken for a good answer')
        if was_good:
            served.apply()
        elif served.fault is None:
            self._untold[source] = served
        self.too_slow += served.fault is None and not was_good

    def _check_monotonic(self, page):
        """No counter falls, and none is lost but with its pod, or with the workload that it was
        taken to have while /pods did not name the pod."""
        present = self.expected.present(time.monotonic())
        pods = {(namespace, pod) for namespace, pod, _ in present}
        for key, value in self._previous_page.items():
            if not key[0].endswith(("_total", "_count", "_bucket")):
                continue
            if page.get(key, value) < value:
                raise Wrong(f"{key} fell from {value} to {page[key]}")
            if key in page:
                continue
            labels = dict(key[1])
            pod = labels.get("namespace"), labels.get("pod")
            kind = "Readiness" if key[0].startswith("podprobe_unready_") else labels.get("probe_type")
            is_there = (*pod, kind) in present if kind else pod in pods
            if pod[1] is None or ("workload" in labels and is_there):
                raise Wrong(f"{key}, which was {value}, is no longer served")

    def _check_counts(self, page):
        now = time.monotonic()
        attempts, failures, causes = {}, {}, {}
        families = {"podprobe_attempts_total": attempts, "podprobe_failures_total": failures,
                    "podprobe_failure_causes_total": causes}
        for (name, labels), value in page.items():
            if name in families:
                named = dict(labels)
                at = (named["namespace"], named["pod"], named["probe_type"])
                families[name][at] = families[name].get(at, 0) + value
        present = self.expected.present(now)
        for labels in self.expected.all_labels(now):
            least, most = self.expected.bounds(labels, now)
            if labels not in attempts:
                if labels in present:
                    raise Wrong(f"{labels} is not on the page; attempts must be {least.attempts}")
                continue
            self._check_between(labels, "attempts", least.attempts, attempts[labels], most.attempts)
            self._check_between(labels, "failures", least.failures, failures[labels], most.failures)
            if causes.get(labels, 0) != failures[labels]:
                raise Wrong(f"{labels}: {failures[labels]} failures have {causes.get(labels, 0)} causes")
        self._check_node(page)

    def _check_between(self, labels, what, least, got, most):
        if not least <= got <= most:
            raise Wrong(f"{labels}: {what} {got}, want {least} to {most}\n"
                        + "\n".join(self.expected.history_of(labels)))
        if least == most:
            self.exact += 1
        else:
            self.loose += 1

    def _check_node(self, page):
        restarts = page.get(("podprobe_kubelet_restarts_total", ()))
        if restarts is not None and restarts != self.expected.kubelet_restarts:
            raise Wrong(f"podprobe_kubelet_restarts_total {restarts}, want {self.expected.kubelet_restarts}")
        for kind, count in self.expected.durations.items():
            got = page.get(("podprobe_node_probe_duration_seconds_count", (("probe_type", kind),)), 0)
            if got != count:
                raise Wrong(f"{kind}: {got} durations on the node, want {count}")
