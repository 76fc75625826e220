"""`python -m benchmarks.uploads.load`: the client process that sends files to any of the servers, each alike."""

import time
from collections.abc import Generator, Iterator
from itertools import count
from urllib.parse import urlsplit

from benchmarks.uploads.jobs import Job, Result, cpu_s, read_job, write_result
from benchmarks.uploads.wire import Ask, Block, Broken, Lane, Script, Told, drive

TUS = {"Tus-Resumable": "1.0.0"}
OCTETS = {"Content-Type": "application/offset+octet-stream"}
# Above what the sink keeps: it drops these as it drops parts.
PUT_MAX_BYTES = 32 << 20


def load(job: Job) -> Result:
    """Send it all."""
    numbers, files_s, block = iter(range(job.files)), list[float](), Block()
    lanes = [Lane((job.host, job.port), _lane(job, numbers, files_s), block) for _ in range(job.lanes)]
    before_s, started = cpu_s(), time.perf_counter()
    drive(lanes)
    return Result(took_s=time.perf_counter() - started, files_s=files_s, cpu_s=cpu_s() - before_s)


def _lane(job: Job, numbers: Iterator[int], files_s: list[float]) -> Script:
    for number in numbers:
        started = time.perf_counter()
        yield from _put(job, number) if job.way == "put" else _tus(job)
        files_s.append(time.perf_counter() - started)


def _tus(job: Job) -> Generator[Ask, Told, None]:
    headers = {**TUS, **job.headers, "Upload-Length": str(job.announced_bytes or job.file_bytes)}
    if not job.request_bytes:
        told = yield Ask("POST", job.path, {**headers, **OCTETS}, job.file_bytes)
        _expect(told, 201, job.file_bytes)
        return
    told = yield Ask("POST", job.path, headers)
    _expect(told, 201)
    path = urlsplit(told.headers["location"]).path
    for offset in range(0, job.file_bytes, job.request_bytes):
        size_bytes = min(job.request_bytes, job.file_bytes - offset)
        place = {**TUS, **job.headers, **OCTETS, "Upload-Offset": str(offset)}
        told = yield Ask("PATCH", path, place, size_bytes)
        _expect(told, 204, offset + size_bytes)


def _put(job: Job, number: int) -> Generator[Ask, Told, None]:
    for part, offset in zip(count(), range(0, job.file_bytes, PUT_MAX_BYTES), strict=False):
        size_bytes = min(PUT_MAX_BYTES, job.file_bytes - offset)
        told = yield Ask("PUT", f"{job.path}/{number}/{part}", job.headers, size_bytes)
        _expect(told, 200)


def _expect(told: Told, status: int, offset: int | None = None) -> None:
    reached = told.headers.get("upload-offset", "")
    if told.status != status or (offset is not None and reached != str(offset)):
        raise Broken(f"status {told.status}, offset {reached}; expected {status}, {offset}")


if __name__ == "__main__":
    write_result(load(read_job()))
