"""Open data that a mini-program brings encrypted (`encryptedData`, `iv`): phone numbers, groups, private messages.

AES-128-CBC with PKCS#7 under the session_key. What decrypts is believed only if its watermark names our app and is
fresh: anybody can bring an old one.
"""

import base64
import binascii
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from fileserver.platforms.times import from_seconds

BLOCK_BITS = 128
KEY_BYTES = 16
ENCRYPTED_MAX = 64 * 1024  # characters
FRESH = timedelta(minutes=10)


class OpenDataRefused(Exception):
    """Not decrypted, not ours or not fresh; `reason` is malformed, undecryptable, other-app or stale."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def opened(
    encrypted: str, iv: str, session_key: str, *, app_id: str, clock: Callable[[], datetime], fresh: timedelta = FRESH
) -> dict[str, Any]:
    """The object inside. Raises OpenDataRefused."""
    data = _decrypted(encrypted, iv, session_key)
    mark = data.get("watermark")
    if not isinstance(mark, dict) or mark.get("appid") != app_id:
        raise OpenDataRefused("other-app")
    try:
        said_at = from_seconds(int(mark["timestamp"]))
    except (KeyError, TypeError, ValueError):
        raise OpenDataRefused("malformed") from None
    if abs(clock() - said_at) > fresh:
        raise OpenDataRefused("stale")
    return data


def _decrypted(encrypted: str, iv: str, session_key: str) -> dict[str, Any]:
    try:
        if len(encrypted) > ENCRYPTED_MAX:
            raise OpenDataRefused("malformed")
        key, start, sealed = (base64.b64decode(each, validate=True) for each in (session_key, iv, encrypted))
        if len(key) != KEY_BYTES or len(start) != KEY_BYTES or not sealed:
            raise OpenDataRefused("malformed")
    except (binascii.Error, ValueError):
        raise OpenDataRefused("malformed") from None
    try:
        decryptor = Cipher(AES(key), CBC(start)).decryptor()
        unpadder = PKCS7(BLOCK_BITS).unpadder()
        plain = unpadder.update(decryptor.update(sealed) + decryptor.finalize()) + unpadder.finalize()
        data = json.loads(plain)
    except (ValueError, RecursionError):
        raise OpenDataRefused("undecryptable") from None
    if not isinstance(data, dict):
        raise OpenDataRefused("undecryptable")
    return data
