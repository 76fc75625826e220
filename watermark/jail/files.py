"""Landlock: which files a process reaches from now on.

Promises: what a kernel's Landlock can govern is governed; what it can't yet (cutting files short before Linux 6.2,
devices before 6.10, signals before 6.12) is refused by `calls`, too. Metadata never is: any path can be looked up.
"""

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

from watermark.jail.kernel import checked, libc

EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE, _IOCTL_DEVICE = (1 << bit for bit in (0, 1, 2, 3, 14, 15))
READ = _READ_FILE | _READ_DIR
ALL = (1 << 16) - 1
_OF_FILES = EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE  # what there is to allow about a single file
_SCOPED = 0b11  # abstract sockets of others, signals to others
_ABI_SCOPED = 6
_HANDLED_BITS = {1: 13, 2: 14, 3: 15, 4: 15}  # and 16 from the fifth on

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_CREATE_VERSION = 1
_PATH_BENEATH = 1


def abi() -> int:
    """The version of Landlock that this kernel speaks; less than one without any."""
    return int(libc().syscall(_CREATE, None, ctypes.c_size_t(0), _CREATE_VERSION))


def scopes_signals() -> bool:
    """Whether signals are kept within what is restricted together."""
    return abi() >= _ABI_SCOPED


def restrict(rules: Iterable[tuple[int, Iterable[Path]]]) -> None:
    """What is below these paths may be used so, and nothing else. Raises NoJail."""
    spoken = abi()
    handled = (1 << _HANDLED_BITS.get(spoken, 16)) - 1
    fields = [handled, 0, _SCOPED] if spoken >= _ABI_SCOPED else [handled]
    attributes = struct.pack(f"{len(fields)}Q", *fields)
    ruleset = checked("landlock", libc().syscall(_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0))
    try:
        for access, paths in rules:
            for path in paths:
                _allow(ruleset, path, access & handled)
        checked("landlock", libc().syscall(_RESTRICT, ruleset, 0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, access: int) -> None:
    try:
        at = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rule = struct.pack("=Qi", access if path.is_dir() else access & _OF_FILES, at)
        checked("landlock", libc().syscall(_ADD, ruleset, _PATH_BENEATH, rule, 0))
    finally:
        os.close(at)
