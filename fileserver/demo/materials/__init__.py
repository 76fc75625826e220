"""The demo brand's materials, drawn from seeds: no network, no stock pictures, no real brand or person.

`catalogue` lists them; each generator returns finished bytes and returns the same ones every time. Layers, top down:
`brochure`, `guide`, `posters`, `film`, `deck` (the materials) · `sheet`, `lettering` (type on pages and pictures) ·
`studio` (the photographs) · `brand` (names, notices, colours).
"""

from fileserver.demo.materials.brochure import brochure
from fileserver.demo.materials.catalogue import DemoMaterial, MaterialClass, catalogue
from fileserver.demo.materials.deck import deck_pptx
from fileserver.demo.materials.film import film_mp4
from fileserver.demo.materials.posters import poster_jpeg, poster_png

__all__ = [
    "DemoMaterial",
    "MaterialClass",
    "brochure",
    "catalogue",
    "deck_pptx",
    "film_mp4",
    "poster_jpeg",
    "poster_png",
]
