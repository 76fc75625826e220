"""What others of the same user learn of a process that holds secrets."""

import os
import subprocess
import sys

LOOK = """
import ctypes, errno, os
from watermark.confinement import hide

NOBODY, SET_DUMPABLE = 65534, 4
if not os.getuid():  # who is root reads everything: the test is about one user's processes
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    ctypes.CDLL(None).prctl(SET_DUMPABLE, 1, 0, 0, 0)

def looked(name):
    read, write = os.pipe()
    if not os.fork():
        try:
            path = f"/proc/{os.getppid()}/{name}"
            os.listdir(path) if name == "fd" else open(path, "rb").read(1)
            os.write(write, b"read")
        except OSError as error:
            os.write(write, errno.errorcode[error.errno].encode())
        os._exit(0)
    os.wait()
    return os.read(read, 64).decode()

print(*(looked(each) for each in ("environ", "maps", "fd")))
hide()
print(*(looked(each) for each in ("environ", "maps", "fd")))
"""
COMMAND = """
import ctypes
from fileserver.cli import main
main(["config", "--help"], standalone_mode=False)
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


def said(code: str) -> list[str]:
    """What a Python of its own prints."""
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run((sys.executable, "-c", code), env=environment, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_a_hidden_process_shows_its_own_user_nothing() -> None:
    """Neither its environment, nor where its memory lies, nor what it has open; all of which it showed before."""
    assert ["read read read", "EACCES EACCES EACCES"] == said(LOOK)


def test_every_command_of_ours_is_hidden() -> None:
    """Servers, workers and operators' commands have the master key in their environment."""
    assert "0" == said(COMMAND)[-1]
