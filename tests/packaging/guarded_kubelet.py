"""A kubelet as a cluster has it: https on port 10250, and a token wanted."""

import ssl

from fake_kubelet import FakeKubelet, answer_well, send
from tls_test import Folder

TOKEN = "a-token-of-a-service-account"
PORT = 10250


def _answer_who_may(handler):
    if handler.headers.get("Authorization") == f"Bearer {TOKEN}":
        answer_well(handler)
    else:
        send(handler, b"Unauthorized", status=401)


class GuardedKubelet:
    """Listens on 127.0.0.1. Its certificate is for that address; `ca` is the file of who signed."""

    def __init__(self):
        self._folder = Folder()
        self.ca = self._folder.path("ca.crt")
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self._folder.path("server.crt"), self._folder.path("server.key"))
        self._kubelet = FakeKubelet(PORT, tls)
        for path in self._kubelet.answers:
            self._kubelet.answers[path] = _answer_who_may

    def web_config(self, folder):
        """Puts a web configuration with the same certificate there, and returns its name."""
        for name in ("server.crt", "server.key"):
            with open(self._folder.path(name), encoding="ascii") as file:
                (folder / name).write_text(file.read())
            (folder / name).chmod(0o644)
        (folder / "web.yml").write_text("tls_server_config: {cert_file: server.crt, key_file: server.key}\n")
        return "web.yml"

    def stop(self):
        self._kubelet.stop()
        self._folder.stop()
