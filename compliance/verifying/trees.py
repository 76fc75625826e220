"""The walk: from a signed root down to every entry, so that each hash is vouched for before it vouches for others.

It goes from left to right and holds one tile of each level, whatever the log's size. Where a stored hash is not the
one that is vouched for, what lies below it is asked: if that is the signed one, the tile is what was changed, and the
walk goes on below it; if not, everything below is in question, and is said so.
"""

from collections.abc import Callable, Generator, Iterator, Sequence

from compliance.verifying.errors import Malformed
from compliance.verifying.faults import Fault, Kind
from compliance.verifying.hashes import root_of, root_of_blocks
from compliance.verifying.layout import CHECKPOINT, ENTRIES, TILE_HEIGHT, TILE_WIDTH, edge, span, tile_path
from compliance.verifying.pruning import MARK, pruned_to
from compliance.verifying.settling import Opinion, settle
from compliance.verifying.sources import Source
from compliance.verifying.tiles import Bundle, Tiles

TOGETHER = "entries and hashes were changed together: they agree with each other, and not with what is signed"

Place = tuple[int, int]  # level, n


class Walk:
    """One walk over one log. `minimum`: entries below may be withheld. `told` hears how many entries are done with."""

    def __init__(
        self, source: Source, size: int, root: bytes, *, minimum: int = 0, told: Callable[[int], None] = lambda _: None
    ) -> None:
        self.tiles = Tiles(source, size)
        self.checked = 0
        self.withheld = 0
        self.withheld_end = 0  # behind the last entry that is withheld
        self.pruned_to = 0  # by the word of entries that were checked; looked for where some may be withheld
        self._root, self._minimum, self._told = root, minimum, told

    def faults(self) -> Iterator[Fault]:
        """Everything that is wrong. Those of the right edge come first, the others from left to right."""
        places = [(level, n) for level, n, _ in edge(self.tiles.size)]
        widths = [width for _, _, width in edge(self.tiles.size)]
        heights = [TILE_HEIGHT * level for (level, _), width in zip(places, widths, strict=True) for _ in range(width)]
        settled = yield from self._settled(
            places, lambda row: root_of_blocks(zip(heights, row, strict=True)), self._root
        )
        if settled is None:
            yield Fault(kind=Kind.ROOT, path=CHECKPOINT, message=TOGETHER, first=0, last=self.tiles.size - 1)
            return
        for (level, n), hashes in zip(places, settled, strict=True):
            yield from self._under(level, n, hashes)

    def _under(self, level: int, n: int, hashes: Sequence[bytes]) -> Iterator[Fault]:
        """What is wrong below a tile whose hashes are vouched for."""
        if level == 0:
            yield from self._entries(n, hashes)
            return
        for i, each in enumerate(hashes):
            child = n * TILE_WIDTH + i
            settled = yield from self._settled([(level - 1, child)], root_of, each)
            if settled is not None:
                yield from self._under(level - 1, child, settled[0])
                continue
            first = child * span(level)
            last = first + span(level) - 1
            yield Fault(
                kind=Kind.ROOT, path=self.tiles.path(level - 1, child), message=TOGETHER, first=first, last=last
            )
            self._told(span(level))

    def _settled(
        self, places: Sequence[Place], fold: Callable[[Sequence[bytes]], bytes], wanted: bytes
    ) -> Generator[Fault, None, list[list[bytes]] | None]:
        """The hashes of these tiles, one list for each, after the faults of what is stored; None: there are none."""
        stored: list[Opinion] = []
        for place in places:
            hashes, fault = self._stored(*place)
            stored.append(hashes)
            if fault:
                yield fault
        row = [each for opinion in stored for each in opinion]
        flat = settle(row, lambda: self._below(places), fold, wanted)
        flat = flat or settle(row, lambda: self._below(places, deep=True), fold, wanted)
        if flat is None:
            return None
        settled = []
        for (level, n), opinion in zip(places, stored, strict=True):
            hashes, flat = flat[: len(opinion)], flat[len(opinion) :]
            settled.append(hashes)
            yield from self._changed(level, n, opinion, hashes)
        return settled

    def _below(self, places: Sequence[Place], *, deep: bool = False) -> list[bytes | None]:
        return [each for place in places for each in self.tiles.below(*place, deep=deep)]

    def _stored(self, level: int, n: int) -> tuple[Opinion, Fault | None]:
        """A tile's hashes, or as many unknown ones and what is wrong with it."""
        path, width = self.tiles.path(level, n), self.tiles.width(level, n)
        first = n * TILE_WIDTH * span(level)
        last = first + width * span(level) - 1
        try:
            hashes = self.tiles.hashes(level, n)
        except Malformed as error:
            fault = Fault(kind=Kind.TILE, path=path, message=str(error), first=first, last=last)
            return [None] * width, fault
        if hashes is not None:
            return hashes, None
        fault = Fault(kind=Kind.MISSING, path=path, message="the tile is missing", first=first, last=last)
        return [None] * width, fault

    def _changed(self, level: int, n: int, stored: Opinion, right: Sequence[bytes]) -> Iterator[Fault]:
        for i, (was, should) in enumerate(zip(stored, right, strict=True)):
            if was is not None and was != should:
                first = (n * TILE_WIDTH + i) * span(level)
                yield Fault(
                    kind=Kind.TILE,
                    path=self.tiles.path(level, n),
                    message=f"hash {i} was changed; what it stands for is as it was signed",
                    first=first,
                    last=first + span(level) - 1,
                )

    def _entries(self, n: int, hashes: Sequence[bytes]) -> Iterator[Fault]:
        first, bundle = n * TILE_WIDTH, self.tiles.bundle(n)
        self._told(len(hashes))
        if bundle is not None:
            self.checked += len(hashes)
            faults = list(_differing(bundle, first, hashes))
            yield from faults
            if self._minimum and not faults and MARK in bundle.data:
                self.pruned_to = max(self.pruned_to, pruned_to(bundle.entries()))
        elif first + TILE_WIDTH <= self._minimum:
            self.withheld += len(hashes)
            self.withheld_end = first + len(hashes)
        else:
            path = tile_path(ENTRIES, n, len(hashes))
            last = first + len(hashes) - 1
            yield Fault(kind=Kind.MISSING, path=path, message="the entries are missing", first=first, last=last)


def _differing(bundle: Bundle, first: int, hashes: Sequence[bytes]) -> Iterator[Fault]:
    """One fault for each run of entries that are not the logged ones."""
    found, spare = bundle.leaves()
    if found != hashes:
        found += [b""] * (len(hashes) - len(found))
        wrong = [i for i, (has, should) in enumerate(zip(found, hashes, strict=True)) if has != should]
        for begin, end in _runs(wrong):
            what = "the entry is" if begin == end else "the entries are"
            message = f"{what} not what was logged, or missing"
            yield Fault(kind=Kind.ENTRY, path=bundle.path, message=message, first=first + begin, last=first + end)
    elif spare:
        behind = first + len(hashes)
        message = f"{spare} bytes behind the last entry"
        yield Fault(kind=Kind.ENTRY, path=bundle.path, message=message, first=behind, last=behind)


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Consecutive numbers as (first, last)."""
    begin = 0
    for i, number in enumerate(numbers):
        if i + 1 == len(numbers) or numbers[i + 1] != number + 1:
            yield numbers[begin], number
            begin = i + 1
