"""Streams that qpdf shall write as they are.

qpdf leaves a stream whose only filter is named /FlateDecode untouched, but unpacks other chains, in order to pack them
better. Promises: what is Flate in other words is called by that name; and a stream packed twice, of which a few
kilobytes may be gigabytes, stays packed, as qpdf keeps its hands off parameters it does not understand: a whole number
written as a real, which says to every reader what was said before. One packing alone unpacks to a thousand times its
bytes at most, piece by piece. That is left to the time limit of the process that calls.
"""

from decimal import Decimal

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

FLATE = (Name.FlateDecode, Name("/Fl"))
EXPANDING = (*FLATE, Name.LZWDecode, Name("/LZW"), Name.RunLengthDecode, Name("/RL"))
DEFAULTS = (("/Colors", 1), ("/BitsPerComponent", 8), ("/Columns", 1))  # ISO 32000-1, table 8


def keep_packed(stream: Stream) -> None:
    """Change this stream's dictionary so that writing it costs nothing out of proportion."""
    packing = stream.get("/Filter")
    if packing is None or packing == Name.FlateDecode:
        return
    filters = list(packing) if isinstance(packing, Array) else [packing]
    if len(filters) == 1 and filters[0] in FLATE:
        _called_flate(stream)
    elif sum(each in EXPANDING for each in filters) > 1:
        _not_understood(stream, len(filters))


def _called_flate(stream: Stream) -> None:
    parameters = _parameters(stream, 1)[0]
    stream["/Filter"] = Name.FlateDecode
    if isinstance(parameters, Dictionary):
        stream["/DecodeParms"] = parameters
    elif "/DecodeParms" in stream:
        del stream["/DecodeParms"]


def _not_understood(stream: Stream, filters: int) -> None:
    first, *rest = _parameters(stream, filters)
    changed = first if isinstance(first, Dictionary) else Dictionary()
    key, value = next((each for each in DEFAULTS if each[0] not in changed), DEFAULTS[0])
    changed[key] = Decimal(f"{float(changed.get(key, value)):.1f}")
    stream["/DecodeParms"] = Array([changed, *rest])


def _parameters(stream: Stream, filters: int) -> list[pikepdf.Object | None]:
    given = stream.get("/DecodeParms")
    found = list(given) if isinstance(given, Array) else [given]
    return (found + [None] * filters)[:filters]
