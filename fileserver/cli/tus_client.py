"""A file through the server by tus 1.0.0: streamed in a few long requests, going on after whatever cuts them.

Promises: bytes are read as they are sent, never the whole file; after a cut it asks how much the server has (HEAD) and
sends the rest.
"""

from http import HTTPStatus

from yarl import URL

from fileserver.cli.upload_files import Progress, Source, as_base64, pieces
from fileserver.cli.upload_server import GONE, Patience, Refused, Server, Unreachable

TUS = {"Tus-Resumable": "1.0.0"}
MOVED = frozenset({HTTPStatus.CONFLICT})
STREAM = "application/offset+octet-stream"
REQUEST_BYTES = 256 << 20  # something between us and the server may have a limit; a new request costs little
AT_ONCE_MAX_BYTES = 8 << 20  # a file of up to this size goes along with the request that makes the upload


class TusClient:
    """Uploads of one person through one server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def create(self, source: Source, progress: Progress) -> str:
        """A new upload's id; a small file is there already when this returns. Raises Refused, Unreachable, Unusable."""
        fields = {"filename": source.name, "filetype": source.media_type, "fingerprint": source.fingerprint}
        headers = {
            **TUS,
            "Upload-Length": str(source.size_bytes),
            "Upload-Metadata": ",".join(f"{name} {as_base64(value)}" for name, value in fields.items()),
        }
        body = None
        if 0 < source.size_bytes <= AT_ONCE_MAX_BYTES:
            headers |= {"Content-Type": STREAM, "Content-Length": str(source.size_bytes)}
            progress(0)
            body = pieces(source, 0, source.size_bytes, progress)
        async with self._server.asked("POST", f"{self._server.url}/uploads/", headers=headers, data=body) as response:
            return URL(response.headers["Location"]).path.rpartition("/")[2]

    async def send(self, upload: str, source: Source, progress: Progress, patience: Patience) -> None:
        """Brings the server every byte that it lacks. Raises Refused, Unreachable, Unusable."""
        reached = -1
        while True:
            try:
                offset = await self._offset(upload)
                if offset > reached:
                    patience.progressed()
                    reached = offset
                progress(offset)
                if offset == source.size_bytes:
                    return
                await self._patch(upload, source, offset, progress)
            except Unreachable as error:
                await patience.wait(error)

    async def forget(self, upload: str) -> None:
        """The upload is not wanted any more; gone is fine."""
        async with self._server.asked("DELETE", self._address(upload), headers=TUS, fine=GONE):
            pass

    async def _offset(self, upload: str) -> int:
        async with self._server.asked("HEAD", self._address(upload), headers=TUS, fine=GONE) as response:
            if response.status in GONE:
                raise Refused("the server has forgotten this upload", slug="upload-gone")
            return int(response.headers["Upload-Offset"])

    async def _patch(self, upload: str, source: Source, offset: int, progress: Progress) -> None:
        size_bytes = min(REQUEST_BYTES, source.size_bytes - offset)
        headers = {
            **TUS,
            "Upload-Offset": str(offset),
            "Content-Type": STREAM,
            "Content-Length": str(size_bytes),
        }
        body = pieces(source, offset, size_bytes, lambda sent: progress(offset + sent))
        address = self._address(upload)
        async with self._server.asked("PATCH", address, fine=MOVED, headers=headers, data=body) as response:
            if response.status in MOVED:
                raise Unreachable("the upload stands elsewhere than a moment ago")

    def _address(self, upload: str) -> str:
        return f"{self._server.url}/uploads/{upload}"
