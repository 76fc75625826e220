"""Signed notes and checkpoints, as C2SP writes them (signed-note, tlog-checkpoint, tlog-cosignature).

A note is text that ends with a line feed, an empty line, and signature lines. Keys are named: the name is written into
each signature, and with the public key it makes the key's id of four bytes. A checkpoint is a note of three lines: the
log's origin, its size, the base64 of its root.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
KEY_ID_BYTES = 4
SEED_BYTES = PUBLIC_KEY_BYTES = ROOT_BYTES = 32
NAME_BYTES_MAX = 255
NOTE_BYTES_MAX = 1 << 20
SIGNATURES_MAX = 64
DASH = "\u2014"  # em dash
SECRET = "PRIVATE+KEY"  # noqa: S105  # the form's first word
CHECKPOINT_LINES = 3
SIZE_MAX = 2**63 - 1


class NoteMalformed(ValueError):
    """Not a signed note, a key or a checkpoint in the one form that the specification has."""


class Signer:
    """An Ed25519 key with a name. Its repr shows the name and the id, never the seed."""

    def __init__(self, name: str, seed: bytes) -> None:
        """Raises NoteMalformed for a name that no key may have, ValueError unless the seed has 32 bytes."""
        self.name = checked_name(name)
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    def __repr__(self) -> str:
        return f"Signer({self.name}+{self.key_id.hex()})"

    @cached_property
    def public_key(self) -> bytes:
        """32 bytes."""
        return self._key.public_key().public_bytes_raw()

    @cached_property
    def key_id(self) -> bytes:
        """4 bytes, written before each signature."""
        return key_id(self.name, ED25519, self.public_key)

    @property
    def vkey(self) -> str:
        """The verifier's form of the key, for everybody: `name+hex+base64`."""
        return vkey(self.name, self.public_key)

    @property
    def skey(self) -> str:
        """The signer's form of the key, a secret: `PRIVATE+KEY+name+hex+base64`."""
        seed = self._key.private_bytes_raw()
        return f"{SECRET}+{self.name}+{self.key_id.hex()}+{_base64(ED25519 + seed)}"

    def line(self, text: str) -> str:
        """The signature line over a note's text, with its line feed."""
        return signature_line(self.name, self.key_id, self._key.sign(text.encode()))


@dataclass(frozen=True)
class Verifier:
    """The public half of a `Signer`."""

    name: str
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """4 bytes."""
        return key_id(self.name, ED25519, self.public_key)

    def signed(self, note: "Note") -> bool:
        """Whether one of the note's signatures is this key's and true."""
        key = Ed25519PublicKey.from_public_bytes(self.public_key)
        return any(
            _is_true(key, signature.payload, note.text.encode())
            for signature in note.signatures
            if (signature.name, signature.key_id) == (self.name, self.key_id)
        )


@dataclass(frozen=True)
class Signature:
    """One signature line, not verified: what is behind the key id depends on the kind of key."""

    name: str
    key_id: bytes
    payload: bytes


@dataclass(frozen=True)
class Note:
    """A note as it was read, nothing verified."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True)
class Checkpoint:
    """A log's head: what it commits to."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note's text, which is what is signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


def signed_note(text: str, signers: Iterable[Signer]) -> str:
    """The text with a line of each signer behind it. Raises ValueError for a text without a line feed at its end."""
    if not text.endswith("\n"):
        raise ValueError("a note's text ends with a line feed")
    return text + "\n" + "".join(signer.line(text) for signer in signers)


def with_lines(note: str, lines: Sequence[str]) -> str:
    """The note with more signature lines behind its own, each with its line feed: cosignatures."""
    return note + "".join(lines)


def signature_line(name: str, of_key: bytes, payload: bytes) -> str:
    """`— name base64`, with its line feed; `payload` is the signature, or for witnesses time and signature."""
    return f"{DASH} {name} {_base64(of_key + payload)}\n"


def parse_note(note: str) -> Note:
    """Raises NoteMalformed."""
    text, separator, lines = note.rpartition("\n\n")
    if not separator or not lines.endswith("\n") or len(note.encode()) > NOTE_BYTES_MAX:
        raise NoteMalformed("a note is text, an empty line, and signatures")
    if any(ord(char) < ord(" ") and char != "\n" for char in note):
        raise NoteMalformed("a note holds no control characters")
    split = lines[:-1].split("\n")
    if len(split) > SIGNATURES_MAX:
        raise NoteMalformed("too many signatures")
    return Note(text + "\n", tuple(parse_line(line) for line in split))


def parse_line(line: str) -> Signature:
    """A signature line without its line feed. Raises NoteMalformed."""
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    decoded = _bytes(encoded)
    if dash != DASH or len(decoded) <= KEY_ID_BYTES:
        raise NoteMalformed("a signature line is a dash, a name, and base64")
    return Signature(checked_name(name), decoded[:KEY_ID_BYTES], decoded[KEY_ID_BYTES:])


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that a note's text is. Lines of extensions are let pass. Raises NoteMalformed."""
    lines = text.split("\n")
    if len(lines) <= CHECKPOINT_LINES:
        raise NoteMalformed("a checkpoint has an origin, a size and a root")
    origin, size, root = lines[:CHECKPOINT_LINES]
    if not origin or not size.isascii() or not size.isdigit() or str(int(size[:20])) != size or int(size) > SIZE_MAX:
        raise NoteMalformed("a checkpoint's size is a decimal number")
    found = Checkpoint(origin, int(size), _bytes(root))
    if len(found.root) != ROOT_BYTES:
        raise NoteMalformed(f"a checkpoint's root has {ROOT_BYTES} bytes")
    return found


def key_id(name: str, kind: bytes, public_key: bytes) -> bytes:
    """The first four bytes of SHA-256 over name, line feed, kind of key and public key."""
    return hashlib.sha256(name.encode() + b"\n" + kind + public_key).digest()[:KEY_ID_BYTES]


def vkey(name: str, public_key: bytes, kind: bytes = ED25519) -> str:
    """A public key in the verifier's form; `kind` is 0x01 for notes, 0x04 for a witness's cosignatures."""
    return f"{name}+{key_id(name, kind, public_key).hex()}+{_base64(kind + public_key)}"


def parse_vkey(text: str) -> Verifier:
    """An Ed25519 key for notes out of the verifier's form. Raises NoteMalformed."""
    name, _, rest = text.partition("+")
    hexed, _, encoded = rest.partition("+")
    decoded = _bytes(encoded)
    if decoded[:1] != ED25519 or len(decoded) != 1 + PUBLIC_KEY_BYTES:
        raise NoteMalformed("not an Ed25519 key for notes")
    found = Verifier(checked_name(name), decoded[1:])
    if found.key_id.hex() != hexed:
        raise NoteMalformed("the key's id is not that of this name and this key")
    return found


def parse_skey(text: str) -> Signer:
    """An Ed25519 key out of the signer's form. Raises NoteMalformed."""
    prefix, _, rest = text.partition(f"{SECRET}+")
    name, _, rest = rest.partition("+")
    hexed, _, encoded = rest.partition("+")
    decoded = _bytes(encoded)
    if prefix or decoded[:1] != ED25519 or len(decoded) != 1 + SEED_BYTES:
        raise NoteMalformed("not an Ed25519 signer")
    found = Signer(name, decoded[1:])
    if found.key_id.hex() != hexed:
        raise NoteMalformed("the key's id is not that of this name and this key")
    return found


def checked_name(name: str) -> str:
    """The name, if a key may have it: not empty, no space of any kind, no plus. Raises NoteMalformed."""
    if not name or "+" in name or any(char.isspace() for char in name) or len(name.encode()) > NAME_BYTES_MAX:
        raise NoteMalformed("a key's name has no spaces and no plus")
    return name


def _is_true(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _base64(plain: bytes) -> str:
    return base64.b64encode(plain).decode()


def _bytes(encoded: str) -> bytes:
    """Raises NoteMalformed for anything but the one encoding of these bytes."""
    try:
        plain = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteMalformed("not base64") from error
    if _base64(plain) != encoded:
        raise NoteMalformed("not the one base64 of its bytes")
    return plain
