"""How an upload's bytes lie in parts: all of one size but the last, so that strict stores take them too.

Parts of very long files are larger than what may wait in memory. Those are received in steps: each but the last becomes
a tail, an object of its own, and the last one brings the part, made of the tails and itself.
"""

from dataclasses import dataclass

MIB = 1 << 20
PART_SIZE_MIN_BYTES = 16 * MIB
PART_SIZE_DEFERRED_MAX_BYTES = 32 * MIB
PARTS_MAX = 9_500  # S3 allows 10,000
RETAINED_MAX_BYTES = 40 * MIB  # what one upload keeps in memory until the store acknowledges it
STEP_BYTES = 16 * MIB
PARTS_IN_FLIGHT_MAX = 2
TAILS_MAX = 64  # of one step: rows to load and objects to read back, one after the other


@dataclass(frozen=True)
class Span:
    """Where one part lies; numbers count from 1."""

    number: int
    start: int
    size_bytes: int

    @property
    def end(self) -> int:
        """The offset behind its last byte."""
        return self.start + self.size_bytes


@dataclass(frozen=True)
class Layout:
    """The parts of an upload of `length_bytes`, or of one that may grow until that is said."""

    length_bytes: int | None
    part_size_bytes: int
    size_max_bytes: int = 0  # of any upload here

    @property
    def end_max_bytes(self) -> int:
        """The offset that no byte may pass."""
        if self.length_bytes is None:
            return min(self.size_max_bytes, self.part_size_bytes * PARTS_MAX)
        return self.length_bytes

    def span_at(self, offset: int) -> Span:
        """The part that holds the byte at `offset`."""
        number = offset // self.part_size_bytes + 1
        start = (number - 1) * self.part_size_bytes
        left_bytes = self.part_size_bytes if self.length_bytes is None else self.length_bytes - start
        return Span(number, start, min(self.part_size_bytes, left_bytes))

    @property
    def step_bytes(self) -> int:
        """How much is received before it is stored: a part, if that may wait in memory. What is all there is, may."""
        whole = self.is_single or self.part_size_bytes <= RETAINED_MAX_BYTES
        return self.part_size_bytes if whole else STEP_BYTES

    @property
    def is_stepped(self) -> bool:
        """Whether its parts can't wait in memory."""
        return self.step_bytes < self.part_size_bytes

    def step_start(self, offset: int) -> int:
        """The beginning of the step that holds the byte at `offset`; steps begin anew with each part."""
        into = offset % self.part_size_bytes
        return offset - into % self.step_bytes

    def step_at(self, offset: int) -> Span | None:
        """From `offset` to the end of its step, if that becomes a tail; None where it brings the part."""
        part, end = self.span_at(offset), self.step_start(offset) + self.step_bytes
        return Span(part.number, offset, end - offset) if end < part.end else None

    @property
    def is_single(self) -> bool:
        """One part is everything: then one PutObject does it."""
        return self.length_bytes is not None and self.length_bytes <= self.part_size_bytes

    @property
    def parts_in_flight_max(self) -> int:
        """How many parts or steps may be on their way to the store at once: retained bytes bound it."""
        return max(1, min(PARTS_IN_FLIGHT_MAX, RETAINED_MAX_BYTES // self.step_bytes))

    @property
    def places(self) -> int:
        """How many times RETAINED_MAX_BYTES it may keep in memory."""
        return -(-self.step_bytes * self.parts_in_flight_max // RETAINED_MAX_BYTES)


def part_size_for(length_bytes: int) -> int:
    """Bytes per part for an upload of this length, a whole number of MiB."""
    least = -(-length_bytes // PARTS_MAX)
    return max(PART_SIZE_MIN_BYTES, -(-least // MIB) * MIB)


def part_size_for_deferred(size_max_bytes: int) -> int:
    """Bytes per part for an upload whose length is said later. Two of them have to be bounded in memory as well."""
    return min(part_size_for(size_max_bytes), PART_SIZE_DEFERRED_MAX_BYTES)
