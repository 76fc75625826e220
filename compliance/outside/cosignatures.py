"""Cosignatures of witnesses (C2SP tlog-cosignature, version 1: Ed25519 over time and checkpoint), read and verified."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from compliance.notes import NoteMalformed, key_id, parse_line, signature_line
from compliance.notes import vkey as vkey_of

KIND = b"\x04"
TIME_BYTES = 8
SIGNATURE_BYTES = 64
TIME_MAX = 2**40  # some 35,000 years


@dataclass(frozen=True)
class WitnessKey:
    """A witness's public key with its name, as the operator configured it."""

    name: str
    public_key: bytes

    @property
    def vkey(self) -> str:
        """The key in the verifier's form."""
        return vkey_of(self.name, self.public_key, KIND)

    def cosignature_in(self, answer: str, text: str) -> tuple[str, datetime] | None:
        """The line of an answer that is this key's over the checkpoint's text, and when it says it was made.

        Lines by others are passed over, as the specification says.
        """
        for line in answer.split("\n"):
            found = self._read(line, text)
            if found is not None:
                return found
        return None

    def _read(self, line: str, text: str) -> tuple[str, datetime] | None:
        try:
            signature = parse_line(line)
        except NoteMalformed:
            return None
        time_s = int.from_bytes(signature.payload[:TIME_BYTES], "big")
        ours = (signature.name, signature.key_id) == (self.name, key_id(self.name, KIND, self.public_key))
        if not ours or len(signature.payload) != TIME_BYTES + SIGNATURE_BYTES or not 0 < time_s <= TIME_MAX:
            return None
        message = f"cosignature/v1\ntime {time_s}\n{text}".encode()
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature.payload[TIME_BYTES:], message)
        except InvalidSignature:
            return None
        return signature_line(self.name, signature.key_id, signature.payload), datetime.fromtimestamp(time_s, UTC)


def parse_witness_key(text: str) -> WitnessKey:
    """An Ed25519 cosigner's key out of the verifier's form. Raises NoteMalformed."""
    name, _, rest = text.partition("+")
    encoded = rest.partition("+")[2]
    decoded = parse_line(f"\u2014 {name} {encoded}")  # the same rules for name and base64
    material = decoded.key_id + decoded.payload
    key = WitnessKey(decoded.name, material[1:])
    if material[:1] != KIND or len(key.public_key) != 32 or key.vkey != text:  # noqa: PLR2004  # bytes of Ed25519
        raise NoteMalformed("not the Ed25519 key of a witness: name+id+key")
    return key
