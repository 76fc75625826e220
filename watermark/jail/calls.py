"""seccomp: which system calls a process may make from now on, as a program of classic BPF that the kernel runs.

Promises: `alone` allows what is listed and refuses everything else, also what kernels to come will have; `of_programs`
refuses what is listed, and what is newer than this list. Where an argument decides, only its lower half is looked at,
which is all there is of a flag, a descriptor or a process id.
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from threading import Thread

from watermark.jail.kernel import PR_SET_NO_NEW_PRIVS, NoJail, checked, libc
from watermark.jail.numbers import NUMBERS

MACHINES: Mapping[str, tuple[int, int]] = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}  # AUDIT_ARCH, column

_SET_FILTER, _ALL_THREADS, _LISTENED_TO = 1, 1, 8  # of seccomp(2)
_ALLOW, _KILL, _ERRNO, _ASK = 0x7FFF0000, 0x80000000, 0x00050000, 0x7FC00000
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_AT_NUMBER, _AT_ARCH, _AT_ARGUMENTS, _ARGUMENT_BYTES = 0, 4, 16, 8  # in struct seccomp_data: the low words
_X32 = 0x40000000
_NEWER = 463  # from here on nothing is known of calls, which have one number on all machines

_AF_UNIX, _SOCK_STREAM, _SOCKET_TYPE = 1, 1, 0xF
_THREAD, _NAMESPACES = 0x00010000, 0x7E020000  # CLONE_THREAD and CLONE_NEW…, as clone(2) has them
_DUPLICATE, _GET_OF, _SET_OF, _GET_STATUS, _DUPLICATE_CLOSED = 0, 1, 2, 3, 1030
_OWN, _OWN_SIGNAL, _OWN_EXTENDED = 8, 10, 15  # of fcntl(2): who is signalled when a descriptor has something to read
_OWN_SOCKET, _OWN_GROUP, _TYPE_IN = 0x8901, 0x8902, 0x5412  # of ioctl(2): the same, and typing into a terminal
_IS_TERMINAL, _KEEP_OPEN, _CLOSE_ON_EXEC, _READABLE = 0x5401, 0x5450, 0x5451, 0x541B
_CUTTING = (os.O_ACCMODE | os.O_TRUNC, os.O_RDONLY | os.O_TRUNC)
_CHANGES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

Line = tuple[int, int, int, int]  # code, jump if true, jump if false (both from the next line), operand
Lines = Sequence[Line]
_PASS: Line = (_RETURN, 0, 0, _ALLOW)

# What is left of the kernel to a process that reads, reckons and answers through what it has open.
_ALONE = (
    *("read", "pread64", "readv", "preadv", "lseek", "getdents64", "close", "dup", "dup2", "dup3", "write", "writev"),
    *("fstat", "newfstatat", "stat", "lstat", "statx", "access", "faccessat", "faccessat2", "readlink", "readlinkat"),
    *("getcwd", "poll", "ppoll"),
    *("brk", "mmap", "munmap", "mremap", "mprotect", "madvise"),
    *("futex", "membarrier", "rseq", "set_robust_list", "set_tid_address", "sched_yield", "sched_getaffinity"),
    *("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall"),
    *("clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "times", "getcpu"),
    *("getpid", "getppid", "gettid", "getuid", "geteuid", "getgid", "getegid", "uname", "sysinfo", "getrandom"),
    *("getrusage", "getrlimit", "setrlimit", "exit", "exit_group"),
)
# The signal by which a program aborts itself, tgkill, is left to it: of which process can't be known beforehand.
_SIGNALS = ("kill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal")
# What a program of somebody else does without.
_NOT_OF_PROGRAMS = (
    # to other processes, and to what they have open
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease", "kcmp"),
    *(
        "pidfd_open",
        "pidfd_getfd",
        "setpriority",
        "ioprio_set",
        "sched_setaffinity",
        "sched_setattr",
        "sched_setparam",
        "sched_setscheduler",
    ),
    *("move_pages", "migrate_pages", "connect", "setsid", "setpgid"),
    *("shmget", "shmat", "shmctl", "semget", "semop", "semtimedop", "semctl"),
    *("msgget", "msgsnd", "msgrcv", "msgctl", "mq_open", "add_key", "request_key", "keyctl"),
    # to files that aren't its own, of which Landlock governs neither dates nor rights, nor who is told of their use
    *("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat"),
    *("utime", "utimes", "futimesat", "utimensat", "truncate"),
    *("setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr"),
    *("inotify_init", "inotify_init1", "fanotify_init"),
    # to the machine
    *("unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount", "mount_setattr"),
    *("fsopen", "fsconfig", "fsmount", "fspick", "open_by_handle_at"),
    *("io_uring_setup", "bpf", "perf_event_open", "userfaultfd"),
)


def alone(machine: str, *, threads: bool) -> Lines:
    """For a process that starts no other and writes nothing. Raises KeyError for a machine that is unknown."""
    refusal, missing = _refusal(errno.EPERM), _refusal(errno.ENOSYS)
    of = _Column(machine)
    return [
        *of.beginning(),
        *of.each(_ALONE, _PASS),
        *of.where("openat", _one_of_bits(2, _CHANGES, os.O_RDONLY, _PASS, refusal)),
        *of.where("open", _one_of_bits(1, _CHANGES, os.O_RDONLY, _PASS, refusal)),
        *of.where("fcntl", _one_of(1, (_DUPLICATE, _GET_OF, _SET_OF, _GET_STATUS, _DUPLICATE_CLOSED), _PASS, refusal)),
        *of.where("ioctl", _one_of(1, (_IS_TERMINAL, _KEEP_OPEN, _CLOSE_ON_EXEC, _READABLE), _PASS, refusal)),
        # itself only: its own limits, and the signal by which it aborts
        *of.where("prlimit64", _one_of(0, (0,), _PASS, refusal)),
        *of.where("tgkill", _one_of(0, (os.getpid(),), _PASS, refusal)),
        *(of.where("clone", _one_of_bits(0, _THREAD | _NAMESPACES, _THREAD, _PASS, refusal)) if threads else ()),
        *of.each(("clone3",), missing),  # whose arguments can't be looked at: then libraries take clone
        refusal,
    ]


def of_programs(machine: str, *, signals: bool) -> Lines:
    """For a process that starts programs; with `signals` they may send some, which Landlock then keeps among them.

    Raises KeyError for a machine that is unknown.
    """
    refusal, missing = _refusal(errno.EPERM), _refusal(errno.ENOSYS)
    of = _Column(machine)
    return [
        *of.beginning(),
        (_JUMP_AT_LEAST, 0, 1, _NEWER),
        missing,
        *of.each(_NOT_OF_PROGRAMS, refusal),
        *of.each(() if signals else _SIGNALS, refusal),
        # Of sockets, only streams within this machine; and nobody's but its own, as it can't connect. Datagrams, of a
        # pair too, go to whatever address is written on them.
        *of.where("socket", _local_stream(_PASS, _refusal(errno.EACCES))),
        *of.where("socketpair", _local_stream(_PASS, _refusal(errno.EACCES))),
        *of.where("access", _one_of(1, (os.W_OK,), _refusal(errno.EACCES), _PASS)),
        *([] if of.has("access") else of.where("faccessat", _one_of(2, (os.W_OK,), _refusal(errno.EACCES), _PASS))),
        *of.where("clone", _one_of_bits(0, _NAMESPACES, 0, _PASS, refusal)),
        *of.each(("clone3",), missing),  # as above
        *of.where("fcntl", _one_of(1, (_OWN, _OWN_SIGNAL, _OWN_EXTENDED), refusal, _PASS)),
        *of.where("ioctl", _one_of(1, (_OWN_SOCKET, _OWN_GROUP, _TYPE_IN), refusal, _PASS)),
        *of.where("prlimit64", _one_of(0, (0,), _PASS, refusal)),
        # Cutting short what is opened for reading: Landlock took that for reading before Linux 6.2.
        *of.where("openat", _one_of_bits(2, *_CUTTING, refusal, _PASS)),
        *of.where("open", _one_of_bits(1, *_CUTTING, refusal, _PASS)),
        _PASS,
    ]


def of_threads(machine: str) -> Lines:
    """Whoever listens is asked about each thread (`threads`). Raises KeyError for a machine that is unknown."""
    of = _Column(machine)
    return [
        *of.beginning(),
        *of.where("clone", _one_of_bits(0, _THREAD, _THREAD, (_RETURN, 0, 0, _ASK), _PASS)),
        *of.each(("clone3",), _refusal(errno.ENOSYS)),  # as above
        _PASS,
    ]


def available() -> bool:
    """Whether this process may set such programs."""
    if platform.machine() not in MACHINES:
        return False
    return _seccomp(_SET_FILTER, _ALL_THREADS, None) < 0 and ctypes.get_errno() == errno.EFAULT


@cache
def may_listen() -> bool:
    """Whether somebody could be asked by one: the kernel takes one listener, and a container's runtime may be it.

    Only who tries knows, and for good: a thread does, which is over then.
    """
    tries = _Try()
    tries.start()
    tries.join()
    return tries.heard


class _Try(Thread):
    """What a thread sets without saying that all are to have it is its own."""

    heard = False

    def run(self) -> None:
        libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        with suppress(NoJail):
            os.close(listening())
            self.heard = True


def restrict(lines: Lines) -> None:
    """From now on, for good, and for every thread that there is. Raises NoJail."""
    if checked("seccomp", _set(lines, _ALL_THREADS)):
        raise NoJail(errno.EBUSY, "a thread has a filter of its own")


def listening() -> int:
    """As `of_threads` has it, for this process and all that it starts: where is asked. Raises NoJail."""
    return checked("seccomp", _set(of_threads(platform.machine()), _LISTENED_TO))


def _set(lines: Lines, flags: int) -> int:
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in lines))
    return _seccomp(_SET_FILTER, flags, struct.pack("HP", len(lines), ctypes.addressof(program)))


def _seccomp(operation: int, flags: int, described: bytes | None) -> int:
    return int(libc().syscall(NUMBERS["seccomp"][MACHINES[platform.machine()][1]], operation, flags, described))


class _Column:
    """The numbers of one kind of machine. A call that it doesn't have needs no rule."""

    def __init__(self, machine: str) -> None:
        self._audit_arch, self._column = MACHINES[machine]

    def has(self, name: str) -> bool:
        """Whether this machine has such a call."""
        return NUMBERS[name][self._column] is not None

    def beginning(self) -> Lines:
        """A process that speaks as another machine would is ended; the number stays loaded."""
        return [
            (_LOAD, 0, 0, _AT_ARCH),
            (_JUMP_EQUAL, 1, 0, self._audit_arch),
            (_RETURN, 0, 0, _KILL),
            (_LOAD, 0, 0, _AT_NUMBER),
            (_JUMP_AT_LEAST, 0, 1, _X32),
            _refusal(errno.EPERM),
        ]

    def each(self, names: Iterable[str], answer: Line) -> Lines:
        """All of these calls get one answer."""
        return [line for name in names for line in self.where(name, [answer])]

    def where(self, name: str, then: Lines) -> Lines:
        """What is asked about one call; it ends in an answer, for the number is loaded no more."""
        number = NUMBERS[name][self._column]
        return [] if number is None else [(_JUMP_EQUAL, 0, len(then), number), *then]


def _one_of(argument: int, values: Iterable[int], answer: Line, otherwise: Line) -> Lines:
    asked = [line for value in values for line in ((_JUMP_EQUAL, 0, 1, value), answer)]
    return [_argument(argument), *asked, otherwise]


def _one_of_bits(argument: int, looked_at: int, wanted: int, answer: Line, otherwise: Line) -> Lines:
    return [_argument(argument), (_AND, 0, 0, looked_at), (_JUMP_EQUAL, 0, 1, wanted), answer, otherwise]


def _local_stream(answer: Line, otherwise: Line) -> Lines:
    kind = [_argument(1), (_AND, 0, 0, _SOCKET_TYPE), (_JUMP_EQUAL, 0, 1, _SOCK_STREAM), answer]
    return [_argument(0), (_JUMP_EQUAL, 0, len(kind), _AF_UNIX), *kind, otherwise]


def _argument(at: int) -> Line:
    return _LOAD, 0, 0, _AT_ARGUMENTS + at * _ARGUMENT_BYTES


def _refusal(error: int) -> Line:
    return _RETURN, 0, 0, _ERRNO | error
