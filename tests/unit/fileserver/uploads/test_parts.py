"""A part's memory is that of its bytes, in whatever pieces they come."""

import tracemalloc

from fileserver.uploads.blocks import BLOCK_BYTES, Blocks
from fileserver.uploads.flight import Flight
from fileserver.uploads.layout import Span
from fileserver.uploads.parts import PIECE_MIN_BYTES, OpenPart
from storage.errors import StoreUnavailable
from storage.objects import Feed, Part, Pieces

SIZE_BYTES = BLOCK_BYTES + 100_000


class Store:
    """Takes the parts, from a stream or not."""

    def __init__(self, *, streams: bool) -> None:
        self.taken, self.streams = list[bytes](), streams

    async def send(self, span: Span, body: Feed | Pieces) -> Part:
        """As of recording."""
        pieces = body.drain(span.size_bytes) if isinstance(body, Feed) else body
        self.taken = [bytes(piece) for piece in pieces]
        return Part(span.number, span.size_bytes, "etag")

    def read(self, key: str) -> None:
        """There are no tails here."""
        raise StoreUnavailable(store="s3", detail=key)


def opened(store: Store) -> OpenPart:
    """A part without tails."""
    span = Span(1, 0, SIZE_BYTES)
    return OpenPart(span, (), store, store.send, Blocks(), Flight(), streamed=store.streams)  # type: ignore[arg-type]  # of a store only what a part needs


def pour(part: OpenPart, body: bytes, step: int) -> None:
    """The bytes, so many at a time."""
    left = memoryview(body)
    while left:
        room = part.room()
        piece = left[: min(step, len(room))]
        room[: len(piece)] = piece
        part.fill(room[: len(piece)])
        left = left[len(piece) :]


async def test_small_pieces_are_sent_as_large_ones() -> None:
    """Right in order and number, at once or while they come, and few."""
    body = (bytes(range(251)) * (SIZE_BYTES // 251 + 1))[:SIZE_BYTES]
    for streams in (True, False):
        store = Store(streams=streams)
        part = opened(store)
        pour(part, body, 1009)
        part.close()
        await part.acknowledged()
        assert body == b"".join(store.taken)
        assert len(store.taken) <= SIZE_BYTES // PIECE_MIN_BYTES + 2


def test_what_came_is_there_when_a_part_is_given_up() -> None:
    """Also what was too little to be sent."""
    part = opened(Store(streams=True))
    pour(part, b"ab" * 50_000 + b"c", 777)
    assert b"ab" * 50_000 + b"c" == b"".join(part.fresh())
    pour(part, b"d", 1)
    assert b"cd" == b"".join(part.fresh())[-2:]


def test_a_trickle_of_single_bytes_takes_no_memory_of_its_own() -> None:
    """A part is bounded by its size, whatever the client sends."""
    part = opened(Store(streams=True))
    tracemalloc.start()
    try:
        pour(part, bytes(20_000), 1)
        used_bytes = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert used_bytes < BLOCK_BYTES + 200_000
