"""Photographs at print size, for pages.

Promises a JPEG of a named scene for a place in millimetres, at the resolution of all printed materials here.
"""

from fileserver.demo.materials.sheet import Sheet
from fileserver.demo.materials.studio.darkroom import jpeg, photograph
from fileserver.demo.materials.studio.scenes import SCENES

PIXELS_PER_MM = 5.6


def place(sheet: Sheet, scene: str, seed: int, x: float, y: float, width: float, height: float) -> None:
    """Shoot the scene for the place and put it there."""
    size = round(width * PIXELS_PER_MM), round(height * PIXELS_PER_MM)
    sheet.picture(jpeg(photograph(SCENES[scene], seed, *size)), x, y, width, height, scene.replace("_", " "))
