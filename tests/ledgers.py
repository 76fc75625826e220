"""Logs for tests of the verifier, made by the definitions of RFC 6962 and of C2SP, one to one and slowly.

Nothing here comes from what writes the ledger or from what verifies it: hashes by recursion, tiles by their formula.
"""

import base64
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from compliance.verifying import Policy, parse_policy

ORIGIN = "audit.example/share-1"
WITNESS = "witness.example/w1"
LOG_SEED, WITNESS_SEED = bytes(range(32)), bytes(range(32, 64))  # those of the published note
COSIGNED_AT = 1767225600


def leaf(entry: bytes) -> bytes:
    """RFC 6962 §2.1."""
    return sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    """RFC 6962 §2.1."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree over hashes of leaves, by the recursive definition; ranges that were asked for are remembered."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = leaves
        self.range = cache(self._range)

    def _range(self, begin: int, end: int) -> bytes:
        """MTH(D[begin:end])."""
        if end - begin == 0:
            return sha256(b"").digest()
        if end - begin == 1:
            return self.leaves[begin]
        middle = begin + largest_power_below(end - begin)
        return node(self.range(begin, middle), self.range(middle, end))

    def inclusion(self, index: int, begin: int, end: int) -> list[bytes]:
        """PATH(index, D[begin:end])."""
        if end - begin == 1:
            return []
        middle = begin + largest_power_below(end - begin)
        if index < middle:
            return [*self.inclusion(index, begin, middle), self.range(middle, end)]
        return [*self.inclusion(index, middle, end), self.range(begin, middle)]

    def consistency(self, old: int, begin: int, end: int, *, whole: bool = True) -> list[bytes]:
        """SUBPROOF(old, D[begin:end], whole), `old` counted from `begin`."""
        if old == end - begin:
            return [] if whole else [self.range(begin, end)]
        power = largest_power_below(end - begin)
        middle = begin + power
        if old <= power:
            return [*self.consistency(old, begin, middle, whole=whole), self.range(middle, end)]
        return [*self.consistency(old - power, middle, end, whole=False), self.range(begin, middle)]


def largest_power_below(n: int) -> int:
    """The largest power of two smaller than n."""
    return 1 << (n - 1).bit_length() - 1


@dataclass(frozen=True)
class Signer:
    """An Ed25519 key with a name; `kind` 1 signs notes, 4 cosigns them."""

    name: str = ORIGIN
    seed: bytes = LOG_SEED
    kind: int = 1

    @property
    def public(self) -> bytes:
        """32 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    @property
    def key_id(self) -> bytes:
        """As the note's specification has it."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The verifier key."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"

    def line(self, text: bytes, time: int = COSIGNED_AT) -> str:
        """The signature line for this text, with its line end."""
        key = Ed25519PrivateKey.from_private_bytes(self.seed)
        if self.kind == 1:
            body = key.sign(text)
        else:
            body = time.to_bytes(8, "big") + key.sign(b"cosignature/v1\ntime %d\n%s" % (time, text))
        return f"— {self.name} {base64.b64encode(self.key_id + body).decode()}\n"


LOG = Signer()
COSIGNER = Signer(WITNESS, WITNESS_SEED, 4)
POLICY_TEXT = f"log {LOG.vkey}\nwitness w1 {COSIGNER.vkey}\nquorum w1\n"


def policy() -> Policy:
    """The log's key, and one witness that must have signed."""
    return parse_policy(POLICY_TEXT.encode())


def checkpoint(size: int, root: bytes, *signers: Signer, origin: str = ORIGIN) -> bytes:
    """A signed head; by the log and the witness unless said otherwise."""
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    return (text + "\n" + "".join(each.line(text.encode()) for each in signers or (LOG, COSIGNER))).encode()


@dataclass
class Files:
    """A log in memory, by path: a source for the verifier that a test may damage."""

    files: dict[str, bytes] = field(default_factory=dict)

    def get(self, path: str, limit_bytes: int) -> bytes | None:
        """As `Source` says."""
        data = self.files.get(path)
        return None if data is None else data[: limit_bytes + 1]


def entry(i: int) -> bytes:
    """An entry of a test's log."""
    return b'{"act":"viewer:copy:view","i":%d,"n":"%s"}' % (i, sha256(b"%d" % i).hexdigest()[:32].encode())


def log_of(entries: Sequence[bytes], *signers: Signer) -> Files:
    """A whole log: tiles by their formula, bundles, a checkpoint."""
    tree, files, size = Tree([leaf(each) for each in entries]), Files(), len(entries)
    level = 0
    while size >> (8 * level):
        span, hashes = 256**level, size // 256**level
        for n in range((hashes + 255) // 256):
            width = min(hashes - n * 256, 256)
            parts = [tree.range((n * 256 + i) * span, (n * 256 + i + 1) * span) for i in range(width)]
            files.files[path(level, n, width)] = b"".join(parts)
        level += 1
    for n in range((size + 255) // 256):
        some = entries[n * 256 : n * 256 + 256]
        files.files[path("entries", n, len(some))] = b"".join(len(each).to_bytes(2, "big") + each for each in some)
    files.files["checkpoint"] = checkpoint(size, tree.range(0, size), *signers)
    return files


def path(level: int | str, n: int, width: int) -> str:
    """Where a tile lies; enough for the sizes of tests."""
    number = f"{n:03d}" if n < 1000 else f"x{n // 1000:03d}/{n % 1000:03d}"  # three digits a group
    return f"tile/{level}/{number}" + (f".p/{width}" if width < 256 else "")  # a whole tile


def receipt(tree: Tree, index: int, size: int, *, extra: bytes | None = None) -> bytes:
    """A receipt for the leaf at `index` in the tree's first `size`."""
    told = [] if extra is None else [f"extra {base64.b64encode(extra).decode()}"]
    hashes = [base64.b64encode(each).decode() for each in tree.inclusion(index, 0, size)]
    head = "\n".join(["c2sp.org/tlog-proof@v1", *told, f"index {index}", *hashes])
    return f"{head}\n\n".encode() + checkpoint(size, tree.range(0, size))


Damage = Callable[[bytes], bytes]


def another(seed: str = "forger") -> Signer:
    """A key of the log's name that is not the log's."""
    return Signer(ORIGIN, sha256(seed.encode()).digest() or secrets.token_bytes(32))
