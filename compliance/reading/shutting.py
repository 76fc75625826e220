"""The door that reading processes close behind themselves, where the kernel has one.

Promises: after `shut_in` the process reads Python, its libraries and nothing else of the machine, writes nowhere, and
reaches no network; call it before threads are started, for they are shut in by it only when they are made afterwards.
Leaves memory, time and the number of processes to `watermark.confinement`, which binds on every kernel.
"""

import mimetypes
import sys
from pathlib import Path

import watermark
from watermark import jail

_SYSTEM = ("/usr/lib", "/usr/local/lib", "/lib", "/lib64", "/proc/self", "/proc/cpuinfo", "/sys/devices/system/cpu")
_PACKAGES = ("compliance", "watermark", "storage")


def shut_in() -> None:
    """For good. On a kernel without Landlock nothing happens."""
    mimetypes.init()  # reads lists of the system, which openpyxl would look for later
    if not jail.available():
        return
    root = Path(watermark.__file__).parents[1]
    python = {Path(each) for each in (sys.prefix, sys.base_prefix, sys.exec_prefix)}
    jail.enter(
        readable=[*python, *(root / each for each in _PACKAGES), *map(Path, _SYSTEM)], writable=[Path("/dev/null")]
    )
