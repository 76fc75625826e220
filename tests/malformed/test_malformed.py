"""Broken files in the processes that open them: no crash, no hang, bounded memory, and an answer to each."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator

import pytest

from compliance.media_types import PDF
from compliance.office import find_program
from compliance.rendering import Renderer
from fileserver.i18n import Language, has_message
from tests.malformed import corpus, handmade, seeds
from tests.malformed.run import LIMITS, LONG_SIDE_PX, PAGES, THUMB_PX, converted_all, drawn, drawn_all, streamed
from tests.unit.watermark import sample_pdfs

COUNT = 240
GOOD_EVERY = 8  # broken files there is a good one beside
OFFICE_COUNT = 8
GOOD = sample_pdfs.pages(3)
# What a file that is wrong on purpose must end as; the others may be drawn, as readers make something of them.
EXPECTED = {
    # Which bound it meets first is a matter of load; that it meets that of memory: test_rendering_faults.
    "pdf-memory-bomb": {"render-memory", "render-timeout"},
    "pdf-time-bomb": {"render-memory", "render-timeout"},
    "pdf-form-in-itself": {PAGES, "render-memory", "render-timeout"},
    "pdf-pattern-of-itself": {"render-timeout"},
    "pdf-kids-of-themselves": {"pdf-empty", "pdf-damaged"},
    "pdf-kids-deep": {"pdf-empty", "pdf-damaged"},
    "pdf-encrypted-by-nonsense": {"pdf-encrypted", "pdf-damaged"},
    "pdf-only-a-head": {"pdf-damaged"},
    "png-claims-gigapixels": {"too-many-pixels"},
    "png-claims-everything": {"too-many-pixels"},
    "png-claims-a-line": {"too-many-pixels"},
    "jpeg-claims-gigapixels": {"too-many-pixels"},
    "webp-claims-the-most": {"too-many-pixels"},
    "webp-canvas-huge": {"too-many-pixels"},
    "gif-claims-the-most": {"too-many-pixels"},
    "tiff-claims-gigapixels": {"too-many-pixels"},
    "heic-claims-gigapixels": {"too-many-pixels", "image-damaged"},
    "avif-claims-gigapixels": {"too-many-pixels", "image-damaged"},
    "png-text-bomb": {PAGES, "image-damaged"},
}


async def good_pages(renderer: Renderer) -> list[bytes]:
    """Every page of a file that nothing is wrong with."""
    pages = renderer.prepare(
        streamed(GOOD), size_bytes=len(GOOD), media_type=PDF, long_side_px=LONG_SIDE_PX, thumb_px=THUMB_PX
    )
    return [page.page_jpeg async for page in pages]


def without_a_sentence(outcomes: dict[str, str]) -> dict[str, str]:
    """Those that end as something that a reviewer could not be told."""
    return {
        name: slug
        for name, slug in outcomes.items()
        if slug != PAGES and not all(has_message(language, f"finding-{slug}") for language in Language)
    }


async def test_every_broken_file_is_drawn_or_refused_with_a_finding() -> None:
    """No process leaves its bounds, no reason has no name, and a good file beside them is the same each time."""
    finished: list[list[bytes]] = []
    turn = asyncio.Event()

    def samples() -> Iterator[corpus.Sample]:
        for number, each in enumerate(corpus.drawn(COUNT)):
            if number % GOOD_EVERY == 0:
                turn.set()
            yield each

    async with Renderer(processes=3, limits=LIMITS) as renderer:  # long work leaves one of them free

        async def good_ones() -> None:
            while True:
                await turn.wait()
                turn.clear()
                finished.append(await good_pages(renderer))

        beside = asyncio.create_task(good_ones())
        outcomes = await drawn_all(renderer, samples())
        beside.cancel()
        await asyncio.gather(beside, return_exceptions=True)
        finished.append(await good_pages(renderer))
    assert COUNT == len(outcomes.by_name)
    assert {} == without_a_sentence(outcomes.by_name)
    assert {} == {name: ended for name, ended in outcomes.by_name.items() if ended not in EXPECTED.get(name, {ended})}
    # A decoder may crash on what a newer release of it reads; that it happens to many would be a fault of ours.
    assert (
        Counter(outcomes.by_name.values())["render-crashed"] + Counter(outcomes.by_name.values())["render-failed"] <= 2
    )
    assert 0 < outcomes.peak_bytes <= LIMITS.memory_max_bytes
    assert len(finished) > 10
    assert all(each == finished[0] for each in finished)


async def test_a_good_file_does_not_wait_for_a_bad_one() -> None:
    """While a bomb ticks, what comes after it is done."""
    bomb = handmade.all_of_them()["pdf-pattern-of-itself"]
    async with Renderer(processes=3, limits=LIMITS) as renderer:
        bad = asyncio.create_task(drawn(renderer, bomb))
        await asyncio.sleep(0)
        assert 3 == len(await good_pages(renderer))
        assert not bad.done()
        assert "render-timeout" == await bad


@pytest.mark.office
async def test_every_broken_office_file_is_converted_or_refused_with_a_finding() -> None:
    """Archives and the parts in them: LibreOffice makes something of it, or a finding says that it didn't."""
    program = find_program()
    assert program is not None
    outcomes = await converted_all(program, corpus.office(OFFICE_COUNT))
    assert OFFICE_COUNT == len(outcomes.by_name)
    assert {} == without_a_sentence(outcomes.by_name)
    assert len(set(outcomes.by_name.values())) > 1


def test_whole_files_stand_at_the_beginning() -> None:
    """What is mutated was a good file of its kind: a seed that no decoder takes would break nothing."""

    async def outcomes() -> dict[str, str]:
        async with Renderer(processes=1, limits=LIMITS) as renderer:
            whole = {**seeds.pdfs(), **seeds.pictures()}
            return {name: await drawn(renderer, body) for name, body in whole.items()}

    assert {PAGES} == set(asyncio.run(outcomes()).values())


def test_the_corpus_is_the_same_again_and_each_file_another() -> None:
    """A file that breaks something can be made again from its place and the seed; none is there twice."""
    once = {each.name: each.body for each in corpus.drawn(COUNT)}
    assert once == {each.name: each.body for each in corpus.drawn(COUNT)}
    assert COUNT == len(set(once.values()))
    assert list(itertools.islice(once, 3)) == list(handmade.all_of_them())[:3]
    assert once.keys() & {each.name for each in corpus.drawn(COUNT, seed=1)} != once.keys()
