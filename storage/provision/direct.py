"""Direct uploads, tried as a client does them: at the public address, by requests signed for somebody else."""

import base64
import hashlib
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
from yarl import URL

from storage.objects import ObjectStore, SignedRequest
from storage.provision.probes import MEDIA_TYPE, OK, Differs, expect

SIZE_BYTES = 1000
EXPIRES_S = 60
TIMEOUT = aiohttp.ClientTimeout(total=10)
CHECKSUM_HEADER = "x-amz-checksum-sha256"


async def bound_parts(store: ObjectStore, prefix: str) -> None:
    """A signed part is stored; with other bytes, another size or another number it is refused, and so is a copy.

    A store that lets a header turn the part into a copy would give every object away to whoever may upload.
    """
    body = os.urandom(SIZE_BYTES)
    async with _part(store, prefix + "direct", body) as signed:
        expect("a signed part was refused", holds=await _put(signed, body) == OK)
        expect("other bytes were taken", holds=await _put(signed, os.urandom(SIZE_BYTES)) != OK)
        expect("another size was taken", holds=await _put(signed, body + b"x") != OK)
        elsewhere = replace(signed, url=signed.url.replace("partNumber=1", "partNumber=2"))
        expect("another number was taken", holds=await _put(elsewhere, body) != OK)
        source = {"x-amz-copy-source": f"{_bucket(signed)}/{prefix}direct-source"}
        await store.put(f"{prefix}direct-source", body, media_type=MEDIA_TYPE)
        copying = replace(signed, headers={**signed.headers, **source})
        expect("a copy of another object was taken", holds=await _put(copying, body) != OK)


async def browsers(store: ObjectStore, prefix: str, origin: str) -> None:
    """A page of ours may send a part, and see the ETag that it got."""
    body = os.urandom(SIZE_BYTES)
    async with _part(store, prefix + "browser", body) as signed:
        allowed = await _preflight(signed, origin)
        welcome = allowed.get("Access-Control-Allow-Origin")
        expect(f"pages of {origin} may not send (run storage init)", holds=welcome in (origin, "*"))
        shown = await _headers_of_put(signed, body, origin)
        exposed = shown.get("Access-Control-Expose-Headers", "").lower()
        expect("the ETag is hidden from pages (run storage init)", holds="etag" in exposed or exposed == "*")


def _bucket(signed: SignedRequest) -> str:
    """The first segment of its path: addresses are made so (`signing`)."""
    return URL(signed.url, encoded=True).raw_parts[1]


@asynccontextmanager
async def _part(store: ObjectStore, key: str, body: bytes) -> AsyncIterator[SignedRequest]:
    upload = await store.create_multipart(key, media_type=MEDIA_TYPE, with_checksums=True)
    checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
    try:
        yield store.sign_part(key, upload, 1, size_bytes=len(body), checksum=checksum, expires_s=EXPIRES_S)
    finally:
        await store.abort_multipart(key, upload)


async def _put(signed: SignedRequest, body: bytes) -> int:
    status, _ = await _sent(signed.method, signed, signed.headers, body)
    return status


async def _headers_of_put(signed: SignedRequest, body: bytes, origin: str) -> Mapping[str, str]:
    _, headers = await _sent(signed.method, signed, {**signed.headers, "Origin": origin}, body)
    return headers


async def _preflight(signed: SignedRequest, origin: str) -> Mapping[str, str]:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": signed.method,
        "Access-Control-Request-Headers": CHECKSUM_HEADER,
    }
    _, headers = await _sent("OPTIONS", signed, asked, None)
    return headers


async def _sent(
    method: str, signed: SignedRequest, headers: Mapping[str, str], body: bytes | None
) -> tuple[int, Mapping[str, str]]:
    """Status and headers of the answer, without whatever a client adds by itself."""
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT, skip_auto_headers=["Content-Type"]) as session,
            session.request(method, URL(signed.url, encoded=True), headers=headers, data=body) as response,
        ):
            return response.status, response.headers
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Differs(f"not reached from here: {type(error).__name__}") from error
