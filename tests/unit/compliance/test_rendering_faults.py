"""Rendering through the pool of processes: what hostile files, crashes and impatience do to it."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, nullcontext

import psutil
import pytest
import uvloop

from compliance.rendering import PreparedPage, Renderer, RenderLimits, TemplateMade
from compliance.rendering.origin import Confined
from compliance.rendering.pool import RenderPool
from compliance.rendering.replies import page_count
from tests.processes import confined
from tests.unit.watermark import sample_images, sample_pdfs
from watermark.errors import PdfDamaged, RenderBusy, RenderCrashed, RenderMemory, RenderTimeout

MIB = 1024 * 1024
PICTURE = sample_images.saved(sample_images.marked(), "JPEG")
IMPATIENT = RenderLimits(page_timeout_s=1, memory_max_bytes=400 * MIB, queue_timeout_s=0.05)
KILLED_WITHIN_S = 10.0


async def streamed(source: bytes) -> AsyncIterator[bytes]:
    """The source in one piece."""
    yield source


def preparing(renderer: Renderer, source: bytes) -> AsyncGenerator[PreparedPage]:
    """The pages to come."""
    return renderer.prepare(
        streamed(source), size_bytes=len(source), media_type="application/pdf", long_side_px=1000, thumb_px=50
    )


async def drawn(renderer: Renderer) -> bytes:
    """A short job: one picture, whole."""
    made = await renderer.full_image(streamed(PICTURE), size_bytes=len(PICTURE), media_type="image/jpeg")
    return made.content


async def counted_by_nonsense(renderer: Renderer) -> int:
    """A job whose process says something else than what it was asked."""
    async with renderer._pool.child(wait_s=None):
        return page_count({})


def processes() -> list[psutil.Process]:
    """The rendering processes of this one."""
    return confined("watermark.worker")


async def test_processes_start_when_first_needed_and_end_with_the_pool() -> None:
    """None before the first job, none after the end, and the same one for jobs in a row."""
    before = processes()
    async with Renderer() as renderer:
        assert processes() == before
        await drawn(renderer)
        first = processes()
        await drawn(renderer)
        assert processes() == first
        assert len(first) == len(before) + 1
    assert processes() == before


async def test_a_page_that_takes_for_ever_is_stopped() -> None:
    """A time bomb costs its time-out, its process is killed, and the pool goes on."""
    async with Renderer(processes=1, limits=IMPATIENT) as renderer:
        with pytest.raises(RenderTimeout) as caught:
            await anext(preparing(renderer, sample_pdfs.time_bomb()))
        assert caught.value.params == {"limit_s": 1}
        assert processes() == []
        assert await drawn(renderer)


async def test_a_page_that_eats_memory_is_stopped() -> None:
    """Kilobytes that become hundreds of megabytes end the process at its bound, and the pool goes on."""
    async with Renderer(processes=1, limits=RenderLimits(memory_max_bytes=300 * MIB)) as renderer:
        with pytest.raises(RenderMemory):
            await anext(preparing(renderer, sample_pdfs.memory_bomb(250_000_000)))
        assert await drawn(renderer)


@pytest.mark.parametrize(
    ("source", "expected"), [(sample_pdfs.pages(3), None), (sample_pdfs.HTML, PdfDamaged)], ids=["pages", "none"]
)
async def test_a_template_is_made_of_a_file_that_is_empty_afterwards(
    source: bytes, expected: type[Exception] | None
) -> None:
    """The process finds the document by a path of its own; whatever became of it, nothing stays in memory."""
    async with Renderer(processes=1) as renderer:
        made = renderer.template(streamed(source), size_bytes=len(source), level="shared", title="")
        with pytest.raises(expected) if expected else nullcontext():
            assert [each async for each in made if isinstance(each, TemplateMade)]
        file = renderer._pool._idle[0]._file
        assert file is not None
        assert os.fstat(file.given).st_size == 0


async def test_a_whole_job_has_its_time_too() -> None:
    """Pages that are each in time do not make a job that never ends."""
    async with Renderer(limits=RenderLimits(job_timeout_s=0)) as renderer:
        with pytest.raises(RenderTimeout):
            await anext(preparing(renderer, sample_pdfs.pages(3)))


@pytest.mark.parametrize(
    ("number", "expected"),
    [(signal.SIGKILL, RenderCrashed), (signal.SIGSEGV, RenderCrashed), (signal.SIGXCPU, RenderTimeout)],
)
async def test_a_process_that_dies_is_replaced(number: signal.Signals, expected: type[Exception]) -> None:
    """The job under way learns what happened as far as the signal tells; the next gets a fresh process."""
    async with Renderer(processes=1) as renderer, aclosing(preparing(renderer, sample_pdfs.pages(3))) as pages:
        assert (await anext(pages)).page == 1
        os.kill(processes()[0].pid, number)
        with pytest.raises(expected):
            await anext(pages)
        assert await drawn(renderer)


async def test_a_process_that_died_idle_is_noticed() -> None:
    """A death between two jobs is seen before the next, which gets a fresh process."""
    async with Renderer(processes=1) as renderer:
        await drawn(renderer)
        dead = renderer._pool._idle[0]._process
        dead.kill()
        await dead.wait()
        assert await drawn(renderer)


def test_a_process_is_killed_on_the_servers_event_loop() -> None:
    """Servers and workers run on uvloop, whose transports are of no class of asyncio's: it dies there as well."""

    async def killed() -> int:
        process = await Confined.start("watermark.worker", IMPATIENT.memory_max_bytes, jobs_max=1)
        process.kill()
        process.requests.close()
        async with asyncio.timeout(KILLED_WITHIN_S):
            return await process.wait()

    assert -signal.SIGKILL == uvloop.run(killed())


async def test_a_process_whose_reply_makes_no_sense_is_replaced() -> None:
    """Also when only who reads the reply finds that out: it and its siblings have no further job."""
    async with Renderer(processes=1) as renderer:
        await drawn(renderer)
        before = processes()
        with pytest.raises(RenderCrashed):
            await counted_by_nonsense(renderer)
        assert processes() == []
        assert await drawn(renderer)
        assert before != processes()


async def test_a_process_is_replaced_after_its_jobs() -> None:
    """What leaks in a process goes with it after a fixed number of jobs."""
    async with Renderer(processes=1, limits=RenderLimits(jobs_per_process_max=2)) as renderer:
        seen = []
        for _ in range(4):
            await drawn(renderer)
            seen.append([each.pid for each in processes()])

    assert [len(pids) for pids in seen] == [1, 0, 1, 0]
    assert seen[0] != seen[2]


async def test_processes_of_one_origin_have_no_more_jobs_together_when_they_start_at_once() -> None:
    """Each that is asked for takes one of the jobs that are left, whoever else is being born just then."""
    pool = RenderPool("watermark.worker", 3, RenderLimits(jobs_per_process_max=2))
    async with AsyncExitStack() as lent:
        await asyncio.gather(*(lent.enter_async_context(pool.child(wait_s=None)) for _ in range(3)))
        assert [1, 2] == sorted(Counter(each.ppid() for each in processes()).values())
    await pool.close()


async def test_leaving_early_gives_the_process_back() -> None:
    """A caller who wants only the first page closes the generator, and the same process serves the next job."""
    async with Renderer(processes=1, limits=IMPATIENT) as renderer:
        async with aclosing(preparing(renderer, sample_pdfs.pages(3))) as pages:
            await anext(pages)
            before = processes()
        assert await drawn(renderer)
        assert processes() == before


async def test_a_cancelled_job_does_not_confuse_the_next() -> None:
    """A reply nobody waited for is never taken for the answer to another request."""
    async with Renderer(processes=1) as renderer:
        await drawn(renderer)
        pages = preparing(renderer, sample_pdfs.time_bomb())
        job = asyncio.ensure_future(anext(pages))
        while not renderer._pool._lent:  # noqa: ASYNC110  # the event loop's own turns, not a wait in time
            await asyncio.sleep(0)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        assert (await drawn(renderer)).startswith(b"\xff\xd8")


async def test_who_waits_too_long_for_a_process_is_told() -> None:
    """With every process at work a viewer gets a refusal in time, not a page that never comes."""
    async with Renderer(processes=1, limits=IMPATIENT) as renderer:
        async with aclosing(preparing(renderer, sample_pdfs.pages(3))) as pages:
            await anext(pages)
            with pytest.raises(RenderBusy):
                await drawn(renderer)
        assert await drawn(renderer)


async def test_long_work_leaves_a_process_for_viewers() -> None:
    """However many documents wait to be prepared, one process of two stays for sealing."""
    async with Renderer(processes=2, limits=IMPATIENT) as renderer:
        async with aclosing(preparing(renderer, sample_pdfs.pages(3))) as pages:
            await anext(pages)
            second = asyncio.ensure_future(anext(preparing(renderer, sample_pdfs.pages(2))))
            assert await drawn(renderer)
            assert not second.done()
        assert (await second).page_count == 2


async def test_the_end_of_the_pool_ends_jobs_under_way() -> None:
    """Closing kills the processes at work too; their jobs fail, and no new one starts."""
    renderer = Renderer()
    async with aclosing(preparing(renderer, sample_pdfs.pages(3))) as pages:
        await anext(pages)
        await renderer.close()
        with pytest.raises(RenderCrashed):
            await anext(pages)
    assert processes() == []
    with pytest.raises(RenderCrashed):
        await drawn(renderer)


async def test_a_pool_closed_while_a_process_starts_leaves_none() -> None:
    """The process that comes up after the end is ended too."""
    renderer = Renderer()
    job = asyncio.create_task(drawn(renderer))
    await asyncio.sleep(0)
    await renderer.close()

    with pytest.raises(RenderCrashed):
        await job
    assert processes() == []
