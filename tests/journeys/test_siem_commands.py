"""`sealshare siem`, as typed by an operator."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fileserver.cli import main
from fileserver.config import Config, is_secret, variable_of
from storage.database import Database
from storage.rows.events import EventFilter, search_events

Run = Callable[..., Result]
ADDRESS = "https://siem.example/ingest?token=hush"


@pytest.fixture
def run(config: Config, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `sealshare siem …` on the test's database; one host may be sent to."""
    for name, field in Config.model_fields.items():
        if name in config.model_fields_set:
            value = getattr(config, name)
            monkeypatch.setenv(variable_of(name), value.get_secret_value() if is_secret(field) else str(value))
    monkeypatch.setenv("SEALSHARE_OUTGOING_HOSTS", "siem.example")
    return lambda *arguments, **more: CliRunner().invoke(main, ("siem", *arguments), **more)


def events(config: Config) -> list[dict[str, Any]]:
    """The log, oldest first."""

    async def read() -> list[dict[str, Any]]:
        database = Database(config.database_url.get_secret_value())
        try:
            async with database.transaction() as tx:
                return [json.loads(row.leaf) for row in reversed(await search_events(tx, EventFilter()))]
        finally:
            await database.close()

    return asyncio.run(read())


def listed(run: Run) -> list[dict[str, Any]]:
    """What `siem list --json` says."""
    found: list[dict[str, Any]] = json.loads(run("list", "--json").stdout)
    return found


def test_a_targets_life(config: Config, run: Run) -> None:
    """Added, listed, paused, resumed and removed, each an event that names neither the target nor its address."""
    added = run("add", "soc", "-", input=f"{ADDRESS}\n")
    assert 0 == added.exit_code, added.output
    secret = added.stdout.rpartition("secret: ")[2].strip()
    assert secret == run("secret", "soc").stdout.strip()
    assert secret.startswith("whsec_")
    (target,) = listed(run)
    assert "https://siem.example" == target["host"]
    assert "hush" not in run("list").stdout + run("list", "--json").stdout
    assert ("soc", "webhook", "ndjson", "pushing", 0) == tuple(
        target[name] for name in ("name", "kind", "form", "state", "next_index")
    )
    assert 0 == run("pause", "soc").exit_code
    assert "paused" == listed(run)[0]["state"]
    assert 0 == run("resume", "soc").exit_code
    assert 0 == run("remove", "soc").exit_code
    assert [] == listed(run)
    told = [event for event in events(config) if event["act"].startswith("employee:siem:")]
    assert ["add", "pause", "resume", "remove"] == [event["act"].rpartition(":")[2] for event in told]
    assert {"operator"} == {event["role"] for event in told}
    assert [] == [word for word in ("siem.example", "hush", "soc") if word in json.dumps(told)]


@pytest.mark.parametrize(
    "address",
    [
        ADDRESS,
        "https://me:hush@siem.example/",
        "https://siem.example/ingest#hush",
        "https://siem.example/services/T0001/B0002",
        "https://siem.example/hushhushhushhushhushhush",
    ],
)
def test_a_token_is_not_for_the_command_line(run: Run, address: str) -> None:
    """Whoever looks at a machine's processes, or into a shell's history, would have it."""
    done = run("add", "soc", address)
    assert (2, True) == (done.exit_code, "standard input" in done.output)
    assert [] == listed(run)


def test_the_table_shows_each_target(run: Run) -> None:
    """Without --json: a table for people."""
    run("add", "soc", "tls://siem.example:6514")
    shown = run("list").stdout
    assert "soc" in shown
    assert "syslog" in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "soc", "https://other.example/"), "SEALSHARE_OUTGOING_HOSTS"),
        (("add", "soc", "tcp://siem.example:601", "--format", "ndjson"), "takes syslog"),
        (("remove", "soc"), "no target soc"),
        (("secret", "soc"), "no target soc"),
    ],
)
def test_a_refusal_is_one_line(run: Run, arguments: tuple[str, ...], words: str) -> None:
    """With what to do about it, and no traceback."""
    done = run(*arguments)
    assert (1, True) == (done.exit_code, words in done.output), done.output
    assert "Traceback" not in done.output
