"""One viewer's bytes, laid over any range of the template."""

import dataclasses
import hashlib
import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.brochure import brochure
from tests.unit.watermark.templates.viewers import OUYANG, SMITH, Template, problems
from watermark.look import PRESETS
from watermark.templates import BadPatch, Level, Patches, SlotKind, SlotMap, apply, patches, spliced, stored
from watermark.templates.preparing import prepare
from watermark.templates.slots import Slot

RANGED = Template(*prepare(brochure(), level=Level.INTERLEAVED))
COPY = RANGED.patches(OUYANG)
WHOLE = RANGED.copy(OUYANG)


@given(st.lists(st.integers(0, len(WHOLE)), max_size=12))
def test_any_ranges_put_together_are_the_whole(cuts: list[int]) -> None:
    """However a copy is cut into ranges, each patched alone, together they are the copy."""
    edges = [0, *sorted(cuts), len(WHOLE)]
    ranges = [RANGED.content[start:stop] for start, stop in itertools.pairwise(edges)]

    assert b"".join(spliced(COPY, 0, ranges)) == WHOLE


@given(st.integers(0, len(WHOLE)), st.integers(0, 100_000))
def test_a_range_is_that_part_of_the_whole(start: int, length: int) -> None:
    """A range patched alone is what stands there in the whole copy."""
    assert WHOLE[start : start + length] == apply(COPY, start, RANGED.content[start : start + length])
    load = bytearray(RANGED.content[start : start + length])
    COPY.lay(start, memoryview(load))
    assert WHOLE[start : start + length] == load


def test_copies_differ_only_in_slots(template: Template) -> None:
    """Two viewers' copies are as long as the template and alike outside what its map gives away.

    That is the data of its slots, between the heads of their blocks, and the checksums.
    """
    size = template.slot_map.hidden_width_px * template.slot_map.hidden_height_px
    first, second = (
        apply(patches(template.slot_map, stamp, file_id=mark * 16, hidden=mark * size), 0, template.content)
        for stamp, mark in ((OUYANG, b"\x00"), (SMITH, b"\xff"))
    )
    assert len(template.content) == len(first) == len(second)

    differing = {at for at, (one, other) in enumerate(zip(first, second, strict=True)) if one != other}
    assert differing <= {at for slot in template.slot_map.slots for at in given_away(slot)}
    assert all(differing & set(given_away(slot)) for slot in template.slot_map.slots)


def given_away(slot: Slot) -> Iterator[int]:
    """The offsets of a slot's data, and of the checksum of the stream around it."""
    yield from (slot.at + stored.offset_in_stream(at) for at in range(slot.capacity))
    yield from range(slot.sum_at, slot.sum_at + stored.SUM_BYTES if slot.sum_at else 0)


def test_every_copy_is_a_valid_pdf(template: Template) -> None:
    """The checksum of each stream fits the bytes put into it, whatever the look."""
    for look in PRESETS.values():
        assert problems(template.copy(OUYANG, look)) == []


def test_the_same_arguments_give_the_same_copy(template: Template) -> None:
    """Nothing is left to chance or to the clock, so a range asked for tomorrow fits the one from today."""
    assert template.patches(OUYANG) == template.patches(OUYANG)


def test_the_etag_tells_copies_apart(template: Template) -> None:
    """Another viewer, another look, another id, another time or another template: another tag; else the same."""
    again = Template(*prepare(brochure(), level=template.slot_map.level))
    later = dataclasses.replace(OUYANG, time_text="2026-11-23 14:16")
    tags = [
        template.patches(OUYANG).etag,
        template.patches(SMITH).etag,
        template.patches(later).etag,
        template.patches(OUYANG, PRESETS["strong"]).etag,
        template.patches(OUYANG, file_id=b"y" * 16).etag,
        again.patches(OUYANG).etag,
    ]

    assert len(tags) == len(set(tags))
    assert template.patches(OUYANG).etag == tags[0]


def test_a_copy_survives_the_way_to_another_process(template: Template) -> None:
    """What is unpacked lays the same bytes over the template, under the same tag; a part of it is refused."""
    copy = template.patches(OUYANG)
    arrived = Patches.unpacked(copy.packed)

    assert (copy, copy.etag) == (arrived, arrived.etag)
    assert apply(copy, 0, template.content) == apply(arrived, 0, template.content)
    with pytest.raises(ValueError, match="not as long"):
        Patches.unpacked(copy.packed[:-1])


def test_the_hidden_picture_and_the_id_are_in_the_copy(template: Template) -> None:
    """The pixels handed in are those of the image, and both halves of /ID are the id."""
    slot_map, identity = template.slot_map, hashlib.md5(b"copy", usedforsecurity=False).digest()
    pixels = bytes(range(256)) * (slot_map.hidden_width_px * slot_map.hidden_height_px // 256 + 1)
    pixels = pixels[: slot_map.hidden_width_px * slot_map.hidden_height_px]
    whole = apply(patches(slot_map, OUYANG, file_id=identity, hidden=pixels), 0, template.content)

    assert problems(whole) == []
    assert pixels[:65_535] in whole
    assert b"<%b><%b>" % (identity.hex().encode(), identity.hex().encode()) in whole


@pytest.mark.parametrize(("file_id", "hidden"), [(b"short", None), (bytes(16), b"too few")])
def test_what_does_not_fit_is_refused(template: Template, file_id: bytes, hidden: bytes | None) -> None:
    """An id or a picture of another size would move every byte behind it."""
    with pytest.raises(BadPatch):
        patches(template.slot_map, OUYANG, file_id=file_id, hidden=hidden)


def test_a_piece_without_slots_is_handed_on_as_it_is(template: Template) -> None:
    """What nobody changes is not even copied."""
    head = template.content[:8]

    assert apply(template.patches(OUYANG), 0, head) is head


def test_the_map_survives_being_stored(template: Template) -> None:
    """What is read back is what was written."""
    assert SlotMap.from_bytes(template.slot_map.to_bytes()) == template.slot_map


def test_every_page_has_its_slots(template: Template) -> None:
    """Each page is covered once; at the interleaved level each has a slot of its own besides."""
    of_kind = {kind: [each for each in template.slot_map.slots if each.kind is kind] for kind in SlotKind}
    own = [each.pages for each in of_kind[SlotKind.PAGE]]

    assert sorted(page for each in of_kind[SlotKind.COVER] for page in each.pages) == [1, 2, 3]
    assert sorted(own) == ([(1,), (2,), (3,)] if template.slot_map.level is Level.INTERLEAVED else [])
    assert len(of_kind[SlotKind.FILE_ID]) == 2
    assert [len(of_kind[each]) for each in (SlotKind.LETTERS, SlotKind.FOOTER, SlotKind.HIDDEN)] == [1, 1, 1]
