"""Subtitles: SRT, WebVTT and ASS, each caption with its moments.

Promises: what is shown is taken, without the tags that style it; a caption without readable times is kept without them.
Leaves captions burnt into the picture to the recogniser. Formats: SubRip as commonly written, W3C WebVTT §4, and the
`[Events]` of Advanced SubStation Alpha v4.00+.
"""

import codecs
import html
import re
from collections.abc import Iterator

from compliance.reading.documents.taken import Taken
from compliance.reading.errors import TextDamaged
from compliance.reading.pieces import TextPiece

SUBTITLE_ENDINGS = (".srt", ".vtt", ".ass", ".ssa")
SOURCE_MAX_BYTES = 16 << 20
LINE_MAX = 20_000  # characters
_CLOCK = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMES = re.compile(rf"^\s*{_CLOCK}\s*-->\s*{_CLOCK}")
_ASS_CLOCK = re.compile(r"^\s*(\d{1,4}):(\d{2}):(\d{2})\.(\d{2})\s*$")
_TAGS = re.compile(r"<[^<>]{0,200}>|\{\\[^{}]{0,500}\}")
_ASS_BREAKS = re.compile(r"\\[Nnh]")
_HEADERS = ("NOTE", "STYLE", "REGION", "WEBVTT")
_ASS_FIELDS = 10  # Layer or Marked, Start, End, Style, Name, three margins, Effect, Text
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_subtitles(source: bytes, taken: Taken) -> None:
    """Captions of any of the three, told apart by what they look like. Raises TextDamaged."""
    if len(source) > SOURCE_MAX_BYTES:
        raise TextDamaged(cause="size")
    lines = decoded(source).splitlines()
    ass = any(line.strip().lower() == "[events]" for line in lines)
    for piece in _ass(lines) if ass else _cues(lines):
        if not taken.add(piece):
            return


def decoded(source: bytes) -> str:
    """By the mark at its start, as UTF-8, or as GB 18030, in which Chinese editors write. Raises TextDamaged."""
    for encoding in (*(name for mark, name in _MARKS if source.startswith(mark)), "utf-8", "gb18030"):
        try:
            text = source.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise TextDamaged(cause="encoding")


def _cues(lines: list[str]) -> Iterator[TextPiece]:
    """SRT and WebVTT: blocks between empty lines; a number or a name may stand above the times."""
    times: tuple[int, int] | None = None
    said: list[str] = []
    skipped = False
    for line in (*lines, ""):
        if found := _TIMES.match(line):
            if said and times is not None:
                yield _caption(said, times)
            said, times, skipped = [], (_ms(*found.groups()[:4]), _ms(*found.groups()[4:])), False
        elif not line.strip():
            if said:
                yield _caption(said, times)
            said, times, skipped = [], None, False
        elif not said and times is None and (skipped or line.startswith(_HEADERS)):
            skipped = True
        else:
            said.append(line[:LINE_MAX])


def _ass(lines: list[str]) -> Iterator[TextPiece]:
    """Dialogue lines, and comments: a player hides those, whoever opens the file does not."""
    for line in lines:
        kind, colon, rest = line.partition(":")
        fields = rest.split(",", _ASS_FIELDS - 1)
        if colon and kind.strip().lower() in {"dialogue", "comment"} and len(fields) == _ASS_FIELDS:
            begin, end = _ASS_CLOCK.match(fields[1]), _ASS_CLOCK.match(fields[2])
            times = (_ms(*begin.groups()), _ms(*end.groups())) if begin and end else None
            yield _caption([_ASS_BREAKS.sub(" ", fields[-1][:LINE_MAX])], times)


def _caption(said: list[str], times: tuple[int, int] | None) -> TextPiece:
    text = " ".join(html.unescape(_TAGS.sub("", line)).strip() for line in said)
    start_ms, end_ms = times or (None, None)
    return TextPiece(text=text.strip(), start_ms=start_ms, end_ms=end_ms, source="subtitle")


def _ms(hours: str | None, minutes: str, seconds: str, fraction: str) -> int:
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(fraction.ljust(3, "0"))
