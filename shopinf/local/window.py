"""The window of a console on Windows: who closes it, logs off or shuts down ends what runs in it some seconds later.

Python hears of that as a signal, but too late: Windows ends the process as soon as Python's own handler is back. This
one stays until the run is over, as Ctrl-C would have it, or Windows loses its patience.
"""

from __future__ import annotations

import _thread
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ENDING = frozenset({2, 5, 6})  # CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT, CTRL_SHUTDOWN_EVENT
PATIENCE = 20.0  # seconds; Windows itself waits for 5 where a window is closed, and for 20 at the end of a service
gone = threading.Event()  # set by nobody but tests: the process is gone first


@contextmanager
def window_heard(stop: threading.Event) -> Iterator[None]:
    """A block that is stopped like by Ctrl-C when its window is closed; elsewhere a signal says so.

    *stop* is set too: who waits for it is woken, which the interrupt alone does not do.
    """
    if sys.platform != "win32":
        yield
        return
    import ctypes

    def heard(event: int) -> int:
        if event not in _ENDING:
            return 0  # Ctrl-C and Ctrl-Break are Python's
        _thread.interrupt_main()
        stop.set()
        gone.wait(PATIENCE)  # in a thread of Windows' own, which ends with the process
        return 1

    console = ctypes.windll.kernel32
    handler = ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint)(heard)  # kept: Windows holds only its address
    console.SetConsoleCtrlHandler(handler, 1)
    try:
        yield
    finally:
        console.SetConsoleCtrlHandler(handler, 0)
