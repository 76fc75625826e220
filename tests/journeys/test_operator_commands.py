"""The operator's commands, as typed: users, tokens and keys."""

import asyncio
import json
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from argon2.profiles import CHEAPEST
from click.testing import CliRunner, Result

from compliance.events import Trail
from compliance.keys import KeyRing, KeyUse, MasterKey
from compliance.organisation import Organising
from compliance.passwords import Passwords
from compliance.sessions import hash_of
from fileserver.cli import main
from fileserver.config import Config, is_secret, variable_of
from storage.database import Database
from storage.rows.departments import ROOT_ID
from storage.rows.events import EventFilter, search_events
from storage.rows.tokens import TokenRow, token_by_hash
from storage.rows.uploads import UploadRow, add_upload

Run = Callable[..., Result]


@pytest.fixture
def run(config: Config, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `sealshare …` on the test's database; passwords are hashed as cheaply as may be."""
    monkeypatch.setattr(Passwords.__init__, "__defaults__", (CHEAPEST,))
    for name, field in Config.model_fields.items():
        if name in config.model_fields_set:
            value = getattr(config, name)
            monkeypatch.setenv(variable_of(name), value.get_secret_value() if is_secret(field) else str(value))

    def invoke(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(main, arguments, input=stdin)

    return invoke


@asynccontextmanager
async def _database(config: Config) -> AsyncIterator[Database]:
    database = Database(config.database_url.get_secret_value())
    try:
        yield database
    finally:
        await database.close()


def _events(config: Config) -> list[dict[str, object]]:
    async def read() -> list[dict[str, object]]:
        async with _database(config) as database, database.transaction() as tx:
            return [json.loads(row.leaf) for row in reversed(await search_events(tx, EventFilter()))]

    return asyncio.run(read())


def _add(run: Run, login: str = "wang.fang", role: str = "marketer") -> Result:
    return run("users", "add", "--login", login, "--name", "王芳", "--role", role, "--json")


def test_user_is_added_with_a_password_that_is_shown_once(config: Config, run: Run) -> None:
    """The first administrator is made here; the password stands in the answer and nowhere else."""
    added = json.loads(_add(run, role="admin").output)
    assert ("wang.fang", "王芳", "admin") == (added["login"], added["name"], added["role"])
    assert len(added["password"]) >= 20
    listed = run("users", "list", "--json").output
    assert added["password"] not in listed
    assert ["wang.fang"] == [each["login"] for each in json.loads(listed)]
    (event,) = _events(config)
    assert ("employee:account:create", "", "operator") == (event["act"], event["who"], event["role"])


def test_password_comes_by_standard_input(run: Run) -> None:
    """A password never stands in the command's arguments, and one that was given is not printed."""
    arguments = ("users", "add", "--login", "wang.fang", "--name", "王芳", "--role", "manager", "--password-stdin")
    added = run(*arguments, stdin="harbour-lamp-light\n")
    assert 0 == added.exit_code
    assert "harbour" not in added.output
    assert "wang.fang" in run("users", "list").output


@pytest.mark.parametrize(
    ("arguments", "stdin", "sentence"),
    [
        (("--login", "王芳", "--role", "admin"), None, "login: "),
        (("--login", "wang", "--role", "admin", "--password-stdin"), "short\n", "at least 12 characters"),
        (
            ("--login", "wang", "--role", "admin", "--password-stdin"),
            "password-2026\n",
            "first that others would guess",
        ),
        (("--login", "wang", "--role", "viewer"), None, "Invalid value for '--role'"),
    ],
)
def test_bad_input_is_one_clear_line(run: Run, arguments: tuple[str, ...], stdin: str | None, sentence: str) -> None:
    """No traceback, no account; the line says what to change."""
    refused = run("users", "add", "--name", "王芳", *arguments, stdin=stdin)
    assert 0 != refused.exit_code
    assert sentence in refused.output
    assert "Traceback" not in refused.output
    assert [] == json.loads(run("users", "list", "--json").output)


def test_login_is_added_once(run: Run) -> None:
    """The second account of the same login is refused in words."""
    assert 0 == _add(run).exit_code
    again = _add(run)
    assert 1 == again.exit_code
    assert "login" in again.output


def test_disabled_user_is_listed_as_such(run: Run) -> None:
    """Disabling is by login; an unknown one, and the last administrator, are refused."""
    _add(run)
    _add(run, login="boss", role="admin")
    assert 0 == run("users", "disable", "Wang.Fang").exit_code
    disabled = {each["login"]: each["disabled_at"] for each in json.loads(run("users", "list", "--json").output)}
    assert disabled["wang.fang"] is not None
    assert disabled["boss"] is None
    assert 1 == run("users", "disable", "nobody").exit_code
    last = run("users", "disable", "boss")
    assert (1, True) == (last.exit_code, "last active administrator" in last.output)


def test_token_is_printed_and_nothing_else(config: Config, run: Run) -> None:
    """A script takes the output as it is."""
    _add(run)
    printed = run("tokens", "create", "--login", "wang.fang", "--scope", "people:read", "--days", "7")
    token = printed.output.removesuffix("\n")
    assert token.startswith("ss_")
    assert token == token.strip()
    found = asyncio.run(_token(config, token))
    assert (("people:read",), found.created_at + timedelta(days=7)) == (found.scopes, found.expires_at)


async def _token(config: Config, text: str) -> TokenRow:
    async with _database(config) as database, database.driver() as driver:
        found = await token_by_hash(driver, hash_of(text))
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    "arguments",
    [("--login", "nobody"), ("--login", "gone"), ("--login", "wang.fang", "--scope", "everything"), ("--days", "400")],
)
def test_no_token_for_nobody_or_for_too_much(run: Run, arguments: tuple[str, ...]) -> None:
    """Unknown and disabled people, unknown scopes and endless times get no token."""
    _add(run)
    _add(run, login="gone")
    run("users", "disable", "gone")
    refused = run("tokens", "create", *arguments)
    assert 0 != refused.exit_code
    assert "ss_" not in refused.output


def test_rotated_key_signs_and_the_old_one_still_verifies(config: Config, run: Run) -> None:
    """Links made before the rotation go on working; new ones are signed by the new key; the log tells of it."""
    assert "Key 2 signs from now on" in run("keys", "rotate").output
    first, second = asyncio.run(_signatures(config))
    assert (2, 3) == (first, second)
    assert ["system:key:rotate"] == [event["act"] for event in _events(config)]


def test_keys_are_listed_by_use_and_state(run: Run) -> None:
    """Each key with what it does; what wraps people's keys is counted; nothing secret is shown."""
    _add(run)
    run("keys", "rotate", "content-url")
    assert "Key 1 of content-url is revoked" in run("keys", "revoke", "content-url", "1", "--yes").output
    listed = json.loads(run("keys", "list", "--json").output)
    states = {(each["use"], each["key"]): each["state"] for each in listed if each["use"] != "envelope"}
    assert {
        ("content-url", "1"): "revoked",
        ("content-url", "2"): "active",
        ("ledger", "1"): "active",
        ("share-token", "1"): "active",
    } == states
    (envelope,) = [each for each in listed if each["use"] == "envelope"]
    assert ("active", 1) == (envelope["state"], envelope["wraps"])
    assert "content-url" in run("keys", "list").output


def test_active_key_is_not_revoked(run: Run) -> None:
    """One clear line says what to do first."""
    refused = run("keys", "revoke", "ledger", "1", "--yes")
    assert (1, True) == (refused.exit_code, "Rotate first" in refused.output)


def test_master_key_is_changed_by_the_command(config: Config, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the new key in force and the old one beside it everything is wrapped anew; then the old one can go."""
    _add(run)
    monkeypatch.setenv("SEALSHARE_MASTER_KEY_OTHER", config.master_key.get_secret_value())
    monkeypatch.setenv("SEALSHARE_MASTER_KEY", "A" * 43 + "=")
    assert "Wrapped anew: 1 keys of people" in run("keys", "rotate", "envelope").output
    monkeypatch.delenv("SEALSHARE_MASTER_KEY_OTHER")
    assert "王芳" in run("users", "list").output


def test_person_is_exported_and_erased_at_the_desk(config: Config, run: Run, tmp_path: Path) -> None:
    """By login or pseudonym; the file is private and not written over; a hold stops the erasure, in one clear line."""
    person_id = json.loads(_add(run).output)["person_id"]
    file = tmp_path / "data.zip"
    assert 0 == run("people", "export", "wang.fang", str(file)).exit_code
    assert (0o600, True) == (file.stat().st_mode & 0o777, zipfile.is_zipfile(file))
    assert 1 == run("people", "export", "wang.fang", str(file)).exit_code
    hold = run("retention", "hold", "person", person_id, "--reason", "案号 17").output.split()[1].strip(".")
    refused = run("people", "erase", "wang.fang", "--reason", "来函", "--yes")
    assert (1, True) == (refused.exit_code, "legal hold" in refused.output)
    assert hold in run("retention", "holds").output
    assert 0 == run("retention", "lift", hold, "--reason", "结案").exit_code
    assert [] == json.loads(run("retention", "holds", "--json").output)
    assert "Erased p-" in run("people", "erase", "wang.fang", "--reason", "来函", "--yes").output
    assert 1 == run("people", "erase", "wang.fang", "--reason", "来函", "--yes").exit_code
    assert ["erased-p-"] == [each["login"][:9] for each in json.loads(run("users", "list", "--json").output)]


def test_retention_says_from_where_on_the_log_can_be_read(run: Run) -> None:
    """A young log has everything; pruning it changes nothing."""
    assert "Entries can be read from 0 on. They are kept for 1096 days." in run("retention", "show").output
    assert "Pruned 0 entries." in run("retention", "prune").output


def test_figures_are_made_anew(run: Run) -> None:
    """From the first entry of the log on."""
    person_id = json.loads(_add(run).output)["person_id"]
    assert person_id
    assert "Read 1 entries." in run("analytics", "rebuild").output


async def _signatures(config: Config) -> tuple[int, int]:
    async with _database(config) as database:
        ring = KeyRing(MasterKey(config.master_key_bytes))
        await ring.refresh(database)
        old, mac = ring.links.sign("test", b"message", 16)
        async with database.transaction() as tx:
            await ring.add(tx, KeyUse.SHARE_TOKEN)
        await ring.refresh(database)
        assert ring.links.verifies(old, "test", b"message", mac)
        return old, ring.links.sign("test", b"message", 16)[0]


def test_racing_rotations_leave_one_active_key(config: Config) -> None:
    """Two nodes that rotate at once make two keys, of which the later one signs."""

    async def race() -> list[int]:
        async with _database(config) as database:
            ring = KeyRing(MasterKey(config.master_key_bytes))

            async def rotate() -> int:
                async with database.transaction() as tx:
                    return await ring.add(tx, KeyUse.SHARE_TOKEN)

            made = await asyncio.gather(*(rotate() for _ in range(5)))
            await ring.refresh(database)
            return [*made, ring.links.sign("test", b"", 16)[0]]

    *made, active = asyncio.run(race())
    assert list(range(min(made), min(made) + 5)) == sorted(made)
    assert max(made) == active


def test_another_master_key_touches_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the wrong key nobody is added whose profile could never be read again."""
    _add(run)
    monkeypatch.setenv("SEALSHARE_MASTER_KEY", "A" * 43 + "=")
    refused = _add(run, login="other")
    assert 1 == refused.exit_code
    assert "Traceback" not in refused.output


def test_department_is_said_when_a_user_is_added_and_later(run: Run) -> None:
    """It stands in the list; a name that is no single line is refused."""
    run("users", "add", "--login", "li", "--name", "李娜", "--role", "marketer", "--department", "华东", "--json")
    assert "华东" in run("users", "list").output
    assert "li works in 华南." in run("users", "department", "li", " 华南 ").output
    assert ["华南"] == [each["department"] for each in json.loads(run("users", "list", "--json").output)]
    refused = run("users", "department", "li", "a\nb")
    assert (1, "Error: department: ") == (refused.exit_code, refused.output[:19])
    assert 1 == run("users", "department", "nobody", "华东").exit_code


def test_quotas_are_set_listed_and_removed(config: Config, run: Run) -> None:
    """With units; of a person or of a department; what was done stands in the log as the operator's act."""
    _add(run)
    run("users", "department", "wang.fang", "华东")
    assert "may keep 500 GB." in run("quotas", "set", "--person", "wang.fang", "500GB").output
    assert 0 == run("quotas", "set", "--department", "华东", "2 TiB").exit_code
    assert "wang.fang" in run("quotas", "list").output
    found = [(each["scope"], each["place"] or each["subject"], each["size_max_bytes"]) for each in _quotas(run)]
    assert [("department", "/华东", 2 << 40), ("person", "wang.fang", 500 * 10**9)] == found
    assert 0 == run("quotas", "remove", "--department", "华东").exit_code
    assert ["wang.fang"] == [each["subject"] for each in _quotas(run)]
    acts = [event["act"] for event in _events(config) if str(event["act"]).startswith("employee:quota:")]
    assert ["employee:quota:set", "employee:quota:set", "employee:quota:remove"] == acts


def test_a_department_is_meant_by_name_place_or_id(config: Config, run: Run) -> None:
    """A name that two have is refused with both places; the place, the id and `/` for the brand mean one."""

    async def below() -> UUID:
        database = Database(config.database_url.get_secret_value())
        async with database.transaction() as tx:
            organising = Organising(tx, Trail(), by=None, reason="", now=datetime.now(UTC))
            await organising.create("华东", ROOT_ID)
            added = await organising.create("华东", (await organising.create("市场", ROOT_ID)).id)
        await database.close()
        return added.id

    inner = asyncio.run(below())
    refused = run("quotas", "set", "--department", "华东", "1GB")
    assert 1 == refused.exit_code
    assert "Several departments are called 华东" in refused.output
    assert ": /华东 (" in refused.output
    assert f", /市场/华东 ({inner})" in refused.output
    assert "No department is called 华西." in run("quotas", "set", "--department", "华西", "1GB").output
    for words in ("/市场/华东", "市场/华东", str(inner)):
        assert "/市场/华东 may keep 1 GB." in run("quotas", "set", "--department", words, "1GB").output
    assert 0 == run("quotas", "set", "--department", "/", "1TB").exit_code
    assert {"/", "/市场/华东"} == {each["place"] for each in _quotas(run)}


def _quotas(run: Run) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("quotas", "list", "--json").output)
    return found


def test_what_is_no_quota_is_refused(run: Run, subtests: pytest.Subtests) -> None:
    """With one line that says why, and nothing is set."""
    for arguments, exit_code in [
        (("set", "--person", "nobody", "1GB"), 1),
        (("set", "1GB"), 2),
        (("set", "--person", "a", "--department", "b", "1GB"), 2),
        (("set", "--department", "b", "much"), 2),
        (("set", "--department", "b", "10EB"), 2),
        (("remove", "--department", "b"), 1),
    ]:
        with subtests.test(str((arguments, exit_code))):
            assert exit_code == run("quotas", *arguments).exit_code
            assert [] == _quotas(run)


def test_uploads_are_listed(config: Config, run: Run) -> None:
    """One line for each that is not over, with its owner and sizes; as JSON what the API answers."""
    person_id = UUID(json.loads(_add(run).output)["person_id"])
    upload_id = asyncio.run(_begin_upload(config, person_id))
    assert "0 B of 2 GB" in run("uploads", "list").output
    assert "1 not over, 0 in flight" in run("uploads", "list").output
    document = json.loads(run("uploads", "list", "--json").output)
    assert [(str(upload_id), "wang.fang")] == [(each["id"], each["owner"]["login"]) for each in document["items"]]


async def _begin_upload(config: Config, person_id: UUID) -> UUID:
    now = datetime.now(UTC)
    row = UploadRow(
        id=uuid4(),
        person_id=person_id,
        length_bytes=2 * 10**9,
        metadata={},
        object_key="uploads/x",
        part_size_bytes=16 << 20,
        created_at=now,
        updated_at=now,
        expires_at=now + timedelta(days=7),
    )
    async with _database(config) as database, database.transaction() as tx:
        await add_upload(tx, row)
    return row.id
