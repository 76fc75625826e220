"""`sealshare audit export`: the log as a file, part by part, whatever breaks off in between."""

import asyncio
import json
import stat
from pathlib import Path

import pytest
from aiohttp import web

from compliance import ledger
from compliance.events import Act, Trail
from fileserver.audit.formats import FORMS
from fileserver.cli import audit_export_run
from fileserver.cli.audit_export_run import Asked, run
from tests.forks import sealshare
from tests.stage import Stage

PART_EVENTS = 40


async def many(stage: Stage, count: int) -> None:
    """So many events."""
    async with stage.services.database.transaction() as tx:
        for number in range(count):
            event = Trail().event(Act.SYSTEM_KEY_ROTATE, det={"kid": number})
            await ledger.append(tx, event, now=stage.clock())


def asked(stage: Stage, output: Path, form: str = "ndjson") -> Asked:
    """The events of one act."""
    url = str(stage.client.make_url("/")).rstrip("/")
    return Asked(url=url, form=form, output=output, narrowing={"act": "system:key:rotate"})


def kids(file: Path) -> list[int]:
    """The test's events in a file of leaves."""
    return [json.loads(line)["det"]["kid"] for line in file.read_bytes().splitlines()]


def names_in(folder: Path) -> set[str]:
    """What lies there."""
    return {each.name for each in folder.iterdir()}


async def test_parts_make_one_file(stage: Stage, tmp_path: Path, subtests: pytest.Subtests) -> None:
    """The same bytes as the export in one go, readable by its owner only; nothing else is left behind."""
    await many(stage, 100)
    for form in FORMS:
        with subtests.test(form):
            output = tmp_path / f"log-{form}"
            status, _ = await run(asked(stage, output, form), stage.cast.tokens["auditor"], part_events=PART_EVENTS)
            address = f"/api/v1/events/export?act=system:key:rotate&format={form}"
            assert (0, (await stage.get("auditor", address)).body) == (status, output.read_bytes())
            assert 0o600 == stat.S_IMODE(output.stat().st_mode)
    assert {f"log-{form}" for form in FORMS} == names_in(tmp_path)


async def test_a_part_cut_short_is_asked_for_again(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came of it is cut off, so nothing is in the file twice; what was whole is not asked for again."""
    await many(stage, 100)
    written = web.StreamResponse.write
    cuts = [2, 3]

    async def cut(response: web.StreamResponse, data: bytes) -> None:
        await written(response, data)
        cuts[0] -= 1
        if len(cuts) > 1 and not cuts[0]:
            cuts.pop(0)
            raise ConnectionResetError

    monkeypatch.setattr(web.StreamResponse, "write", cut)
    output = tmp_path / "log"
    status, message = await run(asked(stage, output), stage.cast.tokens["auditor"], part_events=PART_EVENTS)
    assert (0, list(range(100))) == (status, kids(output)), message


async def test_a_run_that_was_killed_goes_on(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the last part that is whole, up to the event that was the newest when it began."""
    await many(stage, 100)
    output = tmp_path / "log"
    kept = audit_export_run._Run._keep
    keeps = 0

    def die(self: audit_export_run._Run, state: audit_export_run.State) -> None:
        nonlocal keeps
        kept(self, state)
        keeps += 1
        if keeps == 3:
            raise asyncio.CancelledError

    monkeypatch.setattr(audit_export_run._Run, "_keep", die)
    with pytest.raises(asyncio.CancelledError):
        await run(asked(stage, output), stage.cast.tokens["auditor"], part_events=PART_EVENTS)
    part = output.with_name("log.part")
    with part.open("ab") as file:
        file.write(b"half a li")
    await many(stage, 7)
    status, _ = await run(asked(stage, output), stage.cast.tokens["auditor"], part_events=PART_EVENTS)
    assert (0, list(range(100))) == (status, kids(output))


async def test_a_part_of_another_export_is_not_gone_on_with(stage: Stage, tmp_path: Path) -> None:
    """Two exports in one file would be neither."""
    output = tmp_path / "log"
    output.with_name("log.part.json").write_text(json.dumps({"asked": {"format": "csv"}}))
    status, message = await run(asked(stage, output), stage.cast.tokens["auditor"])
    assert (1, True) == (status, "another export" in message)


async def test_who_may_not_export_gets_a_sentence(stage: Stage, tmp_path: Path) -> None:
    """And no file."""
    status, message = await run(asked(stage, tmp_path / "log"), stage.cast.tokens["owner"])
    assert 1 == status
    assert message
    assert not (tmp_path / "log").exists()


async def test_command_line(stage: Stage, tmp_path: Path) -> None:
    """As typed; nothing but the result on standard output."""
    await many(stage, 3)
    output = tmp_path / "log.csv"
    environment = {"SEALSHARE_TOKEN": stage.cast.tokens["auditor"], "PATH": "/usr/bin:/bin", "PYTHONPATH": "."}
    url = str(stage.client.make_url("/"))
    arguments = (
        "audit",
        "export",
        "--url",
        url,
        "--output",
        str(output),
        "--act",
        "system:key:rotate",
        "--format",
        "csv",
    )
    done = await asyncio.to_thread(sealshare, *arguments, environment=environment)
    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout.startswith(str(output))
    assert 4 == len(output.read_bytes().splitlines())
    again = await asyncio.to_thread(sealshare, *arguments, environment=environment)
    assert (2, True) == (again.returncode, "there already" in again.stderr)
