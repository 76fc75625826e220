"""Numbers and base64 in the one form that the specifications allow, so that each value has one spelling."""

import base64
import binascii
import re

from compliance.verifying.errors import Malformed

HASH_BYTES = 32
INTEGER_MAX = 2**63 - 1  # what every implementation can hold
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def decimal(text: str, line: int | None = None) -> int:
    """A number without sign, spaces or leading zeroes. Raises Malformed."""
    if not _DECIMAL.fullmatch(text) or (number := int(text)) > INTEGER_MAX:
        raise Malformed("not a number in its shortest form", line)
    return number


def strict_base64(text: str, line: int | None = None) -> bytes:
    """Standard base64 with padding (RFC 4648 §4), unused bits zero. Raises Malformed."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("not base64", line) from None
    if base64.b64encode(decoded).decode() != text:
        raise Malformed("base64 with bits that mean nothing", line)
    return decoded


def hash_of(text: str, line: int | None = None) -> bytes:
    """One SHA-256 in base64. Raises Malformed."""
    decoded = strict_base64(text, line)
    if len(decoded) != HASH_BYTES:
        raise Malformed(f"a hash has {HASH_BYTES} bytes, this has {len(decoded)}", line)
    return decoded
