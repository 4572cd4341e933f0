"""Become a child of the supervisor: `python -I -S launch.py PARENT SIGNAL UID GID COMMAND …`.

The standard library alone and started by path. Drops root, asks the kernel (Linux) to send SIGNAL when the
supervisor dies, however it dies, then becomes COMMAND. That request does not survive a change of user, so it
has to stand between the two; a `preexec_fn` could do it too, but is unsafe once the parent has threads.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
UNCHANGED = -1


def main() -> None:
    """Drop, bind, become."""
    parent, death_signal, uid, gid = (int(word) for word in sys.argv[1:5])
    command = sys.argv[5:]
    if uid != UNCHANGED:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # died before the request
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - a list of our own words, no shell


if __name__ == "__main__":
    main()
