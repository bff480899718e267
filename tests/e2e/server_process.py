"""A server of Debian's as a child process, on a free port, with a folder of its own."""

import os
import shutil
import socket
import subprocess
import tempfile


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class ServerProcess:
    def __init__(self, program, config_text):
        """`program`: the name of the executable."""
        self._folder = tempfile.mkdtemp(prefix=f"podprobe-{program}-")
        config = os.path.join(self._folder, "config.yml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(config_text)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._log = open(os.path.join(self._folder, "log"), "w+", encoding="utf-8")
        self._process = subprocess.Popen(
            [
                program,
                f"--config.file={config}",
                f"--web.listen-address=127.0.0.1:{port}",
                *self.arguments(f"{self._folder}/data"),
            ],
            stdout=self._log,
            stderr=self._log,
        )

    def arguments(self, data_folder):
        """More arguments; where it may keep its data."""
        raise NotImplementedError

    def stop(self):
        self._process.terminate()
        self._process.wait(timeout=30)
        self._log.close()
        shutil.rmtree(self._folder)
