"""Child processes, their keeper, and what happens when somebody is killed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from storage.engines.child import Child, Order, run_once, start_child
from storage.errors import EngineFailed

LIMIT_S = 10.0
SLEEPER = "print('up', flush=True); import time; time.sleep(60)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
LAST_WORDS = f"import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('saved'))); {SLEEPER}"

OWNER = """
import signal, sys, threading, time
from pathlib import Path
from storage.engines.child import Order, start_child
folder = Path(sys.argv[1])
order = Order("test", (sys.executable, "-c", sys.argv[2]), folder, None, signal.SIGTERM, signal.SIGKILL, 0.3)
started = []
# From a thread that ends at once, as an executor's may: the child belongs to the process all the same.
thread = threading.Thread(target=lambda: started.append(start_child(order)))
thread.start(); thread.join()
started[0].wait_ready(lambda: "up" in (folder / "engine.log").read_text())
print(started[0].pid, flush=True)
time.sleep(60)
"""


def order(folder: Path, script: str, grace_s: float = LIMIT_S) -> Order:
    """A Python script in the place of an engine."""
    command = (sys.executable, "-c", script)
    return Order("test", command, folder, None, signal.SIGTERM, signal.SIGKILL, grace_s)


def started(folder: Path, script: str, grace_s: float = LIMIT_S) -> Child:
    """A child that has set its signal handlers."""
    child = start_child(order(folder, script, grace_s))
    child.wait_ready(lambda: "up" in child.order.log_file.read_text(), LIMIT_S)
    return child


def gone(pid: int) -> bool:
    """Whether the process ends before the limit, or has ended."""
    try:
        psutil.Process(pid).wait(LIMIT_S)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True


def test_stop_lets_the_engine_finish(tmp_path: Path) -> None:
    """The engine gets its stop signal and the time to end properly; no pid file stays."""
    child = started(tmp_path, LAST_WORDS)
    assert json.loads(child.order.pid_file.read_text())["pid"] == child.pid
    child.stop()
    assert child.order.log_file.read_text().split() == ["up", "saved"]
    assert not child.order.pid_file.exists()
    child.stop()


def test_stop_kills_what_does_not_listen(tmp_path: Path) -> None:
    """After the grace period a deaf engine is killed."""
    child = started(tmp_path, DEAF, grace_s=0.05)
    child.stop()
    assert gone(child.pid)


@pytest.mark.parametrize("script", [SLEEPER, DEAF], ids=["obedient", "deaf"])
def test_the_engine_dies_with_its_killed_owner(tmp_path: Path, script: str) -> None:
    """Kill -9 of the owner ends the engine, even one that ignores its stop signal, and the pid file tells of it."""
    with subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path), script], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        assert psutil.pid_exists(pid)
        owner.kill()
    assert gone(pid)
    assert json.loads((tmp_path / "engine.pid").read_text())["pid"] == pid


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent death signal exists on Linux only")
def test_the_engine_dies_with_its_killed_keeper(tmp_path: Path) -> None:
    """Kill -9 of the keeper leaves no engine without one."""
    child = started(tmp_path, SLEEPER)
    os.kill(child._keeper.pid, signal.SIGKILL)
    assert gone(child.pid)
    child.stop()


def test_an_engine_that_ends_while_starting_says_why(tmp_path: Path) -> None:
    """The error quotes what this start has said, not what an earlier one had."""
    (tmp_path / "engine.log").write_text("an old complaint\n")
    child = start_child(order(tmp_path, "import sys; sys.exit('no space left')"))
    with pytest.raises(EngineFailed) as failed:
        child.wait_ready(lambda: False, LIMIT_S)
    assert failed.value.params == {
        "engine": "test",
        "reason": "it ended with status 1 while starting",
        "log": ("no space left",),
    }
    child.stop()


def test_an_engine_that_is_never_ready_is_given_up(tmp_path: Path) -> None:
    """Waiting has a limit."""
    child = start_child(order(tmp_path, SLEEPER))
    with pytest.raises(EngineFailed, match=r"wasn't ready after 0\.05 s"):
        child.wait_ready(lambda: False, 0.05)
    child.stop()
    assert gone(child.pid)


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The path that can't be run stands in the error."""
    missing = Order("test", ("/nonexistent/engine",), tmp_path, None, signal.SIGTERM, signal.SIGKILL, LIMIT_S)
    child = start_child(missing)
    with pytest.raises(EngineFailed, match="FATAL: /nonexistent/engine"):
        child.wait_ready(lambda: False, LIMIT_S)
    child.stop()


def test_set_up_programs_are_fed_and_judged(tmp_path: Path) -> None:
    """A set-up program gets its input; a status other than 0 is an error with its last words."""
    run_once(order(tmp_path, "import sys; open('done', 'w').write(sys.stdin.read())"), stdin="fed")
    assert (tmp_path / "done").read_text() == "fed"
    with pytest.raises(EngineFailed, match=r"ended with status 3.*out of luck"):
        run_once(order(tmp_path, "import sys; print('out of luck'); sys.exit(3)"))


def test_secrets_in_the_environment_stay_out_of_argv(tmp_path: Path) -> None:
    """What a child is given in its environment is in no process's command line."""
    given = Order(
        "test", (sys.executable, "-c", SLEEPER), tmp_path, None, signal.SIGTERM, signal.SIGKILL, LIMIT_S,
        environment={"KEY": "c0ffee"},
    )  # fmt: skip
    child = start_child(given)
    processes = [psutil.Process(pid) for pid in (child._keeper.pid, child.pid)]
    environments, arguments = [each.environ() for each in processes], [each.cmdline() for each in processes]
    child.stop()
    assert [environment["KEY"] for environment in environments] == ["c0ffee", "c0ffee"]
    assert "c0ffee" not in str(arguments)
