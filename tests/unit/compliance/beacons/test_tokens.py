"""A page's token is worth something for its page, its visit and its person."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from compliance.beacons.tokens import TOKEN_CHARS, PageToken, read_page_token, sign_page
from compliance.errors import LinkInvalid
from compliance.keys import KeyRing, MasterKey
from compliance.keys.ring import SigningKey

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TOKEN = PageToken(visit_id=UUID(int=7), page=3, person_id=UUID(int=9), served_at=NOW - timedelta(seconds=5))
MUTATIONS = 2_000


@pytest.fixture(scope="module")
def ring() -> KeyRing:
    """One key."""
    ring = KeyRing(MasterKey(bytes(32)))
    ring.content.adopt([SigningKey(kid=1, secret=bytes(range(32)), active=True, usable=True)])
    return ring


def read(ring: KeyRing, text: str, token: PageToken = TOKEN) -> PageToken:
    """The token, as whoever claims it says."""
    return read_page_token(ring, text, visit_id=token.visit_id, page=token.page, person_id=token.person_id)


def test_what_was_signed_is_read(ring: KeyRing) -> None:
    """32 characters say when the page was served."""
    text = sign_page(ring, TOKEN)
    assert (TOKEN_CHARS, TOKEN) == (len(text), read(ring, text))


def test_it_is_of_one_page_visit_and_person(ring: KeyRing) -> None:
    """Another's is refused."""
    text = sign_page(ring, TOKEN)
    for other in (
        replace(TOKEN, page=4),
        replace(TOKEN, visit_id=UUID(int=8)),
        replace(TOKEN, person_id=UUID(int=10)),
    ):
        with pytest.raises(LinkInvalid):
            read(ring, text, other)


def test_no_change_of_it_passes(ring: KeyRing) -> None:
    """One character changed, left out or added, anywhere, by anything."""
    text, chance = sign_page(ring, TOKEN), random.Random(1)
    for _ in range(MUTATIONS):
        place, put = chance.randrange(len(text)), chance.choice("AZaz09-_=é ") * chance.randrange(3)
        forged = text[:place] + put + text[place + chance.randrange(2) :]
        if forged != text:
            with pytest.raises(LinkInvalid):
                read(ring, forged)
