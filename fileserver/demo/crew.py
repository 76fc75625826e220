"""The demo's own processes, one server and one worker: started together, started anew when one dies, stopped together.

Both keep no state, so one that was killed is replaced and nothing is lost; one that keeps dying ends the demo. Leaves
to `storage.engines.child` that none outlives the demo.
"""

import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from compliance.rendering.origin import IMPORT_ROOT
from fileserver.demo.errors import DemoError
from fileserver.demo.folder import SERVE, WORKER
from storage.engines.child import Child, Order, start_child
from storage.errors import EngineFailed

TITLES: Mapping[str, str] = {WORKER: "worker", SERVE: "server"}
GRACE_S = 10.0
DEATHS_MAX = 5
DEATHS_WITHIN_S = 60.0
READY_TIMEOUT_S = 180.0  # seconds, but for a laptop that has more to do


def python_order(name: str, folder: Path, arguments: tuple[str, ...], environment: Mapping[str, str]) -> Order:
    """One of our own programs as a child of the demo, in a folder of its own: from where the demo itself comes."""
    folder.mkdir(mode=0o700, exist_ok=True)
    return Order(
        engine=name,
        command=(sys.executable, "-m", *arguments),
        folder=folder,
        account=None,
        stop_signal=signal.SIGTERM,
        orphan_signal=signal.SIGTERM,
        grace_s=GRACE_S,
        environment={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": IMPORT_ROOT, **environment},
    )


class Crew:
    """Server and worker. `is_ready` says whether the server, this child, answers; `say` hears of deaths."""

    def __init__(
        self,
        data_dir: Path,
        environment: Mapping[str, str],
        is_ready: Callable[[Child], bool],
        say: Callable[[str], None],
    ) -> None:
        self._orders = {name: python_order(name, data_dir / name, ("fileserver", name), environment) for name in TITLES}
        self._is_ready, self._say = is_ready, say
        self._children: dict[str, Child] = {}
        self._deaths: dict[str, deque[float]] = {name: deque(maxlen=DEATHS_MAX) for name in TITLES}

    def start(self) -> None:
        """Starts both, without waiting. Raises EngineFailed."""
        for name, order in self._orders.items():
            self._children[name] = start_child(order)

    def wait_ready(self) -> None:
        """Returns when the server answers; EngineFailed with the end of its log when one ends before that."""
        for child in self._children.values():
            child.wait_ready(self._serves, READY_TIMEOUT_S)

    def pid(self, name: str) -> int:
        """The present process of this name."""
        return self._children[name].pid

    def check(self) -> None:
        """Starts anew what has ended. Raises DemoError for what keeps ending, EngineFailed if it can't even start."""
        for name, child in self._children.items():
            try:
                child.check()
            except EngineFailed as death:
                self._replace(name, child, death)

    def stop(self) -> None:
        """Asks both to end and waits; what doesn't is killed after GRACE_S."""
        with ThreadPoolExecutor(len(TITLES)) as pool:
            for stopped in [pool.submit(child.stop) for child in self._children.values()]:
                stopped.result()

    def _serves(self) -> bool:
        return self._is_ready(self._children[SERVE])

    def _replace(self, name: str, dead: Child, death: EngineFailed) -> None:
        deaths = self._deaths[name]
        deaths.append(time.monotonic())
        if len(deaths) == DEATHS_MAX and deaths[-1] - deaths[0] < DEATHS_WITHIN_S:
            raise DemoError(
                f"The {TITLES[name]} has ended {DEATHS_MAX} times within a minute; its log: {dead.order.log_file}"
            )
        self._say(f"The {TITLES[name]} has ended ({death.params['reason']}); starting it again.")
        dead.stop()
        self._children[name] = start_child(self._orders[name])
        self._children[name].wait_ready(self._serves, READY_TIMEOUT_S)
        self._say(f"The {TITLES[name]} runs again.")
