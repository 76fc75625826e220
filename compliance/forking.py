"""Where confined processes come from: `python -m compliance.forking MODULE`, started and spoken to by its parent only.

It imports MODULE once, and whenever it is asked, forks off a process that runs the module's `main`: that one begins in
milliseconds, and shares with its siblings what libraries take. Nothing secret and no byte of a file ever comes here.

Promises: a child has standard input and output of its own and no descriptor but what it is given, is the leader of
its own session, and gives up by itself what it must (`watermark.serving`), as if it had been started anew; it has few
threads (`jail.threads`); it is killed when its life line is let go, and with this process. Where the system refuses a
child, both ends of it are closed, and the others go on. Leaves to the parent (`rendering.origin`) to begin anew where
a child broke: all children of one process have their memory laid out alike.

A request is REQUEST, the memory that the child may have, with two descriptors: what the child speaks through, and its
life line, on which its exit status (STATUS, minus the signal's number) comes back. With a third, which the child has
under the number FILE: a file that documents are put into.
"""

import ctypes
import gc
import os
import selectors
import signal
import socket
import struct
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import NoReturn

from watermark import jail
from watermark.confinement import hide
from watermark.jail.threads import Watch

REQUEST = struct.Struct(">Q")
STATUS = struct.Struct(">i")
FILE = 3
_GIVEN_MAX = 3
_WAKES_BYTES = 4096
_DESCRIPTORS_MAX = 1 << 20
_PR_SET_PDEATHSIG = 1


class Forebear:
    """Forks a child for each request until its parent lets go of it, and is there until the last one has ended."""

    def __init__(self, name: str, main: Callable[[], None], control: socket.socket, watch: Watch | None) -> None:
        self._name, self._main, self._control = name, main, control
        self._wakes, wakeup = os.pipe()
        os.set_blocking(wakeup, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        self._lines: dict[int, socket.socket] = {}
        self._asked = True
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ, self._bear)
        self._selector.register(self._wakes, selectors.EVENT_READ, self._reap)
        if watch is not None:
            self._selector.register(watch.file, selectors.EVENT_READ, watch.answer)

    def run(self) -> None:
        """Its whole life."""
        while self._asked or self._lines:
            for key, _ in self._selector.select():
                key.data()

    def _bear(self) -> None:
        request, descriptors, flags, _ = socket.recv_fds(self._control, REQUEST.size, _GIVEN_MAX)
        if not request:
            self._asked = False
            self._selector.unregister(self._control)
            return
        if flags & socket.MSG_CTRUNC:  # as recvmsg(2) has it: this process may have no more descriptors
            _close(descriptors)
            return
        speech, line, *files = descriptors
        here = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            _close(descriptors)
            return
        if not pid:
            self._live(here, speech, files, *REQUEST.unpack(request))
        _close((speech, *files))
        self._lines[pid] = socket.socket(fileno=line)
        self._selector.register(self._lines[pid], selectors.EVENT_READ, partial(self._end, pid, self._lines[pid]))

    def _live(self, parent: int, speech: int, files: Sequence[int], memory_max_bytes: int) -> NoReturn:
        """The child. What it has of its parent's objects is never touched again: their descriptors are closed."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            _die_with(parent)
            for standard in (sys.stdin, sys.stdout):
                os.dup2(speech, standard.fileno())
            for each in files:
                os.dup2(each, FILE)
            os.closerange(FILE + len(files), _DESCRIPTORS_MAX)
            sys.argv = [self._name, "--memory-max-bytes", str(memory_max_bytes)]
            self._main()
            status = 0
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else bool(ended.code)
        finally:
            os._exit(status)

    def _end(self, pid: int, line: socket.socket) -> None:
        """Its life line was let go."""
        if self._lines.get(pid) is line:
            self._selector.unregister(line)
            os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        os.read(self._wakes, _WAKES_BYTES)
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                self._bury(*ended)

    def _bury(self, pid: int, status: int) -> None:
        with self._lines.pop(pid) as line:
            with suppress(KeyError):  # when it was let go before
                self._selector.unregister(line)
            with suppress(OSError):  # when nobody is there any more
                line.sendall(STATUS.pack(os.waitstatus_to_exitcode(status)))


def _close(descriptors: Iterable[int]) -> None:
    for each in descriptors:
        os.close(each)


def _die_with(parent: int) -> None:
    """As prctl(2) has it: when the parent ends, however it does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


def main() -> None:
    """Import what the first argument names, then serve."""
    hide()
    name = sys.argv[1]
    program: Callable[[], None] = import_module(name).main
    control = socket.socket(fileno=os.dup(sys.stdin.fileno()))
    gc.collect()
    gc.freeze()  # the collector would write to what is shared
    Forebear(name, program, control, _watch()).run()


def _watch() -> Watch | None:
    """None where there can be none: server and worker begin there only if SEALSHARE_JAIL is if-possible."""
    with suppress(jail.NoJail):
        return Watch.begin() if jail.enclosing() else None
    return None


if __name__ == "__main__":
    main()
