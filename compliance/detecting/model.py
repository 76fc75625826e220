"""The words of the port between detectors and everything else: subject, place, found.

Promises: plain frozen data that crosses process borders as JSON (`to_row`, `of_row`), checked on the way in. Nothing
here imports storage: this is loaded in confined processes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Protocol, Self, get_args

Severity = Literal["block", "review", "evidence"]
Box = tuple[int, int, int, int]

QUOTE_MAX = 200  # characters of the material that a finding repeats
MEMBER_MAX = 200  # characters of a name inside a container
PARAMS_MAX = 16
PARAM_CHARACTERS_MAX = 200
PAGE_MAX = 1_000_000
THOUSANDTHS = 1000
SIDES = 4  # x0, y0, x1, y1


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where in a version something was found; what is None is not known or does not apply.

    `page` counts from 1. `box` is x0, y0, x1, y1 in thousandths of the page's width and height, from the upper left.
    `start_ms` and `end_ms` are times of a video. `member` is a name inside a container. `start` and `end` are
    offsets of characters in the extracted text of the page.
    """

    page: int | None = None
    box: Box | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    member: str | None = None
    start: int | None = None
    end: int | None = None

    def __post_init__(self) -> None:
        numbers = (self.page, self.start_ms, self.end_ms, self.start, self.end)
        if any(each < 0 for each in numbers if each is not None):
            raise ValueError("a place is told by numbers from 0")
        if self.page is not None and not 1 <= self.page <= PAGE_MAX:
            raise ValueError("pages count from 1")
        if self.box is not None and not _is_box(self.box):
            raise ValueError("a box is four thousandths of its page")
        if self.member is not None:
            object.__setattr__(self, "member", _plain(self.member, MEMBER_MAX))

    def to_row(self) -> dict[str, Any]:
        """What is known, as JSON values."""
        known = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: list(value) if name == "box" else value for name, value in known.items() if value is not None}

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        """What `to_row` gave. Raises ValueError or TypeError for anything else."""
        box = row.get("box")
        return cls(**{**row, "box": tuple(box) if box is not None else None})


@dataclass(frozen=True, kw_only=True)
class Found:
    """One thing that a detector reports. `rule` names its sentence (`finding-<rule>`); `params` are ids and counts.

    What stands in the material goes into `quote`, cut to QUOTE_MAX characters, and nowhere else.
    """

    detector: str
    rule: str
    severity: Severity
    place: Place = Place()
    params: Mapping[str, str | int] = field(default_factory=dict)
    quote: str = ""
    basis: str = ""  # article of law, where there is one
    hard: bool = False

    def __post_init__(self) -> None:
        if self.severity not in get_args(Severity):
            raise ValueError(f"no severity: {self.severity!r}")
        if len(self.params) > PARAMS_MAX:
            raise ValueError("too many params")
        params = {
            str(name): value if isinstance(value, int) else _plain(str(value), PARAM_CHARACTERS_MAX)
            for name, value in self.params.items()
        }
        object.__setattr__(self, "params", params)
        object.__setattr__(self, "quote", _plain(self.quote, QUOTE_MAX))

    def to_row(self) -> dict[str, Any]:
        """As JSON values."""
        row = {each.name: getattr(self, each.name) for each in fields(self)}
        return {**row, "place": self.place.to_row(), "params": dict(self.params)}

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        """What `to_row` gave. Raises ValueError, TypeError or KeyError for anything else."""
        words = {name: str(row[name]) for name in ("detector", "rule", "quote", "basis")}
        return cls(
            **words,
            severity=row["severity"],
            place=Place.of_row(row["place"]),
            params=dict(row["params"]),
            hard=bool(row["hard"]),
        )


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a detector looks at.

    `content` are the bytes, whole unless they are too many: then it is the first of them and `tail` the last. `facts`
    is what the marketer declared, in plain values; `pages` is the extracted text page by page, once there is one.
    """

    content: bytes
    size_bytes: int
    media_type: str
    filename: str
    tail: bytes = b""
    material_class: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    pages: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether `content` is all of it; else it is the first bytes, and `tail` the last."""
        return len(self.content) == self.size_bytes


class Detector(Protocol):
    """One kind of look. `version` changes with what it would find, so that a scan says what looked."""

    @property
    def name(self) -> str:
        """Stands in findings and events."""

    @property
    def version(self) -> str:
        """Of the detector and of what it relies on."""

    def detect(self, subject: Subject, /) -> Iterable[Found]:
        """What it finds, in the order of the material. May raise anything: that is a finding of its own."""


def _is_box(box: Box) -> bool:
    return (
        len(tuple(box)) == SIDES
        and all(0 <= each <= THOUSANDTHS for each in box)
        and box[0] <= box[2]
        and box[1] <= box[3]
    )


def _plain(text: str, characters_max: int) -> str:
    """Cut, and without what PostgreSQL's JSON or a terminal can't hold: lone surrogates and controls."""
    kept = "".join(each if each.isprintable() else " " for each in text[: characters_max + 1])
    return kept if len(kept) <= characters_max else kept[: characters_max - 1] + "…"
