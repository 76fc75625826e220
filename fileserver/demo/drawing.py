"""Draws the demo brand's materials into files: `python -m fileserver.demo.drawing FOLDER NICENESS SLUG…`.

Promises that both files of a material, SLUG (its bytes) and SLUG.json (its names), are whole once the first is there.
A process of its own, because drawing is mostly Python: a thread would take its share of the interpreter from whoever
starts the engines, and they would have to load the drawing libraries.
"""

import json
import os
import sys
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

from fileserver.demo.materials import DemoMaterial, catalogue


def give_way(niceness: int) -> None:
    """To whoever else wants the processor, as far as the system lets us."""
    os.nice(niceness)
    # On Linux a session is a scheduling group of its own, within which alone the other number counts.
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(niceness), encoding="ascii")


def draw(folder: Path, slugs: list[str]) -> None:
    """Each material, in the order given. Raises KeyError for a slug that the catalogue lacks."""
    materials = {each.slug: each for each in catalogue()}
    for slug in slugs:
        draft = folder / f"{slug}.draft"
        draft.write_bytes(materials[slug].make())
        (folder / f"{slug}.json").write_text(json.dumps(_names(materials[slug]), ensure_ascii=False), encoding="utf-8")
        draft.rename(folder / slug)


def _names(material: DemoMaterial) -> dict[str, str]:
    return {field.name: getattr(material, field.name) for field in fields(material) if field.name != "make"}


if __name__ == "__main__":
    give_way(int(sys.argv[2]))
    draw(Path(sys.argv[1]), sys.argv[3:])
