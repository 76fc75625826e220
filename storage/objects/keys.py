"""Which keys mean the same everywhere.

S3 allows any UTF-8; servers that keep objects in folders tidy paths up, so that two keys become one object. Promises
that a key which passed here is stored, listed and deleted as itself.
"""

import re

KEY_BYTES_MAX = 1024
# Control characters and the backslash; empty, "." and ".." segments.
NOT_PORTABLE = re.compile(r"[\x00-\x1f\x7f\\]|(?:^|/)\.{0,2}(?:/|$)")


def portable(key: str) -> str:
    """The key itself; ValueError when a server might take it for another."""
    if NOT_PORTABLE.search(key) or len(key.encode()) > KEY_BYTES_MAX:
        raise ValueError(f"not a portable key: {key!r}")
    return key
