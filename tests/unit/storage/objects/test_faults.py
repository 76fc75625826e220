"""What the object store's answers mean, and which are asked again."""

import aiohttp
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from storage.errors import (
    MultipartMissing,
    ObjectMissing,
    RangeUnsatisfiable,
    StoreRefused,
    StoreUnavailable,
)
from storage.objects.faults import ATTEMPTS_MAX, PassingFault, from_client_error, meaning, with_retries


class Attempts:
    """Fails as told, then succeeds; remembers the pauses."""

    def __init__(self, *failures: Exception) -> None:
        self.failures, self.count, self.delays_s = list(failures), 0, list[float]()

    async def __call__(self) -> str:
        """One attempt."""
        self.count += 1
        if self.failures:
            raise self.failures.pop(0)
        return "done"

    async def sleep(self, delay_s: float) -> None:
        """No pause."""
        self.delays_s.append(delay_s)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (404, "NoSuchKey", ObjectMissing),
        (404, "", ObjectMissing),
        (404, "404", ObjectMissing),
        (404, "NoSuchUpload", MultipartMissing),
        (404, "NoSuchBucket", StoreRefused),
        (416, "InvalidRange", RangeUnsatisfiable),
        (403, "AccessDenied", StoreRefused),
        (400, "EntityTooSmall", StoreRefused),
        (412, "PreconditionFailed", StoreRefused),
        (501, "NotImplemented", StoreRefused),
        (301, "PermanentRedirect", StoreRefused),
        (500, "InternalError", PassingFault),
        (200, "InternalError", PassingFault),
        (503, "", PassingFault),
        (429, "", PassingFault),
        (400, "RequestTimeout", PassingFault),
    ],
)
def test_answers_have_one_meaning(status: int, code: str, expected: type[Exception]) -> None:
    """Status and code together say whether something is missing, refused, or worth another try."""
    assert type(meaning("get_object", "a", status, code)) is expected


@pytest.mark.parametrize(
    "failure", [PassingFault("SlowDown"), aiohttp.ServerDisconnectedError(), ConnectionResetError(), TimeoutError()]
)
async def test_passing_faults_are_tried_again(failure: Exception) -> None:
    """A busy store and a lost connection get another attempt."""
    attempts = Attempts(failure)
    assert await with_retries("put_object", attempts, attempts.sleep) == "done"
    assert attempts.count == 2


async def test_attempts_end() -> None:
    """After the last attempt the error names the operation and the kind of fault, with no address in it."""
    attempts = Attempts(*[EndpointConnectionError(endpoint_url="http://x/?X-Amz-Signature=secret")] * ATTEMPTS_MAX)
    with pytest.raises(StoreUnavailable) as unavailable:
        await with_retries("head_object", attempts, attempts.sleep)
    assert unavailable.value.params == {"store": "s3", "operation": "head_object", "detail": "EndpointConnectionError"}
    assert "secret" not in str(unavailable.value)
    assert attempts.count == ATTEMPTS_MAX
    assert len(attempts.delays_s) == ATTEMPTS_MAX - 1


async def test_pauses_grow_and_stay_short() -> None:
    """Each pause is longer than the one before at its shortest, and all of them take a few seconds at most."""
    attempts = Attempts(*[PassingFault("")] * (ATTEMPTS_MAX - 1))
    await with_retries("head_object", attempts, attempts.sleep)
    assert attempts.delays_s == sorted(attempts.delays_s)
    assert sum(attempts.delays_s) < 3


async def test_a_clear_no_is_not_asked_again() -> None:
    """A refusal comes out at once."""
    attempts = Attempts(StoreRefused(operation="put_object", code="AccessDenied"))
    with pytest.raises(StoreRefused):
        await with_retries("put_object", attempts, attempts.sleep)
    assert attempts.count == 1


def test_botocore_errors_are_understood() -> None:
    """The code botocore parsed is the code that counts, also in an answer with status 200."""
    response = {"Error": {"Code": "InternalError"}, "ResponseMetadata": {"HTTPStatusCode": 200}}
    error = ClientError(response, "CompleteMultipartUpload")
    assert isinstance(from_client_error("complete_multipart_upload", "a", error), PassingFault)
