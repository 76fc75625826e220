"""Share tokens and content addresses: forged, mistyped and expired ones are refused before any look-up."""

import base64
import random
import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.errors import KeyUnavailable, LinkExpired, LinkInvalid
from compliance.keys import KeyRing, MasterKey, SigningKey
from compliance.links import (
    TOKEN_CHARS,
    ShareToken,
    active_kid,
    check_address,
    new_token_id,
    open_token,
    read_token,
    sign_address,
    token_text,
)
from storage.database import Database

MUTATIONS = 10_000
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
ALPHABET = string.ascii_letters + string.digits + "-_"


def ring(*keys: SigningKey) -> KeyRing:
    """Two keys, the second active, unless others are given."""
    made = KeyRing(MasterKey(bytes(32)))
    for each in (made.links, made.content):
        each.adopt(
            keys
            or (SigningKey(1, b"a" * 32, active=False, usable=True), SigningKey(2, b"b" * 32, active=True, usable=True))
        )
    return made


@given(st.binary(min_size=11, max_size=11), st.sampled_from([1, 2]))
def test_a_token_is_32_safe_characters_and_reads_back(token_id: bytes, kid: int) -> None:
    """It fits the scene of a mini-program code, whichever key signed it."""
    token = ShareToken(kid, token_id)
    text = token_text(ring(), token)
    assert (TOKEN_CHARS, True, token) == (len(text), set(text) <= set(ALPHABET), read_token(ring(), text))


@given(st.integers(0, TOKEN_CHARS - 1), st.sampled_from(ALPHABET))
def test_a_token_with_one_other_character_is_refused(at: int, character: str) -> None:
    """Every one of the 192 bits counts."""
    text = token_text(ring(), ShareToken(2, b"\x07" * 11))
    changed = text[:at] + character + text[at + 1 :]
    if changed != text:
        with pytest.raises(LinkInvalid):
            read_token(ring(), changed)


@given(st.text(max_size=40))
def test_garbage_is_refused_without_surprise(text: str) -> None:
    """Any other text is an invalid link and nothing else."""
    with pytest.raises(LinkInvalid):
        read_token(ring(), text)


def test_a_revoked_key_ends_its_links() -> None:
    """Neither can such a token be read, nor can its text be made again."""
    token = ShareToken(1, new_token_id())
    text = token_text(ring(), token)
    after = ring(
        SigningKey(1, b"a" * 32, active=False, usable=False), SigningKey(2, b"b" * 32, active=True, usable=True)
    )
    with pytest.raises(LinkInvalid):
        read_token(after, text)
    with pytest.raises(KeyUnavailable):
        token_text(after, token)


def test_new_links_are_signed_by_the_active_key() -> None:
    """After a rotation the old key only verifies."""
    assert active_kid(ring()) == 2


def test_without_an_active_key_nothing_is_signed() -> None:
    """A missing key closes; it never opens."""
    with pytest.raises(KeyUnavailable):
        active_kid(ring(SigningKey(1, b"a" * 32, active=False, usable=True)))


def test_a_content_address_is_good_for_its_path_until_its_time() -> None:
    """One path, some minutes; the last second is already too late."""
    until = NOW + timedelta(minutes=5)
    query = sign_address(ring(), "/v/1/pages/1", until)
    check_address(ring(), "/v/1/pages/1", query, NOW)
    with pytest.raises(LinkInvalid):
        check_address(ring(), "/v/1/pages/2", query, NOW)
    with pytest.raises(LinkExpired):
        check_address(ring(), "/v/1/pages/1", query, until)


@pytest.mark.parametrize(
    "change",
    [{"e": "9999999999"}, {"k": "1"}, {"m": "00" * 16}, {"m": ""}, {"k": "x"}, {"e": "x"}, {"m": "zz"}, {"k": "-1"}],
)
def test_a_changed_address_is_refused(change: dict[str, str]) -> None:
    """Time, key and MAC hang together."""
    query = sign_address(ring(), "/v/1/pages/1", NOW + timedelta(minutes=5)) | change
    with pytest.raises(LinkInvalid):
        check_address(ring(), "/v/1/pages/1", query, NOW)


async def test_ten_thousand_mutations_are_refused_before_any_look_up() -> None:
    """Every bit turned, every character changed, and what chance makes of a key that is known: no row is asked for.

    The database is not there: whoever asked it would hear so.
    """
    nowhere, keys = Database("postgresql://nobody@127.0.0.1:1/none"), ring()
    raw = base64.urlsafe_b64decode(token_text(keys, ShareToken(2, b"\x07" * 11)))
    chance = random.Random(1)  # cases of a test, no secret
    turned = [int.from_bytes(raw) ^ 1 << bit for bit in range(8 * (len(raw) - 1))]
    forged = {each.to_bytes(len(raw)) for each in turned} | {
        raw[:1] + chance.randbytes(len(raw) - 1) for _ in range(MUTATIONS - len(turned))
    }
    assert MUTATIONS == len(forged - {raw})
    for each in sorted(forged):
        with pytest.raises(LinkInvalid):
            await open_token(keys, nowhere, base64.urlsafe_b64encode(each).decode())
    for kid in set(range(256)) - {2}:
        with pytest.raises(LinkInvalid):
            read_token(keys, base64.urlsafe_b64encode(bytes([kid]) + raw[1:]).decode())
