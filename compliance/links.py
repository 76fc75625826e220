"""Share tokens and content addresses: what can be refused before any row is read.

A share token is 24 bytes in base64url (RFC 4648 §5, no padding), so 32 characters, which is what a mini-program
code's `scene` holds: key id (1) · random share id (11) · HMAC-SHA-256 truncated to 96 bits (12). It says which
share, never who. A content address is good for one visit, one path and some minutes; its MAC has 128 bits.
Neither replaces the look-up: the row is read on every request.
"""

import base64
import binascii
import secrets
from dataclasses import dataclass
from datetime import datetime

from compliance.errors import LinkExpired, LinkInvalid
from compliance.keys import KeyRing
from storage.database import Database

TOKEN_ID_BYTES = 11
TOKEN_MAC_BYTES = 12
TOKEN_CHARS = 32
ADDRESS_MAC_BYTES = 16
SHARE_PURPOSE = "share-token/v1"
ADDRESS_PURPOSE = "content-address/v1"


@dataclass(frozen=True)
class ShareToken:
    """What a genuine token carries."""

    kid: int
    token_id: bytes


def new_token_id() -> bytes:
    """A fresh random share id for a token."""
    return secrets.token_bytes(TOKEN_ID_BYTES)


def active_kid(ring: KeyRing) -> int:
    """The key that a new share is to be signed with."""
    return ring.active_kid


def token_text(ring: KeyRing, token: ShareToken) -> str:
    """The 32 characters of a share's token. Raises KeyUnavailable when its key is revoked."""
    head = bytes([token.kid]) + token.token_id
    return base64.urlsafe_b64encode(head + ring.links.sign_by(token.kid, SHARE_PURPOSE, head, TOKEN_MAC_BYTES)).decode()


def read_token(ring: KeyRing, text: str) -> ShareToken:
    """The token that these characters are.

    Raises LinkInvalid for anything mistyped, forged or signed by a revoked key.
    """
    raw = _raw(text)
    head, mac = raw[:-TOKEN_MAC_BYTES], raw[-TOKEN_MAC_BYTES:]
    if not ring.links.verifies(head[0], SHARE_PURPOSE, head, mac):
        raise LinkInvalid
    return ShareToken(kid=head[0], token_id=head[1:])


async def open_token(ring: KeyRing, database: Database, text: str) -> ShareToken:
    """The same; a key that this process doesn't know yet is looked up. Raises StoreUnavailable besides."""
    await ring.look_up(database, ring.links, _raw(text)[0])
    return read_token(ring, text)


def _raw(text: str) -> bytes:
    if len(text) != TOKEN_CHARS:
        raise LinkInvalid
    try:
        return base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise LinkInvalid from error


def sign_address(ring: KeyRing, path: str, expires: datetime) -> dict[str, str]:
    """The query that makes `path` (which names visit and rendition) a content address until `expires`."""
    seconds = int(expires.timestamp())
    kid, mac = ring.content.sign(ADDRESS_PURPOSE, _address(path, seconds), ADDRESS_MAC_BYTES)
    return {"k": str(kid), "e": str(seconds), "m": mac.hex()}


def check_address(ring: KeyRing, path: str, query: dict[str, str], now: datetime) -> None:
    """Returns if the address is genuine and still good. Raises LinkInvalid or LinkExpired."""
    kid, seconds, mac = _parts(query)
    if len(mac) != ADDRESS_MAC_BYTES or not ring.content.verifies(kid, ADDRESS_PURPOSE, _address(path, seconds), mac):
        raise LinkInvalid
    if now.timestamp() >= seconds:
        raise LinkExpired


async def open_address(ring: KeyRing, database: Database, path: str, query: dict[str, str], now: datetime) -> None:
    """The same; a key that this process doesn't know yet is looked up. Raises StoreUnavailable besides."""
    await ring.look_up(database, ring.content, _parts(query)[0])
    check_address(ring, path, query, now)


def _parts(query: dict[str, str]) -> tuple[int, int, bytes]:
    try:
        return int(query["k"]), int(query["e"]), bytes.fromhex(query["m"])
    except (KeyError, ValueError) as error:
        raise LinkInvalid from error


def _address(path: str, seconds: int) -> bytes:
    return f"{path}\n{seconds}".encode()
