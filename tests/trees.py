"""A log as RFC 6962 and C2SP define it, written as the definitions read: slow, and sharing nothing with ours."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LOG_SEED = bytes(range(32))
ORIGIN = "audit.example/share-1"


def root_of(leaves: Sequence[bytes]) -> bytes:
    """MTH(D[n]), RFC 6962 §2.1."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = _split(len(leaves))
    return sha256(b"\x01" + root_of(leaves[:k]) + root_of(leaves[k:])).digest()


def consistency_of(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """PROOF(m, D[n]), RFC 6962 §2.1.2; empty for the empty tree and for the same one."""
    return _subproof(old_size, leaves, whole=True) if 0 < old_size < len(leaves) else []


def _subproof(m: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [root_of(leaves)]
    k = _split(len(leaves))
    if m <= k:
        return [*_subproof(m, leaves[:k], whole=whole), root_of(leaves[k:])]
    return [*_subproof(m - k, leaves[k:], whole=False), root_of(leaves[:k])]


def _split(n: int) -> int:
    return 1 << (n - 1).bit_length() - 1


@dataclass
class Log:
    """A log of some leaves, which signs any head it is asked for."""

    leaves: list[bytes] = field(default_factory=list)
    origin: str = ORIGIN
    seed: bytes = LOG_SEED

    @classmethod
    def of(cls, count: int, prefix: bytes = b"entry-") -> "Log":
        """A log of so many leaves."""
        return cls([prefix + b"%d" % i for i in range(count)])

    @property
    def vkey(self) -> str:
        """The log's key in the verifier's form."""
        encoded = base64.b64encode(b"\x01" + self._public).decode()
        return f"{self.origin}+{self._key_id.hex()}+{encoded}"

    def text(self, size: int) -> str:
        """The unsigned head of the first `size` leaves."""
        root = base64.b64encode(root_of(self.leaves[:size])).decode()
        return f"{self.origin}\n{size}\n{root}\n"

    def signed(self, text: str) -> str:
        """Any text as this log's note."""
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return f"{text}\n\u2014 {self.origin} {base64.b64encode(self._key_id + signature).decode()}\n"

    def checkpoint(self, size: int) -> str:
        """The signed head of the first `size` leaves."""
        return self.signed(self.text(size))

    def proof(self, old_size: int, size: int) -> list[str]:
        """The consistency proof, in base64."""
        return [base64.b64encode(each).decode() for each in consistency_of(self.leaves[:size], old_size)]

    def request(self, old_size: int, size: int) -> bytes:
        """The body of add-checkpoint."""
        return body_of(old_size, self.proof(old_size, size), self.checkpoint(size))

    @property
    def _public(self) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    @property
    def _key_id(self) -> bytes:
        return sha256(self.origin.encode() + b"\n\x01" + self._public).digest()[:4]


def body_of(old_size: int | str, proof: Sequence[str], note: str) -> bytes:
    """The body of add-checkpoint."""
    return ("".join(f"{line}\n" for line in (f"old {old_size}", *proof)) + "\n" + note).encode()
