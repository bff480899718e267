"""Debian's Alertmanager as a child process, and a receiver of what it sends."""

import http.server
import json
import threading

from exporter_process import fetch
from server_process import ServerProcess


class WebhookReceiver:
    """Keeps every notification: (path, its JSON), in the order of arrival."""

    def __init__(self):
        self.notifications = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.notifications.append((self.path, json.loads(body)))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def alerts(self, status, **labels):
        """All alerts of this status and these labels that ever came, each as often as it came."""
        return [
            alert
            for _, notification in list(self.notifications)
            for alert in notification["alerts"]
            if alert["status"] == status and labels.items() <= alert["labels"].items()
        ]

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


class Alertmanager(ServerProcess):
    def __init__(self, config_text):
        super().__init__("prometheus-alertmanager", config_text)

    def arguments(self, data_folder):
        return [f"--storage.path={data_folder}", "--cluster.listen-address="]

    def alerts(self, **labels):
        """What it knows now, silent alerts included; none while it does not answer."""
        status, body = fetch(f"{self.url}/api/v2/alerts")
        if status != 200:
            return []
        return [alert for alert in json.loads(body) if labels.items() <= alert["labels"].items()]
