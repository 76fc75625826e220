"""The rendering process, spoken to through its pipes."""

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

import watermark
from tests.unit.watermark import sample_images, sample_pdfs
from watermark.framing import PREFIX, Header, head, lengths, parsed

MIB = 1024 * 1024
STAMP = {"person_name": "张伟", "clinic_name": "瑞丽", "phone_tail": "1234", "time_text": "13:05", "share_id": "8F3K"}
RENDER = {"op": "render", "page": 1, "long_side_px": 200, "thumb_px": 50}


class Worker:
    """A process that has said it is ready."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "watermark.worker", "--memory-max-bytes", str(300 * MIB)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(watermark.__file__).parents[1],
        )
        self.ready = self.read()

    def ask(self, request: Header, payload: bytes = b"") -> tuple[Header, bytes]:
        """One request, its reply."""
        assert self.process.stdin is not None
        self.process.stdin.write(head({**request, "cpu_s": 10}, len(payload)) + payload)
        self.process.stdin.flush()
        return self.read()

    def read(self) -> tuple[Header, bytes]:
        """The next reply."""
        assert self.process.stdout is not None
        header_bytes, payload_bytes = lengths(self.process.stdout.read(PREFIX.size))
        return parsed(self.process.stdout.read(header_bytes)), self.process.stdout.read(payload_bytes)

    def finish(self) -> int:
        """Close its input; its exit status."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(10)


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """One process for all conversations: each leaves it ready for the next."""
    started = Worker()
    yield started
    assert started.finish() == 0


def opening(media_type: str) -> Header:
    """A request to open."""
    return {"op": "open", "media_type": media_type, "suspect": False, "pages_max": 10, "pixels_max": 1_000_000}


def test_a_page_is_rendered_with_its_thumbnail(worker: Worker) -> None:
    """Two JPEGs in one reply, the header telling where the first ends."""
    assert worker.ask(opening("application/pdf"), sample_pdfs.marked()) == ({"page_count": 1}, b"")
    header, payload = worker.ask(RENDER)
    page, thumb = payload[: header["page_bytes"]], payload[header["page_bytes"] :]

    assert [(200, 100), (50, 25)] == [Image.open(io.BytesIO(each)).size for each in (page, thumb)]
    assert (header["width_px"], header["height_px"], header["width_pt"], header["findings"]) == (200, 100, 200, [])


def test_a_picture_is_given_whole(worker: Worker) -> None:
    """A PNG stays a PNG at its full size."""
    worker.ask(opening("image/png"), sample_images.saved(sample_images.marked(), "PNG"))
    header, content = worker.ask({"op": "full"})

    assert {"media_type": "image/png", "width_px": 80, "height_px": 40} == header
    assert list(sample_images.marked().tobytes()) == list(Image.open(io.BytesIO(content)).tobytes())


@pytest.mark.parametrize(
    ("media_type", "source", "slug"),
    [
        ("application/pdf", sample_pdfs.HTML, "pdf-damaged"),
        ("application/pdf", sample_pdfs.encrypted(user_password="x"), "pdf-encrypted"),
        ("application/pdf", sample_pdfs.pages(11), "too-many-pages"),
        ("video/mp4", b"\0\0\0\x18ftypmp42", "unsupported-type"),
    ],
)
def test_what_can_not_be_opened_is_refused_by_slug(worker: Worker, media_type: str, source: bytes, slug: str) -> None:
    """The reply names the reason, and nothing stays open."""
    assert worker.ask(opening(media_type), source)[0]["error"] == slug
    assert worker.ask(RENDER)[0]["error"] == "render-failed"


def test_params_cross_the_border(worker: Worker) -> None:
    """An error reply carries the numbers of its case."""
    assert worker.ask(opening("image/png"), sample_images.png_claiming(3000, 3000))[0] == {"page_count": 1}
    assert worker.ask(RENDER)[0] == {"error": "too-many-pixels", "params": {"pixels": 9_000_000, "limit": 1_000_000}}


@pytest.mark.parametrize("request_", [{"op": "no such"}, {"op": "seal"}, {}, {"op": "seal", "stamp": 7}])
def test_a_senseless_request_is_answered(worker: Worker, request_: Header) -> None:
    """Nonsense gets an error reply and does not end the process."""
    assert worker.ask(request_)[0]["error"] == "render-failed"
    assert worker.ask({"op": "close"}) == ({}, b"")


def test_a_source_beyond_memory_is_refused_and_passed_over(worker: Worker) -> None:
    """A document that does not fit gets its slug, and the next request is read from the right place."""
    header, _ = worker.ask(opening("application/pdf"), bytes(320 * MIB))

    assert header["error"] == "render-memory"
    assert worker.ask({"op": "close"}) == ({}, b"")


def test_it_confines_itself(worker: Worker) -> None:
    """Before the first request the kernel forbids files, core dumps and memory past the bound, and whatever calls."""
    rows = Path(f"/proc/{worker.process.pid}/limits").read_text(encoding="ascii").splitlines()
    limits = {row[:25].strip(): row[25:].split()[:2] for row in rows}

    assert limits["Max file size"] == ["0", "0"]
    assert limits["Max core file size"] == ["0", "0"]
    assert "Seccomp:\t2\n" in Path(f"/proc/{worker.process.pid}/status").read_text(encoding="ascii")
    assert limits["Max address space"] == [str(300 * MIB)] * 2


def test_a_broken_off_request_ends_it() -> None:
    """When the parent dies in the middle of a request, the process goes too, without a reply."""
    worker = Worker()
    assert worker.process.stdin is not None
    worker.process.stdin.write(head({"op": "close", "cpu_s": 1}, 100) + b"half")

    assert (worker.ready, worker.finish()) == (({}, b""), 0)
