"""`python -m benchmarks.uploads.plain`: the clients that send files straight to S3 by presigned URLs, with aiohttp.

`Straight` is what somebody would write who has no server to send to: multipart uploads begun, filled and completed over
presigned URLs, `at_once` parts of a file at a time; a small file by one presigned PutObject. `Checked` signs each part
for its SHA-256, which it computes and the store computes again. `Direct` does that by way of our server, which signs
and completes: what our page and command do where they reach the store. As there, a part is hashed and signed for while
others are under way; of these there are no more than of the plain client's.
"""

import asyncio
import base64
import hashlib
import os
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import aiohttp
import uvloop
from minio import Minio
from yarl import URL

from benchmarks.uploads.jobs import Job, Result, cpu_s, read_job, write_result
from storage.objects.signing import Presigner
from storage.settings import S3Settings

PART_BYTES = 16 << 20
SLICE_BYTES = 256 << 10
SILENCE_MAX_S = 600
UPLOAD_ID = re.compile(r"<UploadId>(.*?)</UploadId>")
SLICE = os.urandom(SLICE_BYTES)
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_read=SILENCE_MAX_S)
SIGNED_FOR_S = 900
SHA256_HEADER = "x-amz-checksum-sha256"
NOTHING: Mapping[str, str] = MappingProxyType({})

Signed = tuple[URL, Mapping[str, str]]  # where a part goes, with which headers
Sign = Callable[[int, int], Awaitable[Signed]]  # by its number and size


class Straight:
    """One client on its way through a job. `AHEAD`: how many parts of a file are made ready while others are sent."""

    AHEAD = 0

    def __init__(self, job: Job, http: aiohttp.ClientSession) -> None:
        self._job, self._http = job, http
        self._minio = Minio(
            f"{job.host}:{job.port}",
            access_key=job.store["access_key"],
            secret_key=job.store["secret_key"],
            region=job.store["region"],
            secure=False,
        )
        self._prefix = f"plain/{os.urandom(8).hex()}"
        self._numbers = iter(range(job.files))
        self.files_s = list[float]()

    async def run(self) -> None:
        """Send it all."""
        await asyncio.gather(*(self._lane() for _ in range(self._job.lanes)))

    async def _lane(self) -> None:
        for number in self._numbers:
            started = time.perf_counter()
            key = f"{self._prefix}/{number}"
            if self._job.request_bytes:
                await self._in_parts(key)
            else:
                await self._put(self._signed("PUT", key), self._job.file_bytes)
            self.files_s.append(time.perf_counter() - started)

    async def _in_parts(self, key: str) -> None:
        (upload_id,) = UPLOAD_ID.findall(await self._begin(key))
        etags = await self._send(partial(self._signed_part, key, upload_id))
        listed = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag>{self._named(key, number)}</Part>"
            for number, etag in sorted(etags.items())
        )
        document = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>"
        await self._post(self._signed("POST", key, uploadId=upload_id), document)

    async def _begin(self, key: str) -> str:
        return await self._post(self._signed("POST", key, uploads=""), "")

    def _named(self, _key: str, _number: int) -> str:
        """What Complete has to say of a part beside its ETag."""
        return ""

    async def _send(self, sign: Sign) -> dict[int, str]:
        """The ETag of each part by its number; `at_once` are under way, and no more."""
        sizes, etags = enumerate(_sizes(self._job.file_bytes), start=1), dict[int, str]()
        lines = asyncio.Semaphore(self._job.at_once)

        async def send() -> None:
            for number, size_bytes in sizes:
                url, headers = await sign(number, size_bytes)
                async with lines:
                    etags[number] = await self._put(url, size_bytes, headers)

        await asyncio.gather(*(send() for _ in range(self._job.at_once + self.AHEAD)))
        return etags

    async def _signed_part(self, key: str, upload_id: str, number: int, _size_bytes: int) -> Signed:
        return self._signed("PUT", key, partNumber=str(number), uploadId=upload_id), {}

    async def _put(self, url: URL, size_bytes: int, more: Mapping[str, str] = NOTHING) -> str:
        headers = {**more, "Content-Length": str(size_bytes), "Host": url.authority}  # the signature is for this host
        async with self._http.put(
            url.with_port(self._job.relay or url.port), data=_slices(size_bytes), headers=headers
        ) as stored:
            stored.raise_for_status()
            return stored.headers["ETag"]

    async def _post(self, url: URL, document: str, headers: Mapping[str, str] = NOTHING) -> str:
        async with self._http.post(url, data=document, headers=headers) as answer:
            answer.raise_for_status()
            return await answer.text()

    def _signed(self, method: str, key: str, **query: str) -> URL:
        extra: dict[str, str | list[str] | tuple[str]] = {**query}
        url = self._minio.get_presigned_url(method, self._job.store["bucket"], key, extra_query_params=extra)
        return URL(url, encoded=True)


def _sizes(size_bytes: int) -> Iterator[int]:
    for start in range(0, size_bytes, PART_BYTES):
        yield min(PART_BYTES, size_bytes - start)


async def _slices(size_bytes: int) -> AsyncIterator[memoryview]:
    view = memoryview(SLICE)
    for start in range(0, size_bytes, SLICE_BYTES):
        yield view[: size_bytes - start]


class Checked(Straight):
    """Has each part bound to its SHA-256, without a server: what that alone leaves."""

    AHEAD = 1

    def __init__(self, job: Job, http: aiohttp.ClientSession) -> None:
        super().__init__(job, http)
        self._presigner = Presigner(S3Settings(f"http://{job.host}:{job.port}", **job.store))
        self._checksums = dict[tuple[str, int], str]()

    async def _begin(self, key: str) -> str:
        headers = {"x-amz-checksum-algorithm": "SHA256"}
        return await self._post(self._bound("POST", key, {"uploads": ""}, headers), "", headers)

    async def _signed_part(self, key: str, upload_id: str, number: int, size_bytes: int) -> Signed:
        checksum = self._checksums[key, number] = await asyncio.to_thread(_checksum, size_bytes)
        headers = {SHA256_HEADER: checksum}
        return self._bound("PUT", key, {"partNumber": str(number), "uploadId": upload_id}, headers), headers

    def _named(self, key: str, number: int) -> str:
        return f"<ChecksumSHA256>{self._checksums[key, number]}</ChecksumSHA256>"

    def _bound(self, method: str, key: str, query: Mapping[str, str], headers: Mapping[str, str]) -> URL:
        url = self._presigner.url(method, key, expires_s=SIGNED_FOR_S, query=query, headers=headers)
        return URL(url, encoded=True)


class Direct(Straight):
    """Asks our server, at `job.path`, for every signature."""

    AHEAD = 1

    async def _in_parts(self, key: str) -> None:
        begun = await self._ask("POST", "", {"filename": key.rpartition("/")[2], "size": self._job.file_bytes})
        etags = await self._send(partial(self._asked_part, begun["uploadId"]))
        parts = [{"PartNumber": number, "ETag": etag} for number, etag in sorted(etags.items())]
        await self._ask("POST", f"/{begun['uploadId']}/complete", {"parts": parts})

    async def _asked_part(self, upload_id: str, number: int, size_bytes: int) -> Signed:
        checksum = await asyncio.to_thread(_checksum, size_bytes)
        query = str(URL.build(query={"checksum": checksum}))
        signed = await self._ask("GET", f"/{upload_id}/{number}{query}")
        return URL(signed["url"], encoded=True), signed["headers"]

    async def _ask(self, method: str, path: str, document: Any = None) -> Any:
        url = URL(f"{self._job.path}{path}", encoded=True)
        async with self._http.request(method, url, json=document, headers=self._job.headers) as answer:
            answer.raise_for_status()
            return await answer.json()


WAYS = {"presigned": Straight, "checked": Checked, "direct": Direct}


def _checksum(size_bytes: int) -> str:
    sha256 = hashlib.sha256()
    for start in range(0, size_bytes, SLICE_BYTES):
        sha256.update(memoryview(SLICE)[: size_bytes - start])
    return base64.b64encode(sha256.digest()).decode()


async def straight(job: Job) -> Result:
    """Send it all, over as many connections as it takes."""
    async with aiohttp.ClientSession(timeout=TIMEOUT, connector=aiohttp.TCPConnector(limit=0)) as http:
        client = WAYS[job.way](job, http)
        before_s, started = cpu_s(), time.perf_counter()
        await client.run()
        return Result(took_s=time.perf_counter() - started, files_s=client.files_s, cpu_s=cpu_s() - before_s)


if __name__ == "__main__":
    write_result(uvloop.run(straight(read_job())))
