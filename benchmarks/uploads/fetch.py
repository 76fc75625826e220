"""`python -m benchmarks.uploads.fetch`: the client that reads one object to its end, with aiohttp, from anywhere."""

import time

import aiohttp
import uvloop
from yarl import URL

from benchmarks.uploads.jobs import Job, Result, cpu_s, read_job, write_result

SILENCE_MAX_S = 120
READ_BUFFER_BYTES = 256 << 10
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_read=SILENCE_MAX_S)


class CutShort(Exception):
    """Fewer bytes than there are."""


async def fetch(job: Job) -> Result:
    """Read `file_bytes` from `path` (encoded as it was signed). Raises CutShort."""
    url = URL(f"http://{job.host}:{job.port}{job.path}", encoded=True)
    async with aiohttp.ClientSession(timeout=TIMEOUT, read_bufsize=READ_BUFFER_BYTES) as http:
        before_s, started, size_bytes = cpu_s(), time.perf_counter(), 0
        async with http.get(url, headers={**job.headers, "Accept-Encoding": "identity"}) as answer:
            answer.raise_for_status()
            async for piece in answer.content.iter_any():
                size_bytes += len(piece)
        took_s = time.perf_counter() - started
    if size_bytes != job.file_bytes:
        raise CutShort(f"{size_bytes} of {job.file_bytes} bytes")
    return Result(took_s=took_s, files_s=[took_s], cpu_s=cpu_s() - before_s)


if __name__ == "__main__":
    write_result(uvloop.run(fetch(read_job())))
