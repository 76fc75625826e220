"""Keys: one master key from the configuration, and what is derived from it or wrapped by it.

Trust: whoever holds the master key and the database can read profiles, forge links and sign checkpoints; the database
alone can do none of it.
- `master`: wrapping (AES-256-GCM), keyed hashes and the secrets of hidden marks.
- `ring`: keys of one use: one active, older ones that only verify, revoked ones that do nothing. Pure.
- `keyring`: the rings as this process knows them, read from the database, which holds them wrapped.
- `changing`: rotate, retire and revoke, each an event.
- `rewrapping`: everything that is wrapped under a former master key, wrapped again in batches.
"""

from compliance.keys.keyring import KID_MAX, KeyRing
from compliance.keys.master import KEY_BYTES, MasterKey, decrypt, encrypt
from compliance.keys.ring import KeyState, KeyUse, LedgerKey, Ring, SigningKey

__all__ = [
    "KEY_BYTES",
    "KID_MAX",
    "KeyRing",
    "KeyState",
    "KeyUse",
    "LedgerKey",
    "MasterKey",
    "Ring",
    "SigningKey",
    "decrypt",
    "encrypt",
]
