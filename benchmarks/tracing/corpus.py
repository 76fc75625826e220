"""The pictures that are sealed and attacked: pages, and photographs from folders that the caller names.

Promises: drawn once into a folder, in a fixed order, so that a run and its continuation agree. Photographs are told
apart by their content and brought down to the size of a page image; where the folders hold too few of them, quarters of
the largest join. One that shows nothing on white, as wallpapers that are to be laid over a colour do, leaves its place
to the first that has none. None come with the repository.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.tracing.pages import LONG_SIDE_PX, demo_pages, drawn_pages

Pixels = NDArray[np.uint8]

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
SHORT_SIDE_PX_MIN = 700
QUARTERED_FROM_PX = 1800  # the shorter side of pictures whose quarters are pictures of their own
PIXELS_MAX = 60_000_000
SHOWN_LEVELS_MIN = 2.0  # of 255, the least deviation of what shows something


@dataclass(frozen=True)
class Picture:
    """One picture of the corpus, as a file; `name` says where it comes from, after its number: so it is unique."""

    number: int
    name: str
    kind: str
    path: Path

    def pixels(self) -> Pixels:
        """RGB, uint8 (H, W, 3)."""
        with Image.open(self.path) as opened:
            return np.array(opened.convert("RGB"))


def prepared(target: Path, folders: tuple[Path, ...], pages: int, photographs: int) -> list[Picture]:
    """The corpus in `target`, drawn there if it isn't yet; `photographs` is what it is at most."""
    if not (target / "complete").exists():
        target.mkdir(parents=True, exist_ok=True)
        for number, (kind, name, pixels) in enumerate(_pictures(folders, pages, photographs)):
            Image.fromarray(pixels).save(target / f"{number:03}.{kind}.{name}.png", compress_level=1)
        (target / "complete").touch()
    return listed(target)


def listed(target: Path) -> list[Picture]:
    """The corpus as far as it is drawn there, in its order."""
    return [_listed(path) for path in sorted(target.glob("*.png"))]


def _listed(path: Path) -> Picture:
    number, kind, name = path.name.removesuffix(".png").split(".", maxsplit=2)
    return Picture(int(number), f"{number} {name}", kind, path)


def _pictures(folders: tuple[Path, ...], pages: int, photographs: int) -> Iterator[tuple[str, str, Pixels]]:
    """Kind, name and pixels: a photograph and a page in turn, as far as there are as many."""
    shot = list(_photographs(folders, photographs))
    shown = shot or [("noise", _noise())]
    demo = list(islice(demo_pages(), pages // 2))
    drawn = list(drawn_pages(pages - len(demo), [pixels for _, pixels in shown]))
    paged = [page for pair in zip_longest(demo, drawn) for page in pair if page]
    for number in range(max(pages, photographs)):
        if number < min(photographs, len(shot)):
            yield "photograph", *shot[number]
        if number < pages:
            yield "page", *paged[number]


def _photographs(folders: tuple[Path, ...], count: int) -> Iterator[tuple[str, Pixels]]:
    """Whole pictures first, then quarters of large ones, `count` at most; each keeps its place whatever others show."""
    files = _files(folders)
    whole = ((path.stem, _opened(path)) for path in files)
    quarters = (
        (f"{path.stem}-{number}", part)
        for number in range(4)
        for path in files
        for part in [_quarter(path, number)]
        if part is not None
    )
    found = chain(whole, quarters)
    chosen = list(islice(found, count))
    others = (each for each in found if _shows(each[1]))
    for each in chosen:
        if shown := each if _shows(each[1]) else next(others, None):
            yield shown


def _shows(pixels: Pixels) -> bool:
    return float(pixels.std()) >= SHOWN_LEVELS_MIN


def _files(folders: tuple[Path, ...]) -> list[Path]:
    """Pictures that are large enough, each content once, by name."""
    known: dict[str, Path] = {}
    found = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    for path in found:
        with Image.open(path) as opened:
            fits = min(opened.size) >= SHORT_SIDE_PX_MIN and opened.width * opened.height <= PIXELS_MAX
        if fits and path.is_file():
            known.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), path)
    return sorted(known.values(), key=lambda path: (path.name, str(path)))


def _opened(path: Path) -> Pixels:
    with Image.open(path) as opened:
        return _sized(opened)


def _quarter(path: Path, number: int) -> Pixels | None:
    with Image.open(path) as opened:
        if min(opened.size) < QUARTERED_FROM_PX:
            return None
        width, height = opened.width // 2, opened.height // 2
        left, top = number % 2 * width, number // 2 * height
        return _sized(opened.crop((left, top, left + width, top + height)))


def _sized(image: Image.Image) -> Pixels:
    """What is transparent lies on white, as in the product: what a file has there is often black all over."""
    picture = Image.new("RGB", image.size, "white")
    picture.paste(image, mask=image.convert("RGBA").getchannel("A") if image.has_transparency_data else None)
    picture.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX), Image.Resampling.LANCZOS)
    return np.asarray(picture)


def _noise() -> Pixels:
    """Stands for a photograph in drawn pages when there are none."""
    return np.asarray(Image.effect_noise((900, 600), 60).convert("RGB"))
