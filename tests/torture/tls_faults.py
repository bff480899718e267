"""What can go wrong between a kubelet and its reader before a request is heard: handshakes that break
off and certificates that are not good, over the real socket, and a kubelet whose certificate and CA are
renewed while it serves."""

import os
import socket
import ssl
import threading
import time

from certificates import Certificates
from faults import TOO_LONG_SECONDS, reset_socket


class TlsFault:
    def __init__(self, name, reason, spoil, weight=4):
        self.name = name
        self.reason = reason  # that the exporter gives for it
        self.spoil = spoil  # of (rng, connection, KubeletTls)
        self.weight = weight


class KubeletTls:
    """The certificates of one kubelet, and what it presents."""

    def __init__(self):
        self.files = Certificates()
        self._renewals = 0
        self._lock = threading.Lock()
        # A clock that is set back an hour must not make them too new.
        self.files.make_ca("ca-0", days_ago=1)
        self.files.make_ca("other-ca", days_ago=1)
        self.files.make_certificate("kubelet", "ca-0", "/CN=kubelet-0", days_ago=1)
        self._trust("ca-0")
        self.ca_renewed_at = float("-inf")  # monotonic time
        self.context = self._good_context()
        self.bad_contexts = {
            "other CA": self._bad_context("other-ca", days_ago=1),
            "expired": self._bad_context("ca-0", days_ago=20),
            "not yet valid": self._bad_context("ca-0", days_ago=-20),
            "other name": self._bad_context("ca-0", days_ago=1, names="DNS:other.example,IP:127.0.0.2"),
        }
        self.stop = self.files.stop

    @property
    def ca_file(self):
        return self.files.path("trusted.crt")

    def renew_certificate(self):
        """From the next connection on; those that are open stay as they are."""
        with self._lock:
            self._renewals += 1
            ca = "ca-" + str(self._ca_number())
            self.files.make_certificate("kubelet", ca, f"/CN=kubelet-{self._renewals}", days_ago=1)
            self.context = self._good_context()

    def renew_ca(self):
        """The new one is trusted beside the one before, and then is what signs."""
        with self._lock:
            number = self._ca_number()
            self.files.make_ca(f"ca-{number + 1}", days_ago=1)
            self._trust(f"ca-{number}", f"ca-{number + 1}")
            self.files.make_certificate("kubelet", f"ca-{number + 1}", "/CN=kubelet", days_ago=1)
            self.context = self._good_context()
            self.ca_renewed_at = time.monotonic()

    def _ca_number(self):
        number = 0
        while os.path.exists(self.files.path(f"ca-{number + 1}.crt")):
            number += 1
        return number

    def _trust(self, *names):
        new = self.ca_file + ".new"
        with open(new, "w", encoding="ascii") as trusted:
            for name in names:
                with open(self.files.path(name + ".crt"), encoding="ascii") as file:
                    trusted.write(file.read())
        os.replace(new, self.ca_file)

    def _good_context(self):
        """A new one each time: one that is loaded anew has another certificate than key for a moment."""
        context = self._context_of("kubelet")
        # As kubelets do that know no CA of clients'; this one could not speak HTTP/2.
        context.set_alpn_protocols(["h2", "http/1.1"])
        return context

    def _bad_context(self, ca, **options):
        self.files.make_certificate("bad", ca, "/CN=bad", **options)
        return self._context_of("bad")

    def _context_of(self, name):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._load(context, name)
        return context

    def _load(self, context, name):
        context.load_cert_chain(self.files.path(name + ".crt"), self.files.path(name + ".key"))


def raw_socket(connection):
    """The same connection without TLS."""
    return socket.socket(fileno=os.dup(connection.fileno()))


def maybe_reset(rng, connection):
    """Half of all ends are an RST."""
    if rng.random() < 0.5:
        reset_socket(connection)
        os.close(connection.detach())


def hello(raw):
    """What the client begins its handshake with."""
    raw.settimeout(TOO_LONG_SECONDS)
    return raw.recv(65536)


def broken_before_an_answer(rng, connection, _tls):
    with raw_socket(connection) as raw:
        if rng.random() < 0.5:
            hello(raw)
    maybe_reset(rng, connection)


def broken_midway(rng, connection, tls):
    """The server's half of a real handshake, up to any byte of it."""
    with raw_socket(connection) as raw:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        incoming.write(hello(raw))
        try:
            tls.context.wrap_bio(incoming, outgoing, server_side=True).do_handshake()
        except ssl.SSLWantReadError:
            pass
        flight = outgoing.read()
        raw.sendall(flight[:rng.randrange(1, len(flight))])
    maybe_reset(rng, connection)


def alert(_rng, connection, _tls):
    """As a kubelet answers that has no certificate yet: internal error."""
    with raw_socket(connection) as raw:
        hello(raw)
        raw.sendall(b"\x15\x03\x03\x00\x02\x02\x50")


def no_tls(rng, connection, _tls):
    with raw_socket(connection) as raw:
        hello(raw)
        raw.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
                    if rng.random() < 0.5 else rng.randbytes(rng.randrange(6, 3000)))


def silence(_rng, _connection, _tls):
    time.sleep(TOO_LONG_SECONDS)


def bad_certificate(kind):
    def spoil(_rng, connection, tls):
        connection.context = tls.bad_contexts[kind]
        connection.settimeout(TOO_LONG_SECONDS)
        connection.do_handshake()
        connection.recv(1)  # its refusal

    return spoil


TLS_FAULTS = [
    TlsFault("handshake without an answer", "tls", broken_before_an_answer),
    TlsFault("handshake broken off midway", "tls", broken_midway, 12),
    TlsFault("handshake refused", "tls", alert),
    TlsFault("no TLS", "tls", no_tls),
    TlsFault("silence in the handshake", "timeout", silence, 1),
    TlsFault("certificate of another CA", "tls", bad_certificate("other CA")),
    TlsFault("certificate expired", "tls", bad_certificate("expired")),
    TlsFault("certificate not yet valid", "tls", bad_certificate("not yet valid")),
    TlsFault("certificate of another name", "tls", bad_certificate("other name")),
]


def choose_tls(rng):
    return rng.choices(TLS_FAULTS, [fault.weight for fault in TLS_FAULTS])[0]
