"""A process that shut itself in, and what it can still do."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import watermark
from watermark import jail
from watermark.jail import calls

TRY = """
import ctypes, errno, json, os, socket, subprocess, sys
from pathlib import Path
from watermark import jail
from watermark.jail import files

secret, folder, shelf, spoken = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
files.abi = lambda known=files.abi(): min(known, spoken)
tries = {}

def attempt(name, act):
    try:
        act()
        tries[name] = ""
    except OSError as error:
        tries[name] = errno.errorcode[error.errno]

def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")

def call(number, *arguments):
    checked(ctypes.CDLL(None, use_errno=True).syscall(number, *arguments))

listener = socket.socket(socket.AF_UNIX)
listener.bind(str(folder / "parent.sock"))
listener.listen()
system = [Path(each) for each in ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache")]
jail.enter(readable=[*system, shelf, Path("/nowhere")], writable=[folder])
attempt("own", lambda: (folder / "made").write_bytes(b"x"))
attempt("own folder", lambda: (folder / "deeper").mkdir())
attempt("library", lambda: Path("/usr/bin/env").read_bytes())
attempt("secret", secret.read_bytes)
attempt("environment", lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes())
attempt("into the library", lambda: Path("/usr/bin/sealshare-test").write_bytes(b"x"))
attempt("cut short", lambda: os.truncate(secret, 0))
attempt("cut by reading", lambda: os.open(shelf / "book", os.O_RDONLY | os.O_TRUNC))
attempt("rights", lambda: secret.chmod(0o666))
attempt("dates", lambda: os.utime(secret, (1, 1)))
book = os.open(shelf / "book", os.O_RDONLY)
attempt("rights by reading", lambda: os.fchmod(book, 0o666))
attempt("attributes by reading", lambda: os.setxattr(book, "user.jail", b"x"))
attempt("being told of use", lambda: checked(ctypes.CDLL(None, use_errno=True).inotify_init1(0)))
attempt("remove", secret.unlink)
attempt("link out", lambda: os.link(secret, folder / "linked"))
attempt("network", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM))
attempt("datagrams", lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
attempt("local datagrams", lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
attempt("a pair of datagrams", lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
attempt("own pair", socket.socketpair)
attempt("own socket", lambda: socket.socket(socket.AF_UNIX).bind(str(folder / "own.sock")))
attempt("others' socket", lambda: socket.socket(socket.AF_UNIX).connect(str(folder / "parent.sock")))
attempt("session", os.setsid)
attempt("group", lambda: os.setpgid(0, 0))
attempt("ring", lambda: call(425, 1, ctypes.create_string_buffer(256)))
attempt("kill", lambda: os.kill(os.getppid(), 0))
tries["says writable"] = str(os.access("/tmp", os.W_OK))
heir = subprocess.run(["/usr/bin/cat", str(secret)], capture_output=True, check=False)
tries["heir"] = heir.stdout.decode()
print(json.dumps(tries))
"""

WITHOUT_LANDLOCK = """
import os, socket
from watermark import jail
from watermark.jail import files

files.abi = lambda: -1
try:
    jail.enter(readable=[], writable=[])
except jail.NoJail:
    print("no jail")
jail.enter(readable=[], writable=[], required=False)
acts = (
    socket.socket,
    lambda: socket.socket(socket.AF_UNIX).connect("/nowhere"),
    lambda: os.kill(os.getppid(), 0),
    lambda: os.pidfd_open(os.getppid()),
    os.setsid,
)
for act in acts:
    try:
        act()
        print("done")
    except PermissionError:
        print("refused")
"""


@pytest.fixture(params=[99, 1], ids=["as here", "as Linux 5.13"])
def tries(tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    """What a shut-in process got from each attempt: the name of an error, or nothing.

    Once with all that this kernel's Landlock governs, once with what the first did.
    """
    secret, folder, shelf = (tmp_path / each for each in ("secret", "folder", "shelf"))
    secret.write_text("the master key")
    folder.mkdir()
    shelf.mkdir()
    (shelf / "book").write_text("once upon a time")
    done = subprocess.run(
        [sys.executable, "-c", TRY, str(secret), str(folder), str(shelf), str(request.param)],
        cwd=Path(watermark.__file__).parents[1],
        capture_output=True,
        check=True,
        timeout=30,
    )
    assert ("the master key", "once upon a time") == (secret.read_text(), (shelf / "book").read_text())
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_it_reaches_its_folder_and_the_machines_libraries_and_nothing_else(tries: dict[str, str]) -> None:
    """Files elsewhere can be neither read, changed, shortened, removed nor linked to, the parent's environment too."""
    assert {"own": "", "own folder": "", "library": ""} == {
        each: tries[each] for each in ("own", "own folder", "library")
    }
    refused = ("secret", "environment", "into the library", "remove")
    assert dict.fromkeys(refused, "EACCES") == {each: tries[each] for each in refused}
    by_call = ("cut short", "cut by reading", "rights", "rights by reading", "dates", "attributes by reading")
    assert dict.fromkeys(by_call, "EPERM") == {each: tries[each] for each in by_call}
    assert "EPERM" == tries["being told of use"]
    assert tries["link out"] in {"EACCES", "EXDEV"}


def test_it_has_no_network_and_nobody_elses_socket(tries: dict[str, str]) -> None:
    """Only a stream of its own, within the machine; it connects to nothing, by no other door either."""
    refused = ("network", "datagrams", "netlink", "local datagrams", "a pair of datagrams")
    assert dict.fromkeys(refused, "EACCES") == {each: tries[each] for each in refused}
    assert {"own pair": "", "own socket": "", "others' socket": "EPERM", "ring": "EPERM"} == {
        each: tries[each] for each in ("own pair", "own socket", "others' socket", "ring")
    }


def test_it_stays_in_its_group_and_so_does_what_it_starts(tries: dict[str, str]) -> None:
    """Who ends the process group ends it and all of its children, which are shut in like it."""
    assert {"session": "EPERM", "group": "EPERM", "kill": "EPERM", "heir": ""} == {
        each: tries[each] for each in ("session", "group", "kill", "heir")
    }


def test_it_is_told_that_common_folders_cannot_be_written(tries: dict[str, str]) -> None:
    """A program that asks takes its own folder instead."""
    assert "False" == tries["says writable"]


def test_without_landlock_calls_are_refused_all_the_same() -> None:
    """Where it need not be a whole jail: no network, nobody's socket, no other process, no session of its own."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_LANDLOCK],
        cwd=Path(watermark.__file__).parents[1],
        stdout=subprocess.PIPE,
        check=True,
        timeout=30,
    )
    assert ["no jail", *["refused"] * 5] == done.stdout.decode().splitlines()


def test_a_process_that_may_shut_no_calls_is_told_of() -> None:
    """Somebody else's seccomp may keep ours from being set, and then there is no jail."""
    said = "from watermark import jail; from watermark.jail import calls; jail.close_calls(); print(calls.available())"
    done = subprocess.run(
        [sys.executable, "-c", said],
        cwd=Path(watermark.__file__).parents[1],
        stdout=subprocess.PIPE,
        check=True,
        timeout=30,
    )
    assert b"False" == done.stdout.strip()
    assert calls.available()


def test_a_listener_of_somebody_else_is_told_of() -> None:
    """Container runtimes that intercept calls have one, and the kernel takes no second: what starts programs can do."""
    said = "from watermark import jail; print(jail.lack(), jail.available(), jail.enclosing())"
    done = subprocess.run(
        [sys.executable, "-m", "tests.listened", "-c", said],
        cwd=Path(watermark.__file__).parents[1],
        stdout=subprocess.PIPE,
        check=True,
        timeout=30,
    )
    assert b"listener False True" == done.stdout.strip()


def test_to_look_for_a_listener_changes_nothing() -> None:
    """It is tried in a thread: this process gets no filter, and may look for more privileges as before."""

    def told() -> list[str]:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return [each for each in lines if each.startswith(("NoNewPrivs", "Seccomp"))]

    before = told()
    calls.may_listen.cache_clear()
    assert (jail.lack(), before) == (None, told())


def test_this_machine_can_do_it() -> None:
    """Where the tests run there is a jail: nothing here passes for want of one."""
    assert jail.available()
