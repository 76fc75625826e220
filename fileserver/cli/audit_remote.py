"""A server's ledger as the verifier reads it: file by file under /ledger/, over one kept connection."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import urllib3

from compliance.verifying import Malformed
from compliance.verifying.layout import MINIMUM_INDEX, POLICY

TIMEOUT = urllib3.Timeout(connect=10, read=60)
RETRIES = urllib3.Retry(total=4, connect=1, backoff_factor=0.5, status_forcelist=(429, 502, 503, 504), redirect=False)
ROOT = "/ledger"
ABOUT = "about"
ABOUT_BYTES_MAX = 1 << 20


class Unanswered(Exception):
    """No answer that counts; another try may help."""


class Remote:
    """The files of a server's log."""

    def __init__(self, pool: urllib3.PoolManager, url: str, token: str) -> None:
        self._pool, self._url = pool, url.rstrip("/").removesuffix(ROOT) + ROOT
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, limit_bytes: int) -> bytes | None:
        """The file; None where the server has none. Raises Unanswered, and Malformed when it refuses.

        What only bundles have as files is made of what the server says of its log.
        """
        if path == MINIMUM_INDEX:
            return b"%d\n" % self._about()["minimum_index"]
        if path == POLICY:
            keys = [key["vkey"] for key in self._about()["keys"] if key["state"] != "revoked"]
            return "".join([*(f"log {key}\n" for key in keys), "quorum none\n"]).encode()
        return self._file(path, limit_bytes)

    def _about(self) -> dict[str, Any]:
        told = self._file(ABOUT, ABOUT_BYTES_MAX)
        try:
            found: dict[str, Any] = json.loads(told or b"")
        except ValueError:
            raise Malformed("the server does not say what its log is") from None
        return found

    def _file(self, path: str, limit_bytes: int) -> bytes | None:
        try:
            response = self._pool.request(
                "GET", f"{self._url}/{path}", headers=self._headers, preload_content=False, redirect=False
            )
            with response:
                data = response.read(limit_bytes + 1, decode_content=True)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unanswered(type(error).__name__) from error
        if response.status == HTTPStatus.OK:
            return bytes(data)
        if response.status == HTTPStatus.NOT_FOUND:
            return None
        raise Malformed(f"the server refuses {path}: status {response.status}")


@contextmanager
def open_remote(url: str, token: str) -> Iterator[Remote]:
    """The log of the server at this address."""
    with urllib3.PoolManager(timeout=TIMEOUT, retries=RETRIES) as pool:
        yield Remote(pool, url, token)
