"""One tracing process for one trace, seen from the event loop: it is shown pages of a suspect and asked about them.

Promises: values of the right types, or RenderCrashed; every bound of a trace has a name here. Leaves what is asked, and
what the answers mean, to the package.
"""

from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from compliance.rendering import RawPage, RenderLimits
from compliance.rendering.child import RenderChild
from compliance.rendering.limits import MIB
from compliance.rendering.pool import RenderPool
from watermark.errors import RenderCrashed
from watermark.framing import NONSENSE

TRACING = "watermark.tracer"
LIMITS = RenderLimits(memory_max_bytes=3072 * MIB, page_timeout_s=180, job_timeout_s=1200)
FEATURES_MAX_BYTES = 64 * 1024
VOTES_AT_ONCE = 256
TELLING_BOUND_MAX = 1e-3
ID_BYTES = 8


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one look says of one copy; `bound`: of chance alone, by the reader's own reckoning."""

    copy_id: int
    kid: int
    score: float
    bound: float


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A page of the suspect laid over an original of this size, and what was read there; None: it isn't this page."""

    homography: tuple[float, ...] | None
    inliers: int
    width_px: int
    height_px: int
    readings: tuple[Reading, ...]

    @property
    def telling(self) -> bool:
        """Whether a reading is beyond what chance does every day."""
        return any(each.bound <= TELLING_BOUND_MAX for each in self.readings)


@dataclass(frozen=True)
class Pictures:
    """JPEGs of one size."""

    original: bytes
    aligned: bytes
    difference: bytes


@asynccontextmanager
async def examining() -> AsyncGenerator["Examiner"]:
    """A process of its own, ended with the block."""
    pool = RenderPool(TRACING, 1, LIMITS)
    try:
        async with pool.child(wait_s=None) as child:
            yield Examiner(child)
    finally:
        await pool.close()


class Examiner:
    """Made by `examining`."""

    def __init__(self, child: RenderChild) -> None:
        self._child = child

    async def show(self, page: RawPage) -> bytes:
        """From now on questions are about this page. A JPEG of it, made of its pixels alone."""
        request = {"op": "suspect", "width_px": page.width_px, "height_px": page.height_px}
        return (await self._child.call(request, page.rgb))[1]

    async def blind(self, secrets: Mapping[int, bytes], served: Mapping[int, Sequence[int]]) -> list[Reading]:
        """What the repeating layer says, under any of the keys; `served` are the copies that each of them marked."""
        keys = [
            {"kid": kid, "secret": secret.hex(), "copies": len(served.get(kid, ()))} for kid, secret in secrets.items()
        ]
        ids = b"".join(_packed(served.get(kid, ())) for kid in secrets)
        header, _ = await self._child.call({"op": "blind", "keys": keys}, ids)
        with _nonsense_is_a_crash():
            return [_reading(each, int(each["kid"]), each["false_alarm"]) for each in header["readings"]]

    async def features(self, jpeg: bytes) -> bytes:
        """What a page looks like, for `votes`."""
        found = (await self._child.call({"op": "features"}, jpeg))[1]
        if len(found) > FEATURES_MAX_BYTES:
            raise RenderCrashed
        return found

    async def votes(self, pages: Sequence[bytes]) -> list[int]:
        """How much the suspect looks like each of these pages, given their features."""
        counts: list[int] = []
        for batch in _batches(pages):
            header, _ = await self._child.call(
                {"op": "votes", "lengths": [len(each) for each in batch]}, b"".join(batch)
            )
            with _nonsense_is_a_crash():
                counts += [int(each) for each in header["votes"]]
        if len(counts) != len(pages):
            raise RenderCrashed
        return counts

    async def informed(
        self,
        original: bytes,
        candidates: Sequence[int],
        *,
        kid: int,
        secret: bytes,
        assets: Sequence[bytes],
        trials: int,
    ) -> Registered:
        """The suspect against an original and the copies that were made of it by one key, with any of these patterns.

        It ends with the first placement that is enough for all of `trials` looks; bounds are of this look alone.
        """
        request = {"op": "informed", "kid": kid, "secret": secret.hex(), "trials": trials}
        request["assets"] = [each.hex() for each in assets]
        payload = _packed(candidates) + original
        header, _ = await self._child.call({**request, "candidates": len(candidates)}, payload)
        with _nonsense_is_a_crash():
            return Registered(
                homography=tuple(map(float, header["homography"])) if header["homography"] else None,
                inliers=int(header["inliers"]),
                width_px=int(header["width_px"]),
                height_px=int(header["height_px"]),
                readings=tuple(_reading(each, kid, each["false_accusation"]) for each in header["suspicions"]),
            )

    async def fit(self, original: bytes, drawn: Sequence[bytes], homography: Sequence[float]) -> float:
        """How much better the suspect's visible text fits `drawn[0]` than the others, in deviations."""
        pictures = [original, *drawn]
        request = {"op": "fit", "homography": list(homography), "lengths": [len(each) for each in pictures]}
        header, _ = await self._child.call(request, b"".join(pictures))
        with _nonsense_is_a_crash():
            return float(header["fit"])

    async def pictures(self, original: bytes, homography: Sequence[float]) -> Pictures:
        """The original, the suspect laid over it, and what differs."""
        header, body = await self._child.call({"op": "compare", "homography": list(homography)}, original)
        with _nonsense_is_a_crash():
            first, second, third = (int(each) for each in header["lengths"])
            return Pictures(body[:first], body[first : first + second], body[first + second :][:third])


def _packed(ids: Sequence[int]) -> bytes:
    return b"".join(each.to_bytes(ID_BYTES, "little") for each in ids)


def _batches(pages: Sequence[bytes]) -> Generator[Sequence[bytes]]:
    for start in range(0, len(pages), VOTES_AT_ONCE):
        yield pages[start : start + VOTES_AT_ONCE]


def _reading(told: dict[str, Any], kid: int, bound: object) -> Reading:
    return Reading(copy_id=int(told["copy_id"], 16), kid=kid, score=float(told["score"]), bound=_probability(bound))


def _probability(value: object) -> float:
    number = float(str(value))
    if not 0.0 <= number <= 1.0:
        raise ValueError("no probability")
    return number


@contextmanager
def _nonsense_is_a_crash() -> Generator[None]:
    try:
        yield
    except NONSENSE as error:
        raise RenderCrashed from error
