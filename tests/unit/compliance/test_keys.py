"""Keys: what the master key wraps opens under it alone and for its purpose alone; signing keys rotate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.errors import KeyUnavailable
from compliance.keys import KEY_BYTES, KeyRing, MasterKey, Ring, SigningKey, decrypt, encrypt

SECRET = bytes(range(KEY_BYTES))
MASTER = MasterKey(SECRET)


def ring(*keys: SigningKey) -> Ring:
    """A ring of these keys."""
    made = Ring()
    made.adopt(keys)
    return made


@pytest.mark.parametrize("size_bytes", [0, 16, 31, 33, 64])
def test_master_key_has_32_bytes(size_bytes: int) -> None:
    """Any other length is refused, and the message says which it was."""
    with pytest.raises(ValueError, match=f"not {size_bytes}"):
        MasterKey(bytes(size_bytes))


def test_keys_show_nothing_of_themselves() -> None:
    """Neither the repr of the master key nor that of a signing key holds its secret."""
    key = SigningKey(1, b"very-secret", active=True, usable=True)
    for shown in (repr(MASTER), str(vars(MASTER)), repr(key), str(key)):
        assert "very-secret" not in shown
        assert SECRET.hex() not in shown
        assert repr(SECRET) not in shown


@given(st.binary(max_size=200), st.text(max_size=40))
def test_what_is_wrapped_comes_back(plain: bytes, context: str) -> None:
    """The same bytes, under the same context."""
    assert plain == MASTER.unwrap(MASTER.wrap(plain, context), context)


def test_same_bytes_are_wrapped_differently_each_time() -> None:
    """A fresh nonce each time: equal secrets can't be told from each other."""
    assert 100 == len({MASTER.wrap(b"secret", "x") for _ in range(100)})


def test_wrapped_bytes_open_for_nothing_else() -> None:
    """Another master key, another purpose, or one changed, missing or added byte: KeyUnavailable, never other bytes."""
    wrapped = MASTER.wrap(b"secret", "profile:1")
    with pytest.raises(KeyUnavailable):
        MASTER.unwrap(wrapped, "profile:2")
    with pytest.raises(KeyUnavailable):
        MasterKey(bytes(KEY_BYTES)).unwrap(wrapped, "profile:1")
    damaged = [wrapped[:at] + bytes([wrapped[at] ^ 1]) + wrapped[at + 1 :] for at in range(len(wrapped))]
    for broken in (*damaged, b"", wrapped[:5], wrapped[:-1], wrapped + b"\0"):
        with pytest.raises(KeyUnavailable):
            MASTER.unwrap(broken, "profile:1")


def test_personal_keys_work_alike() -> None:
    """What is encrypted under a person's key opens under it and its context alone."""
    sealed = encrypt(SECRET, b"Li Na", "profile:1")
    assert b"Li Na" == decrypt(SECRET, sealed, "profile:1")
    for key, context in ((bytes(KEY_BYTES), "profile:1"), (SECRET, "profile:2")):
        with pytest.raises(KeyUnavailable):
            decrypt(key, sealed, context)


def test_keyed_hash_depends_on_key_purpose_and_value() -> None:
    """The same three give the same 64 digits; any other gives others, so a table of phone numbers is no use."""
    digest = MASTER.keyed_hash("viewer-phone", "+8613800138000")
    assert digest == MasterKey(SECRET).keyed_hash("viewer-phone", "+8613800138000")
    others = {
        MASTER.keyed_hash("viewer-phone", "+8613800138001"),
        MASTER.keyed_hash("login", "+8613800138000"),
        MasterKey(bytes(KEY_BYTES)).keyed_hash("viewer-phone", "+8613800138000"),
    }
    assert (64, 3) == (len(digest), len(others - {digest}))


def test_only_the_active_key_signs() -> None:
    """Older keys verify what they signed; revoked and unknown ones verify nothing."""
    old = SigningKey(1, b"a" * 32, active=True, usable=True)
    kid, mac = ring(old).sign("purpose", b"message", 12)
    assert (1, 12) == (kid, len(mac))
    new = SigningKey(2, b"b" * 32, active=True, usable=True)
    rotated = ring(SigningKey(1, b"a" * 32, active=False, usable=True), new)
    assert 2 == rotated.sign("purpose", b"message", 12)[0]
    assert rotated.verifies(1, "purpose", b"message", mac)
    assert mac == rotated.sign_by(1, "purpose", b"message", 12)
    revoked = ring(SigningKey(1, b"a" * 32, active=False, usable=False), new)
    for ring_now in (revoked, ring(new)):
        assert not ring_now.verifies(1, "purpose", b"message", mac)
        with pytest.raises(KeyUnavailable):
            ring_now.sign_by(1, "purpose", b"message", 12)


def test_signature_is_for_one_purpose_and_message() -> None:
    """A MAC made for a share token is none for a content address."""
    keys = ring(SigningKey(1, b"a" * 32, active=True, usable=True))
    _, mac = keys.sign("share-token/v1", b"message", 12)
    assert keys.verifies(1, "share-token/v1", b"message", mac)
    assert not keys.verifies(1, "content-address/v1", b"message", mac)
    assert not keys.verifies(1, "share-token/v1", b"massage", mac)
    assert not keys.verifies(1, "share-token/v1", b"message", bytes(12))


def test_nothing_is_signed_without_an_active_key() -> None:
    """An empty ring, or one of old keys only, fails closed."""
    for keys in (ring(), ring(SigningKey(1, b"a" * 32, active=False, usable=True))):
        with pytest.raises(KeyUnavailable):
            keys.sign("purpose", b"message", 12)


def test_each_key_has_a_hidden_secret_of_its_own() -> None:
    """Rotation changes the hidden mark's secret; the old ones, revoked ones too, can still be read with."""
    keys = KeyRing(MASTER)
    keys.links.adopt(
        [
            SigningKey(1, b"a" * 32, active=False, usable=False),
            SigningKey(2, b"b" * 32, active=False, usable=True),
            SigningKey(3, b"c" * 32, active=True, usable=True),
        ]
    )
    secrets = keys.hidden_secrets
    assert ([3, 2, 1], 3) == (list(secrets), keys.active_kid)
    assert (3, {KEY_BYTES}) == (len(set(secrets.values())), set(map(len, secrets.values())))
    assert secrets[2] == MasterKey(SECRET).hidden_secret(2)
    assert secrets[2] != MasterKey(bytes(KEY_BYTES)).hidden_secret(2)
