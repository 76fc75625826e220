"""Tokens of pages that were served: who may report the reading of what, and since when it can have been read.

24 bytes in base64url, so 32 characters: key id (1) · when the page was served, in microseconds of Unix time (7) ·
HMAC-SHA-256 truncated to 128 bits (16), by a key of content addresses. The MAC covers visit, page and person besides. A
token leaves with the page's bytes and has no end of its own: it is worth something for as long as its visit lasts.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from compliance.errors import LinkInvalid
from compliance.keys import KeyRing
from storage.database import Database

PURPOSE = "page-beacon/v1"
MAC_BYTES = 16
HEAD_BYTES = 8
TOKEN_CHARS = 32
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class PageToken:
    """A page in a visit of somebody's, and when it was served."""

    visit_id: UUID
    page: int
    person_id: UUID
    served_at: datetime


def sign_page(ring: KeyRing, token: PageToken) -> str:
    """The token's text."""
    moment = ((token.served_at - EPOCH) // MICROSECOND).to_bytes(HEAD_BYTES - 1)
    kid, mac = ring.content.sign(PURPOSE, _covered(moment, token.visit_id, token.page, token.person_id), MAC_BYTES)
    return base64.urlsafe_b64encode(bytes([kid]) + moment + mac).decode()


def read_page_token(ring: KeyRing, text: str, *, visit_id: UUID, page: int, person_id: UUID) -> PageToken:
    """The genuine token of this page. Raises LinkInvalid for any other."""
    raw = _raw(text)
    kid, moment, mac = raw[0], raw[1:HEAD_BYTES], raw[HEAD_BYTES:]
    if not ring.content.verifies(kid, PURPOSE, _covered(moment, visit_id, page, person_id), mac):
        raise LinkInvalid
    served_at = EPOCH + int.from_bytes(moment) * MICROSECOND
    return PageToken(visit_id=visit_id, page=page, person_id=person_id, served_at=served_at)


async def open_page_token(
    ring: KeyRing, database: Database, text: str, *, visit_id: UUID, page: int, person_id: UUID
) -> PageToken:
    """The same; a key that this process doesn't know yet is looked up. Raises StoreUnavailable besides."""
    await ring.look_up(database, ring.content, _raw(text)[0])
    return read_page_token(ring, text, visit_id=visit_id, page=page, person_id=person_id)


def _raw(text: str) -> bytes:
    if len(text) != TOKEN_CHARS:
        raise LinkInvalid
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise LinkInvalid from error
    if len(raw) != HEAD_BYTES + MAC_BYTES:  # padded
        raise LinkInvalid
    return raw


def _covered(moment: bytes, visit_id: UUID, page: int, person_id: UUID) -> bytes:
    return moment + visit_id.bytes + page.to_bytes(4) + person_id.bytes
