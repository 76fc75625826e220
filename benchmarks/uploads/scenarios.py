"""The scenarios that are measured by rate, with the bars of the sink."""

from dataclasses import dataclass, replace

from benchmarks.uploads.jobs import Shape
from benchmarks.uploads.stores import SINK

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Some files, and how our server has to stand beside the peer.

    `parts_at_once`: parts of a file that the plain client sends at once, as many as our server does. The bars: rate,
    processor time per GiB and slowest file of a hundred as multiples of the peer's; S3 requests per GiB.
    """

    name: str
    files: int
    file_bytes: int
    request_bytes: int
    lanes: int
    parts_at_once: int
    rate_bar: float
    cpu_bar: float | None = None
    requests_bar: int | None = None
    slowest_bar: float | None = None

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return self.files * self.file_bytes

    @property
    def shape(self) -> Shape:
        """What a client is told to send."""
        return Shape(files=self.files, file_bytes=self.file_bytes, request_bytes=self.request_bytes, lanes=self.lanes)

    @property
    def is_small(self) -> bool:
        """Counted in files, not in bytes."""
        return not self.request_bytes

    def has_parts(self, store: str) -> bool:
        """Whether its files can go straight into this store by requests that our server signs."""
        return not self.is_small and store != SINK

    def sized(self, *, quick: bool) -> "Scenario":
        """Tiny when only the run itself is of interest."""
        return self._scaled(QUICK) if quick else self

    def _scaled(self, by: int) -> "Scenario":
        if self.is_small:
            return replace(self, files=self.files // by)
        file_bytes = self.file_bytes // by
        return replace(self, file_bytes=file_bytes, request_bytes=min(self.request_bytes, file_bytes))


QUICK = 32
SCENARIOS = (
    Scenario(
        name="one-patch", files=1, file_bytes=GIB, request_bytes=GIB, lanes=1, parts_at_once=2,
        rate_bar=2.5, cpu_bar=1 / 3,
    ),
    Scenario(
        name="16-mib-patches", files=1, file_bytes=GIB, request_bytes=16 * MIB, lanes=1, parts_at_once=1,
        rate_bar=4, cpu_bar=1 / 4, requests_bar=70,
    ),
    Scenario(
        name="four-at-once", files=4, file_bytes=256 * MIB, request_bytes=256 * MIB, lanes=4, parts_at_once=2,
        rate_bar=3,
    ),
    Scenario(
        name="64-kib-files", files=2048, file_bytes=64 * KIB, request_bytes=0, lanes=16, parts_at_once=1,
        rate_bar=4, slowest_bar=1 / 3,
    ),
)  # fmt: skip
