"""Presigned URLs of S3: AWS Signature Version 4 in the query string, with an unsigned payload.

Promises: the very URL that botocore would make (tests/unit/storage/test_signing.py), at a fraction of the time, without
waiting for anything; every header that is passed is signed, so that a request with another value is refused. Holds
the secret key and never shows it. Leaves to its callers which keys, headers and life times are right.

Specification: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

import hashlib
import hmac
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from storage.settings import S3Settings

ALGORITHM = "AWS4-HMAC-SHA256"
EXPIRES_MAX_S = 7 * 24 * 3600  # S3's own limit
DEFAULT_PORTS = {"http": 80, "https": 443}

Clock = Callable[[], float]  # seconds since the epoch
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class _Day:
    """What stays the same for all signatures of one day, UTC."""

    date: str
    scope: str
    key: bytes = field(repr=False)


class Presigner:
    """Signs requests to one bucket at one endpoint; the endpoint's host is part of every signature."""

    def __init__(self, settings: S3Settings, clock: Clock = time.time) -> None:
        address = urlsplit(settings.endpoint_url)
        self._settings, self._clock = settings, clock
        self._host = _host(address.scheme, address.hostname or "", address.port)
        self._origin = f"{address.scheme}://{address.netloc}"
        self._bucket_path = f"/{_encoded(settings.bucket)}/"
        self._day = _Day("", "", b"")

    def url(
        self, method: str, key: str, *, expires_s: int, query: Mapping[str, str] = NOTHING,
        headers: Mapping[str, str] = NOTHING,
    ) -> str:  # fmt: skip
        """A URL for one request with exactly these headers (and Host), good for `expires_s` from now."""
        if not 0 < expires_s <= EXPIRES_MAX_S:
            raise ValueError(f"a signature can't live for {expires_s} s")
        timestamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self._clock()))
        day = self._of_day(timestamp[:8])
        signed = {name.lower(): _trimmed(value) for name, value in headers.items()} | {"host": self._host}
        names = ";".join(sorted(signed))
        path = self._bucket_path + quote(key, safe="/-_.~")
        asked = {_encoded(name): _encoded(value) for name, value in query.items()}
        asked |= {
            "X-Amz-Algorithm": ALGORITHM,
            "X-Amz-Credential": f"{_encoded(self._settings.access_key)}%2F{day.scope.replace('/', '%2F')}",
            "X-Amz-Date": timestamp,
            "X-Amz-Expires": str(expires_s),
            "X-Amz-SignedHeaders": names.replace(";", "%3B"),
        }
        lines = [method, path, _joined(sorted(asked.items()))]
        lines += [f"{name}:{signed[name]}" for name in sorted(signed)]
        request = "\n".join([*lines, "", names, "UNSIGNED-PAYLOAD"])
        text = "\n".join([ALGORITHM, timestamp, day.scope, hashlib.sha256(request.encode()).hexdigest()])
        signature = hmac.digest(day.key, text.encode(), "sha256").hex()
        return f"{self._origin}{path}?{_joined(asked.items())}&X-Amz-Signature={signature}"

    def _of_day(self, date: str) -> _Day:
        if self._day.date != date:
            key = f"AWS4{self._settings.secret_key}".encode()
            for step in (date, self._settings.region, "s3", "aws4_request"):
                key = hmac.digest(key, step.encode(), "sha256")
            self._day = _Day(date, f"{date}/{self._settings.region}/s3/aws4_request", key)
        return self._day


def _host(scheme: str, name: str, port: int | None) -> str:
    """The Host header that every client sends: without the scheme's own port."""
    name = f"[{name}]" if ":" in name else name
    return name if port in (None, DEFAULT_PORTS.get(scheme)) else f"{name}:{port}"


def _encoded(text: str) -> str:
    """Percent-encoded as the specification wants it: all but the unreserved characters of RFC 3986."""
    return quote(text, safe="-_.~")


def _trimmed(value: str) -> str:
    return " ".join(value.split())


def _joined(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join([f"{name}={value}" for name, value in pairs])
