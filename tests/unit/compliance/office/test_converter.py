"""Converting, with stand-ins for LibreOffice that misbehave in every way a program can."""

import asyncio
import hashlib
import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from compliance.office import OfficeConverter, OfficeLimits, find_program
from compliance.office.converter import FOLDER_PREFIX
from compliance.scratch import FORGOTTEN_AFTER_S
from tests import office_files
from watermark.errors import (
    OfficeConversionFailed,
    OfficeConverterMissing,
    OfficeTooLarge,
    SourceIncomplete,
    WatermarkError,
)
from watermark.findings import Finding
from watermark.media_types import WORD

MIB = 1 << 20
LIMITS = OfficeLimits(pdf_max_bytes=1 * MIB, memory_max_bytes=512 * MIB, timeout_s=20)
DOCUMENT = office_files.docx()
FORGOTTEN_WITHIN_S = 10


def program(folder: Path, script: str) -> Path:
    """A program that does this with its job; $OUT is the PDF that is asked of it."""
    path = folder / "office" / "program" / "soffice.bin"
    path.parent.mkdir(parents=True)
    path.write_text(f'#!/bin/sh\nOUT="$PWD/out/source.pdf"\n{script}\n')
    path.chmod(0o755)
    return path


async def pieces(body: bytes = DOCUMENT) -> AsyncGenerator[bytes]:
    """The document as it comes from the store."""
    for at in range(0, len(body), 500):
        yield body[at : at + 500]


class Stage:
    """A converter with this program, whose folders are made in `jobs`."""

    def __init__(self, tmp_path: Path, script: str, limits: OfficeLimits = LIMITS) -> None:
        self.jobs = tmp_path / "jobs"
        self.jobs.mkdir()
        self.converter = OfficeConverter(program(tmp_path, script), limits, self.jobs)

    async def pdf(self, body: bytes = DOCUMENT) -> tuple[bytes, tuple[Finding, ...]]:
        """The PDF and the findings."""
        async with self.converter.converted(pieces(body), size_bytes=len(body), media_type=WORD) as made:
            content = made.pdf.read_bytes()
            assert (len(content), hashlib.sha256(content).hexdigest()) == (made.size_bytes, made.sha256)
            return content, made.findings

    async def refusal(self, body: bytes = DOCUMENT) -> WatermarkError:
        """What is raised; nothing is left behind in either case."""
        with pytest.raises(WatermarkError) as raised:
            await self.pdf(body)
        assert [] == list(self.jobs.iterdir())
        return raised.value

    async def forgotten(self) -> None:
        """Returns once nothing of it runs: what was killed a moment ago may take another to end."""
        async with asyncio.timeout(FORGOTTEN_WITHIN_S):
            while any(str(self.jobs) in each for each in _running()):  # noqa: ASYNC110  # the system tells nobody
                await asyncio.sleep(0.01)


async def test_the_pdf_comes_with_its_hash_and_the_folder_goes(tmp_path: Path) -> None:
    """The finding names the PDF's SHA-256; after the block nothing is left on the disk."""
    stage = Stage(tmp_path, 'printf "%s" "%PDF-1.7" > "$OUT"')
    content, findings = await stage.pdf()
    assert b"%PDF-1.7" == content
    assert (Finding("office-converted", {"sha256": hashlib.sha256(content).hexdigest()}),) == findings
    assert [] == list(stage.jobs.iterdir())


async def test_a_new_profile_makes_the_program_ask_for_another_start(tmp_path: Path) -> None:
    """Exit status 81 is no failure."""
    stage = Stage(tmp_path, '[ -e again ] && printf x > "$OUT" || { : > again; exit 81; }')
    assert b"x" == (await stage.pdf())[0]


async def test_it_sees_no_environment_and_no_files_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a document makes the program read, the master key is not there to be read."""
    (tmp_path / "secret").write_text("the master key")
    monkeypatch.setenv("SEALSHARE_MASTER_KEY", "the master key")
    stage = Stage(tmp_path, f'echo got > "$OUT"; cat {tmp_path}/secret >> "$OUT"; env >> "$OUT"')
    content = (await stage.pdf())[0]
    assert content.startswith(b"got\n")
    assert b"master key" not in content


@pytest.mark.parametrize(
    ("expected", "script"),
    [
        (OfficeConversionFailed(cause="program"), "exit 0"),
        (OfficeConversionFailed(cause="program"), ': > "$OUT"'),
        (OfficeConversionFailed(cause="program"), "while :; do exit 81; done"),
        (OfficeConversionFailed(cause="memory"), "kill -SEGV $$"),
        (OfficeTooLarge(what="pdf", found=MIB, limit=MIB), 'exec head -c 2000000 /usr/bin/python3 /usr/bin/* > "$OUT"'),
    ],
)
async def test_a_program_that_fails_gives_a_refusal(tmp_path: Path, expected: WatermarkError, script: str) -> None:
    """No PDF, an empty one, starts without end, a crash and a file without end are told apart as far as can be."""
    raised = await Stage(tmp_path, script).refusal()
    assert (type(expected), expected.params) == (type(raised), raised.params)


async def test_a_program_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    """The time limit ends the group; a child that would live on is ended too."""
    limits = OfficeLimits(timeout_s=2)
    stage = Stage(tmp_path, "(trap '' TERM HUP; exec 9>>alive; sleep 1000) & sleep 1000", limits)
    raised = await stage.refusal()
    assert {"cause": "time"} == raised.params
    await stage.forgotten()


async def test_leaving_early_ends_the_program(tmp_path: Path) -> None:
    """A worker that stops takes its conversions with it."""
    stage = Stage(tmp_path, "sleep 1000")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2):
            await stage.pdf()
    assert [] == list(stage.jobs.iterdir())
    await stage.forgotten()


async def test_a_document_that_is_none_never_reaches_the_program(tmp_path: Path) -> None:
    """The archive is looked at first."""
    raised = await Stage(tmp_path, 'printf x > "$OUT"').refusal(DOCUMENT[:-40])
    assert {"cause": "damaged"} == raised.params


async def test_sizes_are_kept(tmp_path: Path) -> None:
    """A source above the limit is refused unread; one that breaks off is no document's fault."""
    stage = Stage(tmp_path, "exit", OfficeLimits(source_max_bytes=len(DOCUMENT) - 1))
    assert OfficeTooLarge is type(await stage.refusal())
    whole = OfficeConverter(stage.converter._program, LIMITS, stage.jobs)
    with pytest.raises(SourceIncomplete):
        async with whole.converted(pieces(DOCUMENT[:700]), size_bytes=len(DOCUMENT), media_type=WORD):
            pass
    assert [] == list(stage.jobs.iterdir())


async def test_what_a_killed_worker_left_is_cleaned_away(tmp_path: Path) -> None:
    """A folder that nobody touched for long goes with the next conversion; a fresh one is somebody's."""
    stage = Stage(tmp_path, 'printf x > "$OUT"')
    old, fresh = stage.jobs / f"{FOLDER_PREFIX}old", stage.jobs / f"{FOLDER_PREFIX}fresh"
    old.mkdir()
    fresh.mkdir()
    then = old.stat().st_mtime - FORGOTTEN_AFTER_S - 60
    os.utime(old, (then, then))
    await stage.pdf()
    assert [fresh] == list(stage.jobs.iterdir())


async def test_without_a_program_nothing_is_converted() -> None:
    """The refusal says what is missing."""
    converter = OfficeConverter(None)
    with pytest.raises(OfficeConverterMissing) as raised:
        async with converter.converted(pieces(), size_bytes=len(DOCUMENT), media_type=WORD):
            pass
    assert {"cause": "program"} == raised.value.params


def test_the_program_is_found_beside_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By configuration or by PATH, through links; a command without the program beside it is none."""
    found = program(tmp_path, "exit")
    command = found.with_name("soffice")
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "soffice").symlink_to(command)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert found == find_program() == find_program(str(command))
    assert find_program("/usr/bin/env") is None
    assert find_program(str(tmp_path / "nowhere")) is None


def _running() -> list[str]:
    """Command lines and working folders of all processes."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            found.append(f"{(each / 'cmdline').read_bytes()!r} {(each / 'cwd').readlink()}")
        except OSError:
            continue
    return found
