"""What is left of a mark after an attack: how much of the visible one, and whom the hidden one still names."""

from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.removal.attacks import Loot
from benchmarks.removal.copies import KEY, VIEWERS, Pixels, Scene, assets, rendered
from watermark.hidden import read_informed
from watermark.hidden.reading import read_blind

OWNER = VIEWERS[0]


@dataclass(frozen=True)
class Verdict:
    """Of `pictures` looked at: how many still name their owner by each layer, and how many name somebody else.

    `visible` is the share of the visible mark that is left (0 to 1), None for pictures that are no whole pages.
    """

    pictures: int
    blind: int
    informed: int
    named_other: int
    visible: float | None
    has_id: bool


def judged(scene: Scene, level: str, loot: Loot) -> Verdict:
    """Read everything that was carried off."""
    pages = rendered(loot) if isinstance(loot, bytes) else loot
    blind = [{each.copy_id for each in read_blind(page, [KEY])} for page in pages]
    informed = [_named(scene, level, page) for page in pages]
    whole = isinstance(loot, bytes) and len(pages) == len(scene.bare)
    return Verdict(
        pictures=len(pages),
        blind=sum(OWNER in each for each in blind),
        informed=sum(OWNER in each for each in informed),
        named_other=sum(bool(each - set(VIEWERS)) for each in (*blind, *informed)),
        visible=_visible(scene, level, pages) if whole else None,
        has_id=isinstance(loot, bytes) and f"{OWNER:032x}".encode() in loot.lower(),
    )


def _named(scene: Scene, level: str, picture: Pixels) -> set[int]:
    """Against every page of the document, as one who doesn't know which page it is has to try."""
    found: set[int] = set()
    for number, original in enumerate(scene.originals, 1):
        trials = len(scene.originals)
        read = read_informed(picture, original, KEY, [assets(level, number)], scene.candidates, trials=trials)
        found |= {each.copy_id for each in read.named}
        if found:
            break
    return found


def _visible(scene: Scene, level: str, pages: tuple[Pixels, ...]) -> float:
    """The attacked pages' change projected on the copy's own: 1 where all of the mark is there, 0 where nothing is."""
    copy = rendered(scene.copies[level][0])
    inner, whole = 0.0, 0.0
    for bare, marked, page in zip(scene.bare, copy, pages, strict=True):
        height, width = bare.shape[:2]
        there = cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) - bare
        change = marked.astype(np.float32)[:height, :width] - bare
        inner, whole = inner + float((there * change).sum()), whole + float((change * change).sum())
    return inner / whole
