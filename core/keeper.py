"""Keep one part of the product, and leave nothing of it behind.

Linux tells only *direct* children that their parent died, and the parts have children of their own
(granian's workers, the forks of qcluster). So this small process stands between the supervisor and
each part. It leads the part's process group, and its last act is to kill that whole group, itself
included: when the part has ended, or when the supervisor asked or was killed.

Run as `python -I -S core/keeper.py PARENT_PID` with the command as a JSON list in KEEPER_COMMAND: so a
search of the process list for the part finds the part alone. Needs only the standard library; `-I -S`
keep its start below 30 ms.
"""

import ctypes
import json
import os
import signal
import sys

COMMAND_VARIABLE = "KEEPER_COMMAND"
PATIENCE_S = 10  # from SIGTERM to SIGKILL, when the supervisor asks
ORPHAN_PATIENCE_S = 3  # the same, when the supervisor is gone and its port should be free soon

_PR_SET_PDEATHSIG = 1
_AWAITED = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT}


def end_with_parent() -> None:
    """Ask Linux to send this process SIGTERM when the thread that started it ends (prctl(2))."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def keep(command: list[str], *, parent: int) -> None:
    """Run `command` until it ends or SIGTERM comes, then kill the process group. Does not return."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
    end_with_parent()
    part = _start(command)
    if os.getppid() != parent:  # it died before it could be followed
        signal.raise_signal(signal.SIGTERM)
    _wait(part, parent)
    os.killpg(0, signal.SIGKILL)


def _start(command: list[str]) -> int:
    keeper = os.getpid()
    part = os.fork()
    if part:
        return part
    end_with_parent()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _AWAITED)
    if os.getppid() == keeper:
        try:
            os.execvp(command[0], command)  # noqa: S606  the supervisor's own command, no shell
        except OSError as error:
            os.write(2, f"{command[0]} can't be started: {error.strerror}\n".encode())
    os._exit(127)


def _wait(part: int, parent: int) -> None:
    """Wait for the part's end; after a SIGTERM pass it on and wait only so long."""
    patience: int | None = None
    while True:
        if patience is None:
            received = signal.sigwait(_AWAITED)
        else:
            info = signal.sigtimedwait(_AWAITED, patience)
            received = signal.Signals(info.si_signo) if info else signal.SIGALRM
        ended, status = os.waitpid(part, os.WNOHANG)
        if ended:
            _say_how(status, asked=patience is not None)
        if ended or received == signal.SIGALRM:
            return
        if received != signal.SIGCHLD:
            os.kill(part, signal.SIGTERM)
            patience = PATIENCE_S if os.getppid() == parent else ORPHAN_PATIENCE_S


def _say_how(status: int, *, asked: bool) -> None:
    code = os.waitstatus_to_exitcode(status)
    if not asked:
        how = f"exit status {code}" if code >= 0 else f"signal {-code}"
        os.write(2, f"ended by itself ({how})\n".encode())


if __name__ == "__main__":
    keep(json.loads(os.environ.pop(COMMAND_VARIABLE)), parent=int(sys.argv[1]))
