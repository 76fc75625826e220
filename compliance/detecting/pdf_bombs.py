"""Streams of a PDF that are larger than they look: told without expanding them.

Promises: no stream is expanded beyond RATIO_MAX times its size, and small ones not at all. Filters: ISO 32000-2 §7.4.
"""

import zlib
from typing import Any

import pikepdf

RATIO_MAX = 250
EXPANDED_MIN_BYTES = 64 << 20  # what is smaller may be as repetitive as it likes
DEFLATE_RATIO_MAX = 1032  # of the format: a stream shorter than this part of the bound can't reach it
FILTERS_MAX = 4
PIXELS_MAX = 400_000_000  # of one picture
SIDE_MAX = 100_000
_EXPANDING = frozenset({"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"})
_FLATE = ("/FlateDecode", "/Fl")


def is_bomb(stream: Any) -> bool:
    """Whether this stream expands to more than anybody needs."""
    filters = [str(each) for each in _listed(stream.get("/Filter"))]
    expanding = [each for each in filters if each in _EXPANDING]
    if len(filters) > FILTERS_MAX or len(expanding) > 1:
        return True
    if stream.get("/Subtype") == "/Image" and _claims_too_much(stream):
        return True
    return filters[:1] in ([each] for each in _FLATE) and _expands(stream.read_raw_bytes())


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, pikepdf.Array) else [value]


def _claims_too_much(image: Any) -> bool:
    sides = [int(side) for key in ("/Width", "/Height") if isinstance(side := image.get(key), int)]
    return bool(sides) and (max(sides) > SIDE_MAX or sides[0] * sides[-1] > PIXELS_MAX)


def _expands(raw: bytes) -> bool:
    if len(raw) * DEFLATE_RATIO_MAX < EXPANDED_MIN_BYTES:
        return False
    limit, size = max(EXPANDED_MIN_BYTES, RATIO_MAX * len(raw)), 0
    expander, rest = zlib.decompressobj(), raw
    try:
        while rest and size <= limit:
            size += len(expander.decompress(rest, 1 << 20))
            rest = expander.unconsumed_tail
    except zlib.error:
        return False
    return size > limit
