"""`sealshare storage check` as a program and a person read it."""

import json

import pytest
from click.testing import CliRunner

from fileserver.cli import main
from storage import provision
from storage.provision import Capability
from tests.unit.fileserver.frame import make_config

FULL = Capability("put-get", ok=True, detail="", needed=True)
WITHOUT_LOCK = Capability("object-lock", ok=False, detail="NotImplemented", needed=False)
WITHOUT_PARTS = Capability("list-parts", ok=False, detail="the listing [of parts] differs", needed=True)


@pytest.fixture(autouse=True)
def configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration whose server is never asked."""
    monkeypatch.setattr("fileserver.cli.storage.configured", make_config)


def found(monkeypatch: pytest.MonkeyPatch, *capabilities: Capability) -> None:
    """What the examination finds."""
    monkeypatch.setattr(provision, "check", lambda settings, *, origin: capabilities)


def test_a_missing_capability_that_is_needed_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that lacks something needed gives exit status 1, and the table says what and why."""
    found(monkeypatch, FULL, WITHOUT_PARTS)
    done = CliRunner().invoke(main, ["storage", "check"])
    assert 1 == done.exit_code
    assert [["put-get", "ok", "yes"], ["list-parts", "lacks", "yes", "the", "listing", "[of", "parts]", "differs"]] == [
        line.split() for line in done.stdout.splitlines()[1:]
    ]


def test_a_missing_capability_that_is_not_needed_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that lacks only what some deployments want is good enough, and that is reported."""
    found(monkeypatch, FULL, WITHOUT_LOCK)
    done = CliRunner().invoke(main, ["storage", "check", "--json"])
    report = json.loads(done.stdout)
    assert (0, True) == (done.exit_code, report["ok"])
    assert {"name": "object-lock", "ok": False, "detail": "NotImplemented", "needed": False} == report["capabilities"][
        1
    ]
