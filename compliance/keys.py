"""Keys: one master key from the configuration, and what is derived from it or wrapped by it.

Trust: whoever holds the master key and the database can read profiles and forge links; the database alone can do
neither.
- Wrapping is AES-256-GCM (NIST SP 800-38D): 12 random bytes of nonce, then the ciphertext; the context is
  authenticated.
- Sub-keys come by HKDF-SHA-256 (RFC 5869), one `info` string for each purpose.
- Signing keys (for links) rotate: one active, older ones only verify, revoked ones do nothing.
- To each signing key belongs a key of the hidden mark, derived from the master key and its id. Copies are made with the
  active one; all of them, revoked ones too, are read when a leak is traced: what was served stays served.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from compliance.errors import KeyUnavailable
from storage.database import Database, Transaction
from storage.rows import keys as rows

KEY_BYTES = 32
NONCE_BYTES = 12
KID_MAX = 255  # one byte of a share token


class MasterKey:
    """The deployment's one secret. Its repr shows nothing."""

    def __init__(self, secret: bytes) -> None:
        """Raises ValueError unless `secret` is 32 bytes."""
        if len(secret) != KEY_BYTES:
            raise ValueError(f"the master key is {KEY_BYTES} bytes, not {len(secret)}")
        self._wrapping = AESGCM(_derive(secret, "wrap"))
        self._hashing = _derive(secret, "keyed-hash")
        self._hiding = _derive(secret, "hidden-mark")

    def wrap(self, plain: bytes, context: str) -> bytes:
        """Encrypts under the master key, bound to `context` (what the secret is for)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._wrapping.encrypt(nonce, plain, context.encode())

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """The plain bytes. Raises KeyUnavailable for another master key, another context or damage."""
        return _decrypt(self._wrapping, wrapped, context)

    def keyed_hash(self, purpose: str, value: str) -> str:
        """HMAC-SHA-256 as 64 hex digits: looks a value up without keeping it, useless without the master key."""
        return hmac.new(self._hashing, f"{purpose}\n{value}".encode(), hashlib.sha256).hexdigest()

    def hidden_secret(self, kid: int) -> bytes:
        """The secret of the hidden mark that belongs to the signing key `kid` (`watermark.hidden.HiddenKey`)."""
        return _derive(self._hiding, f"hidden-mark/{kid}")


def encrypt(key: bytes, plain: bytes, context: str) -> bytes:
    """AES-256-GCM under a 32-byte key, in the same form as MasterKey.wrap."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def decrypt(key: bytes, sealed: bytes, context: str) -> bytes:
    """The opposite of `encrypt`. Raises KeyUnavailable."""
    return _decrypt(AESGCM(key), sealed, context)


@dataclass(frozen=True)
class SigningKey:
    """One key for links. `usable` is false once it is revoked."""

    kid: int
    secret: bytes
    active: bool
    usable: bool

    def __repr__(self) -> str:
        return f"SigningKey(kid={self.kid}, active={self.active}, usable={self.usable})"


class KeyRing:
    """The signing keys as this process knows them; `refresh` reads them anew.

    Without an active key nothing can be signed.
    """

    def __init__(self, master: MasterKey) -> None:
        self.master = master
        self._keys: dict[int, SigningKey] = {}

    async def refresh(self, database: Database) -> None:
        """Reads every key; makes the first one if there is none. Raises KeyUnavailable under a wrong master key."""
        async with database.transaction() as tx:
            if not await _has_active(tx):
                kid = await rows.next_kid(tx)  # which makes others wait that start in the same moment
                if not await _has_active(tx):
                    await self._add(tx, kid)
            found = await rows.signing_keys(tx)
        self.adopt(
            SigningKey(
                kid=row.kid,
                secret=self.master.unwrap(row.wrapped_secret, _context(row.kid)),
                active=row.state == "active",
                usable=row.state != "revoked",
            )
            for row in found
        )

    def adopt(self, keys: Iterable[SigningKey]) -> None:
        """From now on these are the keys, and no others."""
        self._keys = {key.kid: key for key in keys}

    async def rotate(self, tx: Transaction) -> int:
        """Makes a new active key; the one before it goes on verifying. Returns the new key's id."""
        kid = await rows.next_kid(tx)
        await self._add(tx, kid)
        return kid

    @property
    def hidden_secrets(self) -> dict[int, bytes]:
        """By key id, newest first: what every copy that was ever served may have been marked with."""
        return {kid: self.master.hidden_secret(kid) for kid in sorted(self._keys, reverse=True)}

    @property
    def active_kid(self) -> int:
        """The key that signs and marks now. Raises KeyUnavailable when there is none."""
        for key in self._keys.values():
            if key.active:
                return key.kid
        raise KeyUnavailable(kid=0)

    async def _add(self, tx: Transaction, kid: int) -> None:
        if kid > KID_MAX:
            raise KeyUnavailable(kid=kid)
        await rows.add_active_key(tx, kid, self.master.wrap(secrets.token_bytes(KEY_BYTES), _context(kid)))

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


async def _has_active(tx: Transaction) -> bool:
    return any(row.state == "active" for row in await rows.signing_keys(tx))


def _context(kid: int) -> str:
    return f"signing-key:{kid}"


def _mac(key: SigningKey, purpose: str, message: bytes) -> bytes:
    return hmac.new(key.secret, purpose.encode() + b"\n" + message, hashlib.sha256).digest()


def _derive(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"sealshare/{purpose}/v1".encode()).derive(secret)


def _decrypt(cipher: AESGCM, sealed: bytes, context: str) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise KeyUnavailable(purpose=context) from error
