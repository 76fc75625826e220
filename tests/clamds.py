"""A real clamd with one signature of our own: that of EICAR's test file."""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from compliance.scanning import Clamd
from tests.hostile.model import EICAR

SIGNATURE = "Eicar-Test-Signature"
STREAM_MAX_BYTES = 2 << 20
START_TIMEOUT_S = 60
POLL_S = 0.05
PROGRAM = shutil.which("clamd") or next((each for each in ("/usr/sbin/clamd",) if Path(each).is_file()), None)


@asynccontextmanager
async def running_clamd(folder: Path) -> AsyncIterator[str]:
    """The address of a clamd that answers, as long as the block lasts."""
    if PROGRAM is None:
        raise FileNotFoundError("clamd")
    database, socket, settings = folder / "signatures", folder / "clamd.sock", folder / "clamd.conf"
    database.mkdir()
    digest = hashlib.md5(EICAR, usedforsecurity=False).hexdigest()
    (database / "test.hdb").write_text(f"{digest}:{len(EICAR)}:{SIGNATURE}\n")
    settings.write_text(
        f"LocalSocket {socket}\nDatabaseDirectory {database}\nForeground true\nTemporaryDirectory {folder}\n"
        f"StreamMaxLength {STREAM_MAX_BYTES}\nAlertExceedsMax true\nMaxThreads 2\n"
    )
    process = await asyncio.create_subprocess_exec(
        PROGRAM, f"--config-file={settings}", stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await _answering(str(socket), process)
        yield str(socket)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _answering(address: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(START_TIMEOUT_S):
        while await Clamd(address).version() is None:
            assert process.returncode is None
            await asyncio.sleep(POLL_S)
