#!/usr/bin/env python3
"""A pod that /pods lists in the same words as before is not parsed again. The page must not show it.

Each recording is replayed as it is and with every pod in other words each time: with more or
fewer blanks; once more with each second list replaced by the one before.
"""

import gzip
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

TESTDATA = pathlib.Path(__file__).resolve().parent.parent / "testdata"
PROGRAM = os.environ.get("PODPROBE_EXPORTER", "podprobe-exporter")


def readings(recording):
    return sorted((entry for entry in recording.iterdir() if entry.is_dir()), key=lambda entry: float(entry.name))


def pages(recording):
    """Of every reading; without the lists' own sizes."""
    page = subprocess.run(
        [PROGRAM, "replay", str(recording), "--every"], check=True, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True
    ).stdout
    return [line for line in page.splitlines() if not line.startswith('podprobe_source_bytes{source="pods"}')]


class UnchangedPodsTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="podprobe-unchanged-pods-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def copied(self, recording, name, list_of):
        """`list_of(number, lists)`: the text that stands for the reading's list."""
        copy = self.folder / name
        shutil.copytree(recording, copy)
        paths = [reading / "pods.json.gz" for reading in readings(copy)]
        paths = [path for path in paths if path.exists()]
        lists = [self.unpacked(path) for path in paths]
        for number, path in enumerate(paths):
            text = list_of(number, lists)
            if text is not None:
                path.write_bytes(gzip.compress(text, compresslevel=1))
        return copy

    @staticmethod
    def unpacked(path):
        try:
            return gzip.decompress(path.read_bytes())
        except (OSError, EOFError):
            return None  # the recording's own failed reading

    def assert_blanks_change_nothing(self, list_of):
        def with_blanks(number, lists):
            text = list_of(number, lists)
            return text and json.dumps(json.loads(text), indent=1 + number % 2).encode()

        for name in ("run-a", "run-c"):
            with self.subTest(name):
                as_it_is = self.copied(TESTDATA / name, f"{name}-as-it-is", list_of)
                blanks = self.copied(TESTDATA / name, f"{name}-blanks", with_blanks)
                self.assertEqual(pages(as_it_is), pages(blanks))

    def test_as_recorded(self):
        self.assert_blanks_change_nothing(lambda number, lists: lists[number])

    def test_each_list_twice(self):
        self.assert_blanks_change_nothing(
            lambda number, lists: lists[number] and (lists[number - number % 2] or lists[number])
        )


if __name__ == "__main__":
    unittest.main()
