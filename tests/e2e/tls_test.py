#!/usr/bin/env python3
"""--web.config.file: TLS, client certificates and passwords, with curl and a real Prometheus."""

import os
import re
import socket
import subprocess
import time
import unittest

from certificates import Certificates
from exporter_process import EXPORTER, PATIENCE, ExporterProcess, wait_until, watch_for
from prometheus_process import Prometheus

# bcrypt of "secret", cost 4.
HASH = watch_for("$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW")
watch_for("YWxpY2U6c2VjcmV0")  # alice:secret in base64, as it is sent


class Folder(Certificates):
    """Certificates and a web configuration in a folder."""

    def __init__(self):
        super().__init__()
        self.make_ca("ca")
        self.make_certificate("server", "ca", "/CN=first")
        self.make_certificate("client", "ca", "/CN=client")

    def write(self, text):
        with open(self.path("web.yml"), "w", encoding="ascii") as file:
            file.write(text)
        return "--web.config.file=" + self.path("web.yml")


class TlsTest(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.stop)

    def start(self, web_config):
        exporter = ExporterProcess("demo", self.folder.write(web_config))
        self.addCleanup(exporter.kill)
        self.assertTrue(exporter.url.startswith("https://"), exporter.url)
        wait_until("a page", lambda: self.curl(exporter, "--insecure", *self.login)[0] not in (0, 503))
        return exporter

    login = ()

    def curl(self, exporter, *arguments, path="/metrics"):
        """Returns status (0: no answer) and body."""
        run = subprocess.run(
            ["curl", "-sS", "--max-time", str(10 * PATIENCE), "-w", "\n%{http_code}", *arguments, exporter.url + path],
            capture_output=True,
            text=True,
            check=False,
        )
        body, _, status = run.stdout.rpartition("\n")
        return int(status or 0), body or run.stderr

    def ca(self):
        return ("--cacert", self.folder.path("ca.crt"))

    def subject(self, exporter):
        run = subprocess.run(
            ["curl", "-sv", *self.ca(), exporter.url + "/metrics", "-o", "/dev/null"],
            capture_output=True,
            text=True,
            check=False,
        )
        return next((line for line in run.stderr.splitlines() if "subject:" in line), run.stderr)

    SERVER = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n"

    def test_curl_and_prometheus_scrape(self):
        self.login = ("--user", "alice:secret")
        exporter = self.start(self.SERVER + f"basic_auth_users:\n  alice: {HASH}\n")
        status, body = self.curl(exporter, *self.ca(), *self.login)
        self.assertEqual(status, 200, body)
        self.assertIn("podprobe_build_info{", body)
        for version in ("--tlsv1.2", "--tlsv1.3"):
            status, _ = self.curl(exporter, *self.ca(), *self.login, version)
            self.assertEqual(status, 200, version)
        self.assertEqual(self.curl(exporter, *self.ca())[0], 401)
        time.sleep(0.1)  # the pause after a wrong login
        self.assertEqual(self.curl(exporter, *self.ca(), "--user", "alice:wrong")[0], 401)
        self.assertEqual(self.curl(exporter)[0], 0)  # not a CA of this machine

        prometheus = Prometheus(
            exporter.url,
            "    scheme: https\n"
            f"    tls_config: {{ca_file: {self.folder.path('ca.crt')}}}\n"
            "    basic_auth: {username: alice, password: secret}\n",
        )
        self.addCleanup(prometheus.stop)
        up = wait_until("a scrape", lambda: prometheus.query('up{job="podprobe"} == 1'), 60)
        self.assertEqual(len(up), 1)
        self.assertEqual(exporter.terminate()[0], 0)

    def test_a_changed_certificate_counts_without_a_restart(self):
        exporter = self.start(self.SERVER)
        self.assertIn("first", self.subject(exporter))
        self.folder.make_certificate("server", "ca", "/CN=second")
        wait_until("the new certificate", lambda: "second" in self.subject(exporter))

        with open(self.folder.path("server.crt"), "w", encoding="ascii") as file:
            file.write("nonsense")
        wait_until(
            "a line about it",
            lambda: self.subject(exporter) and exporter.log_lines("TLS files not loaded"),
        )
        self.assertIn("second", self.subject(exporter))
        self.folder.make_certificate("server", "ca", "/CN=third")
        wait_until("the mended certificate", lambda: "third" in self.subject(exporter))
        self.assertEqual(len(exporter.log_lines("TLS files not loaded")), 1)

    def test_clients_must_show_a_certificate_of_the_ca(self):
        client = (
            *("--cert", self.folder.path("client.crt")),
            *("--key", self.folder.path("client.key")),
        )
        self.login = client
        exporter = self.start(
            self.SERVER
            + "  client_ca_file: ca.crt\n  client_auth_type: RequireAndVerifyClientCert\n"
        )
        self.assertEqual(self.curl(exporter, *self.ca(), *client)[0], 200)
        self.assertEqual(self.curl(exporter, *self.ca())[0], 0)
        self.folder.make_ca("other")
        self.folder.make_certificate("stranger", "other", "/CN=client")
        stranger = (
            *("--cert", self.folder.path("stranger.crt")),
            *("--key", self.folder.path("stranger.key")),
        )
        self.assertEqual(self.curl(exporter, *self.ca(), *stranger)[0], 0)
        self.assertEqual(self.curl(exporter, *self.ca(), *client)[0], 200)

    def test_versions_and_ciphers_are_those_of_the_file(self):
        exporter = self.start(
            self.SERVER
            + "  max_version: TLS12\n"
            + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\n"
            + "  curve_preferences: [CurveP384]\n"
        )
        self.assertEqual(self.curl(exporter, *self.ca())[0], 200)
        self.assertEqual(self.curl(exporter, *self.ca(), "--tlsv1.3")[0], 0)
        self.assertEqual(
            self.curl(exporter, *self.ca(), "--ciphers", "ECDHE-RSA-AES128-GCM-SHA256")[0], 0
        )
        self.assertEqual(self.curl(exporter, *self.ca(), "--curves", "X25519")[0], 0)

    def test_ipv6(self):
        web_config = self.folder.write(self.SERVER)
        try:
            exporter = ExporterProcess("demo", web_config, "--web.listen-address=[::1]:0")
        except AssertionError as error:
            self.assertRegex(str(error), r"cannot listen on \[::1\]:0: .* has no IPv6")
            self.skipTest("NOT TESTED: this build, or this machine, has no IPv6")
        self.addCleanup(exporter.kill)
        lines = wait_until("its line", lambda: exporter.log_lines("listening on https://[::1]"))
        exporter.url = re.search(r"https://\[::1\]:\d+", lines[0]).group(0)
        wait_until("a page", lambda: self.curl(exporter, *self.ca())[0] == 200)
        self.assertEqual(self.curl(exporter)[0], 0)  # not a CA of this machine

    def test_users_and_headers_change_without_a_restart(self):
        self.login = ("--user", "alice:secret")
        exporter = self.start(self.SERVER + f"basic_auth_users:\n  alice: {HASH}\n")
        bob = ("--user", "bob:secret")

        def status(*arguments):
            got = 503  # while the pause after a wrong login lasts
            while got == 503:
                got = self.curl(exporter, *self.ca(), *arguments)[0]
            return got

        self.assertEqual((status(*self.login), status(*bob)), (200, 401))
        self.folder.write(
            self.SERVER
            + f"basic_auth_users:\n  bob: {HASH}\n"
            + "http_server_config: {headers: {X-Frame-Options: sameorigin}}\n"
        )
        self.assertEqual((status(*self.login), status(*bob)), (401, 200))
        head = self.curl(exporter, *self.ca(), *bob, "--head")[1]
        self.assertIn("X-Frame-Options: sameorigin", head)
        for broken in ("basic_auth_users: {alice: secret}", "", "]"):
            self.folder.write(broken)
            self.assertEqual((status(*self.login), status(*bob), status()), (401, 200, 401), broken)
        lines = exporter.log_lines("web configuration not in force")
        self.assertEqual(len(lines), 3, lines)
        self.assertIn("basic_auth_users.alice: wants a bcrypt hash", lines[0])
        self.assertNotIn("secret", lines[0])

    def test_garbage_and_silence_take_nothing_down(self):
        exporter = self.start(self.SERVER)
        port = int(exporter.url.rsplit(":", 1)[1])
        connections = []
        for garbage in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01", os.urandom(5000), b"\x80" * 99):
            connection = socket.create_connection(("127.0.0.1", port), timeout=5)
            connection.sendall(garbage)
            connections.append(connection)
        begin = time.monotonic()
        self.assertEqual(self.curl(exporter, *self.ca())[0], 200)
        self.assertLess(time.monotonic() - begin, 5 * PATIENCE)
        for connection in connections:
            connection.close()
        self.assertEqual(self.curl(exporter, *self.ca())[0], 200)
        self.assertEqual(exporter.terminate()[0], 0)


class RefusalTest(unittest.TestCase):
    """What cannot be honoured ends the start, by its key."""

    def error(self, folder, text):
        run = subprocess.run(
            [EXPORTER, "demo", "--web.listen-address=127.0.0.1:0", folder.write(text)],
            capture_output=True,
            text=True,
            timeout=20 * PATIENCE,
            check=False,
        )
        self.assertEqual(run.returncode, 1, run.stderr)
        return run.stderr

    def test_keys_are_named(self):
        folder = Folder()
        self.addCleanup(folder.stop)
        server = TlsTest.SERVER
        os.mkfifo(folder.path("pipe"))
        is_a_pipe = folder.path("pipe") + " is a pipe: it must be a file"
        cases = [
            ("http_server_config: {http2: true}", "web.yml:1:1: http_server_config.http2: "),
            (server + "  cipher_suites: [TLS_FOO]", "cipher_suites: OpenSSL has no TLS_FOO"),
            (
                server + "  cipher_suites: [TLS_AES_128_GCM_SHA256]",
                "cipher_suites: TLS_AES_128_GCM_SHA256 is of TLS 1.3, whose suites cannot be chosen",
            ),
            (server + "  curve_preferences: [P256]", "curve_preferences: there is no P256"),
            (server.replace("server.crt", "none.crt"), "tls_server_config.cert_file: cannot read "),
            (server.replace("server.key", "client.key"), "tls_server_config.key_file: "),
            (server.replace("server.key", "server.crt"), "holds no key in PEM"),
            (server.replace("server.crt", "pipe"), f"tls_server_config.cert_file: {is_a_pipe}"),
            (server.replace("server.key", "pipe"), f"tls_server_config.key_file: {is_a_pipe}"),
            (server + "  client_ca_file: pipe\n  client_auth_type: RequireAndVerifyClientCert",
             f"tls_server_config.client_ca_file: {is_a_pipe}"),
        ]
        for text, want in cases:
            with self.subTest(want):
                self.assertIn(want, self.error(folder, text))


if __name__ == "__main__":
    unittest.main()
