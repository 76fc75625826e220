"""One request to a platform and its answer: counted, timed, bounded, and free of secrets in whatever goes wrong.

Addresses of platforms carry app secrets and tokens in their query, so an error that is raised here has no cause: a
traceback in a log must not show an address. Nothing is retried here.
"""

import json
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from yarl import URL

from fileserver.outgoing import Answer, Outgoing, OutgoingFailed, OutgoingRefused
from fileserver.platforms.errors import PlatformRefused, PlatformUnavailable, refused
from fileserver.platforms.figures import OK, PlatformFigures

JSON = "application/json"
JSON_MAX_BYTES = 4 << 20  # a department of some thousand people
MESSAGE_BYTES_MAX = 2000  # of an errmsg, looked through for its request id
STATUS_OK = 200
RID = "rid: "
TEXTS = frozenset({JSON, "text/plain", "text/json"})

T = TypeVar("T")
Read = Callable[[bytes], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A request. `endpoint` is the path as figures name it; the address may hold secrets, so no repr shows it."""

    endpoint: str
    url: URL = field(repr=False)
    body: bytes | None = field(default=None, repr=False)  # None: GET
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    answer_bytes_max: int = JSON_MAX_BYTES
    timeout_s: float | None = None  # None: as the outgoing client has it


class Transport:
    """Requests of one platform, through the one client for requests to others."""

    def __init__(self, outgoing: Outgoing, figures: PlatformFigures, platform: str) -> None:
        self._outgoing, self.figures, self.platform = outgoing, figures, platform

    async def json(self, ask: Ask, read: Read | None = None) -> dict[str, Any]:
        """The object that came back, as `read` takes it apart. Raises PlatformRefused, PlatformUnavailable.

        Unless it is given: an `errcode` that is not 0 is a refusal.
        """
        with self._counted(ask.endpoint):
            return (read or self._read)((await self._answer(ask)).body)

    async def picture(self, ask: Ask) -> Answer:
        """Bytes that are no JSON; JSON is an error, whatever it says. Raises as `json`."""
        with self._counted(ask.endpoint):
            answer = await self._answer(ask)
            if answer.media_type in TEXTS or answer.body[:1] == b"{":
                self._read(answer.body)
                raise PlatformUnavailable(self.platform, "nonsense")
            return answer

    def _read(self, content: bytes) -> dict[str, Any]:
        """Never trusted for its status: the body says whether it went well."""
        said = object_said(self.platform, content)
        try:
            code = int(said.get("errcode", 0))
        except (TypeError, ValueError):
            raise PlatformUnavailable(self.platform, "nonsense") from None
        if code:
            raise refused(self.platform, code, rid_of(said.get("errmsg")))
        return said

    async def _answer(self, ask: Ask) -> Answer:
        limits: dict[str, Any] = {"answer_bytes_max": ask.answer_bytes_max, "timeout_s": ask.timeout_s}
        try:
            if ask.body is None:
                answer = await self._outgoing.get(str(ask.url), headers=ask.headers, **limits)
            else:
                answer = await self._outgoing.post(
                    str(ask.url), ask.body, media_type=ask.media_type, headers=ask.headers, **limits
                )
        except OutgoingFailed as error:
            raise PlatformUnavailable(self.platform, error.reason) from None
        except OutgoingRefused:
            raise PlatformUnavailable(self.platform, "address") from None
        if answer.status != STATUS_OK:
            raise PlatformUnavailable(self.platform, "status")
        return answer

    @contextmanager
    def _counted(self, endpoint: str) -> Iterator[None]:
        began, outcome = time.perf_counter(), "cancelled"
        try:
            yield
            outcome = OK
        except PlatformRefused as error:
            outcome = str(error.code)
            raise
        except PlatformUnavailable as error:
            outcome = error.reason
            raise
        finally:
            self.figures.requests.labels(self.platform, endpoint, outcome).inc()
            self.figures.seconds.labels(self.platform).observe(time.perf_counter() - began)


def object_said(platform: str, content: bytes) -> dict[str, Any]:
    """The JSON object. Raises PlatformUnavailable("nonsense") for anything else."""
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        raise PlatformUnavailable(platform, "nonsense") from None
    if not isinstance(said, dict):
        raise PlatformUnavailable(platform, "nonsense")
    return said


def rid_of(message: object) -> str:
    """The request id at the end of an `errmsg`; of the rest nothing is kept, since it repeats what was sent."""
    if not isinstance(message, str):
        return ""
    rid = message[-MESSAGE_BYTES_MAX:].rpartition(RID)[2].strip() if RID in message else ""
    return rid if rid.replace("-", "").isalnum() and rid.isascii() else ""


def result(platform: str, kind: type[T], said: Mapping[str, Any]) -> T:
    """An answer as its dataclass; fields it doesn't name are dropped. Raises PlatformUnavailable("nonsense")."""
    try:
        found: T = adapter(cast("Hashable", kind)).validate_python(dict(said))
    except ValidationError:
        raise PlatformUnavailable(platform, "nonsense") from None
    return found


@cache
def adapter(kind: Hashable) -> TypeAdapter[Any]:
    """Made once for each dataclass."""
    return TypeAdapter(cast("type[Any]", kind))


def as_json(body: Mapping[str, Any]) -> bytes:
    """Without escapes: WeChat shows and judges texts as they stand."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
