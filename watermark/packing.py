"""One viewer's patches of a template, taken from the process that makes them to the one that sends.

Promises: `pack` and `unpack` are each other's opposite; data that many patches share crosses once. Leaves what patches
are to `templates`.
"""

import struct

from watermark.templates import Patch, Patches

_HEAD = struct.Struct(">QIII")  # size of the template, bytes of its id, data, patches
_LENGTH = struct.Struct(">I")
_PATCH = struct.Struct(">QI")  # offset, number of its data


def pack(copy: Patches) -> bytes:
    """As bytes for a pipe."""
    numbers: dict[int, int] = {}
    data: list[bytes] = []
    table = bytearray()
    for each in copy.pieces:
        if id(each.data) not in numbers:
            numbers[id(each.data)] = len(data)
            data.append(each.data)
        table += _PATCH.pack(each.offset, numbers[id(each.data)])
    name = copy.template_id.encode()
    head = _HEAD.pack(copy.size_bytes, len(name), len(data), len(copy.pieces))
    lengths = b"".join(_LENGTH.pack(len(each)) for each in data)
    return b"".join((head, name, lengths, table, *data))


def unpack(packed: bytes) -> Patches:
    """What `pack` packed. Raises ValueError, struct.error or IndexError for anything else."""
    size_bytes, name_bytes, data_count, patch_count = _HEAD.unpack_from(packed)
    at = _HEAD.size
    name = packed[at : at + name_bytes].decode()
    at += name_bytes
    lengths = [each[0] for each in _LENGTH.iter_unpack(packed[at : at + _LENGTH.size * data_count])]
    at += _LENGTH.size * data_count
    table = packed[at : at + _PATCH.size * patch_count]
    at += _PATCH.size * patch_count
    data = []
    for length in lengths:
        data.append(packed[at : at + length])
        at += length
    if at != len(packed):
        raise ValueError("not as long as it says")
    pieces = tuple(Patch(offset, data[number]) for offset, number in _PATCH.iter_unpack(table))
    return Patches(name, size_bytes, pieces)
