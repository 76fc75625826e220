"""The rings as this process knows them: read from the database, where they are wrapped, and made when there are none.

- `links` signs share tokens, `content` signs content addresses, `ledger` signs checkpoints.
- To each key of `links` belongs a key of the hidden mark, derived from a root that no rotation changes and the key's
  id. Copies are made with the active one; all of them, revoked ones too, are read when a leak is traced: what was
  served stays served.
- A database of an earlier release had one ring for links and addresses; its keys become the first of `content`, so
  that addresses made by either release work in both.
"""

import asyncio
import secrets
import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from compliance.errors import KeyUnavailable
from compliance.keys.master import KEY_BYTES, MasterKey
from compliance.keys.ring import KeyState, KeyUse, LedgerKey, Ring, SigningKey
from storage.database import Database, Transaction
from storage.rows import keys as rows
from storage.rows import ledger
from storage.rows.keys import KeyRow

KID_MAX = 255  # one byte of a share token
LOOK_UP_EVERY_S = 1.0  # whatever keys are asked for: anybody can make up a token
HASH_ROOT = "root-keyed-hash"
MARK_ROOT = "root-hidden-mark"
ROOT_KID = 1


class KeyRing:
    """Every key of this deployment; `refresh` reads them anew."""

    def __init__(self, master: MasterKey, now_s: Callable[[], float] = time.monotonic) -> None:
        self.master = master
        self._now_s = now_s
        self._looked_up_s = float("-inf")
        self._looking_up = asyncio.Lock()
        self.links = Ring()
        self.content = Ring()
        self.ledger: tuple[LedgerKey, ...] = ()

    async def refresh(self, database: Database) -> None:
        """Reads every key; makes the first ones if there are none. Raises KeyUnavailable under a wrong master key."""
        async with database.transaction() as tx:
            found = await rows.all_keys(tx)
            if not _complete(found):
                await rows.lock_keys(tx)  # which makes others wait that start in the same moment
                await self._make_missing(tx)
                found = await rows.all_keys(tx)
        self._adopt(found)

    async def look_up(self, database: Database, ring: Ring, kid: int) -> None:
        """Reads every key anew if `ring` doesn't have this one: another process may have made it a moment ago.

        At most once a LOOK_UP_EVERY_S, so that made-up keys cost nothing; whoever asks meanwhile waits for the answer.
        """
        if kid in ring.kids:
            return
        async with self._looking_up:
            if kid in ring.kids or self._now_s() - self._looked_up_s < LOOK_UP_EVERY_S:
                return
            self._looked_up_s = self._now_s()
            await self.refresh(database)

    @property
    def ledger_signers(self) -> tuple[LedgerKey, ...]:
        """Those that sign checkpoints now: the active one first, then the one before it while they overlap."""
        active = [key for key in self.ledger if key.state is KeyState.ACTIVE]
        return (*active, *(key for key in self.ledger if key.state is KeyState.OVERLAP))

    @property
    def hidden_secrets(self) -> dict[int, bytes]:
        """By key id, newest first: what every copy that was ever served may have been marked with."""
        return {kid: self.master.hidden_secret(kid) for kid in self.links.kids}

    @property
    def active_kid(self) -> int:
        """The key that signs links and marks copies now. Raises KeyUnavailable when there is none."""
        return self.links.active_kid

    async def add(self, tx: Transaction, use: KeyUse, *, former: KeyState = KeyState.VERIFY) -> int:
        """Makes a new active key; the one before it goes on as `former`. Returns the new key's id."""
        await rows.lock_keys(tx)
        kid = await rows.next_kid(tx, use)
        if kid > KID_MAX:
            raise KeyUnavailable(kid=kid)
        await self._put(tx, use, kid, secrets.token_bytes(KEY_BYTES), former=former)
        return kid

    async def _put(
        self, tx: Transaction, use: str, kid: int, secret: bytes, former: KeyState = KeyState.VERIFY
    ) -> None:
        public = _public(secret) if use == KeyUse.LEDGER else None
        wrapped = self.master.wrap(secret, context_of(use, kid))
        await rows.add_active_key(tx, use, kid, wrapped, public=public, former=former)

    async def _make_missing(self, tx: Transaction) -> None:
        """Adds what a fresh database, or one of an earlier release, doesn't have. The caller holds the lock."""
        found = await rows.all_keys(tx)
        links = [row for row in found if row.use == KeyUse.SHARE_TOKEN]
        if not any(row.state == KeyState.ACTIVE for row in links):
            await self.add(tx, KeyUse.SHARE_TOKEN)
        active = {row.use for row in found if row.state == KeyState.ACTIVE}
        if KeyUse.CONTENT_URL not in active:
            await self._first_content_keys(tx, links)
        if KeyUse.LEDGER not in active and await ledger.latest_checkpoint(tx) is None:
            await self.add(tx, KeyUse.LEDGER)  # a log that began goes on under a key that its auditors know, or not
        if not {HASH_ROOT, MARK_ROOT} <= active:
            await self._keep_roots(tx)

    async def _first_content_keys(self, tx: Transaction, links: list[KeyRow]) -> None:
        if not any(row.state == KeyState.ACTIVE for row in links):
            await self.add(tx, KeyUse.CONTENT_URL)
            return
        for row in links:
            if row.state != KeyState.REVOKED:
                await self._put(tx, KeyUse.CONTENT_URL, row.kid, self._secret(row))

    async def _keep_roots(self, tx: Transaction) -> None:
        """Keeps the roots of the master key that the oldest link key was wrapped under."""
        oldest = next(row for row in await rows.all_keys(tx) if row.use == KeyUse.SHARE_TOKEN)
        hashing, hiding = self.master.roots_of(oldest.wrapped_secret, context_of(oldest.use, oldest.kid))
        await self._put(tx, HASH_ROOT, ROOT_KID, hashing)
        await self._put(tx, MARK_ROOT, ROOT_KID, hiding)

    def _adopt(self, found: tuple[KeyRow, ...]) -> None:
        links, content = (
            [self._signing(row) for row in found if row.use == use] for use in (KeyUse.SHARE_TOKEN, KeyUse.CONTENT_URL)
        )
        ledger = tuple(self._ledger(row) for row in found if row.use == KeyUse.LEDGER)
        roots = {row.use: self._secret(row) for row in found if row.use in (HASH_ROOT, MARK_ROOT)}
        self.master.adopt_roots(roots[HASH_ROOT], roots[MARK_ROOT])
        self.links.adopt(links)
        self.content.adopt(content)
        self.ledger = ledger

    def _signing(self, row: KeyRow) -> SigningKey:
        return SigningKey(
            kid=row.kid,
            secret=self._secret(row),
            active=row.state == KeyState.ACTIVE,
            usable=row.state != KeyState.REVOKED,
        )

    def _ledger(self, row: KeyRow) -> LedgerKey:
        seed = self._secret(row)
        return LedgerKey(kid=row.kid, state=KeyState(row.state), seed=seed, public=_public(seed))

    def _secret(self, row: KeyRow) -> bytes:
        return self.master.unwrap(row.wrapped_secret, context_of(row.use, row.kid))


def context_of(use: str, kid: int) -> str:
    """What a key is wrapped for. Link keys keep the word that they had when they were the only ones."""
    return f"signing-key:{kid}" if use == KeyUse.SHARE_TOKEN else f"{use}-key:{kid}"


def _complete(found: tuple[KeyRow, ...]) -> bool:
    active = {row.use for row in found if row.state == KeyState.ACTIVE}
    return {*KeyUse, HASH_ROOT, MARK_ROOT} <= active


def _public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
