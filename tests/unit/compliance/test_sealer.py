"""Sealing through its own processes: what it gives, and what those processes never see."""

import asyncio
import io
from collections import Counter
from collections.abc import AsyncIterator

import psutil
import pytest
import pytest_asyncio
from PIL import Image, ImageChops

from compliance.rendering import BaseOf, Renderer, Seal, Sealer
from tests.processes import confined
from tests.unit.watermark import sample_images
from watermark.errors import ImageDamaged
from watermark.stamp import Stamp

pytestmark = pytest.mark.asyncio(loop_scope="module")
STAMP = Stamp("张伟", "瑞丽医美门诊部", "1234", "2026-11-23 13:05", "8F3K2Q7M")
SEAL = Seal(STAMP)
BASE = sample_images.saved(sample_images.marked(400, 200), "JPEG")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sealer() -> AsyncIterator[Sealer]:
    """One pool for all these tests: none of them breaks a process."""
    async with Sealer(processes=2) as started:
        yield started


def image(content: bytes) -> Image.Image:
    """A picture from its bytes."""
    return Image.open(io.BytesIO(content))


def changed(one: bytes, other: bytes) -> int:
    """How many pixels differ visibly."""
    return sum(ImageChops.difference(image(one), image(other)).convert("L").histogram()[25:])


async def test_a_base_is_sealed_to_one_viewer(sealer: Sealer) -> None:
    """Another name gives another picture; the same name the same."""
    other = Stamp("李娜", *(STAMP.clinic_name, STAMP.phone_tail, STAMP.time_text, STAMP.share_id))
    sealed, again, another = [await sealer.seal(BaseOf.given(BASE), Seal(stamp)) for stamp in (STAMP, STAMP, other)]

    assert sealed == again
    assert image(sealed).size == (400, 200)
    assert changed(sealed, another) > 100
    assert changed(sealed, BASE) > 500


async def test_a_sealed_copy_may_be_png(sealer: Sealer) -> None:
    """The media type asked for is the one that comes."""
    base = BaseOf.given(sample_images.saved(sample_images.marked(), "PNG"))

    assert image(await sealer.seal(base, SEAL, media_type="image/png")).format == "PNG"


async def test_many_at_once_all_get_their_own(sealer: Sealer) -> None:
    """Twenty viewers at the same moment get twenty different copies."""
    stamps = [Stamp(f"Viewer {number}", "", "", "", "") for number in range(20)]

    assert len(set(await asyncio.gather(*(sealer.seal(BaseOf.given(BASE), Seal(stamp)) for stamp in stamps)))) == 20


async def test_a_base_is_read_once(sealer: Sealer) -> None:
    """What a process has decoded is not read again, for whomever it is sealed; what comes is the same."""
    reads = Counter[str]()

    async def read() -> bytes:
        reads["base"] += 1
        return BASE

    first, second = [await sealer.seal(BaseOf("versions/1/page/1.jpg", read), SEAL) for _ in range(2)]
    assert (1, first) == (reads["base"], second)


async def test_a_process_that_forgot_a_base_is_given_it_again(sealer: Sealer) -> None:
    """The parent's memory of who has what may be wrong; the copy comes all the same."""
    bases = [BaseOf(f"huge/{number}", _large) for number in range(12)]  # together more than a process keeps
    copies = [await sealer.seal(each, SEAL) for each in (*bases, bases[0])]

    assert copies[0] == copies[-1]


async def test_damage_is_told(sealer: Sealer) -> None:
    """A rendition that is no picture is an error, and the next one is sealed as ever."""
    with pytest.raises(ImageDamaged):
        await sealer.seal(BaseOf.given(b"garbage"), SEAL)
    assert await sealer.seal(BaseOf.given(BASE), SEAL)


async def test_the_process_that_draws_is_not_the_one_that_seals() -> None:
    """Documents of strangers are opened by a process that no copy, and so no key, ever goes through."""
    async with Renderer(processes=1) as renderer, Sealer(processes=1) as sealer:
        await sealer.seal(BaseOf.given(BASE), SEAL)
        (sealing,) = children("watermark.sealer")
        async for _ in renderer.prepare(_streamed(), size_bytes=len(BASE), media_type="image/jpeg", **SIZES):
            pass
        (drawing,) = children("watermark.worker")
        assert sealing.pid != drawing.pid
        assert not any("pdfium" in each.path for each in sealing.memory_maps())


SIZES = {"long_side_px": 100, "thumb_px": 50}


def children(module: str) -> list[psutil.Process]:
    """The newest process of this one that runs `module`."""
    return confined(module)[-1:]


async def _streamed() -> AsyncIterator[bytes]:
    yield BASE


async def _large() -> bytes:
    return LARGE


LARGE = sample_images.saved(Image.new("RGB", (3000, 2000), (9, 99, 199)), "JPEG")
