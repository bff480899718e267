"""nginx as a kubelet: serves the versions of pages, one after another."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading

from meter import cpu_seconds
from pages import PATHS

GZIP_COST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", ".build", "bench", "gzip_cost")
CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_timeout 300; keepalive_requests 1000000;
  types {{ }} default_type "text/plain; version=0.0.4; charset=utf-8";
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi; client_max_body_size 64m;
  root {folder}/current;
  server {{ listen 127.0.0.1:{plain}; location = /pods {{ default_type application/json; }} location = /write {{ return 204; }} }}
  server {{ listen 127.0.0.1:{packed}; gzip_static on; location = /pods {{ default_type application/json; }} }}
  server {{ listen 127.0.0.1:{tls} ssl; ssl_certificate {folder}/tls.crt; ssl_certificate_key {folder}/tls.key;
    location = /pods {{ default_type application/json; }} }}
}}
"""


def free_ports(count):
    listeners = [socket.socket() for _ in range(count)]
    for listener in listeners:
        listener.bind(("127.0.0.1", 0))
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


class Pages:
    """The versions of a kubelet's pages as files, which any number of kubelets may serve."""

    def __init__(self, growth, versions):
        self.folder = tempfile.mkdtemp(prefix="podprobe-bench-pages-")
        os.chmod(self.folder, 0o755)
        self.versions = versions
        growth.write(self.folder, versions, with_gzip=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def bytes(self):
        return {path: os.path.getsize(os.path.join(self.folder, "0", path)) for path in PATHS}

    def gzip_ms(self, paths):
        """What a kubelet would pay to pack these; None where tests/bench/gzip_cost is not built."""
        if not os.path.exists(GZIP_COST):
            return None
        files = [os.path.join(self.folder, "0", path) for path in paths]
        printed = subprocess.run([GZIP_COST, *files], check=True, stdout=subprocess.PIPE, text=True).stdout
        return sum(map(float, printed.split()))


class Kubelet:
    """`urls`: plain, gzip, tls. `sink`: takes remote writes. `ca_file`: of the TLS one."""

    def __init__(self, pages, interval_seconds):
        self._folder = tempfile.mkdtemp(prefix="podprobe-bench-")
        os.chmod(self._folder, 0o755)
        self._pages = pages
        self._interval_seconds = interval_seconds
        self._is_over = threading.Event()
        self._turner = None
        self._show(0)
        plain, packed, tls = free_ports(3)
        self.urls = {
            "plain": f"http://127.0.0.1:{plain}",
            "gzip": f"http://127.0.0.1:{packed}",
            "tls": f"https://127.0.0.1:{tls}",
        }
        self.sink = f"http://127.0.0.1:{plain}/write"
        self.ca_file = os.path.join(self._folder, "tls.crt")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
             "-subj", "/CN=kubelet", "-addext", "subjectAltName=IP:127.0.0.1",
             "-keyout", os.path.join(self._folder, "tls.key"), "-out", self.ca_file],
            check=True, stderr=subprocess.DEVNULL,
        )
        configuration = os.path.join(self._folder, "nginx.conf")
        with open(configuration, "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(folder=self._folder, plain=plain, packed=packed, tls=tls))
        self._process = subprocess.Popen(
            ["/usr/sbin/nginx", "-p", self._folder, "-c", configuration, "-e", f"{self._folder}/error.log"]
        )

    def _show(self, version):
        link = os.path.join(self._folder, "next")
        os.symlink(os.path.join(self._pages.folder, str(version)), link)
        os.replace(link, os.path.join(self._folder, "current"))

    def begin(self):
        """From now on a version each interval, from the first on; past the last, from the first again."""
        self.halt()
        self._is_over = threading.Event()
        self._turner = threading.Thread(target=self._turn, args=(self._is_over,))
        self._turner.start()

    def _turn(self, is_over):
        version = 0
        self._show(version)
        while not is_over.wait(self._interval_seconds):
            version = (version + 1) % self._pages.versions
            self._show(version)

    def halt(self):
        self._is_over.set()
        if self._turner is not None:
            self._turner.join()
            self._turner = None

    def cpu_seconds(self):
        """What serving has taken so far: nginx sends what stands in files, so this is the sending alone."""
        pid = self._process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return sum(cpu_seconds(worker) for worker in file.read().split())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.halt()
        self._process.terminate()
        self._process.wait(timeout=10)
        shutil.rmtree(self._folder)
