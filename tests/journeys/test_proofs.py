"""The ledger as it is written, proved by those who didn't write it: bundles, receipts, a server read from afar."""

import asyncio
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from compliance.events import Act, Trail
from compliance.keys import KeyUse
from compliance.keys.changing import rotate
from compliance.verifying import open_source, parse_receipt, parse_vkey, policy_of, verify_log, verify_receipt
from fileserver.cli import main
from fileserver.config import CLIENT_TOKEN
from tests.journeys.test_ledger import grown
from tests.stage import Stage

TLOG_TILES = Path(sys.executable).with_name("tlog-tiles")
SIZE = 600


async def keys_of(stage: Stage) -> list[str]:
    """The log's verifier keys, as its server says them."""
    about = json.loads((await stage.get("auditor", "/ledger/about")).body)
    return [key["vkey"] for key in about["keys"]]


async def ran(*arguments: str | Path, token: str = "") -> Result:
    """A command beside the running server."""
    words, environment = [str(each) for each in arguments], {CLIENT_TOKEN: token}
    return await asyncio.to_thread(CliRunner().invoke, main, words, env=environment, catch_exceptions=False)


async def taken(stage: Stage, folder: Path) -> Path:
    """The ledger as a file, by the command."""
    await stage.services.sequencer.catch_up()
    file = folder / "ledger.tar"
    done = await ran("audit", "bundle", file, "--url", url_of(stage), token=stage.cast.tokens["auditor"])
    assert 0 == done.exit_code, done.stderr
    return file


async def said(*command: str | Path) -> bytes:
    """What another program prints, which ends well."""
    return await asyncio.to_thread(subprocess.check_output, command)


def url_of(stage: Stage) -> str:
    """The server's address."""
    return str(stage.client.make_url("/")).rstrip("/")


def unpacked(file: Path) -> Path:
    """The bundle's folder beside the file."""
    with tarfile.open(file) as packed:
        packed.extractall(file.parent, filter="data")
        return file.parent / packed.getnames()[0].partition("/")[0]


async def test_a_bundle_is_proved_by_us(stage: Stage, tmp_path: Path) -> None:
    """The downloaded file is whole by the key that the server publishes, and taking it away is in the log."""
    await grown(stage, SIZE)
    file = await taken(stage, tmp_path)
    (key,) = await keys_of(stage)
    with open_source(file) as source:
        report = verify_log(source, policy_of([parse_vkey(key)]))

    assert report.ok
    assert (SIZE, SIZE) == (report.size, report.checked)
    (told,) = await stage.told(Act.EMPLOYEE_EVENT_EXPORT)
    assert {"format": "bundle", "size": SIZE} == told["det"]


@pytest.mark.go
async def test_a_bundle_is_proved_by_tools_of_others(stage: Stage, tmp_path: Path, go_verify: Path) -> None:
    """Go's packages and tlog-scales read the folder as it is unpacked; the commands stand in its README."""
    leaves = await grown(stage, SIZE)
    folder = unpacked(await taken(stage, tmp_path))
    (key,) = await keys_of(stage)
    assert (await said(go_verify, folder, key)).startswith(b"600 entries, root ")
    assert leaves[300] == await said(TLOG_TILES, "get-leaf", "-c", folder, "300")
    readme = (folder / "README.txt").read_text()
    assert f"sealshare audit verify ledger-600 --key '{key}'" in readme
    assert (folder / "verify.go").is_file()


async def test_the_same_bundle_twice(stage: Stage, tmp_path: Path) -> None:
    """A bundle of one checkpoint has the same bytes whenever it is taken."""
    await grown(stage, SIZE)
    first = await stage.get("auditor", "/ledger/bundle")
    second = await stage.get("auditor", "/ledger/bundle")

    assert first.body == second.body
    assert str(SIZE) == first.headers["X-Entries"]
    assert abs(int(first.headers["X-Bytes-About"]) - len(first.body)) < len(first.body) / 4


async def test_a_server_is_proved_from_afar(stage: Stage, tmp_path: Path) -> None:
    """`audit verify URL` reads the server's own addresses, and confirms a checkpoint that was kept."""
    await grown(stage, 300)
    kept = tmp_path / "kept"
    kept.write_bytes((await stage.get("auditor", "/ledger/checkpoint")).body)
    await grown(stage, SIZE)
    (key,) = await keys_of(stage)
    asked: dict[str, Any] = {"token": stage.cast.tokens["auditor"]}
    done = await ran("audit", "verify", url_of(stage), "--key", key, "--since", kept, "--json", **asked)

    assert 0 == done.exit_code, done.stdout
    assert {"size": SIZE, "entries_checked": SIZE, "grown_from": [300]}.items() <= json.loads(done.stdout).items()
    assert 3 == (await ran("audit", "verify", url_of(stage), **asked)).exit_code
    assert 2 == (await ran("audit", "verify", url_of(stage), "--key", key, token="wrong")).exit_code
    assert 4 == (await ran("audit", "verify", "http://127.0.0.1:9", "--key", key)).exit_code


async def test_a_receipt_of_ones_own_act(stage: Stage, tmp_path: Path) -> None:
    """Whoever shared something gets a receipt of it, which brings the event and is proved by the log's key alone."""
    share = await stage.share()
    await stage.services.sequencer.catch_up()
    newest = (await stage.api("owner").get("/events/mine", limit=1)).ok["items"][0]
    assert ("employee:share:create", share["id"]) == (newest["act"], newest["share_id"])
    file, (key,) = tmp_path / "share.tlog-proof", await keys_of(stage)
    asked = ("audit", "receipt", newest["id"], "--url", url_of(stage), "--output", file)
    assert 0 == (await ran(*asked, token=stage.cast.tokens["owner"])).exit_code
    receipt = parse_receipt(file.read_bytes())

    assert newest["index"] == receipt.index
    assert verify_receipt(receipt, policy_of([parse_vkey(key)])).logs
    assert share["id"] == json.loads(receipt.extra or b"")["link"]
    assert f"Entry {receipt.index}" in (await ran("audit", "verify", file, "--key", key)).stdout
    (told,) = await stage.told(Act.EMPLOYEE_RECEIPT_READ)
    assert {"from": receipt.index} == told["det"]


async def test_a_viewer_gets_receipts_too(stage: Stage) -> None:
    """A viewer's own visit has a receipt, no other's; which of others' acts an auditor has one of is told each time."""
    await stage.visit("li")
    await stage.services.sequencer.catch_up()
    own = (await stage.api("li").get("/events/mine")).ok["items"]
    others = (await stage.api("owner").get("/events/mine")).ok["items"]
    visit = next(each for each in own if each["act"] == "viewer:visit:start")

    assert 200 == (await stage.api("li").get(f"/events/{visit['id']}/receipt")).status
    for event_id in (others[0]["id"], 10**12):
        assert 403 == (await stage.api("li").get(f"/events/{event_id}/receipt")).status
    read = [others[0], others[0], others[1]]
    for each in read:
        assert 200 == (await stage.api("auditor").get(f"/events/{each['id']}/receipt")).status
    told = await stage.told(Act.EMPLOYEE_RECEIPT_READ)
    assert [{"index": each["index"]} for each in read] == [event["det"] for event in told]
    assert 404 == (await stage.api("auditor").get(f"/events/{10**12}/receipt")).status


async def test_a_receipt_waits_for_its_checkpoint(stage: Stage) -> None:
    """Until the event has its place in the signed tree there is no receipt, and none is told of."""
    await stage.services.sequencer.catch_up()
    await stage.share()
    newest = (await stage.api("owner").get("/events/mine", limit=1)).ok["items"][0]
    answer = await stage.api("owner").get(f"/events/{newest['id']}/receipt")

    assert (None, 409) == (newest["index"], answer.status)
    assert answer.body["type"].endswith("receipt-pending")
    assert [] == await stage.told(Act.EMPLOYEE_RECEIPT_READ)


async def test_old_receipts_after_a_rotation(stage: Stage, tmp_path: Path) -> None:
    """A receipt from before the ledger's key changed is proved years later, as long as the former key is known."""
    await stage.share()
    await stage.services.sequencer.catch_up()
    newest = (await stage.api("owner").get("/events/mine", limit=1)).ok["items"][0]
    old = parse_receipt((await stage.get("owner", f"/api/v1/events/{newest['id']}/receipt")).body)
    (former,) = await keys_of(stage)
    async with stage.services.database.transaction() as tx:
        await rotate(tx, stage.services.keys, Trail(role="operator"), KeyUse.LEDGER, now=stage.clock())
    await stage.services.keys.refresh(stage.services.database)
    await stage.share()
    both = [parse_vkey(key) for key in await keys_of(stage)]
    file = await taken(stage, tmp_path)

    assert 2 == len(both)
    assert verify_receipt(old, policy_of(both)).logs
    with open_source(file) as source:
        for keys in (both, [parse_vkey(former)]):
            assert verify_log(source, policy_of(keys)).ok
