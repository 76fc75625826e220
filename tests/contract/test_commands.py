"""What operators meet: the commands on real engines, what they do and how they refuse, in one clear line."""

import json
import secrets
from collections.abc import Iterator

import psycopg
import pytest
from click.testing import CliRunner, Result
from sqlalchemy.engine import make_url

from fileserver.cli import main
from fileserver.config import Config
from storage.engines import Endpoints
from storage.migrations import head
from tests.processes import environment_of
from watermark import jail


def sealshare(*arguments: str, environment: dict[str, str]) -> Result:
    """The command as a terminal runs it, but in this process; it may not start a server or a worker."""
    return CliRunner().invoke(main, arguments, env=environment)


@pytest.fixture
def empty_database_url(engines: Endpoints) -> Iterator[str]:
    """A database without any table."""
    name, plain = f"empty_{secrets.token_hex(6)}", make_url(engines.database_url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield make_url(engines.database_url).set(database=name).render_as_string(hide_password=False)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.parametrize("command", [("serve",), ("worker",), ("users", "list"), ("keys", "rotate")])
def test_an_unmigrated_database_is_refused(config: Config, empty_database_url: str, command: tuple[str, ...]) -> None:
    """Server, worker and operators' commands refuse a database without our tables, and say what to run."""
    done = sealshare(*command, environment=environment_of(config, database_url=empty_database_url))
    needed = f"Error: The database is empty, this release needs revision {head()}. Run this first: sealshare migrate\n"
    assert (1, needed) == (done.exit_code, done.stderr)


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize("lack", jail.Lack)
def test_a_kernel_that_jails_nobody_is_refused(
    config: Config, command: str, lack: jail.Lack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What opens strangers' files starts there only where an operator has said that it may; a line says what lacks."""
    monkeypatch.setattr("watermark.jail.lack", lambda: lack)
    away = {"database_url": "postgresql://127.0.0.1:1/sealshare"}
    refused = sealshare(command, environment=environment_of(config, **away))
    allowed = sealshare(command, environment=environment_of(config, **away, jail="if-possible"))
    assert (1, True) == (refused.exit_code, lack in refused.stderr.lower())
    assert "SEALSHARE_JAIL=if-possible" in refused.stderr
    assert (1, True) == (allowed.exit_code, "PostgreSQL can't be reached" in allowed.stderr)


def test_migrating_makes_a_database_usable(config: Config, empty_database_url: str) -> None:
    """`migrate` brings an empty database to this release's revision; a second time changes nothing."""
    environment = environment_of(config, database_url=empty_database_url)
    first = sealshare("migrate", "--json", environment=environment)
    second = sealshare("migrate", "--json", environment=environment)
    assert {"before": None, "now": head()} == json.loads(first.stdout)
    assert {"before": head(), "now": head()} == json.loads(second.stdout)
    assert f"The database is at revision {head()} already.\n" == sealshare("migrate", environment=environment).stdout
    assert "[]\n" == sealshare("users", "list", "--json", environment=environment).stdout


@pytest.mark.parametrize("command", ["serve", "worker", "migrate"])
def test_a_database_that_is_away_is_named(config: Config, command: str) -> None:
    """Without a database a command ends with PostgreSQL's reason and the setting, and without the password."""
    url = "postgresql://sealshare:hidden-word@127.0.0.1:1/sealshare"
    done = sealshare(command, environment=environment_of(config, database_url=url))
    refused = 'connection to server at "127.0.0.1", port 1 failed: Connection refused'
    assert 1 == done.exit_code
    assert f"Error: PostgreSQL can't be reached (SEALSHARE_DATABASE_URL): {refused}\n" == done.stderr


@pytest.mark.parametrize("url", ["nonsense", "postgresql://u:half@hidden-word@127.0.0.1/x", "postgresql://h:port/x"])
def test_a_database_address_that_is_wrong_is_not_repeated(config: Config, url: str) -> None:
    """An address that is mistyped may hold a password in the wrong place, so no part of it is shown."""
    done = sealshare("migrate", environment=environment_of(config, database_url=url))
    assert 1 == done.exit_code
    assert "SEALSHARE_DATABASE_URL" in done.stderr
    assert not any(part in done.stderr for part in ("nonsense", "hidden-word", "half", "h:port"))


def test_every_wrong_setting_is_named_at_once(config: Config) -> None:
    """A wrong configuration ends with status 2 and a line for each wrong setting, without a secret's value."""
    wrong = environment_of(config, master_key="short-word", public_url="share.example.com", porrt="1")
    misspelt = sealshare("serve", environment=wrong)
    del wrong["SEALSHARE_PORRT"]
    done = sealshare("serve", environment=wrong)
    assert (2, "Error: SEALSHARE_PORRT is not a setting; did you mean SEALSHARE_PORT?\n") == (
        misspelt.exit_code,
        misspelt.stderr,
    )
    assert 2 == done.exit_code
    assert ["SEALSHARE_MASTER_KEY", "SEALSHARE_PUBLIC_URL"] == [
        line.removeprefix("Error: ").split(":")[0] for line in done.stderr.splitlines()
    ]
    assert "short-word" not in done.stderr


def test_the_bucket_is_made_and_examined(config: Config) -> None:
    """On an S3 server as good as ours `storage init` makes the bucket once and `storage check` finds it usable."""
    environment = environment_of(config, s3_bucket=f"bucket-{secrets.token_hex(4)}")
    made = [json.loads(sealshare("storage", "init", "--json", environment=environment).stdout) for _ in range(2)]
    checked = sealshare("storage", "check", "--json", environment=environment)
    assert [True, False] == [each["bucket_made"] for each in made]
    assert (0, True) == (checked.exit_code, json.loads(checked.stdout)["ok"])


def test_an_s3_server_that_is_away_is_named(config: Config) -> None:
    """Without an S3 server the examination ends with the setting to look at."""
    done = sealshare("storage", "check", environment=environment_of(config, s3_endpoint_url="http://127.0.0.1:1"))
    assert 1 == done.exit_code
    assert done.stderr.startswith("Error: The S3 server can't be reached (SEALSHARE_S3_ENDPOINT_URL): ")


def test_the_effective_settings_show_no_secret(config: Config) -> None:
    """`config` shows every setting in force, and of secrets only that they are set."""
    environment = environment_of(config, port="9999")
    shown = sealshare("config", "--json", environment=environment)
    settings = json.loads(shown.stdout)
    assert ("9999", "(set)") == (settings["SEALSHARE_PORT"], settings["SEALSHARE_MASTER_KEY"])
    table = sealshare("config", environment=environment).stdout
    for secret in (config.master_key, config.s3_secret_key, config.database_url):
        assert secret.get_secret_value() not in shown.stdout + table
