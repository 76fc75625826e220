"""Text that can be drawn: the font, and names turned into characters the font has.

Promises: what comes out of `drawable` consists of visible glyphs of Noto Sans CJK SC in reading order: no control,
bidirectional or joining characters, no emoji, no notdef boxes; a character of a script the font lacks becomes 〓
(U+3013, the typesetter's mark for a missing type). Leaves layout to `tile`.
"""

import unicodedata
from functools import lru_cache

from noto_cjk_sans_otc import FONT_PATH
from PIL import ImageFont

FONT_INDEX_SC = 2  # face number of Simplified Chinese in NotoSansCJK-Regular.ttc
MISSING_MARK = "\u3013"
ELLIPSIS = "\u2026"
PROBE_SIZE_PX = 24  # for looking at glyphs and lengths, not for drawing
_NOTDEF = "\U0010ffff"  # a noncharacter: no font has it, so it draws what the font draws for everything it lacks
# A name of stacked accents or a pasted novel is cut before it costs anything; no real name is near this.
TEXT_MAX = 256


@lru_cache(maxsize=6)  # each maps the whole collection into the address space
def font(size_px: int) -> ImageFont.FreeTypeFont:
    """Noto Sans CJK SC at `size_px` to the em."""
    # BASIC layout: one glyph a character in the order given, so no shaping surprises (and no FriBiDi) in a stamp.
    return ImageFont.truetype(str(FONT_PATH), size_px, index=FONT_INDEX_SC, layout_engine=ImageFont.Layout.BASIC)


def drawable(text: str) -> str:
    """`text` in compatibility form, one line, only glyphs the font has; see the module's promise."""
    composed = unicodedata.normalize("NFKC", text[:TEXT_MAX])
    return " ".join("".join(_drawable_character(each) for each in composed).split())


def shorten(text: str, columns_max: int) -> str:
    """`text` cut to `columns_max` columns (a wide East Asian character takes two), ending in an ellipsis where cut."""
    if columns(text) <= columns_max:
        return text
    kept = ""
    for each in text:
        if columns(kept + each) > columns_max - 1:
            break
        kept += each
    return kept.rstrip() + ELLIPSIS


def columns(text: str) -> int:
    """Width in half-em columns as a terminal counts them (Unicode TR 11)."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


@lru_cache(maxsize=4096)
def _drawable_character(character: str) -> str:
    category = unicodedata.category(character)
    if character.isspace():
        return " "
    if category[0] in "CM":  # controls, formats, surrogates, private use; marks NFKC could not compose
        return ""
    if _has_glyph(character):
        return character
    return MISSING_MARK if category[0] in "LN" else ""  # a lost letter is told; a lost emoji or symbol is not missed


def _has_glyph(character: str) -> bool:
    return _glyph(character) != _glyph(_NOTDEF)


def _glyph(character: str) -> bytes:
    mask = font(PROBE_SIZE_PX).getmask(character)
    return bytes(mask)
