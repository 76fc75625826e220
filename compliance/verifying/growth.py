"""What an auditor kept from earlier, against the log of today: it may only have grown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from compliance.verifying.checkpoints import Checkpoint, parse_checkpoint
from compliance.verifying.errors import Malformed
from compliance.verifying.faults import Fault, Kind
from compliance.verifying.layout import CHECKPOINT, TILE_WIDTH
from compliance.verifying.notes import NOTE_BYTES_MAX
from compliance.verifying.sources import Source
from compliance.verifying.tiles import Tiles


@dataclass(frozen=True)
class Past:
    """An earlier head, and the whole earlier log where the auditor kept that."""

    head: Checkpoint
    source: Source | None = None


def past_of(source: Source) -> Past:
    """What a kept bundle says. Raises Malformed."""
    data = source.get(CHECKPOINT, NOTE_BYTES_MAX)
    if data is None:
        raise Malformed("the earlier bundle has no checkpoint")
    return Past(parse_checkpoint(data), source)


def grown(tiles: Tiles, since: Sequence[Past], walked: Sequence[Fault]) -> tuple[tuple[int, ...], list[Fault]]:
    """Sizes of the heads that this log continues, and what is wrong with the others.

    Where the walk found faults, heads that don't fit are not told of: the tiles they are compared with are in doubt.
    """
    faults = [_cut(tiles.size, past) for past in since if past.head.size > tiles.size]
    heads = sorted({past.head.size for past in since if past.head.size <= tiles.size})
    roots = {size: tiles.root_at(size) for size in heads}
    good = tuple(
        size for size in heads if all(roots[size] == past.head.root for past in since if past.head.size == size)
    )
    bad = [size for size in heads if size not in good]
    if bad and not walked:
        first, last = max((size for size in good if size < bad[0]), default=0), bad[0] - 1
        fault = Fault(kind=Kind.FORK, path=CHECKPOINT, message=_forked(bad[0], tiles.size), first=first, last=last)
        faults.append(_located(tiles, since, fault))
    return good, faults


def narrowed(tiles: Tiles, since: Sequence[Past], good: Sequence[int], walked: Sequence[Fault]) -> list[Fault]:
    """The walk's faults, those that cover much made smaller by what was kept."""
    return [_narrowed(tiles, since, good, fault) if fault.kind is Kind.ROOT else fault for fault in walked]


def _narrowed(tiles: Tiles, since: Sequence[Past], good: Sequence[int], fault: Fault) -> Fault:
    first, last = fault.first or 0, fault.last or 0
    known = [size for size in good if size <= last]
    bad = [past.head.size for past in since if past.head.size not in good and first < past.head.size <= last]
    first, last = max([first, *known]), min([last, *(size - 1 for size in bad)])
    return _located(tiles, since, replace(fault, first=first, last=last))


def _located(tiles: Tiles, since: Sequence[Past], fault: Fault) -> Fault:
    """The fault at the first leaf that a kept bundle has otherwise."""
    first, last = fault.first or 0, fault.last or 0
    for past in since:
        if past.source is None:
            continue
        kept = Tiles(past.source, past.head.size)
        found = _first_difference(tiles, kept, first, min(last, past.head.size - 1, tiles.size - 1))
        if found is not None:
            return replace(fault, first=found, last=found)
    return fault


def _first_difference(tiles: Tiles, kept: Tiles, first: int, last: int) -> int | None:
    for n in range(first // TILE_WIDTH, last // TILE_WIDTH + 1):
        for i, (now, then) in enumerate(zip(tiles.below(0, n), kept.below(0, n), strict=False)):
            at = n * TILE_WIDTH + i
            if first <= at <= last and now != then:
                return at
    return None


def _forked(size: int, now: int) -> str:
    if size == now:
        return f"two checkpoints of {size} entries with different roots"
    return f"the first {size} entries are not those of the earlier checkpoint"


def _cut(size: int, past: Past) -> Fault:
    message = f"there were {past.head.size} entries once, and there are {size} now"
    return Fault(kind=Kind.CUT, path=CHECKPOINT, message=message, first=size, last=past.head.size - 1)
