"""The secret that a hidden mark is made from and read with.

Promises: everything keyed (signs, permutations, patterns, the check) comes from SHAKE-256 over the secret, a label
and what the label names, so it is the same on every machine and in every version of NumPy. Leaves deriving and
keeping the secret to the caller.
"""

import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

SECRET_BYTES = 32
_DOMAIN = b"sealshare hidden mark v1"


@dataclass(frozen=True)
class HiddenKey:
    """One generation of the deployment's secret; `kid` names it, and is small and unique among those in use."""

    kid: int
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_BYTES:
            raise ValueError(f"a hidden key has {SECRET_BYTES} bytes")

    def stream(self, label: str, size_bytes: int, about: bytes = b"") -> bytes:
        """Bytes that only holders of the secret can tell from chance; another label or `about`, other bytes."""
        parts = (_DOMAIN, self.secret, label.encode(), about)
        framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hashlib.shake_256(framed).digest(size_bytes)

    def words(self, label: str, count: int, about: bytes = b"") -> NDArray[np.uint64]:
        """`count` keyed 64-bit words."""
        return np.frombuffer(self.stream(label, 8 * count, about), dtype="<u8").astype(np.uint64)

    def signs(self, label: str, count: int, about: bytes = b"") -> NDArray[np.float32]:
        """`count` keyed values, each +1 or -1."""
        packed = np.frombuffer(self.stream(label, -(-count // 8), about), dtype=np.uint8)
        return 1 - 2 * np.unpackbits(packed)[:count].astype(np.float32)

    def permutation(self, label: str, count: int, about: bytes = b"") -> NDArray[np.intp]:
        """The numbers below `count` in a keyed order."""
        return np.argsort(self.words(label, count, about), kind="stable")
