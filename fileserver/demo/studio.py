"""The demo's studio: two processes draw the brand's materials beside everything else, while the engines start."""

import asyncio
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from fileserver.demo.crew import python_order
from fileserver.demo.folder import STUDIO
from storage.engines.child import Child, start_child
from storage.errors import EngineFailed

POLL_S = 0.05
# The handbook first: its forty pages take the worker longest.
HURRIED = (
    "training-handbook",
    "visitor-guide",
    "institution-poster",
    "social-card",
    "training-poster",
    "waiting-screen",
    "regional-plan",
)
# Nothing else waits for these: they are drawn at low priority, in whatever time the others leave.
UNHURRIED = ("waiting-film",)
UNHURRIED_NICENESS = 10
SLUGS = (*HURRIED, *UNHURRIED)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """One material of fileserver.demo.materials, finished."""

    slug: str
    filename: str
    media_type: str
    title_zh: str
    title_en: str
    material_class: str
    content: bytes


class Studio:
    """The processes and their folder, from construction until `close`, which may be called twice."""

    def __init__(self, data_dir: Path) -> None:
        """Raises EngineFailed when an artist can't even start."""
        self._folder = data_dir / STUDIO
        self._folder.mkdir(mode=0o700)
        self._artists: dict[str, Child] = {}
        self._hire("hurried", 0, HURRIED)
        self._hire("unhurried", UNHURRIED_NICENESS, UNHURRIED)

    async def drawn(self, slug: str) -> Drawn:
        """One material, once it is finished. Raises EngineFailed when its artist gives up."""
        path = self._folder / slug
        while not path.exists():
            try:
                self._artists[slug].check()
            except EngineFailed:
                if not path.exists():
                    raise
            await asyncio.sleep(POLL_S)
        names = json.loads(path.with_name(f"{slug}.json").read_text(encoding="utf-8"))
        return Drawn(**names, content=path.read_bytes())

    def close(self) -> None:
        """Sends the artists home and clears the folder away."""
        for artist in set(self._artists.values()):
            artist.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _hire(self, name: str, niceness: int, slugs: tuple[str, ...]) -> None:
        program = ("fileserver.demo.drawing", str(self._folder), str(niceness), *slugs)
        artist = start_child(python_order(STUDIO, self._folder / name, program, {}))
        self._artists |= dict.fromkeys(slugs, artist)
