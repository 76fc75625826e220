"""Keys of one use. Pure: what the keys are is said by `adopt`, which the key ring calls with what it read.

One key is active. After a rotation the former one still verifies, so that what it signed goes on working; the ledger's
former key also goes on signing beside the new one (`overlap`), so that whoever knows only the old key can follow. A
revoked key does nothing: what it signed is refused.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from compliance.errors import KeyUnavailable


class KeyUse(StrEnum):
    """What a ring is for. A key of one use is worth nothing in another."""

    SHARE_TOKEN = "share-token"  # noqa: S105  # the name of a use
    CONTENT_URL = "content-url"
    LEDGER = "ledger"


class KeyState(StrEnum):
    """What a key may do."""

    ACTIVE = "active"  # signs and verifies
    OVERLAP = "overlap"  # of the ledger: signs beside the active one
    VERIFY = "verify"  # verifies what it signed
    REVOKED = "revoked"  # nothing


@dataclass(frozen=True)
class SigningKey:
    """One key that makes MACs. `usable` is false once it is revoked."""

    kid: int
    secret: bytes
    active: bool
    usable: bool

    def __repr__(self) -> str:
        return f"SigningKey(kid={self.kid}, active={self.active}, usable={self.usable})"


@dataclass(frozen=True, kw_only=True)
class LedgerKey:
    """One Ed25519 key of the ledger (RFC 8032): a 32-byte seed and its public half."""

    kid: int
    state: KeyState
    seed: bytes = field(repr=False)
    public: bytes


class Ring:
    """The keys of one use as this process knows them. Without an active key nothing can be signed."""

    def __init__(self) -> None:
        self._keys: dict[int, SigningKey] = {}

    def adopt(self, keys: Iterable[SigningKey]) -> None:
        """From now on these are the keys, and no others."""
        self._keys = {key.kid: key for key in keys}

    @property
    def kids(self) -> tuple[int, ...]:
        """Every key's id, newest first, those of revoked ones too."""
        return tuple(sorted(self._keys, reverse=True))

    @property
    def active_kid(self) -> int:
        """The key that signs now. Raises KeyUnavailable when there is none."""
        for key in self._keys.values():
            if key.active:
                return key.kid
        raise KeyUnavailable(kid=0)

    def sign(self, purpose: str, message: bytes, size_bytes: int) -> tuple[int, bytes]:
        """(key id, truncated HMAC-SHA-256) by the active key. Raises KeyUnavailable when there is none."""
        key = self._keys[self.active_kid]
        return key.kid, _mac(key, purpose, message)[:size_bytes]

    def verifies(self, kid: int, purpose: str, message: bytes, mac: bytes) -> bool:
        """Whether the key `kid` made this MAC, in constant time. Unknown and revoked keys verify nothing."""
        key = self._keys.get(kid)
        if key is None or not key.usable:
            return False
        return hmac.compare_digest(_mac(key, purpose, message)[: len(mac)], mac)

    def sign_by(self, kid: int, purpose: str, message: bytes, size_bytes: int) -> bytes:
        """The MAC by a named key that is still usable: makes a known link's text again. Raises KeyUnavailable."""
        key = self._keys.get(kid)
        if key is None or not key.usable:
            raise KeyUnavailable(kid=kid)
        return _mac(key, purpose, message)[:size_bytes]


def _mac(key: SigningKey, purpose: str, message: bytes) -> bytes:
    return hmac.digest(key.secret, purpose.encode() + b"\n" + message, "sha256")
