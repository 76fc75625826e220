"""Server and worker of the demo, played by processes that only sleep."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

import fileserver
from fileserver.demo import crew
from fileserver.demo.crew import DEATHS_MAX, Crew
from fileserver.demo.errors import DemoError
from storage.engines.child import Child, Order
from tests.processes import words_of

SLEEPER = "import time; time.sleep(60)"


class Stage:
    """A crew, the pids that its readiness was asked about, and what it said."""

    def __init__(self, data_dir: Path) -> None:
        self.said: list[str] = []
        self.servers: list[int] = []
        self.crew = Crew(data_dir, {"SEALSHARE_PORT": "1"}, self.is_ready, self.said.append)

    def is_ready(self, server: Child) -> bool:
        """At once."""
        self.servers.append(server.pid)
        return True

    def kill_server(self) -> None:
        """As `kill -9` does; returns when the demo can notice."""
        server = psutil.Process(self.servers[-1])
        keeper = server.parent()
        os.kill(server.pid, signal.SIGKILL)
        assert keeper is not None
        while keeper.status() != psutil.STATUS_ZOMBIE:
            pass


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A crew at work."""
    real_order = crew.python_order

    def sleeping(name: str, folder: Path, arguments: tuple[str, ...], environment: Mapping[str, str]) -> Order:
        return replace(real_order(name, folder, arguments, environment), command=(sys.executable, "-c", SLEEPER))

    monkeypatch.setattr(crew, "python_order", sleeping)
    made = Stage(tmp_path)
    made.crew.start()
    made.crew.wait_ready()
    yield made
    made.crew.stop()


def test_leaves_the_living_alone(stage: Stage) -> None:
    """As long as both run, looking after them changes and says nothing."""
    stage.crew.check()
    assert [] == stage.said
    assert 1 == len(set(stage.servers))


def test_replaces_the_dead(stage: Stage) -> None:
    """A process that was killed is started again, and the person hears of the death and of the new life."""
    stage.kill_server()
    stage.crew.check()
    assert 2 == len(set(stage.servers))
    assert [
        "The server has ended (it ended with status 137); starting it again.",
        "The server runs again.",
    ] == stage.said


def test_gives_up_on_what_keeps_dying(stage: Stage, tmp_path: Path) -> None:
    """A process that dies again and again within a minute ends the demo, with the place of its log."""
    for _ in range(DEATHS_MAX - 1):
        stage.kill_server()
        stage.crew.check()
    stage.kill_server()
    with pytest.raises(DemoError, match=f"{DEATHS_MAX} times within a minute.*{tmp_path}"):
        stage.crew.check()


def test_stopping_ends_both(stage: Stage) -> None:
    """After a stop none of the processes is left, and stopping again does no harm."""
    processes = [each for each in psutil.Process().children(recursive=True) if SLEEPER in words_of(each)]
    stage.crew.stop()
    assert 2 == len(processes)
    assert not psutil.wait_procs(processes, timeout=0)[1]


def test_secrets_go_by_the_environment(tmp_path: Path) -> None:
    """Our programs get their settings as variables: a command line is readable by everybody on the machine."""
    order = crew.python_order("serve", tmp_path / "serve", ("fileserver", "serve"), {"SEALSHARE_MASTER_KEY": "hidden"})
    assert "hidden" == order.environment["SEALSHARE_MASTER_KEY"]
    assert "hidden" not in " ".join(order.keeper_command(once=False))


def test_programs_are_ours(tmp_path: Path) -> None:
    """A child runs the code that its demo runs, whatever else is installed: where it works nothing of ours lies."""
    order = crew.python_order("serve", tmp_path / "serve", ("fileserver", "serve"), {})
    found = subprocess.run(
        [order.command[0], "-c", "import fileserver; print(fileserver.__file__)"],
        cwd=order.folder,
        env=order.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert fileserver.__file__ == found.stdout.strip()
