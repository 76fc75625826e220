"""Office files to PDF, off the event loop, by a LibreOffice that sees nothing but the file.

Promises: a PDF on this machine's disk for as long as the caller holds it, with its SHA-256 and what a reviewer should
know; or a `WatermarkError` that says why not. However it ends, every process it started is ended and the folder is
gone. At most one conversion at a time in a process, for each takes a few hundred MiB. Leaves what happens inside to
`watermark.office.convert`, and storing the PDF to the caller.
"""

import asyncio
import hashlib
import json
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from compliance.rendering.origin import IMPORT_ROOT
from compliance.scratch import end_group, temporary_folder, write_source
from watermark import jail
from watermark.errors import (
    OfficeConversionFailed,
    OfficeConverterMissing,
    OfficeTooLarge,
    error_of,
)
from watermark.findings import Finding
from watermark.framing import NONSENSE

MIB = 1 << 20
ANSWER_MAX_BYTES = 64 << 10
PROGRAM = "soffice.bin"
PROGRAM_FOLDER = "program"  # of every LibreOffice; what lies beside it is all of the machine that it needs to see
USUAL_FOLDERS = ("/usr/lib/libreoffice", "/usr/lib64/libreoffice", "/opt/libreoffice")
FOLDER_PREFIX = "sealshare-office-"


@dataclass(frozen=True)
class OfficeLimits:
    """Bounds on a document and on what converting it may take."""

    source_max_bytes: int = 128 * MIB
    pdf_max_bytes: int = 256 * MIB  # of any file that is written on the way
    memory_max_bytes: int = 2048 * MIB  # address space of one process
    timeout_s: float = 180


DEFAULT_LIMITS = OfficeLimits()


@dataclass(frozen=True)
class Converted:
    """A PDF made of an Office file; it is gone when the block that made it ends."""

    pdf: Path
    size_bytes: int
    sha256: str
    findings: tuple[Finding, ...]


class OfficeConverter:
    """`program` is LibreOffice's soffice.bin, or None where there is none."""

    def __init__(self, program: Path | None, limits: OfficeLimits = DEFAULT_LIMITS, folder: Path | None = None) -> None:
        self._program, self._limits, self._folder = program, limits, folder
        self._turn = asyncio.Semaphore(1)

    @property
    def missing(self) -> str | None:
        """Why nothing can be converted here: no `program`, or no `jail` to run it in. None when all is there."""
        if self._program is None:
            return "program"
        return None if jail.enclosing() else "jail"

    @asynccontextmanager
    async def converted(
        self, source: AsyncIterable[bytes], *, size_bytes: int, media_type: str
    ) -> AsyncGenerator[Converted]:
        """The PDF of a document of one of OFFICE_MEDIA_TYPES.

        Raises OfficeConverterMissing, OfficeConversionFailed, OfficeTooLarge; SourceIncomplete for a source that broke
        off, and whatever the source raises.
        """
        if self._program is None or self.missing:
            raise OfficeConverterMissing(cause=self.missing or "program")
        if size_bytes > self._limits.source_max_bytes:
            raise OfficeTooLarge(what="source", found=size_bytes, limit=self._limits.source_max_bytes)
        async with self._turn, temporary_folder(FOLDER_PREFIX, self._folder) as folder:
            original = folder / "source"
            await write_source(original, source, size_bytes)
            findings = await self._run(self._program, folder, original, media_type)
            pdf = folder / "out" / "source.pdf"
            yield await asyncio.to_thread(_measured, pdf, findings)

    async def _run(self, program: Path, folder: Path, original: Path, media_type: str) -> tuple[Finding, ...]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-s", "-B", "-P", "-m", "watermark.office.convert"),
            *(
                "--folder",
                str(folder),
                "--source",
                str(original),
                "--media-type",
                media_type,
                "--program",
                str(program),
            ),
            *("--memory-max-bytes", str(self._limits.memory_max_bytes)),
            *("--file-max-bytes", str(self._limits.pdf_max_bytes), "--cpu-s", str(round(self._limits.timeout_s))),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=DEVNULL,
            cwd="/",
            env={"PYTHONPATH": IMPORT_ROOT},
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self._limits.timeout_s):
                return _findings(await _answer(process))
        except TimeoutError as error:
            raise OfficeConversionFailed(cause="time") from error
        finally:
            await end_group(process)


def find_program(configured: str | None = None) -> Path | None:
    """LibreOffice: the one named, or on the PATH, or where it usually is; None without one."""
    names = (
        [configured]
        if configured
        else ["soffice", "libreoffice", *(f"{each}/program/soffice" for each in USUAL_FOLDERS)]
    )
    found = (shutil.which(each) for each in names)
    beside = (Path(each).resolve().with_name(PROGRAM) for each in found if each)
    return next((each for each in beside if each.parent.name == PROGRAM_FOLDER and each.is_file()), None)


async def _answer(process: Process) -> bytes:
    """Everything it says, and then its end."""
    if process.stdout is None:
        raise ValueError("a converting process is heard through a pipe")
    answer = await process.stdout.read(ANSWER_MAX_BYTES)
    await process.wait()
    return answer


def _findings(answer: bytes) -> tuple[Finding, ...]:
    """Of the one line it says. Nonsense is a failure of the program: the process is not trusted."""
    try:
        said = json.loads(answer)
        if "error" in said:
            raise error_of(str(said["error"]), {str(name): value for name, value in dict(said["params"]).items()})
        return tuple(Finding(str(each["rule"]), dict(each["params"])) for each in said["findings"])
    except NONSENSE as error:
        raise OfficeConversionFailed(cause="program") from error


def _measured(pdf: Path, findings: tuple[Finding, ...]) -> Converted:
    try:
        with pdf.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size_bytes = file.tell()
    except OSError as error:
        raise OfficeConversionFailed(cause="program") from error
    if not size_bytes:
        raise OfficeConversionFailed(cause="program")
    return Converted(pdf, size_bytes, sha256, (*findings, Finding("office-converted", {"sha256": sha256})))
