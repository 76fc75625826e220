"""One text of several readings of the same version: the layer, what was recognised, and what no page shows.

Promises: words that stand on a page already are not told twice; everything else is kept. Pure.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from compliance.reading.pieces import ExtractedText, TextPiece

SHORT = 2  # characters: a lone sign may stand anywhere


def with_pages_of(file: ExtractedText, shown: ExtractedText) -> ExtractedText:
    """The pages of the PDF that an Office file is shown as, and of the file itself what stands on none of them."""
    told = plain("".join(each.text for each in shown.pieces))
    beside = [each for each in file.pieces if plain(each.text) not in told or len(plain(each.text)) <= SHORT]
    return replace(shown, pieces=(*shown.pieces, *beside), complete=file.complete and shown.complete)


def not_told(recognised: Iterable[TextPiece], told: Iterable[TextPiece]) -> list[TextPiece]:
    """Recognised lines that the layer of their page doesn't have."""
    layer = plain("".join(each.text for each in told))
    return [each for each in recognised if plain(each.text) not in layer]


def plain(text: str) -> str:
    """Letters, digits and signs of writing only, in their usual form: what two readings of a line agree on."""
    return "".join(each for each in unicodedata.normalize("NFKC", text).casefold() if each.isalnum())
