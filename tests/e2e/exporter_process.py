"""The built exporter as a child process, and the pages that it serves."""

import os
import re
import subprocess
import threading
import time
import urllib.error
import urllib.request

EXPORTER = os.environ.get("PODPROBE_EXPORTER", ".build/release/exporter/podprobe-exporter")
IS_SANITIZED = bool(os.environ.get("PODPROBE_SANITIZE"))
# How many times as long as without a sanitizer something may take.
PATIENCE = 5 if IS_SANITIZED else 1


# What none of the exporter's outputs may hold: tokens and passwords that tests give it.
_secrets = set()


def watch_for(secret):
    """From now on the log and all that is fetched is searched for `secret`, which is returned."""
    _secrets.add(secret)
    return secret


def expect_no_secret(text):
    for secret in _secrets:
        assert secret not in text, f"a secret is shown: {text.replace(secret, '<secret>')[:1000]}"


def expect_no_finding(log):
    """What a sanitizer found is said in the log of the program, which may go on after it."""
    text = "\n".join(log)
    assert "Sanitizer: " not in text and ": runtime error: " not in text, text[-20000:]


def wait_until(what, condition, deadline_seconds=30):
    """Polls `condition` until it gives something true, and returns that."""
    deadline_seconds *= PATIENCE
    deadline = time.monotonic() + deadline_seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {deadline_seconds} s: {what}")
        time.sleep(0.1)


def fetch(url, timeout_seconds=5):
    """Returns status and body; 0 and the reason where there is no answer."""
    try:
        with urllib.request.urlopen(url, timeout=timeout_seconds * PATIENCE) as response:
            status, body = response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        status, body = error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)
    expect_no_secret(body)
    return status, body


class Page:
    """One exposition: {"name{label="value",…}": value}, as written."""

    def __init__(self, text):
        self.text = text
        self.samples = {}
        for line in text.splitlines():
            if line and not line.startswith("#"):
                series, value = line.rsplit(" ", 1)
                self.samples[series] = float(value)

    def find(self, name, **labels):
        """The samples of this name with all these labels."""
        return {
            series: value
            for series, value in self.samples.items()
            if re.match(re.escape(name) + r"(\{|$)", series)
            and all(f'{label}="{want}"' in series for label, want in labels.items())
        }

    def value(self, name, **labels):
        """The one value of this name and labels, None where there is none."""
        found = list(self.find(name, **labels).values())
        assert len(found) < 2, f"{name} {labels}: {len(found)} samples"
        return found[0] if found else None


class ExporterProcess:
    """Starts the exporter on free ports and waits until it serves."""

    def __init__(self, *arguments, health="", environment=None, prefix=()):
        """`environment`: variables on top of ours; `prefix`: a command that runs the exporter.

        It ends with the thread that starts it, however that ends.
        """
        self.health_url = None
        self.log = []
        self._process = subprocess.Popen(
            [
                *("setpriv", "--pdeathsig", "KILL"),
                *prefix,
                EXPORTER,
                *arguments,
                "--web.listen-address=127.0.0.1:0",
                "--web.health-listen-address",
                health,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        try:
            self.url = wait_until("listening on http://…", self._listening_url)
        except AssertionError:
            self.kill()
            raise

    def _read_log(self):
        for line in self._process.stderr:
            self.log.append(line.rstrip("\n"))

    def _listening_url(self):
        if self._process.poll() is not None:
            raise AssertionError(f"exited with {self._process.returncode}: {self.log}")
        for line in list(self.log):
            health = re.search(r"health checks on (http://[0-9.:]+)", line)
            if health:
                self.health_url = health.group(1)
            found = re.search(r"listening on (https?://[0-9.:]+)", line)
            if found:
                return found.group(1)
        return None

    def wait_for_page(self):
        """The first page stands once each source has answered."""
        wait_until("a page", lambda: fetch(self.url + "/metrics")[0] == 200)
        return self

    def page(self):
        status, body = fetch(self.url + "/metrics")
        assert status == 200, f"/metrics: {status} {body}"
        return Page(body)

    @property
    def pid(self):
        return self._process.pid

    def exit_code(self):
        """None while it runs."""
        return self._process.poll()

    def log_lines(self, part):
        return [line for line in list(self.log) if part in line]

    def resident_bytes(self):
        with open(f"/proc/{self._process.pid}/status", encoding="ascii") as status:
            kilobytes = re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)
        return int(kilobytes) * 1024

    def signal(self, number):
        self._process.send_signal(number)

    def terminate(self):
        """SIGTERM; returns the exit code and the seconds it took."""
        begin = time.monotonic()
        self._process.terminate()
        code = self._process.wait(timeout=20 * PATIENCE)
        took_seconds = time.monotonic() - begin
        self._reader.join(timeout=5)
        self._process.stderr.close()
        expect_no_secret("\n".join(self.log))
        expect_no_finding(self.log)
        return code, took_seconds

    def kill(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._reader.join(timeout=5)
        if not self._process.stderr.closed:
            self._process.stderr.close()
        expect_no_secret("\n".join(self.log))
        expect_no_finding(self.log)
