"""Invitations: how their tokens are made and read, and what WeCom is told of them.

A token is 32 characters as a share's is (compliance.links), signed for a purpose of its own: a share's token is no
invitation, and the other way round. It says which invitation, never who.
"""

import base64
import binascii
import secrets
from dataclasses import dataclass

from compliance.errors import LinkInvalid
from compliance.keys import KeyRing
from storage.database import Database

TOKEN_ID_BYTES = 11
MAC_BYTES = 12
TOKEN_CHARS = 32
PURPOSE = "invitation-token/v1"
STATE_PREFIX = "inv:"  # before the token's id: `state` of a WeCom contact way holds 30 characters


@dataclass(frozen=True)
class InvitationToken:
    """What a genuine token carries."""

    kid: int
    token_id: bytes


def new_token(ring: KeyRing) -> InvitationToken:
    """A fresh one, of the active key."""
    return InvitationToken(kid=ring.active_kid, token_id=secrets.token_bytes(TOKEN_ID_BYTES))


def token_text(ring: KeyRing, token: InvitationToken) -> str:
    """Its 32 characters. Raises KeyUnavailable when its key is revoked."""
    head = bytes([token.kid]) + token.token_id
    return base64.urlsafe_b64encode(head + ring.links.sign_by(token.kid, PURPOSE, head, MAC_BYTES)).decode()


def read_token(ring: KeyRing, text: str) -> InvitationToken:
    """The token that these characters are. Raises LinkInvalid for anything mistyped, forged or signed for a share."""
    raw = _raw(text)
    head, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    if not ring.links.verifies(head[0], PURPOSE, head, mac):
        raise LinkInvalid
    return InvitationToken(kid=head[0], token_id=head[1:])


async def open_token(ring: KeyRing, database: Database, text: str) -> InvitationToken:
    """The same; a key that this process doesn't know yet is looked up. Raises StoreUnavailable besides."""
    await ring.look_up(database, ring.links, _raw(text)[0])
    return read_token(ring, text)


def state_of(token: InvitationToken) -> str:
    """What a contact way carries, 19 characters; WeCom's callback brings it back."""
    return STATE_PREFIX + base64.urlsafe_b64encode(token.token_id).decode().rstrip("=")


def token_id_in(state: str) -> bytes | None:
    """The invitation's token id in a callback's `state`; None for anything else."""
    if not state.startswith(STATE_PREFIX):
        return None
    try:
        raw = base64.b64decode(state.removeprefix(STATE_PREFIX) + "=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == TOKEN_ID_BYTES else None


def _raw(text: str) -> bytes:
    if len(text) != TOKEN_CHARS:
        raise LinkInvalid
    try:
        return base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise LinkInvalid from error
