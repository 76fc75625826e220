"""Tokens of pages that were served: who may report the reading of what, and since when it can have been read.

27 bytes in base64url without padding, so 36 characters: key id (1) · when the page was served, in milliseconds of Unix
time (6) · when the token ends, in seconds (4) · HMAC-SHA-256 truncated to 128 bits (16), by a key of content addresses.
The MAC covers visit, page and person besides. A token leaves with the page's bytes, and in the answer to a report.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from compliance.errors import LinkExpired, LinkInvalid
from compliance.keys import KeyRing

PURPOSE = "page-beacon/v1"
MAC_BYTES = 16
HEAD_BYTES = 11
TOKEN_CHARS = 36


@dataclass(frozen=True, kw_only=True)
class PageToken:
    """A page in a visit of somebody's, and when it was served."""

    visit_id: UUID
    page: int
    person_id: UUID
    served_at: datetime


def sign_page(ring: KeyRing, token: PageToken, expires: datetime) -> str:
    """The token's text, good until `expires`, to the second."""
    moments = _millis(token.served_at).to_bytes(6) + int(expires.timestamp()).to_bytes(4)
    kid, mac = ring.content.sign(PURPOSE, _covered(moments, token.visit_id, token.page, token.person_id), MAC_BYTES)
    return base64.urlsafe_b64encode(bytes([kid]) + moments + mac).decode()


def read_page_token(
    ring: KeyRing, text: str, *, visit_id: UUID, page: int, person_id: UUID, now: datetime
) -> PageToken:
    """The genuine token of this page. Raises LinkInvalid for any other, LinkExpired for one that is over."""
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise LinkInvalid from error
    head, mac = raw[:HEAD_BYTES], raw[HEAD_BYTES:]
    covered = _covered(head[1:], visit_id, page, person_id)
    if len(mac) != MAC_BYTES or not ring.content.verifies(head[0], PURPOSE, covered, mac):
        raise LinkInvalid
    if now.timestamp() >= int.from_bytes(head[7:]):
        raise LinkExpired
    served_at = datetime.fromtimestamp(int.from_bytes(head[1:7]) / 1000, UTC)
    return PageToken(visit_id=visit_id, page=page, person_id=person_id, served_at=served_at)


def _covered(moments: bytes, visit_id: UUID, page: int, person_id: UUID) -> bytes:
    return moments + visit_id.bytes + page.to_bytes(4) + person_id.bytes


def _millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)
