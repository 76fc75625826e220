"""The demo as a person meets it: a command that starts everything, survives what happens to it, and leaves nothing.

Real processes on a data folder of their own. One first start, which draws and fills the brand, serves all the tests
that a test process gets; they go on with its data, in any order.
"""

import json
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fileserver.demo.household import address
from fileserver.demo.story import BESIDE_THE_SHELF
from fileserver.demo.studio import SLUGS
from tests.demos import START_LIMIT_S, DemoProcess, Json, demo, request, sign_in, titles
from tests.processes import taken_port

ASKED_EVERY_S = 0.05


@dataclass(frozen=True)
class Ended:
    """How a demo ended: its status, whether every process went with it, and what it said."""

    status: int
    all_gone: bool
    errors: str = field(repr=False)


@dataclass(frozen=True)
class Brand:
    """A data folder whose brand is complete, and what its first start said and showed, until it was killed.

    `broken_off`: what was remembered of an earlier first start, which Ctrl-C ended while it filled the brand; `begun`
    is that end. `refused`: second demos in the same folder, without options and with --reset, while the first served.
    """

    data_dir: Path
    broken_off: Json
    begun: Ended
    announced: Json
    roles: dict[str, str]
    titles: list[str]
    ways: Json
    pid: int
    refused: list[tuple[int, str]]
    killed: Ended


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that isn't there yet. Its path is short, since sockets live in it, and open to the engines."""
    with tempfile.TemporaryDirectory(prefix="demo-") as parent:
        yield Path(parent) / "data"


@pytest.fixture(scope="module")
def brand() -> Iterator[Brand]:
    """A first start that is broken off by Ctrl-C, and one that serves until it is killed."""
    with tempfile.TemporaryDirectory(prefix="demo-") as parent:
        data_dir = Path(parent) / "data"
        with demo(data_dir, "--port", str(free_port())) as begun:
            eventually(lambda: lives(begun) and answers(address(remembered(data_dir)["port"])))
            begun_ended = ended(begun, signal.SIGINT)
        broken_off = remembered(data_dir)
        with demo(data_dir, "--port", str(free_port())) as first:
            announced = first.announcement()
            roles = {each["login"]: sign_in(announced, each["login"])["role"] for each in announced["accounts"]}
            shown = titles(announced)
            refused = []
            for option in ((), ("--reset",)):
                with demo(data_dir, *option) as second:
                    refused.append((second.ends(), second.errors()))
            token = sign_in(announced, "marketer")["token"]
            yield Brand(
                data_dir=data_dir,
                broken_off=broken_off,
                begun=begun_ended,
                announced=announced,
                roles=roles,
                titles=shown,
                ways=request(announced["url"], "/api/v1/uploads/ways", token=token),
                pid=first.process.pid,
                refused=refused,
                killed=ended(first, signal.SIGKILL),
            )


def ended(running: DemoProcess, number: signal.Signals) -> Ended:
    """By this signal."""
    return Ended(running.ends(number), running.all_gone(), running.errors())


def eventually(holds: Callable[[], bool]) -> None:
    """Returns once it holds; processes have no clock that a test could move. Asking without a pause would slow them."""
    deadline = time.monotonic() + START_LIMIT_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(ASKED_EVERY_S)


def free_port() -> int:
    """A port that was free a moment ago."""
    with taken_port() as taken:
        return int(taken.getsockname()[1])


def said(running: DemoProcess, line: str) -> Callable[[], bool]:
    """Whether it has said so by now."""
    return lambda: line in running.errors()


def lives(running: DemoProcess) -> bool:
    """Fails, with what it said, for one that has ended by itself."""
    assert running.process.poll() is None, running.errors()
    return True


def answers(url: str) -> bool:
    """Whether the server is there."""
    try:
        request(url, "/healthz")
    except OSError:
        return False
    return True


def remembered(data_dir: Path) -> Json:
    """What the demo remembers of its folder; nothing while it begins."""
    try:
        stored: Json = json.loads((data_dir / "demo.json").read_text())
    except FileNotFoundError:
        return {"accounts": [], "port": 0}
    return stored


def test_the_first_start_says_where_and_who(brand: Brand) -> None:
    """Once it serves, one line of JSON names the address, the folder, and accounts of every employee's role."""
    assert {"url", "data_dir", "accounts"} == set(brand.announced)
    assert str(brand.data_dir) == brand.announced["data_dir"]
    assert all({"login", "password", "role"} == set(each) for each in brand.announced["accounts"])
    assert {"marketer", "manager", "reviewer", "auditor", "admin"} == {
        each["role"] for each in brand.announced["accounts"]
    }


def test_every_account_signs_in(brand: Brand) -> None:
    """The announced passwords sign in over the API, each account in its role."""
    assert {each["login"]: each["role"] for each in brand.announced["accounts"]} == brand.roles


def test_the_brand_is_complete_when_it_is_announced(brand: Brand) -> None:
    """Whoever signs in at once finds every material of the brand."""
    assert len(SLUGS) + BESIDE_THE_SHELF == len(brand.titles)


def test_ctrl_c_ends_every_process_and_is_no_failure(brand: Brand) -> None:
    """SIGINT ends both engines, server, worker and their renderers within seconds; the exit status is 0."""
    assert Ended(0, all_gone=True, errors="Stopping…\n") == brand.begun


def test_a_second_demo_changes_nothing(brand: Brand) -> None:
    """It says who is there already, also where it was to reset; the first one goes on serving."""
    here = f"process {brand.pid}, at {brand.announced['url']}"
    told = f"Error: A demo runs in {brand.data_dir} already: {here}. "
    told += "End it first, or choose another folder with --data-dir.\n"
    assert [(1, told), (1, told)] == brand.refused
    assert brand.ways["direct"]["endpoint"].startswith("http://127.0.0.1:")


def test_the_next_start_goes_on(brand: Brand) -> None:
    """Killed itself, a demo takes all its processes with it; the next has the same accounts, passwords, port and data.

    Then a killed server or worker is started again, and a killed engine ends the demo; it says so and leaves nothing.
    """
    assert (-signal.SIGKILL, True) == (brand.killed.status, brand.killed.all_gone)
    with demo(brand.data_dir) as after:
        announced = after.announcement()
        assert brand.announced == announced
        assert brand.titles == titles(announced)
        assert "the last run was killed" in after.errors()
        looks_after_its_own(after, announced["url"])


def looks_after_its_own(running: DemoProcess, url: str) -> None:
    """What is killed is replaced, or ends the demo."""
    for name, title in (("serve", "server"), ("worker", "worker")):
        killed = running.child("fileserver", name)
        killed.kill()
        eventually(said(running, f"The {title} runs again.\n"))
        assert killed.pid != running.child("fileserver", name).pid
        assert f"The {title} has ended (it ended with status 137); starting it again.\n" in running.errors()
    assert answers(url)
    running.engine("postgres").kill()
    assert (1, True) == (running.ends(), running.all_gone())
    assert "Error: PostgreSQL: it ended with status 137\n" in running.errors()
    assert "The demo ends with it. Start it again: what was saved is there.\n" in running.errors()


def test_a_port_that_is_taken_is_named(brand: Brand) -> None:
    """A port asked for that somebody else has ends the start with one line, and the demo's own port stays."""
    before = remembered(brand.data_dir)
    with taken_port() as taken:
        port = taken.getsockname()[1]
        with demo(brand.data_dir, "--port", str(port)) as refused:
            assert 1 == refused.ends()
            told = f"Error: Port {port} is taken by another program, or not ours to use; choose another with --port.\n"
            assert told == refused.errors()
    assert before == remembered(brand.data_dir)


def test_reset_forgets_the_demo_and_nothing_else(brand: Brand, folder: Path) -> None:
    """--reset begins with new accounts and passwords; what somebody put beside the demo's data stays.

    SIGTERM ends it as Ctrl-C does.
    """
    shutil.copytree(brand.data_dir, folder, ignore=shutil.ignore_patterns("*.sock", ".s.PGSQL.*"))
    (folder / "note.txt").write_text("mine")
    with demo(folder, "--reset", "--port", str(free_port())) as afresh:
        eventually(lambda: remembered(folder)["accounts"] not in ([], remembered(brand.data_dir)["accounts"]))
        assert not remembered(folder)["seeded"]
        assert (0, True) == (afresh.ends(signal.SIGTERM), afresh.all_gone())
    assert "mine" == (folder / "note.txt").read_text()


def test_a_first_start_that_was_broken_off_begins_afresh(brand: Brand) -> None:
    """Ctrl-C while the brand is filled ends everything; the next start forgets the half-told story."""
    assert not brand.broken_off["seeded"]
    assert [] != brand.broken_off["accounts"]
    passwords = [{each["password"] for each in begun["accounts"]} for begun in (brand.broken_off, brand.announced)]
    assert passwords[0].isdisjoint(passwords[1])
    assert not (brand.data_dir / "studio").exists()


def test_a_folder_with_other_things_in_it_is_left_alone(folder: Path) -> None:
    """A folder that was never a demo's and holds a file is refused, and stays as it was."""
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    with demo(folder, "--reset") as refused:
        assert 1 == refused.ends()
        assert f"Error: {folder} holds other things; it is left alone." in refused.errors()
    assert ["thesis.txt"] == [each.name for each in folder.iterdir()]
