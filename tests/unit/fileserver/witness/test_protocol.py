"""add-checkpoint over HTTP, status by status, as C2SP tlog-witness gives them."""

import asyncio
import base64
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from compliance.verifying.keys import parse_vkey
from compliance.verifying.notes import parse_note
from fileserver.witness.cosigning import Witness, check
from fileserver.witness.folders import Folder, opened
from fileserver.witness.records import Record, origin_hash
from fileserver.witness.refusals import Refusal
from fileserver.witness.requests import BODY_BYTES_MAX, parse_add_checkpoint
from fileserver.witness.serving import SIZE_TYPE, witness_app
from tests.trees import ORIGIN, Log, body_of

BROKEN = 5_000
NOW_S = 1_767_225_600
HASH = base64.b64encode(bytes(32)).decode()
LOG = Log.of(40)
FORK = Log([*LOG.leaves[:20], b"another", *LOG.leaves[21:]])
OTHER = Log(LOG.leaves, seed=bytes(32))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """A witness's folder that watches LOG."""
    with opened(tmp_path / "witness") as made:
        made.make("witness.example/w1", [LOG.vkey])
        yield made


@pytest.fixture
async def client(folder: Folder) -> AsyncIterator[TestClient[Any, Any]]:
    """The witness, answering."""
    async with TestClient(TestServer(witness_app(started(folder), folder))) as running:
        yield running


def started(folder: Folder) -> Witness:
    """The witness as a process has it that was just started."""
    return Witness(folder.key(), folder.records(), folder.logs, lambda: NOW_S)


async def ask(client: TestClient[Any, Any], body: bytes) -> tuple[int, str]:
    """Status and body."""
    async with client.post("/add-checkpoint", data=body) as response:
        return response.status, await response.text()


async def test_growth_is_cosigned(client: TestClient[Any, Any], folder: Folder) -> None:
    """From nothing, and from size to size: each answer is a cosignature of the very checkpoint, at the time of now."""
    vkey = parse_vkey(folder.key().vkey)
    for old, new in ((0, 7), (7, 8), (8, 8), (8, 33), (33, 40)):
        status, line = await ask(client, LOG.request(old, new))
        assert (200, NOW_S) == (status, vkey.signed(parse_note((LOG.checkpoint(new) + line).encode())))


@pytest.mark.parametrize("old", [0, 6, 8, 20])
async def test_another_old_size_is_told_the_right_one(client: TestClient[Any, Any], old: int) -> None:
    """409 with the size last cosigned, in the type that the specification gives."""
    await ask(client, LOG.request(0, 7))
    async with client.post("/add-checkpoint", data=LOG.request(old, 20)) as response:
        assert (409, "7\n", SIZE_TYPE) == (response.status, await response.text(), response.headers["Content-Type"])


async def test_an_unknown_log_is_not_found(client: TestClient[Any, Any]) -> None:
    """404, whoever signed."""
    assert 404 == (await ask(client, Log(LOG.leaves, origin="other.example/log").request(0, 7)))[0]


async def test_a_checkpoint_that_no_trusted_key_signed_is_forbidden(client: TestClient[Any, Any]) -> None:
    """403 for another key, and for a line that names the right key over another text."""
    wrong = LOG.checkpoint(8).replace("\n8\n", "\n9\n", 1)
    assert 403 == (await ask(client, OTHER.request(0, 7)))[0]
    assert 403 == (await ask(client, body_of(0, [], wrong)))[0]


async def test_unknown_signatures_are_ignored(client: TestClient[Any, Any]) -> None:
    """Lines of other keys, before and behind the log's own, change nothing."""
    line = LOG.checkpoint(7).rpartition("\n\n")[2]
    others = "".join(OTHER.checkpoint(7).rpartition("\n\n")[2] for _ in range(15))
    assert 200 == (await ask(client, body_of(0, [], f"{LOG.text(7)}\n{others}{line}{others}")))[0]


INCONSISTENT = {
    "a fork": (21, FORK.proof(21, 40), FORK.checkpoint(40)),
    "a fork of the same size": (21, [], FORK.checkpoint(21)),
    "a proof where none is due": (0, [HASH], LOG.checkpoint(7)),
    "no proof": (20, [], LOG.checkpoint(40)),
    "a proof cut short": (20, LOG.proof(20, 40)[:-1], LOG.checkpoint(40)),
    "a proof too long": (20, [*LOG.proof(20, 40), HASH], LOG.checkpoint(40)),
    "the proof of another size": (20, LOG.proof(19, 40), LOG.checkpoint(40)),
    "a proof backwards": (20, LOG.proof(20, 40)[::-1], LOG.checkpoint(40)),
    "an empty log with a root": (0, [], LOG.signed(f"{ORIGIN}\n0\n{HASH}\n")),
}


@pytest.mark.parametrize("name", INCONSISTENT)
async def test_what_is_no_continuation_is_refused_and_kept(
    client: TestClient[Any, Any], folder: Folder, name: str
) -> None:
    """422, no cosignature, the record as it was, and the signed request kept as evidence."""
    old, proof, note = INCONSISTENT[name]
    if old:
        await ask(client, LOG.request(0, old))
    before = folder.records()

    status, answer = await ask(client, body_of(old, proof, note))

    assert (422, False) == (status, "\u2014" in answer)
    assert before == folder.records()
    assert [body_of(old, proof, note)] == [path.read_bytes() for path in folder.evidence.iterdir()]


MALFORMED = {
    "nothing": b"",
    "no old size": b"\n" + LOG.checkpoint(7).encode(),
    "an old size with a sign": body_of("+0", [], LOG.checkpoint(7)),
    "an old size with a zero before": body_of("00", [], LOG.checkpoint(7)),
    "an old size with a space": body_of(" 0", [], LOG.checkpoint(7)),
    "an old size beyond all": body_of(10**30, [], LOG.checkpoint(7)),
    "carriage returns": LOG.request(0, 7).replace(b"\n", b"\r\n"),
    "64 hashes": body_of(1, [HASH] * 64, LOG.checkpoint(7)),
    "a short hash": body_of(1, ["AAAA"], LOG.checkpoint(7)),
    "a hash not base64": body_of(1, ["*" * 44], LOG.checkpoint(7)),
    "no checkpoint": b"old 0\n\n",
    "no signature": body_of(0, [], LOG.text(7) + "\n"),
    "two lines": body_of(0, [], LOG.signed(f"{ORIGIN}\n7\n")),
    "a size with a zero before": body_of(0, [], LOG.signed(LOG.text(7).replace("\n7\n", "\n07\n"))),
    "a short root": body_of(0, [], LOG.signed(f"{ORIGIN}\n7\nAAAA\n")),
    "not UTF-8": body_of(0, [], LOG.checkpoint(7)).replace(b"\n7\n", b"\n7\xff\n"),
    "smaller than the old size": body_of(8, [], LOG.checkpoint(7)),
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_what_is_no_request_is_bad(client: TestClient[Any, Any], folder: Folder, name: str) -> None:
    """400, nothing cosigned, and nothing kept."""
    assert 400 == (await ask(client, MALFORMED[name]))[0]
    assert [] == list(folder.evidence.iterdir())


async def test_a_body_is_bounded(client: TestClient[Any, Any]) -> None:
    """No more than the limit is read."""
    assert 413 == (await ask(client, bytes(BODY_BYTES_MAX + 1)))[0]


async def test_monitors_read_what_was_cosigned(client: TestClient[Any, Any], folder: Folder) -> None:
    """The last checkpoint with the log's signature and the witness's; 404 before there is one."""
    address = f"/{origin_hash(ORIGIN)}/checkpoint"
    async with client.get(address) as response:
        assert 404 == response.status
    _, line = await ask(client, LOG.request(0, 7))
    async with client.get(address) as response:
        assert (200, LOG.checkpoint(7) + line) == (response.status, await response.text())


async def test_of_two_at_once_only_one_grows_the_log(client: TestClient[Any, Any], folder: Folder) -> None:
    """Many heads from the same size at the same moment: one is cosigned, the others are told its size."""
    await ask(client, LOG.request(0, 7))
    answers = await asyncio.gather(*(ask(client, LOG.request(7, 7 + i)) for i in range(1, 33)))
    cosigned = [7 + i for i, (status, _) in enumerate(answers, 1) if status == 200]

    assert 1 == len(cosigned)
    assert {(409, f"{cosigned[0]}\n")} == {answer for answer in answers if answer[0] != 200}
    assert cosigned[0] == folder.records()[ORIGIN].head[0]


def test_broken_requests_are_refused_and_no_defect() -> None:
    """Thousands of good requests with bits turned, pieces cut out and pieces doubled: a Refusal each, nothing else."""
    record, chance, good = Record(ORIGIN, (LOG.vkey,)), random.Random(6962), LOG.request(0, 40)
    check(parse_add_checkpoint(good), record)
    for _ in range(BROKEN):
        body = broken(good, chance)
        if body != good:
            with pytest.raises(Refusal):
                check(parse_add_checkpoint(body), record)


def broken(good: bytes, chance: random.Random) -> bytes:
    """The request with one thing changed."""
    body, at = bytearray(good), chance.randrange(len(good))
    match chance.randrange(4):
        case 0:
            body[at] ^= 1 << chance.randrange(8)
        case 1:
            del body[at : at + chance.randrange(1, 20)]
        case 2:
            body[at:at] = body[at : at + chance.randrange(1, 20)]
        case _:
            body[at] = chance.randrange(256)
    return bytes(body)
