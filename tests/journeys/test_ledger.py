"""The ledger over HTTP, as an auditor's tools fetch it: the paths and bytes of C2SP tlog-tiles, for auditors only."""

import asyncio
import json

import pytest

from compliance.events import Act, Trail
from compliance.ledger import Alone
from compliance.notes import parse_checkpoint, parse_note, parse_vkey
from storage.errors import StoreUnavailable
from tests.contract.ledger.replay import replayed, roots_of
from tests.stage import Piece, Stage

READ = Act.EMPLOYEE_LEDGER_READ.value
VIEW = Trail(who="p-1").event(Act.VIEWER_COPY_VIEW)


async def grown(stage: Stage, size: int) -> list[bytes]:
    """The leaves of a ledger of this size, all sequenced."""
    have = (await stage.services.sequencer.catch_up()).size
    alone = Alone(stage.services.database, stage.clock)
    await asyncio.gather(*(alone.append(VIEW) for _ in range(size - have)))
    await stage.services.sequencer.catch_up()
    return await replayed(stage.services, size=size)


async def fetched(stage: Stage, path: str, *, who: str = "auditor", status: int = 200) -> Piece:
    """What lies at a path of the ledger."""
    answer = await stage.get(who, f"/ledger/{path}")
    assert status == answer.status, answer.body
    return answer


async def test_auditor_takes_the_ledger_away(stage: Stage) -> None:
    """Checkpoint, tiles and bundles lead from the key that is published to the exact leaves."""
    leaves = await grown(stage, 300)
    about = json.loads((await fetched(stage, "about")).body)
    note = parse_note((head := await fetched(stage, "checkpoint")).body.decode())
    says = parse_checkpoint(note.text)
    assert ("text/plain; charset=utf-8", "private, no-cache") == (
        head.headers["Content-Type"],
        head.headers["Cache-Control"],
    )
    assert parse_vkey(about["keys"][0]["vkey"]).signed(note)
    assert ("127.0.0.1/ledger", 300, about["origin"]) == (says.origin, says.size, says.origin)
    first, rest = await fetched(stage, "tile/entries/000"), await fetched(stage, "tile/entries/001.p/44")
    assert leaves == unpacked(first.body) + unpacked(rest.body)
    assert roots_of(leaves, {300})[300] == says.root
    full, partial, top = [await fetched(stage, f"tile/{path}") for path in ("0/000", "0/001.p/44", "1/000.p/1")]
    assert [8192, 44 * 32, 32] == [len(each.body) for each in (full, partial, top)]
    assert roots_of(leaves[:256], {256})[256] == top.body
    assert {("application/octet-stream", "private, max-age=31536000, immutable")} == {
        (each.headers["Content-Type"], each.headers["Cache-Control"]) for each in (full, partial, top)
    }
    assert {"private, no-store"} == {each.headers["Cache-Control"] for each in (first, rest)}


def unpacked(bundle: bytes) -> list[bytes]:
    """The entries of a bundle."""
    entries = []
    while bundle:
        length = int.from_bytes(bundle[:2])
        entries.append(bundle[2 : 2 + length])
        bundle = bundle[2 + length :]
    return entries


BEYOND = (
    "tile/0/001",
    "tile/0/000",
    "tile/0/000.p/201",
    "tile/1/000.p/1",
    "tile/entries/000",
    "tile/entries/001.p/1",
    "tile/0/000.p/0",
    "tile/0/000.p/256",
    "tile/0/0",
    "tile/0/x000/000",
    "tile/8/000",
    "tile/00/000.p/1",
    "tile/-1/000.p/1",
    "tile/data/000.p/1",
    "tile/0/x999/x999/x999/x999/x999/x999/999",
    "tile/0/../about",
    "tile/0",
)


async def test_what_is_not_there(stage: Stage) -> None:
    """Beyond the checkpoint there is nothing, and there is one way to write a path."""
    await grown(stage, 200)
    for path in BEYOND:
        await fetched(stage, path, status=404)


async def test_smaller_tiles_are_beginnings(stage: Stage) -> None:
    """Whoever has an older checkpoint still gets the partial tiles of its size."""
    leaves = await grown(stage, 200)
    assert leaves[:150] == unpacked((await fetched(stage, "tile/entries/000.p/150")).body)
    whole = (await fetched(stage, "tile/0/000.p/200")).body
    assert whole[: 150 * 32] == (await fetched(stage, "tile/0/000.p/150")).body


async def test_empty_ledger_has_no_checkpoint_yet(stage: Stage) -> None:
    """Before anything was sequenced there is nothing to show."""
    await fetched(stage, "checkpoint", status=404)


async def test_witness_comes_with_a_token(stage: Stage) -> None:
    """A token of an auditor's with this scope opens it; one for searching the log doesn't, nor one of anybody else."""
    await grown(stage, 200)
    for who, scope, status in (
        ("auditor", "ledger:read", 200),
        ("auditor", "events:read", 403),
        ("manager", "ledger:read", 403),
    ):
        token = (await stage.api(who).post("/tokens", {"label": "witness", "scopes": [scope]})).ok["token"]
        answer = await stage.request("GET", None, "/ledger/checkpoint", headers={"Authorization": f"Bearer {token}"})
        assert status == answer.status


async def test_reading_entries_is_told_once(stage: Stage) -> None:
    """Who takes entries away is in the log, by the first bundle of a while; hashes tell nothing, so nothing is told."""
    await grown(stage, 200)
    await fetched(stage, "tile/0/000.p/200")
    await fetched(stage, "checkpoint")
    assert [] == await stage.told(READ)
    await fetched(stage, "tile/entries/000.p/200")
    await fetched(stage, "tile/entries/000.p/100")
    (told,) = await stage.told(READ)
    assert {"from": 0} == told["det"]


async def test_entries_stay_when_their_reading_cannot_be_told(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """No entry without a committed event, as with everything."""

    async def full(*_: object) -> None:
        raise StoreUnavailable(store="postgresql", detail="disk")

    await grown(stage, 200)
    monkeypatch.setattr(Alone, "append", full)
    await fetched(stage, "tile/entries/000.p/200", status=503)
