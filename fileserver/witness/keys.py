"""The witness's own key: Ed25519, for cosignatures of version 1 (C2SP tlog-cosignature) and nothing else."""

import base64
import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from compliance.verifying.encodings import strict_base64
from compliance.verifying.errors import Malformed
from compliance.verifying.keys import WITNESS, VerifierKey
from compliance.verifying.notes import MARK, Signature, valid_name

SEED_BYTES = 32
PREFIX = "PRIVATE+KEY"  # as Go's note package writes signers; the kind is that of a cosigner
KIND = bytes([WITNESS])


class WitnessKey:
    """The key with the witness's name. Its repr shows the public half only."""

    def __init__(self, name: str, seed: bytes) -> None:
        """Raises Malformed for a name that no key may have, ValueError unless the seed has 32 bytes."""
        if not valid_name(name):
            raise Malformed("a key's name has no spaces and no plus")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = VerifierKey(name, WITNESS, self._key.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"WitnessKey({self.vkey})"

    @classmethod
    def generate(cls, name: str) -> "WitnessKey":
        """A new key. Raises Malformed for the name."""
        return cls(name, secrets.token_bytes(SEED_BYTES))

    @classmethod
    def parse(cls, text: str) -> "WitnessKey":
        """A key from the form that `secret` gives. Raises Malformed."""
        prefix, plus, rest = text.partition(f"{PREFIX}+")
        name, _, rest = rest.partition("+")
        key_id, _, encoded = rest.partition("+")
        material = strict_base64(encoded)
        if prefix or not plus or material[:1] != KIND or len(material) != 1 + SEED_BYTES:
            raise Malformed("not the key of a witness")
        key = cls(name, material[1:])
        if key.verifier.key_id.hex() != key_id:
            raise Malformed("the key does not have the id that it names")
        return key

    @property
    def secret(self) -> str:
        """The key as it is kept: `PRIVATE+KEY+name+id+base64`."""
        return f"{PREFIX}+{self._named(self._key.private_bytes_raw())}"

    @property
    def vkey(self) -> str:
        """The public half, for the log and for whoever verifies: `name+id+base64`."""
        return self._named(self.verifier.public)

    def cosign(self, text: bytes, time_s: int) -> str:
        """The signature line, with its line end, over a checkpoint's text at a time (seconds since the epoch)."""
        signature = self._key.sign(b"cosignature/v1\ntime %d\n%s" % (time_s, text))
        body = self.verifier.key_id + time_s.to_bytes(8, "big") + signature
        return f"{MARK}{self.verifier.name} {base64.b64encode(body).decode()}\n"

    def _named(self, material: bytes) -> str:
        encoded = base64.b64encode(KIND + material).decode()
        return f"{self.verifier.name}+{self.verifier.key_id.hex()}+{encoded}"


def line_of(signature: Signature) -> str:
    """A signature as it stood in its note."""
    return f"{MARK}{signature.name} {base64.b64encode(signature.key_id + signature.body).decode()}\n"
