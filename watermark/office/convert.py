"""The process that makes a PDF of an Office document: `python -m watermark.office.convert`, one for each document.

Promises: it shuts itself in (`jail`, `confinement`) before it looks at the document, then looks at the archive, then
lets LibreOffice work; its last line on standard output is a JSON object: `findings`, or `error` and `params` of
`watermark.errors`. The PDF is then `out/source.pdf` in the job's folder. Trusts its parent, neither the document nor
the program. Leaves wall-clock time, ending everything it started and removing the folder to the parent.
"""

import argparse
import codecs
import json
import os
import resource
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from noto_cjk_sans_otc import FONT_PATH

from watermark import jail
from watermark.confinement import allow_cpu, lower
from watermark.errors import OfficeConversionFailed, OfficeConverterMissing, OfficeTooLarge, WatermarkError
from watermark.office import settings
from watermark.office.archive import inspect

RESTART = 81  # the program wants to be started again: it does so once with a new profile
STARTS_MAX = 3
FILES_MAX = 512
# How a program ends that gets no memory; a fault of the program itself may look the same.
_OUT_OF_MEMORY = {-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS}


def main() -> None:
    """Shut the door, look, convert, say what came of it."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--folder", type=Path, required=True)
    arguments.add_argument("--source", type=Path, required=True)
    arguments.add_argument("--media-type", required=True)
    arguments.add_argument("--program", type=Path, required=True)
    for bound in ("--memory-max-bytes", "--file-max-bytes", "--cpu-s"):
        arguments.add_argument(bound, type=int, required=True)
    wanted = arguments.parse_args()
    try:
        confine(wanted)
        found = inspect(wanted.source, wanted.media_type)
        convert(wanted)
    except WatermarkError as error:
        _say({"error": error.slug, "params": dict(error.params)})
    except MemoryError:
        _say({"error": OfficeConversionFailed.slug, "params": {"cause": "memory"}})
    else:
        _say({"findings": [asdict(each) for each in found]})


def confine(wanted: argparse.Namespace) -> None:
    """Give up everything this job doesn't need. Raises OfficeConverterMissing where that can't be done."""
    lower(resource.RLIMIT_AS, wanted.memory_max_bytes)
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_FSIZE, wanted.file_max_bytes)
    lower(resource.RLIMIT_NOFILE, FILES_MAX)
    allow_cpu(wanted.cpu_s)
    for encoding in ("cp437", "utf-16"):  # of names and lists in archives: behind the door nothing can be imported
        codecs.lookup(encoding)
    for name in ("tmp", "out", "fonts", "profile/user"):
        (wanted.folder / name).mkdir(parents=True)
    (wanted.folder / "profile/user/registrymodifications.xcu").write_text(settings.registry(), encoding="utf-8")
    (wanted.folder / "fonts.conf").write_text(settings.fonts(wanted.folder), encoding="utf-8")
    try:
        jail.enter(
            readable=[*settings.SYSTEM_PATHS, wanted.program.parents[1], FONT_PATH.parent],
            writable=[wanted.folder, Path("/dev/null")],
        )
    except jail.NoJail as error:
        raise OfficeConverterMissing(cause="jail") from error


def convert(wanted: argparse.Namespace) -> None:
    """Run the program, again if it asks for it. Raises OfficeConversionFailed (param cause), OfficeTooLarge."""
    command = settings.command(wanted.program, wanted.folder, wanted.source, wanted.media_type)
    status = RESTART
    for _ in range(STARTS_MAX):
        status = subprocess.run(
            command,
            cwd=wanted.folder,
            env=settings.environment(wanted.folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=False,
        ).returncode
        if status != RESTART:
            break
    if status == -signal.SIGXFSZ:
        raise OfficeTooLarge(what="pdf", found=wanted.file_max_bytes, limit=wanted.file_max_bytes)
    if status == -signal.SIGXCPU:
        raise OfficeConversionFailed(cause="time")
    if status in _OUT_OF_MEMORY:
        raise OfficeConversionFailed(cause="memory")
    if not (wanted.folder / "out" / f"{wanted.source.stem}.pdf").is_file():
        raise OfficeConversionFailed(cause="program")


def _say(answer: dict[str, object]) -> None:
    os.write(sys.stdout.fileno(), json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main()
