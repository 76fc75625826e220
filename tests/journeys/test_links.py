"""Links that were forged, mistyped or stretched: tokens and content addresses are good exactly as they were made."""

import base64
import random
import secrets
import string
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import update

from compliance.keys import KeyRing, KeyUse
from compliance.links import ShareToken, active_kid, new_token_id, read_token, token_text
from storage.schema import share as share_table
from storage.schema import signing_key
from tests.stage import Stage
from tests.viewers import as_viewer

ALPHABET = string.ascii_letters + string.digits + "-_"
MUTATIONS = 300


def mutations(token: str) -> Iterator[str]:
    """Tokens that are almost this one: other characters, swapped, cut, longer, in the other case, and pure chance."""
    chance = random.Random(token)
    yield from (token[:-1], token + "A", token[1:], token.swapcase(), token[::-1], "A" * len(token), token * 2)
    for position in range(len(token)):
        yield token[:position] + chance.choice(ALPHABET.replace(token[position], "")) + token[position + 1 :]
    raw = base64.urlsafe_b64decode(token)
    for bit in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        yield base64.urlsafe_b64encode(bytes(flipped)).decode()
    while True:
        yield base64.urlsafe_b64encode(raw[:1] + secrets.token_bytes(len(raw) - 1)).decode()


async def test_three_hundred_forged_tokens_open_nothing(stage: Stage) -> None:
    """Each is refused as a bad link, without a visit, and without telling whether a share like it exists."""
    share = await stage.share()
    tried: set[str] = set()
    for forged in mutations(share["token"]):
        tried |= {forged} - {share["token"]}
        if len(tried) == MUTATIONS:
            break
    answers = [await stage.open("li", token) for token in sorted(tried)]
    problems = {(answer.status, answer.body["type"]) for answer in answers}
    assert problems <= {(404, "/problems/link-invalid"), (422, "/problems/invalid-request")}
    assert 0 == (await stage.api("owner").get(f"/shares/{share['id']}")).ok["visits_used"]
    assert [] == await stage.told("viewer:visit:start")


async def test_genuine_token_without_a_share_opens_nothing(stage: Stage) -> None:
    """A token that our key signed for a share that is not here is as bad as a forged one."""
    keys = stage.services.keys
    token = token_text(keys, ShareToken(kid=active_kid(keys), token_id=new_token_id()))
    refused = await stage.open("li", token)
    assert (404, "/problems/link-invalid") == (refused.status, refused.body["type"])


async def test_links_outlive_a_rotation_of_keys_but_not_a_revocation(stage: Stage) -> None:
    """After a rotation new links have the new key and old ones still open; a revoked key's links are dead at once."""
    database, keys = stage.services.database, stage.services.keys
    old = await stage.share()
    async with database.transaction() as tx:
        kid = await keys.add(tx, KeyUse.SHARE_TOKEN)
    await keys.refresh(database)
    new = await stage.share()
    assert [kid - 1, kid] == [base64.urlsafe_b64decode(share["token"])[0] for share in (old, new)]
    assert [201, 201] == [(await stage.open("li", share["token"])).status for share in (old, new)]
    async with database.transaction() as tx:
        await tx.execute(update(signing_key).where(signing_key.c.kid == kid - 1).values(state="revoked"))
    await keys.refresh(database)
    assert [404, 201] == [(await stage.open("wang", share["token"])).status for share in (old, new)]
    shown = (await stage.api("owner").get(f"/shares/{old['id']}")).ok
    assert (None, None) == (shown["url"], shown["token"])


async def test_a_key_that_another_process_made_is_looked_up(stage: Stage) -> None:
    """What it signed opens here at once; made-up keys are looked up once a second at most, and open nothing."""
    database, keys = stage.services.database, stage.services.keys
    other = KeyRing(keys.master)
    async with database.transaction() as tx:
        kid = await other.add(tx, KeyUse.SHARE_TOKEN)
    await other.refresh(database)
    share = await stage.share()
    mine = read_token(keys, share["token"])
    async with database.transaction() as tx:
        await tx.execute(update(share_table).where(share_table.c.id == UUID(share["id"])).values(kid=kid))
    there = token_text(other, ShareToken(kid=kid, token_id=mine.token_id))
    assert kid not in keys.links.kids
    assert [404, 201] == [(await stage.open("li", token)).status for token in (share["token"], there)]
    async with database.transaction() as tx:
        await other.add(tx, KeyUse.SHARE_TOKEN)
    await keys.look_up(database, keys.links, kid + 1)
    assert kid + 1 not in keys.links.kids, "another look within the second is too much"


def other_page(url: str) -> str:
    """The address of page 1 as that of page 2."""
    return url.replace("/pages/1?", "/pages/2?")


def as_thumb(url: str) -> str:
    """The address of a page as that of its thumbnail."""
    return url.replace("/pages/", "/thumbs/")


def as_document(url: str) -> str:
    """The address of a page as that of the whole file."""
    return url.replace("/pages/1?", "/document?")


def later(url: str) -> str:
    """The same address, good for an hour more."""
    head, _, rest = url.partition("&e=")
    seconds, _, mac = rest.partition("&")
    return f"{head}&e={int(seconds) + 3600}&{mac}"


def other_key(url: str) -> str:
    """The same address, as if signed by another key."""
    return url.replace("k=1&", "k=2&")


def other_mac(url: str) -> str:
    """The same address with the last digit changed."""
    return url[:-1] + ("0" if url[-1] != "0" else "1")


def shorter_mac(url: str) -> str:
    """The same address with half of its MAC."""
    return url[:-16]


def unsigned(url: str) -> str:
    """The path alone."""
    return url.partition("?")[0]


async def test_content_address_is_good_for_one_piece(stage: Stage, subtests: pytest.Subtests) -> None:
    """An address that is changed in any way is refused, even to the viewer whose visit it is."""
    _, visit = await stage.visit("li", download=True)
    url = visit["pages"][0]["url"]
    for changed in [other_page, as_thumb, as_document, later, other_key, other_mac, shorter_mac, unsigned]:
        with subtests.test(str(changed)):
            assert changed(url) != url
            refused = await stage.get("li", changed(url))
            assert refused.status in {404, 422}, refused.body
            assert [] == await stage.told("viewer:copy:")


async def test_content_address_is_good_for_one_visit_and_person(stage: Stage) -> None:
    """In another visit's path it is refused; at the hands of another viewer, an employee or a stranger as well."""
    share, visit = await stage.visit("li")
    url = visit["pages"][0]["url"]
    others = (await stage.open("wang", share["token"])).ok
    assert 404 == (await stage.get("wang", url.replace(visit["id"], others["id"]))).status
    statuses = {who: (await stage.request("GET", who, url)).status for who in ("wang", "owner", "admin", None)}
    assert {"wang": 403, "owner": 403, "admin": 403, None: 401} == statuses
    assert ["not-your-visit"] == [event["why"] for event in await stage.told("viewer:request:deny")]
    assert [] == await stage.told("viewer:copy:")


async def test_content_address_lasts_minutes(stage: Stage) -> None:
    """Then it says that it is over; reading the visit again gives a fresh one."""
    _, visit = await stage.visit("li")
    stage.clock.advance(seconds=stage.services.config.visit_url_lifetime_s - 1)
    assert 200 == (await stage.get("li", visit["pages"][0]["url"])).status
    stage.clock.advance(seconds=1)
    assert 410 == (await stage.get("li", visit["pages"][0]["url"])).status
    fresh = (await stage.api("li").get(f"/visits/{visit['id']}")).ok
    assert 200 == (await stage.get("li", fresh["pages"][0]["url"])).status


async def test_content_address_follows_the_person_not_the_device(stage: Stage) -> None:
    """The same person signed in elsewhere may go on; a session that ended may not."""
    _, visit = await stage.visit("li")
    url = visit["pages"][0]["url"]
    elsewhere, _ = await as_viewer(stage.client, name="李娜", phone="13800138001")
    async with stage.client.get(url, headers={"Authorization": f"Bearer {elsewhere.token}"}) as response:
        assert 200 == response.status
    assert 204 == (await stage.request("DELETE", "li", "/api/v1/sessions/current")).status
    assert 401 == (await stage.get("li", url)).status
