"""What the hidden mark of a copy is made of: whose copy, by which key, of which picture.

Promises: the same three for all that one visit is served of one page, so that every piece of a copy leads to the same
visit. Leaves drawing the mark to the processes that seal (`compliance.rendering`), reading it to whoever traces.
"""

import hashlib
from dataclasses import dataclass, field

PAGE_BYTES = 4
DOCUMENT_PAGE = 0  # the one hidden picture that all pages of a spliced PDF are multiplied with


@dataclass(frozen=True)
class CopyMark:
    """The copy id (48 bits) and the key of one visit; `secret` is `KeyRing.hidden_secrets[kid]`."""

    copy_id: int
    kid: int
    secret: bytes = field(repr=False)


def asset_of(version_sha256: str, page: int) -> bytes:
    """The 32 bytes that name one original picture, whatever size it is shown in; pages from 1, or DOCUMENT_PAGE."""
    return hashlib.sha256(bytes.fromhex(version_sha256) + page.to_bytes(PAGE_BYTES, "big")).digest()
