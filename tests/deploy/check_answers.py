"""What `podprobe-exporter check` says in a pod when something is wrong: the built program against
a kubelet and an API server that answer as real ones do."""

import contextlib
import http.server
import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

import tools

sys.path.insert(0, str(tools.ROOT / "tests" / "e2e"))
from fake_kubelet import FILES, recorded  # noqa: E402

EXPORTER = os.environ.get("PODPROBE_EXPORTER", "")
USER = "system:serviceaccount:podprobe:podprobe-exporter"
NODE, NODE_IP, API_IP = "worker-1", "10.245.0.1", "10.96.0.1"
ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
PODS_OF_NODE = f"/api/v1/pods?fieldSelector=spec.nodeName%3D{NODE}&resourceVersion=0"


def forbidden(path):
    subresource = "pods proxy" if path == "/pods" else "metrics"
    return 403, (f"Forbidden (user={USER}, verb=get, resource=nodes, "
                 f"subresource(s)=[{subresource}])\n")


def forbidden_list():
    return 403, json.dumps({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Forbidden",
        "message": f'pods is forbidden: User "{USER}" cannot list resource "pods" in API group ""'
                   " at the cluster scope", "code": 403})


class Certificates:
    """A cluster's CA, and what kubelets may show."""

    def __init__(self, folder):
        self._folder = pathlib.Path(folder)
        self._make("ca", "/CN=kubernetes", "basicConstraints=critical,CA:TRUE")
        self._make("server", f"/O=system:nodes/CN=system:node:{NODE}",
                   f"subjectAltName=DNS:{NODE},IP:127.0.0.1", signer="ca")
        self._make("name-only", f"/O=system:nodes/CN=system:node:{NODE}",
                   f"subjectAltName=DNS:{NODE}", signer="ca")
        self._make("own-ca", f"/CN={NODE}-ca@1795460713", "basicConstraints=critical,CA:TRUE")
        self._make("self-signed", f"/CN={NODE}@1795460713", f"subjectAltName=DNS:{NODE}",
                   signer="own-ca")
        # A kubelet sends the throw-away CA along.
        with open(self.path("self-signed.crt"), "ab") as chain:
            chain.write(pathlib.Path(self.path("own-ca.crt")).read_bytes())

    def path(self, name):
        return str(self._folder / name)

    def _make(self, name, subject, extension, signer=None):
        arguments = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                     "-subj", subject, "-addext", extension,
                     "-keyout", self.path(name + ".key"), "-out", self.path(name + ".crt")]
        if signer:
            arguments += ["-CA", self.path(signer + ".crt"), "-CAkey", self.path(signer + ".key"),
                          "-addext", "basicConstraints=critical,CA:FALSE"]
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)

    def context(self, name):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path(name + ".crt"), self.path(name + ".key"))
        return context


@contextlib.contextmanager
def https_server(context, answer):
    """`answer(path, headers)` gives status and body. Yields the port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            status, body = answer(self.path, self.headers)
            body = body.encode() if isinstance(body, str) else body
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def get_request(self):
            connection, address = super().get_request()
            # The handshake is the connection's own thread's.
            return context.wrap_socket(connection, server_side=True,
                                       do_handshake_on_connect=False), address

        def handle_error(self, request, client_address):
            pass

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def answering_with(first_bytes):
    """Sends the same to whoever says something, and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(4096)
                    connection.sendall(first_bytes)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@contextlib.contextmanager
def silent():
    """A port whose queue is full: the kernel drops who asks to be connected."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        try:
            yield listener.getsockname()[1]
        finally:
            for filler in fillers:
                filler.close()


@contextlib.contextmanager
def refusing():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


TOKEN = "a-token-of-nobody"


def well(path, headers):
    if headers["Authorization"] != f"Bearer {TOKEN}":
        return 401, "Unauthorized"
    if path == PODS_OF_NODE:
        return 200, recorded("/pods")
    return 200, recorded(path) if path in FILES else b""


def but(**answers):
    """All well, but for some paths; `metrics` stands for the three pages of metrics."""

    def answer(path, headers):
        name = "pods" if path in ("/pods", PODS_OF_NODE) else "metrics"
        return answers[name](path) if name in answers else well(path, headers)

    return answer


# What Stage.answer_of knows.
NAMES = ("works", "self-signed", "name-only", "no-certificate", "unauthorized", "no-metrics",
         "no-pods", "too-old", "dropped", "refused", "apiserver-works", "apiserver-no-list")

# A TLS alert: fatal, internal_error, as a kubelet without a certificate sends it.
INTERNAL_ERROR = bytes([21, 3, 3, 0, 2, 2, 80])


class Stage:
    """Runs `check` as the DaemonSet's container would, on other paths and ports."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory()
        self.certificates = Certificates(self._folder.name)
        self._token = self.certificates.path("token")
        pathlib.Path(self._token).write_text(TOKEN, encoding="ascii")

    def close(self):
        self._folder.cleanup()

    def answer_of(self, name):
        return getattr(self, "_" + name.replace("-", "_"))()

    def _check(self, port, api_port=None):
        lines = [
            "kubelet:\n  timeout: 1s\n  tls_config: {ca_file: '%s'}\n" % self.certificates.path("ca.crt"),
            "  authorization: {credentials_file: '%s'}\n" % self._token,
        ]
        if api_port:
            lines += [
                "apiserver:\n  tls_config: {ca_file: '%s'}\n" % self.certificates.path("ca.crt"),
                "  authorization: {credentials_file: '%s'}\n" % self._token,
            ]
        file = self.certificates.path("podprobe.yml")
        pathlib.Path(file).write_text("".join(lines), encoding="ascii")
        environment = {"NODE_NAME": NODE, "PODPROBE_CONFIG_FILE": file}
        if api_port:
            environment.update(PODPROBE_SOURCES_PODS_FROM="apiserver",
                               KUBERNETES_SERVICE_HOST="127.0.0.1",
                               KUBERNETES_SERVICE_PORT=str(api_port))
        # NODE_IP has no port: the address is a test's own.
        done = subprocess.run([EXPORTER, "check", f"--kubelet.url=https://127.0.0.1:{port}"],
                              env=environment, capture_output=True, text=True, timeout=60)
        return done.returncode, self._as_in_a_pod(done.stdout + done.stderr, port, api_port)

    def _as_in_a_pod(self, text, port, api_port):
        # The API server's lines first: in a pod the two have different addresses.
        text = re.sub(r"(?m)^(API server .*\n.* be for )127\.0\.0\.1$", rf"\g<1>{API_IP}", text)
        for found, shown in (
            (f"127.0.0.1:{port}", f"{NODE_IP}:10250"),
            (f"127.0.0.1 port {port}", f"{NODE_IP} port 10250"),
            (f"127.0.0.1:{api_port}", f"{API_IP}:443"),
            (f"127.0.0.1 port {api_port}", f"{API_IP} port 443"),
            ("127.0.0.1", NODE_IP),
            (self.certificates.path("ca.crt"), f"{ACCOUNT}/ca.crt"),
            (self._token, f"{ACCOUNT}/token"),
            ("not done after 1s", "not done after 10s"),
        ):
            text = text.replace(found, shown)
        return re.sub(r" bytes in \d+ ms", " bytes in 3 ms", text)

    def _kubelet(self, answer, certificate="server"):
        with https_server(self.certificates.context(certificate), answer) as port:
            return self._check(port)

    def _works(self):
        return self._kubelet(well)

    def _self_signed(self):
        return self._kubelet(well, "self-signed")

    def _name_only(self):
        return self._kubelet(well, "name-only")

    def _no_certificate(self):
        with answering_with(INTERNAL_ERROR) as port:
            return self._check(port)

    def _unauthorized(self):
        return self._kubelet(lambda path, headers: (401, "Unauthorized"))

    def _no_metrics(self):
        return self._kubelet(lambda path, headers: forbidden(path))

    def _no_pods(self):
        return self._kubelet(but(pods=forbidden))

    def _too_old(self):
        return self._kubelet(but(metrics=lambda path: (404, "404 page not found\n")))

    def _dropped(self):
        with silent() as port:
            return self._check(port)

    def _refused(self):
        with refusing() as port:
            return self._check(port)

    def _from_apiserver(self, answer):
        context = self.certificates.context("server")
        with https_server(context, well) as port, https_server(context, answer) as api_port:
            return self._check(port, api_port)

    def _apiserver_works(self):
        return self._from_apiserver(well)

    def _apiserver_no_list(self):
        return self._from_apiserver(but(pods=lambda path: forbidden_list()))
