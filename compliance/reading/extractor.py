"""The extracting process: `python -m compliance.reading.extractor`, started and spoken to by its parent only.

It opens the documents of strangers, one at a time, and keeps none. What `watermark.serving` promises holds here.

Requests (`op`; payload): `text` media_type, filename (the document): `page_count`, `pictured` pages, and the text as
JSON · `changes` before_bytes (two pages as JPEGs of ours, one after the other): `boxes` that differ.
"""

from compliance.reading.documents.document import read_document
from compliance.reading.documents.taken import Taken
from compliance.reading.pictures.changes import changes
from watermark.framing import BadFrame, Header
from watermark.serving import Emit, Reply, run


class Session:
    """Nothing is kept between two requests."""

    def handle(self, request: Header, payload: bytes, _emit: Emit) -> Reply:
        """Carry out one request. Raises WatermarkError, MemoryError, or whatever a library let out."""
        match request["op"]:
            case "text":
                taken = read_document(payload, request["media_type"], request["filename"], Taken())
                return {"page_count": taken.page_count, "pictured": taken.pictured}, taken.text().to_json()
            case "changes":
                split = request["before_bytes"]
                return {"boxes": changes(payload[:split], payload[split:])}, b""
            case unknown:
                raise BadFrame(unknown)


def main() -> None:
    """Serve until the input ends."""
    run(Session)


if __name__ == "__main__":
    main()
