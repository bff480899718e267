"""What can go wrong between a kubelet and its reader: each fault answers one request, over the real
socket, and names the reasons that the exporter may give for it."""

import os
import socket
import ssl
import struct
import time

# Over the time limit of a reading in these tests.
TOO_LONG_SECONDS = 7


class Fault:
    def __init__(self, name, reasons, answer, weight=4, only=None):
        self.name = name
        self.reasons = reasons
        self.answer = answer  # of (rng, handler, body)
        self.weight = weight
        self.only = only  # the source that has it, or TLS; None: all


def head(handler, status=200, length=None, headers=()):
    handler.send_response(status)
    handler.send_header("Content-Type", "text/plain; version=0.0.4")
    if length is not None:
        handler.send_header("Content-Length", str(length))
    for name, value in headers:
        handler.send_header(name, value)
    handler.end_headers()


def whole(handler, body, headers=()):
    head(handler, 200, len(body), headers)
    handler.wfile.write(body)


def chunked(handler, body, sizes):
    """A good answer in pieces."""
    head(handler, headers=[("Transfer-Encoding", "chunked")])
    at = 0
    while at < len(body):
        piece = body[at:at + next(sizes)]
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        at += len(piece)
    handler.wfile.write(b"0\r\n\r\n")


def close(handler):
    handler.close_connection = True


def has_hung_up(handler):
    """Whether who asked has given up: with TLS that is said first, and it says nothing else."""
    is_tls = isinstance(handler.connection, ssl.SSLSocket)
    try:
        with socket.socket(fileno=os.dup(handler.connection.fileno())) as raw:
            return raw.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b"" or is_tls
    except BlockingIOError:
        return False
    except OSError:
        return True


def reset_socket(connection):
    """Its end will be an RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset(handler):
    """An RST instead of an end."""
    handler.close_connection = True
    reset_socket(handler.connection)
    os.close(handler.connection.detach())


def wrong_status(rng, handler, _):
    status(rng.choice((206, 301, 400, 404, 429, 500, 502, 503)))(rng, handler, b"")


def status(code):
    def answer(_rng, handler, _body):
        head(handler, code, 6)
        handler.wfile.write(b"not so")

    return answer


def cut_off(rng, handler, body):
    head(handler, 200, len(body))
    handler.wfile.write(body[:rng.randrange(len(body))])
    close(handler)


def cut_off_chunk(rng, handler, body):
    head(handler, headers=[("Transfer-Encoding", "chunked")])
    at = rng.randrange(1, len(body) + 1)
    handler.wfile.write(b"%x\r\n%s\r\n" % (at, body[:at]))
    close(handler)


def bad_chunk(_rng, handler, body):
    head(handler, headers=[("Transfer-Encoding", "chunked")])
    handler.wfile.write(b"%x\r\n%s\r\nzz\r\n" % (len(body), body))
    close(handler)


def reset_midway(rng, handler, body):
    head(handler, 200, len(body))
    handler.wfile.write(body[:rng.randrange(len(body))])
    reset(handler)


def no_tls_midway(rng, handler, body):
    """Good until half of the answer has gone, then bytes that are no TLS."""
    head(handler, 200, len(body))
    handler.wfile.write(body[:rng.randrange(len(body))])
    handler.wfile.flush()
    with socket.socket(fileno=os.dup(handler.connection.fileno())) as raw:
        raw.sendall(rng.randbytes(rng.randrange(6, 3000)))
    close(handler)


def farewell_midway(rng, handler, body):
    """TLS says that this is all, and it is not."""
    head(handler, 200, len(body))
    handler.wfile.write(body[:rng.randrange(len(body))])
    handler.wfile.flush()
    handler.connection.settimeout(1)
    try:
        handler.connection.unwrap()
    except (OSError, ValueError):
        pass
    close(handler)


def silent(_rng, handler, _body):
    time.sleep(TOO_LONG_SECONDS)
    close(handler)


def slow(_rng, handler, body):
    """A byte now and then, for longer than anybody waits."""
    head(handler, 200, len(body))
    end = time.monotonic() + TOO_LONG_SECONDS
    at = 0
    while time.monotonic() < end and at < len(body) - 1:
        handler.wfile.write(body[at:at + 1])
        at += 1
        time.sleep(0.05)
    close(handler)


def garbage(rng, handler, _body):
    whole(handler, rng.randbytes(rng.randrange(1, 20000)))


def no_http(rng, handler, _body):
    handler.wfile.write(b"\x15\x03" + rng.randbytes(rng.randrange(1, 3000)))
    close(handler)


def empty(_rng, handler, _body):
    whole(handler, b"")


def html(_rng, handler, _body):
    whole(handler, b"<!DOCTYPE html>\n<html><body>Sign in</body></html>\n")


def long_header(_rng, handler, body):
    whole(handler, body, [(f"X-{number}", "x" * 1000) for number in range(90)])


def too_big(_rng, handler, body):
    """More than the limit of this test's configuration."""
    line = body[: body.find(b"\n") + 1] or b" "
    piece = line * (1 + 65536 // len(line))
    head(handler, 200, 2**30)
    for _ in range(9 * 2**20 // len(piece)):
        handler.wfile.write(piece)
    close(handler)


def broken_gzip(rng, handler, _body):
    whole(handler, b"\x1f\x8b\x08\0" + rng.randbytes(500), [("Content-Encoding", "gzip")])


def unknown_encoding(_rng, handler, body):
    whole(handler, body, [("Content-Encoding", "br")])


def half_json(rng, handler, body):
    whole(handler, body[:rng.randrange(len(body))])


def deep_json(_rng, handler, _body):
    whole(handler, b'{"items":' + b"[" * 200_000)


def other_json(rng, handler, _body):
    whole(handler, rng.choice((b'{"kind":"Status","code":500}', b"[]", b"null", b"{}", b'{"items":7}')))


PODS = "pods"
TLS = "tls"
# Silence and slowness take their time, so they are seldom.
FAULTS = [
    Fault("status", {"status"}, wrong_status, 8),
    Fault("401", {"auth"}, status(401)),
    Fault("403", {"forbidden"}, status(403)),
    Fault("cut off", {"truncated"}, cut_off, 8),
    Fault("chunk cut off", {"truncated"}, cut_off_chunk, 8),
    Fault("bad chunk", {"truncated"}, bad_chunk),
    Fault("reset midway", {"truncated", "connect"}, reset_midway, 8),
    Fault("silence", {"timeout", "truncated"}, silent, 1),
    Fault("slow", {"timeout", "truncated"}, slow, 1),
    Fault("garbage", {"parse"}, garbage, 8),
    Fault("no HTTP", {"status"}, no_http),
    Fault("empty", {"parse"}, empty),
    Fault("HTML", {"parse"}, html),
    Fault("long header", {"size"}, long_header, 2),
    Fault("too big", {"size", "timeout"}, too_big, 1),
    Fault("broken gzip", {"parse"}, broken_gzip),
    Fault("unknown encoding", {"parse"}, unknown_encoding),
    Fault("half JSON", {"parse"}, half_json, 8, PODS),
    Fault("deep JSON", {"parse"}, deep_json, 2, PODS),
    Fault("other JSON", {"parse"}, other_json, 8, PODS),
    Fault("no TLS midway", {"truncated"}, no_tls_midway, 4, TLS),
    Fault("TLS ended midway", {"truncated"}, farewell_midway, 4, TLS),
]
# Before the first byte of an answer: a reader may ask again, and that is no reading of its own.
CLOSED_UNANSWERED = Fault("closed unanswered", {"truncated", "connect", "status"},
                          lambda _r, handler, _b: close(handler))
UNANSWERED = [
    CLOSED_UNANSWERED,
    Fault("reset unanswered", {"truncated", "connect", "status"}, lambda _r, handler, _b: reset(handler)),
]


def choose(rng, *kinds):
    """`kinds`: the source, and TLS where that is spoken."""
    fitting = [fault for fault in FAULTS + UNANSWERED if fault.only in (None, *kinds)]
    return rng.choices(fitting, [fault.weight for fault in fitting])[0]
