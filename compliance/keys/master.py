"""The master key: what it wraps opens under it alone, bound to the purpose that it was wrapped for.

- Wrapping is AES-256-GCM (NIST SP 800-38D): 12 random bytes of nonce, then the ciphertext; the context is
  authenticated.
- Sub-keys come by HKDF-SHA-256 (RFC 5869), one `info` string for each purpose.
- While a deployment moves from one master key to another, the other one opens too, and wraps nothing.
- Two roots, of keyed hashes and of hidden marks, must outlive a master key: they are derived from the first one, kept
  wrapped in the database and adopted from there.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from compliance.errors import KeyUnavailable

KEY_BYTES = 32
NONCE_BYTES = 12
KEK_ID_BYTES = 8


@dataclass(frozen=True, repr=False)
class _Derived:
    """What one secret is used as. `kek_id` names it without telling anything of it."""

    wrapping: AESGCM
    hashing: bytes
    hiding: bytes
    kek_id: str


class MasterKey:
    """The deployment's one secret. Its repr shows nothing."""

    def __init__(self, secret: bytes, other: bytes | None = None) -> None:
        """`other` only opens. Raises ValueError unless each is 32 bytes."""
        self._each = tuple(_derived(each) for each in (secret, other) if each is not None)
        self._hashing = self._each[0].hashing
        self._hiding = self._each[0].hiding

    @property
    def kek_id(self) -> str:
        """Names the key that wraps now."""
        return self._each[0].kek_id

    @property
    def other_kek_id(self) -> str | None:
        """Names the key that only opens, if there is one."""
        return self._each[1].kek_id if len(self._each) > 1 else None

    def wrap(self, plain: bytes, context: str) -> bytes:
        """Encrypts under the master key, bound to `context` (what the secret is for)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._each[0].wrapping.encrypt(nonce, plain, context.encode())

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """The plain bytes. Raises KeyUnavailable for another master key, another context or damage."""
        return self._opened(wrapped, context)[1]

    def rewrap(self, wrapped: bytes, context: str) -> bytes:
        """The same secret wrapped by the key that wraps now. Raises KeyUnavailable."""
        return self.wrap(self.unwrap(wrapped, context), context)

    def keyed_hash(self, purpose: str, value: str) -> str:
        """HMAC-SHA-256 as 64 hex digits: looks a value up without keeping it, useless without the master key."""
        return hmac.new(self._hashing, f"{purpose}\n{value}".encode(), hashlib.sha256).hexdigest()

    def hidden_secret(self, kid: int) -> bytes:
        """The secret of the hidden mark that belongs to the signing key `kid` (`watermark.hidden.HiddenKey`)."""
        return derive(self._hiding, f"hidden-mark/{kid}")

    def roots_of(self, wrapped: bytes, context: str) -> tuple[bytes, bytes]:
        """The roots (of keyed hashes, of hidden marks) of whichever key opens this. Raises KeyUnavailable."""
        found = self._opened(wrapped, context)[0]
        return found.hashing, found.hiding

    def adopt_roots(self, hashing: bytes, hiding: bytes) -> None:
        """From now on hashes and hidden secrets come from these."""
        self._hashing, self._hiding = hashing, hiding

    def _opened(self, wrapped: bytes, context: str) -> tuple[_Derived, bytes]:
        for each in self._each[:-1]:
            try:
                return each, _decrypt(each.wrapping, wrapped, context)
            except KeyUnavailable:
                continue
        return self._each[-1], _decrypt(self._each[-1].wrapping, wrapped, context)


def encrypt(key: bytes, plain: bytes, context: str) -> bytes:
    """AES-256-GCM under a 32-byte key, in the same form as MasterKey.wrap."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def decrypt(key: bytes, sealed: bytes, context: str) -> bytes:
    """The opposite of `encrypt`. Raises KeyUnavailable."""
    return _decrypt(AESGCM(key), sealed, context)


def derive(secret: bytes, purpose: str) -> bytes:
    """A sub-key for one purpose."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"sealshare/{purpose}/v1".encode()).derive(secret)


def _derived(secret: bytes) -> _Derived:
    if len(secret) != KEY_BYTES:
        raise ValueError(f"the master key is {KEY_BYTES} bytes, not {len(secret)}")
    return _Derived(
        wrapping=AESGCM(derive(secret, "wrap")),
        hashing=derive(secret, "keyed-hash"),
        hiding=derive(secret, "hidden-mark"),
        kek_id=derive(secret, "kek-id")[:KEK_ID_BYTES].hex(),
    )


def _decrypt(cipher: AESGCM, sealed: bytes, context: str) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise KeyUnavailable(purpose=context) from error
