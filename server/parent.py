"""Ending with the process that started us, however it ended."""

import os
import sys
import threading
import time
from collections.abc import Callable

EVERY = 0.3  # seconds


def end_with(pid: int, end: Callable[[], None], ours: bool = False) -> None:
    """Calls `end` from a thread once the process `pid` is gone. `ours`: it started us, and may be gone by now."""

    def wait() -> None:
        _wait_for(pid, ours)
        end()

    threading.Thread(target=wait, name="parent", daemon=True).start()


if sys.platform == "win32":

    def _wait_for(pid: int, ours: bool) -> None:
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = kernel.OpenProcess(0x00100000, False, pid)  # SYNCHRONIZE
        if handle:
            kernel.WaitForSingleObject(ctypes.c_void_p(handle), 0xFFFFFFFF)

else:

    def _wait_for(pid: int, ours: bool) -> None:
        direct = (
            ours or os.getppid() == pid
        )  # the number of a parent that is gone may be given to another process
        while os.getppid() == pid if direct else _lives(pid):
            time.sleep(EVERY)

    def _lives(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
