"""Control calls, through aiobotocore, and the signatures of all others, which are made here (`signing`).

Promises: one client per store, made by the first call and closed with it; every call has a time-out and goes through
the retries of `faults`; presigned URLs whose percent-encoding is what was signed.
"""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import cache
from typing import Any

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import ClientError
from yarl import URL

from storage.objects.faults import Sleep, from_client_error, with_retries
from storage.objects.keys import portable
from storage.objects.signing import Presigner
from storage.settings import S3Settings

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 30
CONNECTIONS_MAX = 50
# A signature is used at once; it has to outlive a queue for a connection, and clocks that differ a little.
PRESIGN_EXPIRES_S = 900
# What may be signed, in botocore's words: the method of an operation, and where an argument goes.
METHODS = {"get_object": "GET", "put_object": "PUT", "upload_part": "PUT"}
QUERY_NAMES = {
    "UploadId": "uploadId",
    "PartNumber": "partNumber",
    "ResponseContentType": "response-content-type",
    "ResponseContentDisposition": "response-content-disposition",
    "ResponseCacheControl": "response-cache-control",
}
HEADER_NAMES = {
    "ContentType": "content-type",
    "ContentLength": "content-length",
    "ContentMD5": "content-md5",
    "ChecksumSHA256": "x-amz-checksum-sha256",
}

CONFIG = AioConfig(
    signature_version="s3v4",
    connect_timeout=CONNECT_TIMEOUT_S,
    read_timeout=READ_TIMEOUT_S,
    max_pool_connections=CONNECTIONS_MAX,
    # Retries are ours (faults.py): two layers of them multiply.
    retries={"total_max_attempts": 1, "mode": "standard"},
    # By default botocore hashes every body, in ways several S3 servers don't understand.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    s3={"payload_signing_enabled": False, "addressing_style": "path"},
    # Bytes go straight to the store, so must control calls: a proxy of the environment would see half of the traffic.
    proxies={},
)


@cache
def _session() -> AioSession:
    """One for the process: it holds no connections, and the description of S3, which takes 0.1 s to parse."""
    return AioSession()


class Control:
    """The botocore side of one bucket."""

    def __init__(self, settings: S3Settings, sleep: Sleep) -> None:
        self._settings = settings
        self._presigner = Presigner(settings)
        self._public_presigner = Presigner(replace(settings, endpoint_url=settings.public_url or settings.endpoint_url))
        self._sleep = sleep
        self._stack = AsyncExitStack()
        self._making = asyncio.Lock()
        self._client: Any = None
        self._closed = False

    async def close(self) -> None:
        """Closes the client's connections; no call may follow."""
        self._closed = True
        await self._stack.aclose()

    async def call(self, operation: str, *, key: str | None = None, **arguments: Any) -> dict[str, Any]:
        """One S3 operation, named as botocore's method, with retries. `key` becomes the Key argument when given."""
        return await with_retries(operation, lambda: self.call_once(operation, key=key, **arguments), self._sleep)

    async def call_once(self, operation: str, *, key: str | None = None, **arguments: Any) -> dict[str, Any]:
        """As `call`, but faults that may pass come out as they are."""
        try:
            client = await self._made()
            answer: dict[str, Any] = await getattr(client, operation)(**self._arguments(key, arguments))
        except ClientError as error:
            raise from_client_error(operation, key or "", error) from error
        return answer

    async def _made(self) -> Any:
        """The client. Whoever only sends signed requests, as most do, never waits for the making of one."""
        async with self._making:
            if self._closed:
                raise RuntimeError("use the store inside `async with`")
            if self._client is None:
                self._client = await self._stack.enter_async_context(
                    _session().create_client(
                        "s3",
                        region_name=self._settings.region,
                        endpoint_url=self._settings.endpoint_url,
                        aws_access_key_id=self._settings.access_key,
                        aws_secret_access_key=self._settings.secret_key,
                        config=CONFIG,
                    )
                )
        return self._client

    def presign(self, operation: str, key: str, *, expires_s: int = PRESIGN_EXPIRES_S, **arguments: Any) -> URL:
        """A URL for one request, encoded as it was signed: never let a library normalise it again.

        The request must carry each header that an argument stands for (`HEADER_NAMES`), with this value.
        """
        return URL(presigned(self._presigner, operation, key, expires_s, arguments), encoded=True)

    def presign_public(self, operation: str, key: str, *, expires_s: int, **arguments: Any) -> str:
        """As `presign`, for somebody who reaches the store by its public address. ValueError when it has none."""
        if self._settings.public_url is None:
            raise ValueError("the store has no public address")
        return presigned(self._public_presigner, operation, key, expires_s, arguments)

    def source(self, key: str) -> dict[str, str]:
        """An object as what is copied from."""
        return {"Bucket": self._settings.bucket, "Key": portable(key)}

    def _arguments(self, key: str | None, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"Bucket": self._settings.bucket} | ({"Key": portable(key)} if key is not None else {}) | arguments


def presigned(presigner: Presigner, operation: str, key: str, expires_s: int, arguments: dict[str, Any]) -> str:
    """The URL of an operation with botocore's arguments. Raises ValueError for one that has no place here."""
    unknown = arguments.keys() - QUERY_NAMES.keys() - HEADER_NAMES.keys()
    if unknown:
        raise ValueError(f"not signed here: {sorted(unknown)}")
    return presigner.url(
        METHODS[operation],
        portable(key),
        expires_s=expires_s,
        query={QUERY_NAMES[name]: str(value) for name, value in arguments.items() if name in QUERY_NAMES},
        headers={HEADER_NAMES[name]: str(value) for name, value in arguments.items() if name in HEADER_NAMES},
    )
