#!/usr/bin/env python3
"""deploy/README.md: what it quotes of `check` is what the program says, and what it names is there.

With --update, writes the answers into the page."""

import re
import sys
import unittest

import yaml

import check_answers
import rendered
import tools

README = tools.DEPLOY / "README.md"
QUOTE = re.compile(r"(<!-- check: ([a-z-]+) -->\n```\n)(.*?)(```\n)", re.S)


def excerpt(name, answer):
    """What of an answer the page quotes: all sources where it works, else the first failure."""
    lines = answer.splitlines()
    if name == "works":
        return lines[3:]
    first = next(i for i, line in enumerate(lines) if "FAILED" in line)
    return lines[first:first + 2]


class Readme(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.text = README.read_text(encoding="utf-8")
        cls.stage = check_answers.Stage()
        cls.addClassCleanup(cls.stage.close)

    def test_what_check_says(self):
        quotes = {name: text for _, name, text, _ in QUOTE.findall(self.text)}
        self.assertEqual(set(quotes), set(check_answers.NAMES) - {"apiserver-works"})
        for name, quoted in quotes.items():
            with self.subTest(name):
                _, answer = self.stage.answer_of(name)
                self.assertEqual(quoted.splitlines(), excerpt(name, answer))

    def test_check_ends_well_where_probes_works(self):
        for name in check_answers.NAMES:
            with self.subTest(name):
                status, answer = self.stage.answer_of(name)
                self.assertEqual(status, 0 if re.search("(?m)^probes +works", answer) else 1)

    def test_the_files_and_sections_named_are_there(self):
        headings = {re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-")
                    for heading in re.findall(r"(?m)^#+ (.*)$", self.text)}
        for target in re.findall(r"\]\(([^)]+)\)", self.text):
            if target.startswith("#"):
                self.assertIn(target[1:], headings)
            elif not target.startswith("https://"):
                self.assertTrue((tools.DEPLOY / target).exists(), target)
        for path in re.findall(r"(?:^|[\s`])(deploy/[\w./-]+)", self.text):
            self.assertTrue((tools.ROOT / path.rstrip(".")).exists(), path)

    def test_components_and_values_named_are_there(self):
        table = self.text.partition("## What else there is")[2].partition("\n\n`overlays/`")[0]
        components = set(re.findall(r"(?m)^\|[^|]*\| `([a-z-]+)` \|", table))
        self.assertEqual(components, set(rendered.COMPONENTS) | {"existing-namespace"})
        values = yaml.safe_load((rendered.CHART / "values.yaml").read_text(encoding="utf-8"))
        for name in re.findall(r"`((?:pods|podMonitor|prometheusRule|dashboards|networkPolicy|webTls)"
                               r"\.[A-Za-z]+|kubelet\.[a-z]+[A-Z][A-Za-z]+)(?=[`=: ])", self.text):
            section, _, key = name.partition(".")
            self.assertIn(key, values[section])

    def test_the_example_is_a_pod_that_the_strictest_standard_takes(self):
        file = rendered.KUBERNETES / "examples" / "failing-pod.yaml"
        pod = yaml.safe_load(file.read_text(encoding="utf-8"))
        self.assertEqual(pod["kind"], "Pod")
        container = pod["spec"]["containers"][0]
        self.assertNotEqual(container["livenessProbe"]["httpGet"],
                            container["readinessProbe"]["httpGet"])


def update():
    stage = check_answers.Stage()

    def filled(match):
        lines = excerpt(match[2], stage.answer_of(match[2])[1])
        return match[1] + "".join(line + "\n" for line in lines) + match[4]

    README.write_text(QUOTE.sub(filled, README.read_text(encoding="utf-8")), encoding="utf-8")
    stage.close()


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        unittest.main()
