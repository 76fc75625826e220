"""A process that opens other people's documents with a program of somebody else, kept from everything but its folder.

Promises, after `enter`: files outside the named folders can be neither read nor written (Landlock, Linux 6.2 and
later); no network, no other process's socket, no new session to hide in from who ends the process group, no look into
other processes (seccomp); and none of it can be undone, by the process or by what it starts. It needs no privilege, and
no namespaces, which containers forbid. Leaves memory and time to `confinement` and to the parent.
Formats: landlock(7), linux/landlock.h, linux/filter.h, linux/seccomp.h.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ABI_MIN = 3  # Linux 6.2: from here on cutting files short is governed, too

_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_LANDLOCK_CREATE_VERSION = 1
_LANDLOCK_PATH_BENEATH = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE  # what there is to allow about a single file
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_ALL = (1 << 15) - 1
_IOCTL_DEVICE = 1 << 15
_SCOPED = 0b11  # abstract sockets of others, signals to others
_ABI_IOCTL, _ABI_SCOPED = 5, 6

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_FILTER = 38, 22, 2
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_AT_NUMBER, _AT_ARCH, _AT_FIRST, _AT_SECOND, _AT_THIRD = 0, 4, 16, 24, 32  # in struct seccomp_data: the low words
_X32 = 0x40000000
_AF_UNIX, _SOCK_STREAM, _SOCKET_TYPE = 1, 1, 0xF

Line = tuple[int, int, int, int]  # of classic BPF: code, jump if true, jump if false (both from the next line), operand


@dataclass(frozen=True)
class _Machine:
    """Numbers of system calls."""

    audit_arch: int
    socket: int
    access: int  # or faccessat, where there is no access
    access_mode_at: int
    # connect setsid setpgid ptrace process_vm_readv process_vm_writev pidfd_getfd io_uring_setup unshare setns
    # mount umount2 pivot_root bpf perf_event_open userfaultfd add_key request_key keyctl
    refused: tuple[int, ...]


_MACHINES = {
    "x86_64": _Machine(
        0xC000003E,
        41,
        21,
        _AT_SECOND,
        (42, 112, 109, 101, 310, 311, 438, 425, 272, 308, 165, 166, 155, 321, 298, 323, 248, 249, 250),
    ),
    "aarch64": _Machine(
        0xC00000B7,
        198,
        48,
        _AT_THIRD,
        (203, 157, 154, 117, 270, 271, 438, 425, 97, 268, 40, 39, 41, 280, 241, 282, 217, 218, 219),
    ),
}


class NoJail(OSError):
    """This kernel or machine can't do it."""


def available() -> bool:
    """Whether `enter` would work here."""
    return sys.platform == "linux" and platform.machine() in _MACHINES and _abi() >= ABI_MIN


def enter(*, readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """Close the door behind this process, for good. Paths that don't exist are left out.

    What is below `readable` may be read and executed, what is below `writable` used at will. access(2) says of every
    path that it can't be written, wherever that is: programs that look for a common folder then take their own.
    Raises NoJail.
    """
    if not available():
        raise NoJail(errno.ENOSYS, "Landlock or seccomp is not to be had")
    _checked("prctl", _libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _restrict_files(readable, writable)
    _restrict_calls(_filter(_MACHINES[platform.machine()]))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(what: str, result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise NoJail(code, f"{what}: {os.strerror(code)}")
    return result


def _abi() -> int:
    return int(_libc().syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), _LANDLOCK_CREATE_VERSION))


def _restrict_files(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    abi, libc = _abi(), _libc()
    handled = _ALL | (_IOCTL_DEVICE if abi >= _ABI_IOCTL else 0)
    fields = [handled, 0, _SCOPED] if abi >= _ABI_SCOPED else [handled]
    attributes = struct.pack(f"{len(fields)}Q", *fields)
    ruleset = _checked("landlock", libc.syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0))
    try:
        for access, paths in ((_READ, readable), (_ALL, writable)):
            for path in paths:
                _allow(ruleset, path, access)
        _checked("landlock", libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, access: int) -> None:
    try:
        at = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rule = struct.pack("=Qi", access if path.is_dir() else access & _OF_FILES, at)
        _checked("landlock", _libc().syscall(_LANDLOCK_ADD, ruleset, _LANDLOCK_PATH_BENEATH, rule, 0))
    finally:
        os.close(at)


def _restrict_calls(lines: list[Line]) -> None:
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in lines))
    described = struct.pack("HP", len(lines), ctypes.addressof(program))
    _checked("seccomp", _libc().prctl(_PR_SET_SECCOMP, _SECCOMP_FILTER, described, 0, 0))


def _filter(machine: _Machine) -> list[Line]:
    """What the kernel asks of every call: the number is loaded wherever a rule begins."""
    lines = [
        (_LOAD, 0, 0, _AT_ARCH),
        (_JUMP_EQUAL, 1, 0, machine.audit_arch),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _AT_NUMBER),
        (_JUMP_AT_LEAST, 0, 1, _X32),
        _refusal(errno.EPERM),
        # Of sockets, only streams within this machine; and nobody's but its own, as it can't connect.
        (_JUMP_EQUAL, 0, 7, machine.socket),
        (_LOAD, 0, 0, _AT_FIRST),
        (_JUMP_EQUAL, 0, 4, _AF_UNIX),
        (_LOAD, 0, 0, _AT_SECOND),
        (_AND, 0, 0, _SOCKET_TYPE),
        (_JUMP_EQUAL, 0, 1, _SOCK_STREAM),
        (_RETURN, 0, 0, _ALLOW),
        _refusal(errno.EACCES),
        (_JUMP_EQUAL, 0, 4, machine.access),
        (_LOAD, 0, 0, machine.access_mode_at),
        (_JUMP_EQUAL, 0, 1, os.W_OK),
        _refusal(errno.EACCES),
        (_RETURN, 0, 0, _ALLOW),
    ]
    for number in machine.refused:
        lines += [(_JUMP_EQUAL, 0, 1, number), _refusal(errno.EPERM)]
    return [*lines, (_RETURN, 0, 0, _ALLOW)]


def _refusal(error: int) -> Line:
    return _RETURN, 0, 0, _ERRNO | error
