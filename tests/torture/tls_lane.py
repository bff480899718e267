"""A lane over https, whose certificates are verified: handshakes that fail are faults, too, and the
kubelet's certificate and its CA are renewed while it serves."""

import time

import faults
import lane
from counted_kubelet import Wrong
from exporter_process import wait_until
from tls_faults import KubeletTls, choose_tls

HANDSHAKE_FAULT_SHARE = 0.4
# What was read of the trusted CAs before a connection was accepted may lack the new one.
CA_SECONDS = 10
# Of good answers: so often the connection is closed after it, and another handshake is due.
CLOSED_SHARE = 0.5


class TlsLane(lane.Lane):
    EVENTS = {**lane.EVENTS, "certificate renewed": 12, "CA renewed": 12}
    KINDS = (faults.TLS,)
    UNHEARD = lane.Lane.UNHEARD | {"tls", "connect"}

    def __init__(self, seed, fault_count, more_bytes):
        self.tls = KubeletTls()
        super().__init__(seed, fault_count, more_bytes, self.tls)
        self.tls_faults = 0  # handshakes that were made to fail
        self.tls_errors = 0  # those that the exporter told of
        self.tls_crossed = 0  # that met a restart, or a CA that came after they were begun
        self.unclear = 0  # connections that failed at a restart, or because of it
        self.judged_at = {}  # source: monotonic time
        self.kubelet.greet = self._greet

    def stop(self):
        super().stop()
        self.tls.stop()

    def _greet(self, connection):
        """Which source's connection it is nobody knows yet."""
        with self.lock:
            dice = self.dice["tls"]
            is_good = (not self.before or self.is_over or dice.random() > HANDSHAKE_FAULT_SHARE
                       or time.monotonic() - self.pods_good_at > lane.LONGEST_WITHOUT_PODS_SECONDS / 2)
            if is_good:
                connection.context = self.tls.context
                return
            fault = choose_tls(dice)
            self.note(fault.name)
            self.tls_faults += fault.reason == "tls"
        fault.spoil(dice, connection, self.tls)
        raise ConnectionError(fault.name)

    def take_handshake_errors(self, source, more):
        """One that is reset at once may not even have been a connection."""
        connects = more.pop("connect", 0)
        since, self.judged_at[source] = self.judged_at.get(source, 0), time.monotonic()
        if source in self._was_restarted:
            self.unclear += connects
            self.tls_crossed += more.get("tls", 0) > 0
        else:
            self.tls_errors += connects
            if self.tls.ca_renewed_at > since - CA_SECONDS:
                self.tls_crossed += more.get("tls", 0)
        self.tls_errors += more.pop("tls", 0)
        if self.tls_errors > self.tls_faults + self.tls_crossed:
            raise Wrong(f"{self.tls_errors} handshakes failed, of {self.tls_faults} that should")

    def good_answer(self, body):
        if self.world.rng.random() > CLOSED_SHARE:
            return super().good_answer(body)

        def answer(handler):
            faults.whole(handler, body, [("Connection", "close")])
            faults.close(handler)

        return answer

    def meet(self, event):
        if event == "certificate renewed":
            self.tls.renew_certificate()
        elif event == "CA renewed":
            self.tls.renew_ca()
        else:
            return super().meet(event)
        return False

    def check_end(self):
        """All of them were told, but for those that something else came before. What a source met last
        shows when it asks again."""
        wait_until(f"{self.tls_faults} handshakes were made to fail, and all are told",
                   lambda: self.tls_errors + self.unclear + self.timeouts >= self.tls_faults, 60)
