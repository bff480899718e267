"""What a process started ends with it."""

import ctypes
import signal

PR_SET_PDEATHSIG = 1


def end_with_parent():
    """This process is killed when the thread that started it ends, however that ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
