"""What `podprobe-exporter replay` must say about the kubelet's recordings in tests/testdata, number by
number. The numbers were worked out by oracle.py and checked against the raw pages (the sum of all
increments of each series; the failures up to five minutes after a container's start).

A counter is written `namespace/pod probe_type: phase failures/attempts, ...`.
"""

import math
import os
import pathlib

import compare
import recording

TESTDATA = pathlib.Path(__file__).resolve().parent.parent / "testdata"
LONG_NAME = (
    "app.v1.2-dotted.name.with-a-long-tail-that-goes-on-and-on-to-be-well-over-"
    "sixty-three-characters.x-worker-1"
)


def counters(page, is_wanted):
    """The attempts and failures of the probes whose labels are wanted, one line per probe."""
    lines = {}
    for (name, labels), value in sorted(page.items()):
        labels = dict(labels)
        if name != "podprobe_attempts_total" or not is_wanted(labels):
            continue
        failures = page[("podprobe_failures_total", tuple(sorted(labels.items())))]
        probe = "%s/%s %s" % (labels["namespace"], labels["pod"], labels["probe_type"])
        probe = probe.replace(LONG_NAME, "app.v1.2-dotted…")
        lines.setdefault(probe, []).append("%s %d/%d" % (labels["phase"], failures, value))
    return "\n".join("%s: %s" % (probe, ", ".join(phases)) for probe, phases in sorted(lines.items()))


def gauges(page):
    """The ratios that are not perfect and the runs of failures."""
    lines = []
    perfect = {"podprobe_success_ratio": 1, "podprobe_near_timeout_ratio": 0}
    for (name, labels), value in sorted(page.items()):
        labels = dict(labels)
        if name == "podprobe_consecutive_failures" or perfect.get(name, value) != value:
            probe = "%s/%s %s" % (labels["namespace"], labels["pod"], labels["probe_type"])
            lines.append("%s %s %.6g" % (name.removeprefix("podprobe_"), probe, value))
    return "\n".join(lines)


def said(page, pod):
    """What a page says of a pod that is not well: a line per probe, then causes and restarts."""
    found = {}

    def note(key, text):
        found.setdefault(key, []).append(text)

    for (name, labels), value in sorted(page.items(), key=lambda item: item[0]):
        labels = dict(labels)
        if labels.get("pod") != pod:
            continue
        name = name.removeprefix("podprobe_")
        kind = labels.get("probe_type")
        probe = "%s %s" % (labels.get("container"), kind)
        if name == "state":
            note(probe, labels["state"])
        elif name == "consecutive_failures":
            note(probe, "%d in a row" % value)
        elif name == "failing_since_timestamp_seconds":
            note(probe, "since %.3f" % value)
        elif name == "time_to_action_seconds":
            note(probe, "%s in %.4g s" % (labels["action"], value))
        elif name == "startup_budget_used_ratio":
            note(probe, "budget %.3f" % value)
        elif name == "timeout_headroom_ratio":
            note(kind, "headroom %.3g" % value)
        elif name == "failure_causes_total":
            note("causes " + kind, "%s %d" % (labels["cause"], value))
        elif name == "container_restarts_total":
            note("restarts " + labels["container"], "%s %d" % (labels["reason"], value))
    return "\n".join("  %s: %s" % (key, ", ".join(texts)) for key, texts in sorted(found.items()))


class Recorded:
    """What holds on every page of every recording; RunA and RunC say on which."""

    maxDiff = None
    recording = None
    SAID = ()

    @classmethod
    def setUpClass(cls):
        program = os.environ["PODPROBE_EXPORTER"]
        cls.pages = dict(compare.program_pages(program, TESTDATA / cls.recording))
        cls.last = list(cls.pages.values())[-1]

    def counters(self, time, *pods):
        """The lines of the pods whose names begin so."""
        return counters(self.pages[time], lambda labels: labels.get("pod", "").startswith(pods))

    def pods(self, time):
        return {
            labels["namespace"] + "/" + labels["pod"]
            for labels in map(dict, (labels for _, labels in self.pages[time]))
            if "probe_type" in labels and "pod" in labels
        }

    def of(self, time, name, **labels):
        return self.pages[time].get(recording.series_key("podprobe_" + name, labels))

    def test_the_pods_of_the_story_are_told_as_they_are(self):
        for pod, time, expected in self.SAID:
            with self.subTest("%s @%s" % (pod, time)):
                self.assertEqual(said(self.pages[time], pod), expected)

    def test_no_counter_falls_while_it_is_served(self):
        before = {}
        for time, page in self.pages.items():
            for key, value in page.items():
                if key[0].endswith("_total"):
                    self.assertGreaterEqual(value, before.get(key, 0), "%s at %s" % (key, time))
            before = page

    def test_no_page_holds_what_is_promised_to_be_absent(self):
        for time, page in self.pages.items():
            for (name, labels), value in page.items():
                labels = dict(labels)
                where = "%s%s at %s" % (name, labels, time)
                self.assertFalse(math.isnan(value) or math.isinf(value), where)
                self.assertGreaterEqual(value, 0, where)
                if name.endswith("_ratio"):
                    self.assertLessEqual(value, 1, where)
                if name == "podprobe_success_ratio":
                    self.assertNotEqual(labels["probe_type"], "Startup", where)
                    self.assertEqual(labels["window"], "5m", where)  # observed for less than 30 min
                if name == "podprobe_consecutive_failures":
                    self.assertGreater(value, 0, where)
                if "phase" in labels and labels["probe_type"] == "Startup":
                    self.assertNotEqual(labels["phase"], "steady", where)

    def test_attempts_and_failures_go_in_pairs(self):
        for time, page in self.pages.items():
            attempts = {k[1]: v for k, v in page.items() if k[0] == "podprobe_attempts_total"}
            failures = {k[1]: v for k, v in page.items() if k[0] == "podprobe_failures_total"}
            self.assertEqual(attempts.keys(), failures.keys(), time)
            for labels, value in failures.items():
                self.assertLessEqual(value, attempts[labels], "%s at %s" % (labels, time))

    def test_no_ratio_before_half_the_window_was_observed(self):
        first = float(next(iter(self.pages)))
        for time, page in self.pages.items():
            if float(time) < first + 150:
                self.assertFalse([k for k in page if k[0] == "podprobe_success_ratio"], time)
