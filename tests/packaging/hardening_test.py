#!/usr/bin/env python3
"""What the compiler was asked for stands in the built files: read back with readelf."""

import glob
import os
import pathlib
import re
import subprocess
import unittest

PROGRAM = os.environ["PODPROBE_EXPORTER"]
FOLDER = os.path.join(os.path.dirname(PROGRAM), "../lib/podprobe-exporter")
# A CivetWeb that is built in needs none.
LIBRARIES = sorted(glob.glob(os.path.join(FOLDER, "*.so")))


def readelf(*arguments):
    return subprocess.run(
        ["readelf", "--wide", *arguments], check=True, capture_output=True, text=True
    ).stdout


class Hardening(unittest.TestCase):
    def test_position_independent(self):
        for file in (PROGRAM, *LIBRARIES):
            self.assertRegex(readelf("--file-header", file), r"Type: +DYN", file)
        self.assertRegex(readelf("--dynamic", PROGRAM), r"\(FLAGS_1\).*\bPIE\b")

    def test_addresses_are_bound_at_start_and_then_read_only(self):
        for file in (PROGRAM, *LIBRARIES):
            self.assertRegex(readelf("--segments", file), r"\n +GNU_RELRO ", file)
            self.assertRegex(readelf("--dynamic", file), r"\(FLAGS(_1)?\).*\b(BIND_)?NOW\b", file)

    def test_no_memory_is_writable_and_executable(self):
        for file in (PROGRAM, *LIBRARIES):
            segments = readelf("--segments", file)
            self.assertRegex(segments, r"\n +GNU_STACK .* RW +0x", file)
            self.assertNotRegex(segments, r"RWE", file)
            self.assertNotIn("TEXTREL", readelf("--dynamic", file), file)

    def test_stack_is_protected(self):
        self.assertIn("__stack_chk_fail", readelf("--dyn-syms", PROGRAM))

    def test_copies_are_checked(self):
        if os.environ["PODPROBE_BUILD_TYPE"] == "Debug":
            self.skipTest("needs an optimiser")
        # Those of the C library that our own code calls.
        self.assertRegex(readelf("--dyn-syms", PROGRAM), r" __\w+_chk(@|\b)")

    def test_indirect_jumps_land_where_they_may(self):
        # Whether the kernel insists is up to the whole file, and Debian 12's start-up code does
        # not join in yet; ours does.
        landings = {"X86-64": "endbr64", "AArch64": "paciasp"}
        machine = re.search(r"Machine: .*?(\S+)\n", readelf("--file-header", PROGRAM)).group(1)
        main = subprocess.run(["objdump", "--disassemble=main", "--no-show-raw-insn", PROGRAM],
                              check=True, capture_output=True, text=True).stdout
        first = re.search(r"<main>:\n +[0-9a-f]+:\s+(\w+)", main).group(1)
        self.assertEqual(first, landings.get(machine, first))

    def test_the_threat_model_names_every_library(self):
        root = pathlib.Path(__file__).resolve().parents[2]
        listed = root.joinpath("exporter/web/THREAT_MODEL.md").read_text(encoding="utf-8")
        ours = {os.path.basename(library) for library in LIBRARIES}
        needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", readelf("--dynamic", PROGRAM))) - ours
        # A sanitizer's runtime is in the builds of the tests alone.
        needed = {library for library in needed if not re.match(r"lib[a-z]+san\.so", library)}
        found = subprocess.run(["dpkg-query", "--search", *(f"*/{library}" for library in needed)],
                               check=True, capture_output=True, text=True).stdout
        for library in needed:
            packages = {line.split(":")[0] for line in found.splitlines() if line.endswith("/" + library)}
            is_listed = any(re.search(re.escape(package) + r"(?![-\w])", listed) for package in packages)
            self.assertTrue(is_listed, f"{library} of {packages}")

    def test_libraries_are_searched_beside_the_program_alone(self):
        for runpath in re.findall(r"\(R(?:UN)?PATH\).*\[(.*)\]", readelf("--dynamic", PROGRAM)):
            # An empty one would be the folder that it is started in.
            for folder in runpath.split(":"):
                self.assertTrue(folder.startswith("$ORIGIN/"), runpath)


if __name__ == "__main__":
    unittest.main()
