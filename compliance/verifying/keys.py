"""Who may sign: verifier keys (vkeys) of logs (Ed25519 notes) and of witnesses (Ed25519 cosignatures, version 1)."""

from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from compliance.verifying.encodings import HASH_BYTES, INTEGER_MAX, strict_base64
from compliance.verifying.errors import BadSignature, Malformed
from compliance.verifying.notes import KEY_ID_BYTES, Note, Signature, valid_name

LOG = 0x01
WITNESS = 0x04
KINDS = {LOG: "log", WITNESS: "witness"}
TIME_BYTES = 8
VKEY_PARTS = 3


@dataclass(frozen=True)
class VerifierKey:
    """A public key with its name; `kind` is LOG or WITNESS."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """What a signature line begins with."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:KEY_ID_BYTES]

    def signatures(self, note: Note) -> tuple[Signature, ...]:
        """The lines that claim to be by this key."""
        return tuple(each for each in note.signatures if (each.name, each.key_id) == (self.name, self.key_id))

    def signed(self, note: Note) -> int | None:
        """When this key signed the note: seconds since the epoch, 0 for a log, None when no line claims it.

        Raises BadSignature for a line that claims it wrongly.
        """
        times = [self._checked(note.text, each) for each in self.signatures(note)]
        return times[0] if times else None

    def _checked(self, text: bytes, signature: Signature) -> int:
        time, body = (0, signature.body) if self.kind == LOG else _timed(signature)
        if not self.verifies(body, text if self.kind == LOG else b"cosignature/v1\ntime %d\n%s" % (time, text)):
            raise BadSignature(f"{self.name} did not sign this text", signature.line)
        return time

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Plain Ed25519."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def parse_vkey(text: str) -> VerifierKey:
    """`name+hex of the key id+base64 of (kind, public key)`. Raises Malformed."""
    parts = text.split("+", VKEY_PARTS - 1)
    if len(parts) != VKEY_PARTS or not valid_name(parts[0]):
        raise Malformed("not a verifier key: name+id+key")
    name, claimed, encoded = parts
    material = strict_base64(encoded)
    if not material or material[0] not in KINDS or len(material) != 1 + HASH_BYTES:
        raise Malformed("neither an Ed25519 log key nor an Ed25519 witness key")
    key = VerifierKey(name, material[0], material[1:])
    if key.key_id.hex() != claimed:
        raise Malformed(f"the key of {name} does not have the id that it names")
    return key


def _timed(signature: Signature) -> tuple[int, bytes]:
    time = int.from_bytes(signature.body[:TIME_BYTES], "big")
    if time > INTEGER_MAX:
        raise BadSignature("a time beyond all times", signature.line)
    return time, signature.body[TIME_BYTES:]
