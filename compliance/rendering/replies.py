"""What rendering gives, read from the replies of a process that is not trusted.

Promises: values of the right types, or RenderCrashed: a process that answers nonsense is as good as dead.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from watermark.errors import RenderCrashed
from watermark.findings import Finding
from watermark.framing import NONSENSE, Header
from watermark.templates.slots import SlotMap

RGB_BYTES = 3
FILE_ID_BYTES = 16


@dataclass(frozen=True)
class PreparedPage:
    """A page of a document as base renditions, not yet sealed to anybody: never serve these bytes.

    `page` counts from 1. Points are those of the page as shown; pixels are those of `page_jpeg`. `findings` are what
    was noticed at this page; with page 1 come those of the whole document.
    """

    page: int
    page_count: int
    width_pt: float
    height_pt: float
    page_jpeg: bytes
    width_px: int
    height_px: int
    thumb_jpeg: bytes
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class FullImage:
    """A picture at its original resolution without metadata, not yet sealed; image/jpeg or image/png."""

    content: bytes
    media_type: str
    width_px: int
    height_px: int


@dataclass(frozen=True)
class TemplateMade:
    """The end of a template: where its slots are (`SlotMap.to_bytes`, checked), and what its copies do not take."""

    slot_map: bytes
    findings: tuple[Finding, ...]


def template_made(header: Header, payload: bytes, size_bytes: int) -> TemplateMade:
    """Of the reply to `template`, whose parts before had `size_bytes`."""
    with _nonsense_is_a_crash():
        if SlotMap.from_bytes(payload).size_bytes != size_bytes:
            raise ValueError("a map of another template")
        return TemplateMade(payload, _findings(header))


@dataclass(frozen=True)
class RawPage:
    """A page of a document as pixels, three bytes each, RGB, row after row. `page` counts from 1."""

    page: int
    page_count: int
    width_px: int
    height_px: int
    rgb: bytes


def page_count(header: Header) -> int:
    """Of the reply to `open`."""
    with _nonsense_is_a_crash():
        return int(header["page_count"])


def prepared_page(page: int, pages: int, header: Header, payload: bytes) -> PreparedPage:
    """Of the reply to `render`: the page's JPEG, then the thumbnail's."""
    with _nonsense_is_a_crash():
        page_bytes = int(header["page_bytes"])
        return PreparedPage(
            page=page,
            page_count=pages,
            width_pt=float(header["width_pt"]),
            height_pt=float(header["height_pt"]),
            page_jpeg=payload[:page_bytes],
            width_px=int(header["width_px"]),
            height_px=int(header["height_px"]),
            thumb_jpeg=payload[page_bytes:],
            findings=_findings(header),
        )


def full_image(header: Header, payload: bytes) -> FullImage:
    """Of the reply to `full`."""
    with _nonsense_is_a_crash():
        return FullImage(payload, str(header["media_type"]), int(header["width_px"]), int(header["height_px"]))


def _findings(header: Header) -> tuple[Finding, ...]:
    return tuple(Finding(str(each["rule"]), dict(each["params"])) for each in header["findings"])


def raw_page(page: int, pages: int, header: Header, payload: bytes) -> RawPage:
    """Of the reply to `pixels`."""
    with _nonsense_is_a_crash():
        width_px, height_px = int(header["width_px"]), int(header["height_px"])
        if width_px < 1 or height_px < 1 or len(payload) != RGB_BYTES * width_px * height_px:
            raise ValueError("another number of pixels than said")
        return RawPage(page, pages, width_px, height_px, payload)


def file_ids(header: Header) -> tuple[str, ...]:
    """Of the reply to `file_ids`: 32 hex digits each."""
    with _nonsense_is_a_crash():
        found = tuple(str(each) for each in header["file_ids"])
        if any(len(bytes.fromhex(each)) != FILE_ID_BYTES for each in found):
            raise ValueError("no file identifier")
        return found


@contextmanager
def _nonsense_is_a_crash() -> Generator[None]:
    try:
        yield
    except NONSENSE as error:
        raise RenderCrashed from error
