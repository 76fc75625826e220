"""Faults of the object store: which are worth another try, and what the others mean to us.

Promises one wrapper for all retries, bounded in number and time, with random delays so that many clients don't come
back in step. Everything else of the package asks here instead of catching library errors itself.
"""

import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from http.client import HTTPException
from typing import TypeVar

import aiohttp
from botocore.exceptions import BotoCoreError, ClientError

from storage.errors import (
    MultipartMissing,
    ObjectMissing,
    RangeUnsatisfiable,
    StorageError,
    StoreRefused,
    StoreUnavailable,
)

ATTEMPTS_MAX = 4
FIRST_DELAY_S = 0.1
DELAY_GROWTH = 3.0
ERROR_BODY_BYTES_MAX = 4096
# Codes with a status below 500 that still mean "later".
PASSING_CODES = frozenset({"SlowDown", "RequestTimeout", "RequestTimeTooSkewed", "ServiceUnavailable", "InternalError"})
# Time-outs are OSErrors.
CONNECTION_ERRORS = (aiohttp.ClientError, BotoCoreError, HTTPException, OSError)

RETRIES: Counter[str] = Counter()  # of this process, by operation: an operator watches a store that gets worse

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]


class PassingFault(Exception):
    """The store failed in a way that may pass. Never leaves this package."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


async def with_retries(operation: str, attempt: Callable[[], Awaitable[T]], sleep: Sleep) -> T:
    """`attempt` until it succeeds, at most `ATTEMPTS_MAX` times; StoreUnavailable after the last."""
    delay_s = FIRST_DELAY_S
    for number in range(1, ATTEMPTS_MAX + 1):
        try:
            return await attempt()
        except PassingFault as fault:
            if number == ATTEMPTS_MAX:
                raise unavailable(operation, fault.detail) from fault
        except CONNECTION_ERRORS as error:
            if number == ATTEMPTS_MAX:
                raise unavailable(operation, describe(error)) from error
        RETRIES[operation] += 1
        await sleep(delay_s * random.uniform(0.5, 1.0))  # noqa: S311 - spreads clients, protects nothing
        delay_s *= DELAY_GROWTH
    raise AssertionError("unreachable")


def unavailable(operation: str, detail: str) -> StoreUnavailable:
    """What the caller sees once the retries are used up."""
    return StoreUnavailable(store="s3", operation=operation, detail=detail)


def describe(error: BaseException) -> str:
    """An error's class and nothing else: library messages contain URLs, and presigned URLs are credentials."""
    return type(error).__name__


def from_client_error(operation: str, key: str, error: ClientError) -> Exception:
    """The meaning of an error botocore parsed."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return meaning(operation, key, int(status), str(error.response.get("Error", {}).get("Code", "")))


def from_answer(operation: str, key: str, status: int, body: bytes) -> Exception:
    """The meaning of an answer with status 300 or above, of which `body` is the beginning."""
    code = re.search(rb"<Code>([A-Za-z0-9.]{1,64})</Code>", body)
    return meaning(operation, key, status, code[1].decode() if code else "")


async def from_response(operation: str, key: str, response: aiohttp.ClientResponse) -> Exception:
    """The meaning of an answer with status 300 or above."""
    return from_answer(operation, key, response.status, await response.content.read(ERROR_BODY_BYTES_MAX))


def meaning(operation: str, key: str, status: int, code: str) -> PassingFault | StorageError:
    """S3 error codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html."""
    # HEAD answers have no body, hence no code but the status.
    if code == "NoSuchUpload":
        return MultipartMissing(key=key)
    if code == "NoSuchKey" or (status == 404 and code in ("", "404")):  # noqa: PLR2004 - HTTP's own numbers
        return ObjectMissing(key=key)
    if status == 416:  # noqa: PLR2004 - likewise
        return RangeUnsatisfiable(key=key)
    if (status >= 500 and status != 501) or status == 429 or code in PASSING_CODES:  # noqa: PLR2004 - likewise
        return PassingFault(code or f"status {status}")
    return StoreRefused(operation=operation, code=code or f"status {status}")
