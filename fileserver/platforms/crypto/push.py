"""What platforms push to a server: the handshake's signature, and the envelope of the secure mode (WXBizMsgCrypt).

The same scheme serves WeChat's message push and WeCom's callbacks: AES-256-CBC whose IV is the key's first 16 bytes,
PKCS#7 to blocks of 32; inside are 16 random bytes, the message's length (4 bytes, big-endian), the message, and the
id of who receives it, which must be ours.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

ENCODED_KEY_CHARS = 43
BLOCK_BITS = 256
RANDOM_BYTES = 16
LENGTH = struct.Struct(">I")


class PushRefused(Exception):
    """Not from the platform, or not for us; `reason` is signature, malformed, undecryptable or receiver."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def push_signature(*parts: str) -> str:
    """SHA-1 in hex of the parts in order: token, timestamp, nonce, and in the secure mode the encrypted text."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def check_signature(signature: str, *parts: str) -> None:
    """Raises PushRefused("signature"); takes the same time for every wrong one."""
    if not hmac.compare_digest(push_signature(*parts).encode(), signature.encode("utf-8", "replace")):
        raise PushRefused("signature")


@dataclass(frozen=True)
class Envelope:
    """The secure mode's key: EncodingAESKey, 43 characters. `receiver` is our AppID or CorpID.

    Raises ValueError for another length or other characters.
    """

    encoded_key: str = field(repr=False)
    receiver: str

    def __post_init__(self) -> None:
        if (
            len(self.encoded_key) != ENCODED_KEY_CHARS
            or not self.encoded_key.isalnum()
            or not self.encoded_key.isascii()
        ):
            raise ValueError(f"an EncodingAESKey is {ENCODED_KEY_CHARS} letters and digits")

    def open(self, encrypted: str) -> bytes:
        """The message inside. Raises PushRefused."""
        try:
            sealed = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError):
            raise PushRefused("malformed") from None
        try:
            decryptor = self._cipher().decryptor()
            unpadder = PKCS7(BLOCK_BITS).unpadder()
            plain = unpadder.update(decryptor.update(sealed) + decryptor.finalize()) + unpadder.finalize()
            (length,) = LENGTH.unpack_from(plain, RANDOM_BYTES)
        except (ValueError, struct.error):
            raise PushRefused("undecryptable") from None
        start = RANDOM_BYTES + LENGTH.size
        message, receiver = plain[start : start + length], plain[start + length :]
        if len(message) != length:
            raise PushRefused("undecryptable")
        if not hmac.compare_digest(receiver, self.receiver.encode()):
            raise PushRefused("receiver")
        return message

    def seal(self, message: bytes, *, random: bytes | None = None) -> str:
        """The opposite, in base64: what the platform does, and what an encrypted answer would be."""
        random = secrets.token_bytes(RANDOM_BYTES) if random is None else random
        padder, encryptor = PKCS7(BLOCK_BITS).padder(), self._cipher().encryptor()
        plain = random + LENGTH.pack(len(message)) + message + self.receiver.encode()
        padded = padder.update(plain) + padder.finalize()
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def _cipher(self) -> Cipher[CBC]:
        key = base64.b64decode(f"{self.encoded_key}=")
        return Cipher(AES(key), CBC(key[:16]))
