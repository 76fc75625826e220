"""The inspecting process: `python -m compliance.detecting.worker`, started and spoken to by its parent only.

It looks at the files of strangers, so it holds one at a time, no key and no connection. What `watermark.serving`
promises holds here.

Requests (`op`; payload): `open` filename, media_type, size_bytes, tail_bytes, material_class (the bytes, or the first
and the last of them) · `detect` detector: what it finds, as JSON, at most FOUND_MAX · `close`.
"""

import json
from itertools import islice

from compliance.detecting.model import Subject
from compliance.detecting.registry import detector_of
from compliance.detecting.types import libmagic
from watermark.errors import WatermarkError
from watermark.framing import BadFrame, Header
from watermark.serving import Emit, Reply, run

FOUND_MAX = 200  # of one detector in one file; one more says that there are more

libmagic()  # it is looked for with programs and temporary files, which there are none of behind the door


class Session:
    """The operations, and the one file they are about."""

    def __init__(self) -> None:
        self._subject: Subject | None = None

    def handle(self, request: Header, payload: bytes, _emit: Emit) -> Reply:
        """Carry out one request. Raises WatermarkError, MemoryError, or whatever a detector let out."""
        match request["op"]:
            case "open":
                self._subject = _subject(request, payload)
                return {}, b""
            case "detect":
                return self._detect(str(request["detector"]))
            case "close":
                self._subject = None
                return {}, b""
            case unknown:
                raise BadFrame(unknown)

    def _detect(self, name: str) -> Reply:
        if self._subject is None:
            raise WatermarkError
        detector = detector_of(name)
        rows = [each.to_row() for each in islice(detector.detect(self._subject), FOUND_MAX + 1)]
        header = {"version": detector.version, "cut": len(rows) > FOUND_MAX}
        return header, json.dumps(rows[:FOUND_MAX]).encode()


def _subject(request: Header, payload: bytes) -> Subject:
    tail_bytes = int(request["tail_bytes"])
    content = payload[: len(payload) - tail_bytes] if tail_bytes else payload
    return Subject(
        content=content,
        tail=payload[len(content) :] if tail_bytes else content,
        size_bytes=int(request["size_bytes"]),
        media_type=str(request["media_type"]),
        filename=str(request["filename"]),
        material_class=str(request["material_class"]),
    )


def main() -> None:
    """Serve until the input ends."""
    run(Session)


if __name__ == "__main__":
    main()
