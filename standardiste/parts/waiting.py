"""The program that `standardiste server` becomes once every part is ready: it waits, and needs 3 MB for that.

It imports nothing of ours. Its caller has blocked the signals for which it waits, so that none is lost in between.
"""

import os
import signal
import sys

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, kill, a closed terminal


def wait(supervisor: int, died: str) -> int:
    """Stops the supervisor, a child of this process, when asked to; the exit code. `died` is said if it ends before."""
    while not os.waitpid(supervisor, os.WNOHANG)[0]:
        if signal.sigwait((*STOP_SIGNALS, signal.SIGCHLD)) != signal.SIGCHLD:
            os.kill(supervisor, signal.SIGTERM)
            os.kill(supervisor, signal.SIGCONT)  # one that a debugger, say, has stopped handles SIGTERM only then
            os.waitpid(supervisor, 0)
            return 0
    sys.stderr.write(f"{died}\n")
    return 1


if __name__ == "__main__":
    sys.exit(wait(int(sys.argv[1]), sys.argv[2]))
