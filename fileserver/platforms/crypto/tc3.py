"""TC3-HMAC-SHA256, the signature of Tencent Cloud's API 3.0 over content type, host and body of a POST.

https://cloud.tencent.com/document/api/1007/31324: a key for the day and the service is derived from the secret; it
signs the hash of the canonical request.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime

from fileserver.platforms.times import utc_of

ALGORITHM = "TC3-HMAC-SHA256"
SCOPE_END = "tc3_request"
SIGNED_HEADERS = "content-type;host"
CONTENT_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Credential:
    """What a request is signed with."""

    secret_id: str
    secret_key: str = field(repr=False)


def authorization(credential: Credential, *, service: str, host: str, body: bytes, at: datetime) -> str:
    """The header `Authorization` for a POST of `body` at this time; `host` with its port where it is not the usual."""
    scope = scope_of(service, at)
    signed = signature(credential.secret_key, service=service, host=host, body=body, at=at)
    return f"{ALGORITHM} Credential={credential.secret_id}/{scope}, SignedHeaders={SIGNED_HEADERS}, Signature={signed}"


def signature(secret_key: str, *, service: str, host: str, body: bytes, at: datetime) -> str:
    """64 hex digits."""
    canonical = f"POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{host}\n\n{SIGNED_HEADERS}\n{_sha256(body)}"
    text = f"{ALGORITHM}\n{int(at.timestamp())}\n{scope_of(service, at)}\n{_sha256(canonical.encode())}"
    key = f"TC3{secret_key}".encode()
    for part in (f"{utc_of(at):%Y-%m-%d}", service, SCOPE_END):
        key = _hmac(key, part)
    return _hmac(key, text).hex()


def scope_of(service: str, at: datetime) -> str:
    """The day (UTC) and the service that a key is good for."""
    return f"{utc_of(at):%Y-%m-%d}/{service}/{SCOPE_END}"


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
