"""Completing: the store's word counts, it happens once, and what comes of it is like any other upload."""

import asyncio
import hashlib
import os

import pytest

from storage.objects import ObjectStore
from tests.contract.tus.conftest import PART_BYTES
from tests.direct import BASE, DirectClient

BODY = os.urandom(2 * PART_BYTES + 9)
ACTS = ["employee:upload:create", "employee:upload:complete"]


async def whole(direct: DirectClient) -> tuple[str, list[dict[str, object]]]:
    """An upload whose parts are all in the store."""
    upload = await direct.begin(len(BODY))
    return upload, await direct.send_all(upload, BODY, PART_BYTES)


async def test_the_parts_become_a_complete_upload(direct: DirectClient) -> None:
    """It is verified by reading it once, and has the SHA-256 of the file; nothing is left over in the store."""
    upload, parts = await whole(direct)
    assert f"/api/v1/uploads/{upload}" == (await direct.complete(upload, parts)).ok["location"]
    read = await direct.read(upload)
    assert ("verifying", len(BODY)) == (read["state"], read["offset_bytes"])
    await direct.work()
    read = await direct.read(upload)
    assert ("complete", hashlib.sha256(BODY).hexdigest()) == (read["state"], read["sha256"])
    assert BODY == await direct.tus.stored(f"/uploads/{upload}")
    assert ACTS == await direct.tus.acts(f"/uploads/{upload}")
    assert () == await direct.pending(upload)


async def test_parts_may_come_in_any_order_and_twice(direct: DirectClient) -> None:
    """The same part again is the same part."""
    upload = await direct.begin(len(BODY))
    third = await direct.send(upload, 3, BODY[2 * PART_BYTES :])
    first = await direct.send(upload, 1, BODY[:PART_BYTES])
    again = await direct.send(upload, 1, BODY[:PART_BYTES])
    second = await direct.send(upload, 2, BODY[PART_BYTES : 2 * PART_BYTES])
    assert (first, 3) == (again, len(await direct.listed(upload)))
    assert 200 == (await direct.complete(upload, [third, first, second])).status
    await direct.work()
    assert hashlib.sha256(BODY).hexdigest() == (await direct.read(upload))["sha256"]


async def test_of_two_attempts_that_differ_the_named_one_counts(direct: DirectClient) -> None:
    """A file that changed meanwhile: a part with two contents is not offered for resuming, and not mixed up."""
    upload = await direct.begin(PART_BYTES)
    await direct.send(upload, 1, os.urandom(PART_BYTES))
    named = await direct.send(upload, 1, BODY[:PART_BYTES])
    assert (await direct.listed(upload)) in ([], [{**named, "Size": PART_BYTES}])
    assert 200 == (await direct.complete(upload, [named])).status
    await direct.work()
    assert hashlib.sha256(BODY[:PART_BYTES]).hexdigest() == (await direct.read(upload))["sha256"]


async def test_completing_again_changes_nothing(direct: DirectClient) -> None:
    """At once, after it and after verification: the same answer, one event; the bytes are counted once."""
    upload, parts = await whole(direct)
    answers = await asyncio.gather(*(direct.complete(upload, parts) for _ in range(3)))
    await direct.work()
    answers.append(await direct.complete(upload, parts))
    assert {200} == {answer.status for answer in answers}
    assert "complete" == (await direct.read(upload))["state"]
    assert ACTS == await direct.tus.acts(f"/uploads/{upload}")
    assert len(BODY) == direct.tus.receptions.flights.received_bytes("direct")


async def test_missing_parts_are_named_and_nothing_changes(direct: DirectClient) -> None:
    """What the client claims and the store doesn't have is no part; the client sends it and completes."""
    upload = await direct.begin(len(BODY))
    first = await direct.send(upload, 1, BODY[:PART_BYTES])
    invented = [first, {**first, "PartNumber": 2}, {**first, "PartNumber": 3}]
    for named in (invented, [first], [], [*invented, {**first, "PartNumber": 4}]):
        answer = await direct.complete(upload, named)
        assert (409, "parts-missing") == (answer.status, answer.slug)
    assert "receiving" == (await direct.read(upload))["state"]
    rest = [
        await direct.send(upload, 2, BODY[PART_BYTES : 2 * PART_BYTES]),
        await direct.send(upload, 3, BODY[2 * PART_BYTES :]),
    ]
    extra = await direct.complete(upload, [first, *rest, {**first, "PartNumber": 4}])
    assert (409, 4) == (extra.status, extra.body["number"])
    assert 200 == (await direct.complete(upload, [first, *rest])).status


async def test_a_part_of_another_size_is_none(direct: DirectClient, object_store: ObjectStore) -> None:
    """However it came into the store: the sizes of the parts are the layout's, or the upload isn't completed."""
    upload, parts = await whole(direct)
    row = await direct.tus.row(f"/uploads/{upload}")
    short = await object_store.upload_part(row.object_key, str(row.multipart_id), 2, b"x" * 9, 9)
    answer = await direct.complete(upload, [parts[0], {"PartNumber": 2, "ETag": short.etag}, parts[2]])
    assert (409, 2, 1) == (answer.status, answer.body["number"], answer.body["missing"])


@pytest.mark.parametrize(
    "parts",
    [
        [{"PartNumber": 1, "ETag": "a"}, {"PartNumber": 1, "ETag": "b"}],
        [{"PartNumber": 0, "ETag": "a"}],
        [{"PartNumber": 1, "ETag": "<a>\n"}],
        [{"PartNumber": 1}],
        [{"PartNumber": n, "ETag": "a"} for n in range(1, 9502)],
    ],
)
async def test_a_list_that_is_none_is_refused(direct: DirectClient, parts: list[dict[str, object]]) -> None:
    """Repeated numbers, numbers and ETags that can't be, too many."""
    upload = await direct.begin(PART_BYTES)
    assert 422 == (await direct.complete(upload, parts)).status


async def test_a_complete_upload_takes_no_parts(direct: DirectClient) -> None:
    """No signature, no list; and one that was made before leads nowhere."""
    upload, parts = await whole(direct)
    signed = await direct.signed(upload, 1, BODY[:PART_BYTES])
    assert 200 == (await direct.complete(upload, parts)).status
    assert 409 == (await direct.call("GET", f"{BASE}/{upload}")).status
    assert 404 == (await direct.put(signed, BODY[:PART_BYTES])).status
    await direct.work()
    assert hashlib.sha256(BODY).hexdigest() == (await direct.read(upload))["sha256"]
    assert () == await direct.pending(upload)


async def test_a_client_that_gives_up_leaves_nothing(direct: DirectClient) -> None:
    """Forgotten, then gone: the parts are aborted in the store, and what was signed is refused there."""
    upload = await direct.begin(len(BODY))
    await direct.send(upload, 1, BODY[:PART_BYTES])
    signed = await direct.signed(upload, 1, BODY[:PART_BYTES])
    assert 1 == len(await direct.pending(upload))
    assert 204 == (await direct.forget(upload)).status
    await direct.work()
    assert () == await direct.pending(upload)
    assert 404 == (await direct.put(signed, BODY[:PART_BYTES])).status
    assert {410} == {
        (await direct.forget(upload)).status,
        (await direct.call("GET", f"{BASE}/{upload}")).status,
        (await direct.complete(upload, [])).status,
    }
