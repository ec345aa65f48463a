"""A child process that must not outlive the one that started it.

`python lifeline.py PARENT PROGRAM ARGUMENTS…` becomes PROGRAM, and the kernel ends that one with its parent, even where
the parent was killed with -9. Only the standard library: this file is also run as a script, in a fresh interpreter.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def end_with(parent: int) -> None:
    """From now on this process is killed when its parent `parent` ends (Linux; elsewhere see `orphaned`).

    SIGKILL, not SIGTERM: a next start needs the port and the data folder at once, and has nobody to wait for.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if orphaned(parent):  # it ended before the call above
        sys.exit(1)


def orphaned(parent: int) -> bool:
    """Whether the process that started this one is gone."""
    return os.getppid() != parent


if __name__ == "__main__":
    end_with(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606  (the supervisor chose the program)
