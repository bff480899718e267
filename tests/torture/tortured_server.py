#!/usr/bin/env python3
"""tortured_server.py [--connections N] [--seed N] [--more-mib N]

Clients that mean harm, against the real exporter, with and without TLS: silent, slow, half-closed,
reset, random bytes, handshakes broken off midway, and as many connections in turn as told. Scrapes go
on beside them: each must give a whole page, and how long each takes is told. Threads and descriptors
must return. Exit 1 if one of that fails."""

import argparse
import http.client
import os
import random
import socket
import ssl
import struct
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("../e2e", "../replay"):
    sys.path.insert(0, os.path.join(HERE, folder))

import recording
from exporter_process import PATIENCE, ExporterProcess, wait_until
from figures import Figures
from tls_test import Folder, TlsTest

# The aim is a second. On a machine that does other things as well a scrape may take longer, but never
# as long as a client's time limit would hold it up.
LONGEST_SCRAPE_SECONDS = 10 * PATIENCE
AIM_SECONDS = 1
REQUEST = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
# Beside them there must be threads left: of 16.
SLOW_CLIENTS = 10
SILENT_CLIENTS = 300
# Connections in turn beside which the same silent and slow clients stay.
STAY = 250


class Scraper(threading.Thread):
    """Scrapes one after another, as often as twice a second."""

    def __init__(self, port, tls):
        super().__init__(daemon=True)
        self.port, self.tls = port, tls
        self.seconds, self.problems = [], []
        self.is_over = False

    def run(self):
        while not self.is_over:
            begin = time.monotonic()
            try:
                self.scrape()
            except Exception as error:
                self.problems.append(f"{type(error).__name__}: {error}")
            self.seconds.append(time.monotonic() - begin)
            time.sleep(max(0, 0.5 - self.seconds[-1]))

    def scrape(self):
        kind = http.client.HTTPSConnection if self.tls else http.client.HTTPConnection
        options = {"context": self.tls} if self.tls else {}
        connection = kind("127.0.0.1", self.port, timeout=60, **options)
        try:
            connection.request("GET", "/metrics")
            answer = connection.getresponse()
            body = answer.read().decode()
        finally:
            connection.close()
        if answer.status != 200:
            raise AssertionError(f"HTTP {answer.status}: {body[:200]}")
        page = recording.parse_page(body)
        if page[("podprobe_series", ())] > len(page):
            raise AssertionError(f"{len(page)} series, of {page[('podprobe_series', ())]}")


class Attacker:
    def __init__(self, port, tls, seed):
        self.port, self.tls = port, tls
        self.rng = random.Random(seed)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def wrapped(self):
        connection = self.connect()
        return self.tls.wrap_socket(connection, server_hostname="127.0.0.1") if self.tls else connection

    def hello(self):
        """The first bytes of a TLS handshake, or of a request."""
        if not self.tls:
            return REQUEST
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        try:
            self.tls.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1").do_handshake()
        except ssl.SSLWantReadError:
            pass
        return outgoing.read()

    @staticmethod
    def reset(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    # One connection each.

    def good_request(self):
        with self.wrapped() as connection:
            connection.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
            assert answer.startswith(b"HTTP/1.1 200 "), answer[:100]

    def half_closed(self):
        """Says all it has to say, and still wants the answer."""
        with self.wrapped() as connection:
            connection.sendall(REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            if not self.tls:
                connection.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        head, _, body = answer.partition(b"\r\n\r\n")
        length = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        assert head.startswith(b"HTTP/1.1 200 "), head[:100]
        assert int(length[0].split(b":")[1]) == len(body), (length, len(body))

    def says_nothing(self):
        self.connect().close()

    def breaks_off(self):
        """In the middle of the handshake, or of the request."""
        connection = self.connect()
        hello = self.hello()
        connection.sendall(hello[: self.rng.randrange(1, len(hello))])
        if self.rng.random() < 0.5:
            self.reset(connection)
        else:
            connection.close()

    def resets_the_answer(self):
        connection = self.wrapped()
        connection.sendall(REQUEST)
        self.reset(connection)

    def random_bytes(self):
        connection = self.connect()
        try:
            connection.sendall(self.rng.randbytes(self.rng.randrange(1, 5000)))
        except ConnectionError:
            pass  # it saw enough
        connection.close()

    def many_slashes(self):
        """What overflows a buffer of CivetWeb 1.14 to 1.16 where these serve folders (CVE-2025-55763)."""
        path = b"/" * self.rng.randrange(1, 16000)
        with self.wrapped() as connection:
            connection.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert connection.recv(12).startswith(b"HTTP/1.1 "), "no answer"

    def breaks_off_midway(self):
        """Hears the server's half of the handshake, and then says no more than a part of its own."""
        if not self.tls:
            return self.breaks_off()
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        handshake = self.tls.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
        connection = self.connect()
        while True:
            try:
                handshake.do_handshake()
                break
            except ssl.SSLWantReadError:
                connection.sendall(outgoing.read())
                incoming.write(connection.recv(65536))
        rest = outgoing.read()
        connection.sendall(rest[: self.rng.randrange(len(rest))])
        if self.rng.random() < 0.5:
            self.reset(connection)
        else:
            connection.close()

    def broken_in_the_middle(self):
        """Good until the handshake is done, then bytes that are no TLS."""
        connection = self.wrapped()
        raw = socket.socket(fileno=os.dup(connection.fileno()))
        raw.sendall(self.rng.randbytes(300))
        raw.close()
        connection.close()

    def one_of_all(self):
        self.rng.choice((self.good_request, self.good_request, self.half_closed, self.says_nothing,
                         self.breaks_off, self.breaks_off_midway, self.resets_the_answer, self.random_bytes,
                         self.many_slashes, self.broken_in_the_middle))()

    # Those that stay.

    def stay(self):
        """Silent ones, slow ones and ones that take nothing; returns what holds them."""
        held = [self.connect() for _ in range(SILENT_CLIENTS)]
        for _ in range(SLOW_CLIENTS // 2):
            connection = self.connect()
            connection.sendall(self.hello()[:20])
            held.append(connection)
        for _ in range(SLOW_CLIENTS // 2):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            connection.connect(("127.0.0.1", self.port))
            if not self.tls:
                connection.sendall(REQUEST)
            held.append(connection)
        return held


def torture(name, web_config, tls, options):
    exporter = ExporterProcess("demo", *web_config)
    try:
        port = int(exporter.url.rsplit(":", 1)[1])
        scraper = Scraper(port, tls)
        wait_until("a page", lambda: is_served(scraper))
        before = Figures(exporter.pid)
        attacker = Attacker(port, tls, options.seed)
        scraper.start()
        begin = time.monotonic()
        for number in range(0, options.connections, STAY):
            held = attacker.stay()
            for _ in range(min(STAY, options.connections - number)):
                attacker.one_of_all()
            for connection in held:
                connection.close()
            after = wait_until("memory, threads and descriptors return",
                               lambda: returned(exporter.pid, before, options.more_mib), 60)
        seconds = time.monotonic() - begin
        scraper.is_over = True
        scraper.join(timeout=90)
        assert not scraper.problems, f"{name}: scrapes failed: {scraper.problems[:5]}"
        took = sorted(scraper.seconds)
        print(f"{name}: {options.connections} connections in {seconds:.0f} s; {len(took)} scrapes, median "
              f"{took[len(took) // 2]:.3f} s, longest {took[-1]:.3f} s, "
              f"{sum(t > AIM_SECONDS for t in took)} over {AIM_SECONDS} s\n"
              f"  before: {before}\n  after:  {after}", flush=True)
        assert took[-1] < LONGEST_SCRAPE_SECONDS, took[-5:]
        code, end_seconds = exporter.terminate()
        assert code == 0, code
        print(f"  SIGTERM: {end_seconds:.2f} s")
    finally:
        exporter.kill()


def is_served(scraper):
    try:
        scraper.scrape()
        return True
    except (OSError, AssertionError):
        return False


def returned(pid, before, more_mib):
    """`more_mib`: of memory, what the heap may keep of them, and what the demo remembers meanwhile."""
    now = Figures(pid)
    # The demo reads itself and is scraped over some connections that come and go.
    has_returned = (now.threads <= before.threads and now.descriptors <= before.descriptors + 5
                    and now.resident_bytes <= before.resident_bytes + more_mib * 2**20)
    return now if has_returned else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--more-mib", type=int, default=24, help="that memory may grow by; for sanitizers")
    options = parser.parse_args()
    torture("http", (), None, options)
    folder = Folder()
    try:
        context = ssl.create_default_context(cafile=folder.path("ca.crt"))
        torture("https", (folder.write(TlsTest.SERVER),), context, options)
    finally:
        folder.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
