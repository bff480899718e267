#!/usr/bin/env python3
"""A thousand clients that begin a request and do not end it: how long until the next scrape."""

import resource
import socket
import threading
import time
import unittest

from exporter_process import PATIENCE, ExporterProcess, fetch, wait_until

CLIENTS = 1000
# Of the exporter: its threads, and what a client may take for its request.
THREADS = 16
REQUEST_TIMEOUT_SECONDS = 2


class HalfRequestsTest(unittest.TestCase):
    def setUp(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
        self.exporter = ExporterProcess("demo", health="127.0.0.1:0").wait_for_page()
        self.addCleanup(self.exporter.kill)

    def watch_health(self, is_over, longest):
        while not is_over.is_set():
            begin = time.monotonic()
            status, body = fetch(self.health + "/-/healthy", 30)
            longest.append(time.monotonic() - begin if status == 200 else body)
            is_over.wait(0.1)

    def test_they_are_over_with_their_timeouts_and_health_answers_throughout(self):
        self.health = wait_until("its line", lambda: self.exporter.health_url)
        is_over, took = threading.Event(), []
        watcher = threading.Thread(target=self.watch_health, args=(is_over, took))
        watcher.start()
        port = int(self.exporter.url.rsplit(":", 1)[1])
        for _ in range(CLIENTS):
            connection = socket.create_connection(("127.0.0.1", port), timeout=20 * PATIENCE)
            self.addCleanup(connection.close)
            connection.sendall(b"GET /metrics HTTP/1.1\r\n")
        begin = time.monotonic()
        status, body = fetch(self.exporter.url + "/metrics", 300)
        seconds = time.monotonic() - begin
        is_over.set()
        watcher.join()
        self.assertEqual(status, 200, body)
        print(f"\n{CLIENTS} half requests: a scrape took {seconds:.1f} s; {len(took)} looks at the"
              f" health address, the longest {max(took):.3f} s", end=" ")
        # Each turn of the threads lasts a timeout; some for what is slow beside it.
        self.assertLess(seconds, (CLIENTS / THREADS + 4 * PATIENCE) * REQUEST_TIMEOUT_SECONDS)
        self.assertLess(max(took), PATIENCE)
        self.assertEqual(fetch(self.exporter.url + "/metrics", 1)[0], 200)


if __name__ == "__main__":
    unittest.main()
