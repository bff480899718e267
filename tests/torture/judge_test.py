#!/usr/bin/env python3
"""Whoever judges the exporter in the torture is judged here, with pages made up: what is wrong is found, and
what a slow machine or a kubelet's renewal does to a page that is right is not held against it."""

import random
import time
import types
import unittest

import faults
import lane
import tls_lane
from counted_kubelet import CountedKubelet, Wrong
from expected_counts import HELD_SECONDS, LINGER_SECONDS, WAIT_SECONDS, ExpectedCounts
from recording import parse_page

LABELS = ("shop", "app-1", "Liveness")
POD = f'namespace="{LABELS[0]}",pod="{LABELS[1]}"'
STATUS = next(fault for fault in faults.FAULTS if fault.name == "status")
CUT_OFF = next(fault for fault in faults.FAULTS if fault.name == "cut off")


def told(source, success, errors=None):
    """What a page tells of a source: the time of its last success and {reason: count}."""
    lines = [f'podprobe_source_last_success_timestamp_seconds{{source="{source}"}} {success!r}']
    lines += [f'podprobe_source_errors_total{{source="{source}",reason="{reason}"}} {count}'
              for reason, count in (errors or {}).items()]
    return "\n".join(lines) + "\n"


def counted(attempts, failures=0, causes=None):
    labels = f'{{{POD},workload="app",probe_type="{LABELS[2]}"'
    causes = failures if causes is None else causes
    return (f"podprobe_attempts_total{labels}}} {attempts}\npodprobe_failures_total{labels}}} {failures}\n"
            f'podprobe_failure_causes_total{labels},cause="timeout"}} {causes}\n')


class OnePod:
    """Of a CountedKubelet or what is derived from it: one pod with one probe, whose counters, like the page
    and the fault of the next answer, are as the test says."""

    def make(self):
        self.page, self.fault = {}, None
        pod = next(iter(self.world.pods.values()))
        pod.namespace, pod.name, _ = LABELS
        pod.kinds, self.pod = [LABELS[2]], pod
        return self

    def happen(self):
        return False

    def fault_of(self, source):
        return self.fault, frozenset()

    def _page_after(self, served, source):
        return self.page

    def ask(self, source, page="", fault=None, **counts):
        """The exporter asks, and its page is this; the answer has these counters and this fault."""
        self.page, self.fault = parse_page(page), fault
        self.pod.slots[LABELS[2]] = 0
        for result, value in counts.items():
            self.pod.counts[LABELS[2], result] = value
        self._next_answer(source)


class Kubelet(OnePod, CountedKubelet):
    pass


class TlsKubelet(OnePod, tls_lane.TlsLane):
    pass


class Lane(OnePod, lane.Lane):
    pass


class ReadingsTest(unittest.TestCase):
    """What a page tells of the last answer of a source."""

    def setUp(self):
        self.kubelet = Kubelet(random.Random(1), 1).make()
        self.addCleanup(self.kubelet.stop)
        self.begin = time.time()

    def ask(self, page, fault=None):
        self.kubelet.ask("pods", page, fault)

    def begin_with_a_good_answer(self, fault=None):
        """What comes next meets `fault`."""
        self.ask("")
        self.ask(told("pods", self.begin + 1), fault)

    def test_a_fault_is_told_as_what_it_was(self):
        self.begin_with_a_good_answer(STATUS)
        self.ask(told("pods", self.begin + 1, {"status": 1}))

    def test_beside_a_fault_a_request_may_have_been_given_up(self):
        self.begin_with_a_good_answer(STATUS)
        self.ask(told("pods", self.begin + 1, {"status": 1, "timeout": 1}), STATUS)
        self.ask(told("pods", self.begin + 1, {"status": 1, "timeout": 2}))

    def test_a_fault_told_as_another_is_wrong(self):
        self.begin_with_a_good_answer(STATUS)
        with self.assertRaisesRegex(Wrong, 'after "status": errors .*parse'):
            self.ask(told("pods", self.begin + 1, {"parse": 1}))

    def test_a_fault_that_is_not_told_is_wrong(self):
        self.begin_with_a_good_answer(STATUS)
        with self.assertRaisesRegex(Wrong, 'after "status": errors {}'):
            self.ask(told("pods", self.begin + 1))

    def test_a_fault_taken_for_a_good_answer_is_wrong(self):
        self.begin_with_a_good_answer(CUT_OFF)
        with self.assertRaisesRegex(Wrong, '"cut off" was taken for a good answer'):
            self.ask(told("pods", time.time() + 1, {"truncated": 1}))

    def test_a_good_answer_taken_for_a_fault_is_wrong(self):
        self.begin_with_a_good_answer()
        with self.assertRaisesRegex(Wrong, "after a good answer: errors .*truncated"):
            self.ask(told("pods", self.begin + 1, {"truncated": 1}))

    def test_a_good_answer_may_come_too_late(self):
        self.begin_with_a_good_answer()
        self.ask(told("pods", self.begin + 1, {"timeout": 1}))
        self.assertEqual(self.kubelet.too_slow, 1)
        self.assertEqual(self.kubelet.timeouts, 1)

    def test_a_request_that_nobody_answered_may_be_made_again_untold(self):
        self.begin_with_a_good_answer(faults.CLOSED_UNANSWERED)
        self.ask(told("pods", self.begin + 1))

    def test_after_a_restart_the_closed_port_may_be_told_but_nothing_else(self):
        self.begin_with_a_good_answer()
        self.kubelet._was_restarted = {"pods"}
        self.ask(told("pods", self.begin + 1, {"connect": 1}))
        self.kubelet._was_restarted = {"pods"}
        with self.assertRaisesRegex(Wrong, "after a restart: errors .*auth"):
            self.ask(told("pods", self.begin + 1, {"connect": 1, "auth": 1}))

    def test_after_a_restart_only_once(self):
        self.begin_with_a_good_answer()
        self.kubelet._was_restarted = {"pods"}
        self.ask(told("pods", self.begin + 1, {"connect": 1}))
        with self.assertRaisesRegex(Wrong, "after a good answer: errors .*connect"):
            self.ask(told("pods", self.begin + 1, {"connect": 2}))

    def test_a_late_success_is_that_of_the_answer_before(self):
        """Else the fault would be held to have been taken for a good answer."""
        self.begin_with_a_good_answer()
        late = time.time()
        self.ask(told("pods", self.begin + 1), STATUS)
        self.assertEqual(self.kubelet.too_slow, 1)
        before = self.kubelet.pods_good_at
        self.ask(told("pods", late, {"status": 1}))
        self.assertEqual(self.kubelet.too_slow, 0)
        self.assertGreater(self.kubelet.pods_good_at, before)

    def test_a_good_answer_stays_untold_until_a_page_tells_it(self):
        self.begin_with_a_good_answer()
        late = time.time()
        self.ask(told("pods", self.begin + 1), faults.CLOSED_UNANSWERED)
        self.ask(told("pods", self.begin + 1), STATUS)
        before = self.kubelet.pods_good_at
        self.ask(told("pods", late, {"status": 1}))
        self.assertGreater(self.kubelet.pods_good_at, before)

    def test_the_hour_that_the_clock_is_off_by_makes_no_success_late(self):
        for hours in (-1, 0, 1):
            served = self.served_at(1000.0)
            for success, is_before in ((999.0, True), (1001.0, False)):
                with self.subTest(hours=hours, success=success):
                    now = types.SimpleNamespace(last_success=success + 3600 * hours)
                    self.assertEqual(served.is_before(now), is_before)

    def served_at(self, unix):
        self.ask("")
        served = self.kubelet._served["pods"]
        served.begun_unix = unix
        return served


class CountersTest(unittest.TestCase):
    """What a page counts."""

    def setUp(self):
        self.kubelet = Kubelet(random.Random(1), 1).make()
        self.addCleanup(self.kubelet.stop)
        self.success = time.time()
        self.kubelet.ask("pods")
        self.kubelet.ask("probes", successful=5, failed=2)
        self.kubelet.ask("pods", self.told())
        # What was counted before the first reading is no attempt of anybody's.
        self.kubelet.ask("probes", self.told() + counted(0), successful=8)

    def told(self):
        self.success += 1
        return told("pods", self.success) + told("probes", self.success)

    def durations(self, count):
        return f'podprobe_node_probe_duration_seconds_count{{probe_type="{LABELS[2]}"}} {count}\n'

    def test_the_right_page(self):
        self.kubelet.ask("probes", self.told() + counted(3) + self.durations(3))
        self.assertGreater(self.kubelet.exact, 0)

    def test_one_attempt_more_or_less_is_wrong(self):
        for attempts in (2, 4):
            with self.subTest(attempts=attempts):
                self.setUp()
                with self.assertRaisesRegex(Wrong, f"attempts {attempts}.*, want 3 to 3"):
                    self.kubelet.ask("probes", self.told() + counted(attempts) + self.durations(3))

    def test_a_failure_that_was_none_is_wrong(self):
        with self.assertRaisesRegex(Wrong, "failures 1.*, want 0 to 0"):
            self.kubelet.ask("probes", self.told() + counted(3, 1) + self.durations(3))

    def test_a_duration_that_is_not_counted_is_wrong(self):
        with self.assertRaisesRegex(Wrong, "2.* durations on the node, want 3"):
            self.kubelet.ask("probes", self.told() + counted(3) + self.durations(2))

    def test_a_failure_has_one_cause(self):
        self.kubelet.ask("probes", self.told() + counted(3) + self.durations(3), failed=3)
        with self.assertRaisesRegex(Wrong, "1.* failures have 2.* causes"):
            self.kubelet.ask("probes", self.told() + counted(4, 1, 2) + self.durations(3))

    def test_a_failure_may_wait_for_pods(self):
        self.kubelet.ask("probes", self.told() + counted(3) + self.durations(3), failed=3)
        loose = self.kubelet.loose
        self.kubelet.ask("probes", self.told() + counted(3) + self.durations(3))
        self.assertGreater(self.kubelet.loose, loose)

    def test_a_failure_waits_for_an_answer_of_pods_that_began_after_it(self):
        """When that began only the exporter knows: after the answer before it."""
        self.kubelet.ask("probes", self.told() + counted(3) + self.durations(3), failed=3)
        self.kubelet.ask("probes", self.told() + counted(3) + self.durations(3))
        self.kubelet.ask("pods", self.told() + counted(3) + self.durations(3))
        self.kubelet.ask("pods", self.told() + counted(3) + self.durations(3))
        self.kubelet.ask("probes", self.told() + counted(3) + self.durations(3))
        self.kubelet.ask("pods", self.told() + counted(3) + self.durations(3))
        with self.assertRaisesRegex(Wrong, "attempts 3.*, want 4 to 4"):
            self.kubelet.ask("probes", self.told() + counted(3) + self.durations(3))

    def test_a_counter_that_falls_is_wrong(self):
        self.kubelet.ask("pods", self.told() + counted(3) + self.durations(3))
        with self.assertRaisesRegex(Wrong, "fell from 3"):
            self.kubelet.ask("pods", self.told() + counted(2) + self.durations(3))

    def test_a_counter_that_is_lost_is_wrong(self):
        for left in (counted(3), self.durations(3)):
            with self.subTest(left=left):
                self.setUp()
                self.kubelet.ask("pods", self.told() + counted(3) + self.durations(3))
                with self.assertRaisesRegex(Wrong, "which was 3.*, is no longer served"):
                    self.kubelet.ask("pods", self.told() + left)

    def test_a_pod_that_is_not_on_the_page_is_wrong(self):
        self.kubelet._previous_page = parse_page(self.told())
        with self.assertRaisesRegex(Wrong, "is not on the page; attempts must be 3"):
            self.kubelet.ask("probes", self.told() + self.durations(3))

    def test_a_restart_that_was_none_is_wrong(self):
        page = self.told() + counted(3) + self.durations(3) + "podprobe_kubelet_restarts_total 1\n"
        with self.assertRaisesRegex(Wrong, "podprobe_kubelet_restarts_total 1.*, want 0"):
            self.kubelet.ask("probes", page)

    def test_a_restart_begins_the_kubelets_counters_again(self):
        self.kubelet.world.begin_kubelet()
        self.kubelet.ask("probes", self.told() + counted(3) + self.durations(3), successful=1)
        page = self.told() + counted(4) + self.durations(4) + "podprobe_kubelet_restarts_total 1\n"
        self.kubelet.ask("probes", page)


class HandshakesTest(unittest.TestCase):
    """What a page tells of handshakes, of which nobody knows whose they were."""

    @classmethod
    def setUpClass(cls):
        cls.kubelet = TlsKubelet(1, 1, 0).make()

    @classmethod
    def tearDownClass(cls):
        cls.kubelet.stop()

    def setUp(self):
        self.kubelet.tls_faults = self.kubelet.tls_errors = self.kubelet.tls_crossed = self.kubelet.unclear = 0
        self.kubelet.tls.ca_renewed_at = float("-inf")
        self.kubelet._was_restarted = set()
        self.kubelet.judged_at = {"pods": time.monotonic()}

    def take(self, **more):
        self.kubelet.take_handshake_errors("pods", more)
        return more

    def test_as_many_as_were_made_to_fail(self):
        self.kubelet.tls_faults = 2
        self.assertEqual(self.take(tls=1, connect=1, status=1), {"status": 1})

    def test_one_more_is_wrong(self):
        self.kubelet.tls_faults = 1
        with self.assertRaisesRegex(Wrong, "2 handshakes failed, of 1 that should"):
            self.take(tls=2)

    def test_one_that_met_a_new_ca_is_excused(self):
        self.kubelet.tls.ca_renewed_at = time.monotonic()
        self.take(tls=1)

    def test_also_if_it_is_told_long_after(self):
        """It may take two time limits until the source is judged again."""
        self.kubelet.judged_at["pods"] = time.monotonic() - 100
        self.kubelet.tls.ca_renewed_at = time.monotonic() - 90
        self.take(tls=1)

    def test_but_not_if_the_source_was_judged_meanwhile(self):
        self.kubelet.tls.ca_renewed_at = time.monotonic() - 90
        with self.assertRaisesRegex(Wrong, "1 handshakes failed, of 0 that should"):
            self.take(tls=1)

    def test_at_a_restart_nobody_knows(self):
        self.kubelet._was_restarted = {"pods"}
        self.take(connect=1, tls=1)
        self.kubelet._was_restarted = set()
        with self.assertRaisesRegex(Wrong, "handshakes failed"):
            self.take(connect=1)


class FiguresTest(unittest.TestCase):
    """What the process holds: this one's own figures stand for the exporter's."""

    def setUp(self):
        self.lane = Lane(1, 1, 2**20).make()
        self.addCleanup(self.lane.clock.remove)
        self.addCleanup(self.lane.stop)
        self.lane._previous_page = parse_page("podprobe_series 0\n")
        self.now = types.SimpleNamespace(threads=3, descriptors=10, resident_bytes=2**24)
        self.lane.before = types.SimpleNamespace(**vars(self.now))
        self.lane.exporter = types.SimpleNamespace(pid=0, kill=lambda: None)
        figures, lane.Figures = lane.Figures, lambda pid: self.now
        self.addCleanup(setattr, lane, "Figures", figures)

    def test_what_it_began_with(self):
        self.lane._check_figures()

    def test_a_thread_more_is_wrong(self):
        self.now.threads += 1
        self.expect_wrong()

    def test_a_few_descriptors_more_are_connections(self):
        self.now.descriptors += lane.MORE_DESCRIPTORS
        self.lane._check_figures()
        self.now.descriptors += 1
        self.expect_wrong()

    def test_memory_is_held_against_the_most_series_lately(self):
        """What pods leave is given back a page after the one that lacks them."""
        self.lane._previous_page = parse_page("podprobe_series 1000\n")
        self.now.resident_bytes += 2**20 + 1000 * lane.BYTES_OF_A_SERIES
        self.lane._check_figures()
        self.lane._previous_page = parse_page("podprobe_series 0\n")
        self.lane._check_figures()
        self.lane.series_lately = [(at - lane.RETURN_SECONDS, count) for at, count in self.lane.series_lately]
        self.expect_wrong()

    def expect_wrong(self):
        with self.assertRaises(Wrong):
            self.lane._check_figures()


class ExpectedCountsTest(unittest.TestCase):
    """The rules of increments, with time as it pleases."""

    def setUp(self):
        self.expected = ExpectedCounts()
        self.read(0, successful=5)

    def read(self, at, uid="a", process=1.0, left_out=(), **counts):
        keys = {(LABELS[0], LABELS[1], uid, LABELS[2], result): value for result, value in counts.items()}
        lost = frozenset(key for key in keys if key[-1] in left_out)
        self.expected.probes_read(at, at, process, keys, {}, lost)

    def name(self, at, uid="a"):
        self.expected.pods_read(at, at, {uid})

    def expect(self, at, least, most, failures=(0, 0)):
        low, high = self.expected.bounds(LABELS, at)
        self.assertEqual((low.attempts, high.attempts), (least, most))
        self.assertEqual((low.failures, high.failures), failures)

    def test_a_success_waits_for_the_name_alone(self):
        self.read(1, successful=6)
        self.expect(1, 0, 1)
        self.name(2)
        self.expect(2, 1, 1)

    def test_a_failure_waits_for_a_reading_of_pods_that_began_after_it(self):
        self.name(1)
        self.read(2, successful=5, failed=1)
        self.expect(2, 0, 1, (0, 1))
        self.name(3)
        self.expect(3, 1, 1, (1, 1))

    def test_or_for_its_time(self):
        self.name(1)
        self.read(2, successful=5, failed=1)
        self.expect(2 + WAIT_SECONDS, 0, 1, (0, 1))
        self.expect(2 + WAIT_SECONDS + 6, 1, 1, (1, 1))

    def test_a_counter_that_fell_began_again(self):
        self.name(1)
        self.read(2, successful=3)
        self.expect(2, 3, 3)

    def test_a_line_that_was_bad_is_counted_later(self):
        self.name(1)
        self.read(2, successful=7, left_out=("successful",))
        self.expect(2, 0, 0)
        self.read(3, successful=9)
        self.expect(3, 4, 4)

    def test_a_new_process_begins_all_again(self):
        self.name(1)
        self.read(2, process=2.0, successful=6)
        self.expect(2, 6, 6)
        self.assertEqual(self.expected.kubelet_restarts, 1)

    def test_a_pod_named_too_late_may_begin_again_at_zero(self):
        self.read(1, successful=6)
        self.name(HELD_SECONDS + 1)
        self.expect(HELD_SECONDS + 1, 0, 1)

    def test_a_pod_is_as_old_as_the_answer_that_had_it_first_may_be(self):
        """It was read after `begun`: by when the next answer is asked for it may have waited for long."""
        keys = {(*LABELS[:2], "b", LABELS[2], "successful"): 1}
        self.expected.probes_read(10, 40, 1.0, keys, {})
        self.name(38, "b")
        self.expect(40, 0, 1)

    def test_a_pod_that_pods_does_not_name_is_on_the_page_in_the_end(self):
        self.read(1, successful=6)
        self.assertEqual(self.expected.present(2), set())
        for at, present in ((HELD_SECONDS, set()), (HELD_SECONDS + 7, {LABELS}), (LINGER_SECONDS, set())):
            self.expected.bounds(LABELS, at)
            self.assertEqual(self.expected.present(at), present)

    def test_what_nobody_saw_for_long_may_have_been_gone(self):
        self.name(1)
        self.read(2, successful=6)
        self.expect(2, 1, 1)
        self.read(2 + LINGER_SECONDS, successful=8)
        self.expect(2 + LINGER_SECONDS, 2, 3)


if __name__ == "__main__":
    unittest.main()
