"""A confined process that its first document has taken over, and what it gets from everything an intruder tries.

`python -m compliance.forking tests.intruder`, or `python -m tests.intruder`, is the process of the product that TOLD
names, started as the product does it: the same imports, the same way of giving up rights. Only where it would open a
document the code below runs instead. TOLD is JSON, in the environment: what an intruder may know.
"""

import ctypes
import errno
import hashlib
import json
import os
import resource
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from io import BufferedRWPair
from pathlib import Path
from typing import Any

from watermark.confinement import FILES_MAX
from watermark.framing import PREFIX, Header, head, lengths, parsed
from watermark.jail.threads import THREADS_MAX

TOLD = "INTRUDER"
REFUSED = frozenset({"EACCES", "EPERM", "EXDEV"})  # the last of links that lead out
# Where a process that is made for one job gets to work, behind its door.
JOBS = {"compliance.reading.filming": "take", "watermark.office.convert": "convert"}
_PTRACE_SEIZE, _PR_SET_DUMPABLE, _IO_URING_SETUP, _SPACE_BYTES = 0x4206, 4, 425, 256
_SHARED = "/dev/shm"  # noqa: S108  # the place that is tried
_F_SETOWN, _IPC_CREAT = 8, 0o1000
THREADS_WITHOUT_END = 2 * THREADS_MAX
_MEMORY_MAX_BYTES = 64 << 20
_DIGITS = bytes(each in b"0123456789abcdef" for each in range(256))  # a table that turns each of these into 1, else 0
_KEY = b"\1" * 32


def asked(op: str, conversation: BufferedRWPair) -> Header:
    """Its reply, once it has said that it is ready."""
    heard(conversation)
    conversation.write(head({"op": op, "cpu_s": 30}, 0))
    conversation.flush()
    return heard(conversation)


def heard(conversation: BufferedRWPair) -> Header:
    """The next thing it says."""
    header_bytes, _ = lengths(conversation.read(PREFIX.size))
    return parsed(conversation.read(header_bytes))


def attempts(told: Mapping[str, Any]) -> dict[str, Callable[[], object]]:
    """By name. `server` and `beside` are processes of this user, `secret`, `folder` and `door` are theirs."""
    server, secret = int(told["server"]), Path(told["secret"])
    libc = ctypes.CDLL(None, use_errno=True)

    def call(function: str, *arguments: object) -> int:
        return _checked(getattr(libc, function)(*arguments))

    def of(process: int, name: str) -> Callable[[], object]:
        return lambda: Path(f"/proc/{process}/{name}").open("rb").read(1)

    return {
        **{f"the server's {name}": of(server, name) for name in ("environ", "mem", "maps", "cmdline")},
        **{f"a sibling's {name}": of(told["beside"], name) for name in ("environ", "mem")},
        "the server's descriptors": lambda: _listed(f"/proc/{server}/fd"),
        "the server's folder": lambda: _listed(f"/proc/{server}/cwd/"),
        "reading the server's memory": lambda: call("process_vm_readv", server, *_span(), *_span(), 0),
        "tracing the server": lambda: call("ptrace", _PTRACE_SEIZE, server, None, None),
        "a handle on the server": lambda: os.pidfd_open(server),
        "signalling the server": lambda: os.kill(server, 0),
        "signalling a sibling": lambda: os.kill(told["beside"], 0),
        "signalling the server by a file": lambda: _signal_by_a_file(server),
        "the server's limits": lambda: resource.prlimit(server, resource.RLIMIT_NOFILE),
        "slowing the server": lambda: os.setpriority(os.PRIO_PROCESS, server, 19),
        "reading a secret": secret.read_bytes,
        "looking into a folder": lambda: _listed(told["folder"]),
        "reading what is another program's": lambda: Path("/etc/hosts").read_bytes(),
        "writing": lambda: Path(told["folder"], "written").write_bytes(b"x"),
        "writing to the temporary folder": lambda: tempfile.TemporaryFile(dir="/tmp").close(),
        "writing to memory that others read": lambda: Path(_SHARED, "intruder").write_bytes(b""),
        "cutting short": lambda: os.truncate(secret, 0),
        "removing": secret.unlink,
        "moving": lambda: secret.rename(secret.with_name("moved")),
        "linking": lambda: os.link(secret, Path(told["folder"], "linked")),
        "making a folder": lambda: Path(told["folder"], "made").mkdir(),
        "making a pipe": lambda: os.mkfifo(Path(told["folder"], "pipe")),
        "letting everybody read": lambda: secret.chmod(0o666),
        "giving away": lambda: os.chown(secret, os.getuid(), os.getgid()),
        "changing dates": lambda: os.utime(secret, (1, 1)),
        "changing attributes": lambda: os.setxattr(secret, "user.intruder", b"x"),
        "the network": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "datagrams": lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
        "the kernel's own sockets": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
        "a socket of the server": lambda: socket.socket(socket.AF_UNIX).connect(str(told["door"])),
        "shared memory": lambda: call("shmget", 1, 4096, _IPC_CREAT | 0o600),
        "a ring of calls": lambda: call("syscall", _IO_URING_SETUP, 1, ctypes.create_string_buffer(_SPACE_BYTES)),
        "namespaces": lambda: call("unshare", 0x10000000),
        "a session of its own": os.setsid,
        "another program": lambda: os.execv("/nowhere", ["nowhere"]),  # noqa: S606  # it is not to be had
        "another process": _forked,
        "a thread": _threaded,
        "threads without end": lambda: _threaded(THREADS_WITHOUT_END),
        "a program in memory": lambda: os.memfd_create("intruder"),
        "being looked into": lambda: call("prctl", _PR_SET_DUMPABLE, 1, 0, 0, 0),
    }


def tried(told: Mapping[str, Any]) -> dict[str, str]:
    """Each attempt, and the name of the error that it ended with; nothing where it got through."""
    return {name: _ending(act) for name, act in attempts(told).items()}


def _ending(act: Callable[[], object]) -> str:
    try:
        act()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, repr(error))
    return ""


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result


def _span() -> tuple[object, int]:
    """One byte at an address that there is here: struct iovec, and how many of them."""
    byte = ctypes.create_string_buffer(1)
    return (ctypes.c_void_p * 2)(ctypes.addressof(byte), 1), 1


def _signal_by_a_file(process: int) -> None:
    """As fcntl(2) has it, whoever owns a descriptor gets a signal when there is something to read."""
    _checked(ctypes.CDLL(None, use_errno=True).fcntl(0, _F_SETOWN, process))


def _forked() -> None:
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)


def told_of_itself() -> dict[str, object]:
    """What a process has that only it can see: its own user is shown nothing of it."""
    place = ctypes.cast(ctypes.CDLL(None).getpid, ctypes.c_void_p).value
    return {
        "environment": dict(os.environ),
        "folder": str(Path.cwd()),
        "descriptors": [each for each in range(FILES_MAX) if _is_open(each)],
        "place": place,
    }


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _listed(folder: str) -> list[Path]:
    return list(Path(folder).iterdir())


def _threaded(count: int = 1) -> None:
    """So many of them at once."""
    over = threading.Event()
    try:
        for _ in range(count):
            threading.Thread(target=over.wait).start()
    except RuntimeError as error:
        raise PermissionError(errno.EPERM, "no thread") from error
    finally:
        over.set()


def knows(key_sha256: str) -> bool:
    """Whether a key stands anywhere in this process: its environment, what its origin has read, what was freed.

    It is told by its hash, for it would stand here otherwise.
    """
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        span, rights, *_ = line.split()
        start, end = (int(each, 16) for each in span.split("-"))
        if rights.startswith("rw") and end - start <= _MEMORY_MAX_BYTES and _holds(start, end, key_sha256):
            return True
    return False


def _holds(start: int, end: int, key_sha256: str) -> bool:
    with Path("/proc/self/mem").open("rb", buffering=0) as memory:
        memory.seek(start)
        try:
            content = memory.read(end - start)
        except OSError:  # pages of a device
            return False
    return any(hashlib.sha256(each).hexdigest() == key_sha256 for each in keys(content))


def keys(content: bytes) -> Iterator[bytes]:
    """Whatever has a key's length and nothing but its digits; a regular expression takes twenty times as long."""
    digits, at = content.translate(_DIGITS), 0
    while (at := digits.find(_KEY, at)) >= 0:
        end = digits.find(b"\0", at)
        end = len(digits) if end < 0 else end
        if end - at == len(_KEY):
            yield content[at:end]
        at = end


def main() -> None:
    """The life of the process."""
    told = json.loads(os.environ[TOLD])
    module: Any = import_module(told["kind"])
    known = knows(told["key_sha256"]) if "key_sha256" in told else None

    def found() -> dict[str, object]:
        return {"tries": tried(told), "known": known, **told_of_itself()}

    if told["kind"] in JOBS:
        setattr(module, JOBS[told["kind"]], lambda *_: os.write(1, json.dumps(found()).encode() + b"\n"))
    else:
        module.Session.handle = lambda _, request, *_others: (
            told_of_itself() if request["op"] == "tell" else found(),
            b"",
        )
    module.main()


if __name__ == "__main__":
    main()
