"""Browsers that were sent to a provider: each comes back once, within minutes, and is the one that was sent.

The state is 256 random bits, kept as a hash. Nonce and PKCE verifier are derived from it under the master key, so the
database holds neither. A cookie that only this browser has ties the answer to it: nobody can have somebody else finish
a sign-in that they began.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from uuid import UUID

from compliance.errors import ProviderRefused
from compliance.keys import MasterKey
from fileserver.oidc import Exchange
from fileserver.services import Services
from storage.rows import sign_in_providers as rows
from storage.rows.sign_in_providers import AttemptRow

LIFETIME_S = 10 * 60
RANDOM_BYTES = 32

Purpose = Literal["sign-in", "step-up", "link"]


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A browser that is about to leave: its state, and the cookie that it keeps."""

    exchange: Exchange
    browser: str = field(repr=False)


async def send(
    services: Services, provider: str, purpose: Purpose, *, session_id: UUID | None, next_path: str, browser: str
) -> Sent:
    """Remembers a browser; one that has its cookie already keeps it, so that two tabs don't undo each other."""
    state, browser = secrets.token_urlsafe(RANDOM_BYTES), browser or secrets.token_urlsafe(RANDOM_BYTES)
    row = AttemptRow(
        state_hash=_hash(state),
        browser_hash=_hash(browser),
        provider=provider,
        purpose=purpose,
        session_id=session_id,
        next_path=next_path,
        expires_at=services.clock() + timedelta(seconds=LIFETIME_S),
    )
    async with services.database.transaction() as tx:
        await rows.add_attempt(tx, row)
    return Sent(exchange=exchange_of(services.keys.master, state), browser=browser)


async def take(services: Services, provider: str, *, state: str, browser: str) -> AttemptRow:
    """The attempt that this browser comes back from, used up by this call.

    Raises ProviderRefused for a state that is unknown, used or old, of another browser or of another provider.
    """
    async with services.database.transaction() as tx:
        row = await rows.take_attempt(tx, _hash(state))
    if row is None or row.expires_at <= services.clock():
        raise ProviderRefused(reason="state")
    if not hmac.compare_digest(row.browser_hash, _hash(browser)):
        raise ProviderRefused(reason="browser")
    if row.provider != provider:
        raise ProviderRefused(reason="mixed-up")
    return row


def exchange_of(master: MasterKey, state: str) -> Exchange:
    """What belongs to this state."""
    return Exchange(
        state=state, nonce=master.keyed_hash("oidc-nonce", state), verifier=master.keyed_hash("oidc-verifier", state)
    )


def intent_of(master: MasterKey, session_id: UUID, provider: str) -> str:
    """What a page of ours adds to the address that begins a link: no other site can begin one."""
    return master.keyed_hash("link-intent", f"{session_id}\n{provider}")


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
