"""`sealshare demo` as a process, its announcement, its API and its children, for tests of what happens to it."""

import http.client
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from yarl import URL

from tests.processes import ROOT, words_of

START_LIMIT_S = 300.0
END_LIMIT_S = 30.0
Json = dict[str, Any]


class DemoProcess:
    """One run of `sealshare demo --json`, without a terminal, HOME or any other variable but PATH."""

    def __init__(self, data_dir: Path, *options: str) -> None:
        self._said = os.memfd_create("standard error")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fileserver", "demo", "--json", "--data-dir", str(data_dir), *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            env={"PATH": os.defpath, "PYTHONPATH": ROOT},
            cwd=data_dir.parent,
        )
        self._seen: set[psutil.Process] = set()

    def announcement(self) -> Json:
        """The line that it prints once it serves. Fails when it ends or takes too long."""
        output = self.process.stdout
        assert output is not None
        ready, _, _ = select.select([output], [], [], START_LIMIT_S)
        line = output.readline() if ready else ""
        assert line, f"it didn't serve: {self.errors()}"
        self.look()
        announced: Json = json.loads(line)
        return announced

    def look(self) -> list[psutil.Process]:
        """Every process it has now; `all_gone` asks about whatever was ever seen."""
        found = psutil.Process(self.process.pid).children(recursive=True)
        self._seen.update(found)
        return found

    def child(self, *words: str) -> psutil.Process:
        """The one process whose command line has these words; a keeper has them all in one."""
        (found,) = [each for each in self.look() if set(words) <= set(words_of(each))]
        return found

    def engine(self, program: str) -> psutil.Process:
        """The engine itself, which runs this program with arguments; its own children have none."""
        (found,) = [
            each for each in self.look() if len(words := words_of(each)) > 1 and words[0].endswith(f"/{program}")
        ]
        return found

    def ends(self, number: signal.Signals | None = None) -> int:
        """Its exit status, after a signal if one is named."""
        if number is not None:
            self.look()
            self.process.send_signal(number)
        return self.process.wait(END_LIMIT_S)

    def all_gone(self) -> bool:
        """Whether every process that was seen has ended, or does so soon."""
        return not psutil.wait_procs(self._seen, timeout=END_LIMIT_S)[1]

    def errors(self) -> str:
        """What it has written on standard error."""
        # Not by `read`: the demo writes where the descriptor's one position is.
        return os.pread(self._said, os.fstat(self._said).st_size, 0).decode()

    def close(self) -> None:
        """Kills it if it still runs, and waits for its children."""
        if self.process.poll() is None:
            self.look()
            self.process.kill()
        self.process.wait()
        self.all_gone()
        if self.process.stdout:
            self.process.stdout.close()
        os.close(self._said)


@contextmanager
def demo(data_dir: Path, *options: str) -> Iterator[DemoProcess]:
    """A run that is over when the block is."""
    started = DemoProcess(data_dir, *options)
    try:
        yield started
    finally:
        started.close()


def request(url: str, path: str, body: Json | None = None, token: str = "") -> Any:
    """One call of the demo's API: GET, or POST with a body. Fails for a refusal, raises OSError without a server."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    where = URL(url)
    connection = http.client.HTTPConnection(where.host or "", where.port, timeout=END_LIMIT_S)
    try:
        connection.request("POST" if body else "GET", path, json.dumps(body) if body else None, headers)
        response = connection.getresponse()
        assert response.status < 300, response.read()
        return json.load(response)
    finally:
        connection.close()


def sign_in(announced: Json, login: str) -> Any:
    """What POST /api/v1/sessions answers to this account's password."""
    (password,) = [each["password"] for each in announced["accounts"] if each["login"] == login]
    return request(announced["url"], "/api/v1/sessions", {"login": login, "password": password})


def titles(announced: Json) -> list[str]:
    """The titles of the materials that the marketer sees."""
    token = sign_in(announced, "marketer")["token"]
    return sorted(each["title"] for each in request(announced["url"], "/api/v1/materials", token=token)["items"])
