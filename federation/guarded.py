"""Start another program so that it ends when this one's parent does, even if the parent is killed with SIGKILL.

Run as a script, without site packages: `python -I -S guarded.py PARENT SIGNAL PROGRAM [ARGUMENT...]`. It asks the kernel for the
signal (prctl(2) PR_SET_PDEATHSIG, Linux; kept through exec) and becomes the program. On other systems there is no
such request: a killed supervisor leaves its children to be stopped by hand. The kernel counts the *thread* that started a
program as its parent: start a long-lived program from a thread that lives as long.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int, number: int = signal.SIGKILL) -> None:
    """From now on this process gets the signal when its parent dies; it ends at once if `parent` is dead already."""
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:  # it died between starting us and the request
        sys.exit(1)


def command(argv: tuple[str, ...], number: int = signal.SIGKILL) -> list[str]:
    """The command line that runs `argv` guarded by the calling process."""
    return [sys.executable, "-I", "-S", os.path.abspath(__file__), str(os.getpid()), str(int(number)), *argv]


if __name__ == "__main__":
    end_with_parent(int(sys.argv[1]), int(sys.argv[2]))
    os.execvp(sys.argv[3], sys.argv[3:])  # noqa: S606 - the supervisor's own fixed command lines
