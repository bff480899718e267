#!/usr/bin/env python3
"""An open port and clients that mean harm: silent, slow, huge, many. Scrapes go on."""

import re
import resource
import socket
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from exporter_process import PATIENCE, ExporterProcess, fetch, wait_until

# Of the exporter: its threads, and what a client may take for its request.
THREADS = 16
REQUEST_TIMEOUT_SECONDS = 2


class OpenPortTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
        cls.exporter = ExporterProcess("demo", health="127.0.0.1:0").wait_for_page()
        cls.addClassCleanup(cls.exporter.kill)
        cls.port = int(cls.exporter.url.rsplit(":", 1)[1])

    def connect(self, count, first_bytes=b""):
        connections = []
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", self.port), timeout=5 * PATIENCE)
            connection.sendall(first_bytes)
            connections.append(connection)
            self.addCleanup(connection.close)
        return connections

    def scrape_seconds(self, timeout_seconds=120):
        begin = time.monotonic()
        status, body = fetch(self.exporter.url + "/metrics", timeout_seconds)
        self.assertEqual(status, 200, body)
        return time.monotonic() - begin

    def exchange(self, request, timeout_seconds=20):
        """All that comes back, until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout_seconds * PATIENCE) as connection:
            answer = b""
            try:
                connection.sendall(request)
                while chunk := connection.recv(65536):
                    answer += chunk
            except ConnectionError:
                pass  # it closed before all was sent
        return answer.decode(errors="replace")

    def test_a_thousand_silent_connections_cost_no_scrape(self):
        self.connect(1000)
        took = [self.scrape_seconds() for _ in range(3)]
        print(f"\n1,000 silent connections: scrapes took {[round(t, 3) for t in took]} s", end=" ")
        self.assertLess(max(took), PATIENCE)

    def test_all_but_two_threads_taken_cost_no_scrape(self):
        self.connect(THREADS - 2, b"GET /metrics HTTP/1.1\r\nHost: x\r\n")
        time.sleep(0.2)
        took = self.scrape_seconds()
        print(f"\n{THREADS - 2} half requests: a scrape took {took:.3f} s", end=" ")
        self.assertLess(took, PATIENCE)

    def test_fifty_scrapers_at_once_all_get_their_page(self):
        with ThreadPoolExecutor(50) as scrapers:
            answers = list(scrapers.map(lambda _: fetch(self.exporter.url + "/metrics", 30), range(50)))
        self.assertEqual([status for status, _ in answers], [200] * 50)

    def test_slow_heads_are_cut_off_by_the_timeout(self):
        count = 4 * THREADS
        self.connect(count, b"GET /metrics HTTP/1.1\r\n")
        took = self.scrape_seconds()
        print(f"\n{count} half requests: a scrape took {took:.3f} s", end=" ")
        # Each turn of the threads lasts a timeout; some for what is slow beside it.
        self.assertLess(took, (count / THREADS + 2 * PATIENCE) * REQUEST_TIMEOUT_SECONDS)
        health = wait_until("its line", lambda: self.exporter.health_url)
        begin = time.monotonic()
        self.assertEqual(fetch(health + "/-/healthy")[0], 200)
        self.assertLess(time.monotonic() - begin, PATIENCE)

    def test_limits_have_their_status(self):
        cases = [
            (b"GET /" + b"x" * 7998 + b" HTTP/1.1\r\n\r\n", "404"),
            (b"GET /" + b"x" * 7999 + b" HTTP/1.1\r\n\r\n", "404"),
            (b"GET /" + b"x" * 8000 + b" HTTP/1.1\r\n\r\n", "414"),
            (b"GET /metrics?" + b"x" * 7991 + b" HTTP/1.1\r\n\r\n", "200"),
            (b"GET /metrics?" + b"x" * 7992 + b" HTTP/1.1\r\n\r\n", "414"),
            (b"GET /" + b"x" * 20000 + b" HTTP/1.1\r\n\r\n", "414"),
            (b"GET /-/healthy HTTP/1.1\r\nX: " + b"x" * (16384 - 32) + b"\r\n\r\n", "200"),
            (b"GET /-/healthy HTTP/1.1\r\nX: " + b"x" * (16384 - 31) + b"\r\n\r\n", "431"),
            (b"GET / HTTP/1.1\r\nX: " + b"x" * 200000 + b"\r\n\r\n", "400"),
            (b"GET /metrics%00 HTTP/1.1\r\n\r\n", "400"),
            (b"POST /-/reload HTTP/1.1\r\nContent-Length: 5000\r\n\r\n", "413"),
            (b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", "413"),
            (b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nok", "405"),
            (b"\x00\x01\x02\r\n\r\n", "400"),
            (b"BREW / HTTP/1.1\r\n\r\n", "40[05]"),
            (b"GET /../../etc/passwd HTTP/1.1\r\n\r\n", "40[04]"),
            (b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n\r\n", "40[04]"),
            (b"GET /assets/ HTTP/1.1\r\n\r\n", "404"),
            (b"GET /assets/../style.css HTTP/1.1\r\n\r\n", "404"),
        ]
        for request, want in cases:
            with self.subTest(request[:40]):
                answer = self.exchange(request)
                self.assertRegex(answer.split("\r\n")[0], rf"\AHTTP/1.1 {want} ")
                self.assertIn("\r\nX-Content-Type-Options: nosniff\r\n", answer)

    def test_pipelined_garbage_ends_the_connection(self):
        answer = self.exchange(b"GET /-/healthy HTTP/1.1\r\n\r\n" + b"garbage\r\n\r\n" * 1000)
        self.assertEqual(len(re.findall("HTTP/1.1 200 OK", answer)), 1)

    def test_a_client_that_takes_nothing_holds_a_thread_for_a_while_only(self):
        slow = self.connect(10, b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertLess(self.scrape_seconds(), PATIENCE)
        self.assertEqual(len(slow), 10)


if __name__ == "__main__":
    unittest.main()
