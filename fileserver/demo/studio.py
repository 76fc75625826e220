"""The demo's studio: two processes draw the brand's materials beside everything else, while the engines start."""

import asyncio
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
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
    """The processes and their folder; made by `studio`."""

    def __init__(self, folder: Path, artists: Mapping[str, Child]) -> None:
        """`artists`: who draws which slug."""
        self._folder, self._artists = folder, artists

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


@contextmanager
def studio(data_dir: Path) -> Iterator[Studio]:
    """The materials in the making; at the end of the block the files are gone, and the processes too."""
    folder = data_dir / STUDIO
    folder.mkdir(mode=0o700)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        artists: dict[str, Child] = {}
        for name, niceness, slugs in (("hurried", 0, HURRIED), ("unhurried", UNHURRIED_NICENESS, UNHURRIED)):
            program = ("fileserver.demo.drawing", str(folder), str(niceness), *slugs)
            artist = start_child(python_order(STUDIO, folder / name, program, {}))
            stack.callback(artist.stop)
            artists |= dict.fromkeys(slugs, artist)
        yield Studio(folder, artists)
