"""A kubelet that misbehaves on command: each path answers as its `answers` entry says."""

import gzip
import http.server
import os
import socket
import threading

RECORDING = os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "testdata", "run-c", "1795462855.465"
)
FILES = {
    "/metrics/probes": "metrics-probes.prom.gz",
    "/metrics/cadvisor": "metrics-cadvisor.prom.gz",
    "/metrics/resource": "metrics-resource.prom.gz",
    "/pods": "pods.json.gz",
}
GIBIBYTE = 1024**3


def recorded(path):
    with gzip.open(os.path.join(RECORDING, FILES[path])) as file:
        return file.read()


def send(handler, body, status=200, length=None, content_type="text/plain; version=0.0.4"):
    handler.send_response(status)
    handler.send_header("Content-Type", content_type)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


def answer_well(handler):
    send(handler, recorded(handler.path))


def answer_status(status):
    return lambda handler: send(handler, b"Forbidden or so\n", status=status)


def answer_cut_off(handler):
    body = recorded(handler.path)
    send(handler, body[: len(body) // 2], length=len(body))
    handler.close_connection = True


def answer_html(handler):
    send(handler, b"<!DOCTYPE html>\n<html><body>Sign in</body></html>\n", content_type="text/html")


def answer_endless_line(handler):
    """One line without an end: 64 MiB, and then nothing."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/plain; version=0.0.4")
    handler.end_headers()
    for _ in range(64):
        handler.wfile.write(b"x" * 1024**2)
    handler.close_connection = True


def answer_nul_bytes(handler):
    send(handler, b"\0" * 4096 + b"\n")


def answer_endless_body(handler):
    """Promises 1 GiB and sends good lines for as long as anybody reads."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/plain; version=0.0.4")
    handler.send_header("Content-Length", str(GIBIBYTE))
    handler.end_headers()
    chunk = b'prober_probe_total{pod="a"} 1\n' * 10000
    for _ in range(GIBIBYTE // len(chunk)):
        handler.wfile.write(chunk)
    handler.close_connection = True


class FakeKubelet:
    """Serves on one port, which it keeps when it is stopped and started again.

    Port 0 is a free one. With `tls`, a context of ssl's, it speaks https. `greet` is called with each
    new connection, in its thread, before anything is read of it, not even a handshake.
    """

    def __init__(self, port=0, tls=None):
        self.answers = {path: answer_well for path in FILES}
        self.greet = lambda connection: None
        self._server = None
        self._tls = tls
        self.port = port
        self.start()

    @property
    def url(self):
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}"

    def start(self):
        kubelet = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                kubelet.greet(self.request)
                super().setup()

            def do_GET(self):
                try:
                    kubelet.answers[self.path](self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def __init__(self, *arguments):
                super().__init__(*arguments)
                self.connections = set()

            def process_request(self, request, client_address):
                self.connections.add(request)
                super().process_request(request, client_address)

            def shutdown_request(self, request):
                self.connections.discard(request)
                super().shutdown_request(request)

            # A connection that is cut is part of the play.
            def handle_error(self, request, client_address):
                pass

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        if self._tls:
            self._server.socket = self._tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        if self._server is None:
            return
        self._server.shutdown()
        self._server.server_close()
        # A kubelet that ends takes its open connections along.
        for connection in list(self._server.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._server = None
