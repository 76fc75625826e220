"""Which port a demo takes."""

import pytest

from fileserver.demo import ports
from fileserver.demo.errors import DemoError
from fileserver.demo.ports import reserved_port
from tests.processes import taken_port


def unexpected(line: str) -> None:
    """Nothing is to be said."""
    raise AssertionError(line)


def free_port() -> int:
    """A port that was free a moment ago."""
    with taken_port() as taken:
        return int(taken.getsockname()[1])


def test_takes_the_port_that_was_asked_for() -> None:
    """--port wins over what the last run had, without a word."""
    port = free_port()
    with reserved_port(port, free_port(), unexpected) as chosen:
        assert port == chosen


def test_refuses_a_port_that_is_taken() -> None:
    """Who asks for a port gets that one or none."""
    with taken_port() as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DemoError, match=f"Port {port} is taken"), reserved_port(port, 0, unexpected):
            pass


def test_goes_on_at_the_last_run_s_port() -> None:
    """Without a wish the address stays what it was."""
    port = free_port()
    with reserved_port(None, port, unexpected) as chosen:
        assert port == chosen


def test_says_when_the_address_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the last run's port is taken the next free one serves, and a line says so."""
    said: list[str] = []
    other = free_port()
    monkeypatch.setattr(ports, "DEFAULT_PORT", other)
    with taken_port() as taken, reserved_port(None, taken.getsockname()[1], said.append) as chosen:
        assert other == chosen
        assert [f"Port {taken.getsockname()[1]} is taken by another program; using {other}."] == said


def test_two_demos_never_choose_one_port() -> None:
    """A port that another demo has chosen counts as taken before its server listens, and is free again afterwards."""
    port = free_port()
    with (
        reserved_port(port, 0, unexpected),
        pytest.raises(DemoError, match="is taken"),
        reserved_port(port, 0, unexpected),
    ):
        pass
    with reserved_port(port, 0, unexpected) as chosen:
        assert port == chosen


def test_gives_up_when_everything_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a free port in the range the person is asked to name one."""
    with taken_port() as taken:
        monkeypatch.setattr(ports, "DEFAULT_PORT", taken.getsockname()[1])
        monkeypatch.setattr(ports, "PORTS_TRIED", 1)
        with pytest.raises(DemoError, match="choose one with --port"), reserved_port(None, 0, unexpected):
            pass
