"""What code gets that a stranger's file brought to run in a confined process: nothing but that file.

Each process is the product's own, started as the product starts it, with an intruder where it would open a document.
"""

import hashlib
import json
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from compliance.office import find_program
from compliance.reading.processes import EXTRACTOR, LOOKER
from compliance.rendering.origin import ENVIRONMENT, IMPORT_ROOT, Origin
from compliance.rendering.renderer import DRAWING
from compliance.rendering.sealer import SEALING
from compliance.scanning.inspectors import INSPECTING
from compliance.tracing.examiner import TRACING
from tests import office_files
from tests.intruder import REFUSED, TOLD, asked, keys
from watermark.framing import Header, parsed
from watermark.media_types import WORD

MEMORY_MAX_BYTES = 3 << 30
SERVING = (DRAWING, SEALING, TRACING, INSPECTING, EXTRACTOR, LOOKER)
FILM, OFFICE = "compliance.reading.filming", "watermark.office.convert"
# What those two are there for: they start a program. What it may do, they may.
OF_PROGRAMS = frozenset(
    {
        *("another program", "another process", "a program in memory", "being looked into"),
        *("a thread", "threads without end"),
    }
)

BESIDE = (sys.executable, "-c", "import time; time.sleep(60)")
OF_KIND = {DRAWING: {"a thread": ""}}  # decoding HEIC takes one


@dataclass(frozen=True)
class Server:
    """What there is to be had: this process stands for the server."""

    folder: Path
    key: str
    told: Mapping[str, object]

    def environment(self, kind: str) -> dict[str, str]:
        """Of an intruder in a process of this kind."""
        return {**ENVIRONMENT, TOLD: json.dumps({**self.told, "kind": kind})}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A master key in its environment and in its folder, a door of its own, and a process beside it."""
    key, folder = secrets.token_hex(16), tmp_path / "server"
    folder.mkdir()
    secret = folder / "master_key"
    secret.write_text(key, encoding="ascii")
    monkeypatch.setenv("SEALSHARE_MASTER_KEY", key)
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as door, subprocess.Popen(BESIDE) as beside:
        door.bind("door")
        door.listen()
        told = {
            "server": os.getpid(),
            "beside": beside.pid,
            "secret": str(secret),
            "folder": str(folder),
            "door": str(folder / "door"),
            "key_sha256": hashlib.sha256(key.encode()).hexdigest(),
        }
        yield Server(folder, key, told)
        beside.kill()
    assert key == secret.read_text(encoding="ascii")
    assert {"master_key", "door"} == {each.name for each in folder.iterdir()}


def found_in_serving(kind: str, server: Server, monkeypatch: pytest.MonkeyPatch) -> Header:
    """What the intruder in such a process answers to the first request."""
    for name, value in server.environment(kind).items():
        monkeypatch.setitem(ENVIRONMENT, name, value)
    origin = Origin("tests.intruder", 1)
    try:
        speech, line = origin.bear(MEMORY_MAX_BYTES)
        with speech, line, speech.makefile("rwb") as conversation:
            return asked("open", conversation)
    finally:
        origin.end()


def found_in_job(kind: str, server: Server, folder: Path, *arguments: str) -> Header:
    """What the intruder says in a process that is made for one job."""
    (folder / "source").write_bytes(office_files.docx())
    bounds = ("--folder", str(folder), "--memory-max-bytes", str(MEMORY_MAX_BYTES), "--cpu-s", "30")
    command = (sys.executable, "-s", "-B", "-P", "-m", "tests.intruder", *bounds, *arguments)
    environment = {"PYTHONPATH": IMPORT_ROOT, TOLD: server.environment(kind)[TOLD]}
    done = subprocess.run(command, env=environment, cwd="/", stdout=subprocess.PIPE, check=True)
    return parsed(done.stdout.splitlines()[0])


def got(found: Header) -> dict[str, str]:
    """The attempts that nobody refused, with what became of them."""
    return {name: ending for name, ending in found["tries"].items() if ending not in REFUSED}


@pytest.mark.parametrize("kind", SERVING)
def test_a_process_that_opens_or_seals_gets_nothing(kind: str, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file, no network, no other process, no program; and nothing of the server's secrets was ever in it."""
    found = found_in_serving(kind, server, monkeypatch)
    assert OF_KIND.get(kind, {}) == got(found)
    assert found["known"] is False
    assert not [each for each in found["environment"] if each.startswith("SEALSHARE_")]


def test_a_process_that_takes_frames_gets_nothing(server: Server, tmp_path: Path) -> None:
    """It may start programs, which are shut in with it."""
    folder = tmp_path / "job"
    folder.mkdir()
    found = found_in_job(FILM, server, folder, "--frames-max", "1")
    assert OF_PROGRAMS >= got(found).keys()
    assert found["known"] is False


def test_a_process_that_converts_gets_nothing(server: Server, tmp_path: Path) -> None:
    """The same of LibreOffice, which needs programs, and files of the machine."""
    folder = tmp_path / "job"
    folder.mkdir()
    program = find_program() or Path("/usr/lib/libreoffice/program/soffice.bin")
    bounds = ("--source", str(folder / "source"), "--media-type", WORD, "--file-max-bytes", "1048576")
    found = found_in_job(OFFICE, server, folder, "--program", str(program), *bounds)
    assert OF_PROGRAMS >= got(found).keys()
    assert found["known"] is False


def test_an_intruder_knows_a_key_where_it_stands() -> None:
    """At either end of what it can see and in between; what is shorter or longer is none."""
    one, other, third = (secrets.token_hex(16).encode() for _ in range(3))
    seen = b"%s G%s\0%s1 %s2g%s" % (one, other, one, one[1:-1], third)
    assert [one, other, third] == list(keys(seen))
