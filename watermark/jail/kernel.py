"""Words with the kernel that Python has none for."""

import ctypes
import os

PR_SET_NO_NEW_PRIVS = 38


class NoJail(OSError):
    """This kernel or machine can't do it, or did not."""


def libc() -> ctypes.CDLL:
    """The C library, which keeps the number of an error."""
    return ctypes.CDLL(None, use_errno=True)


def checked(what: str, result: int) -> int:
    """The result, where it is one. Raises NoJail."""
    if result < 0:
        code = ctypes.get_errno()
        raise NoJail(code, f"{what}: {os.strerror(code)}")
    return result
