"""Formats of one line for each event, and what keeps a line one line."""

import re
from collections.abc import Callable, Sequence

from fileserver.audit.formats.model import Labelled

# C0, DEL, C1, line and paragraph separators, marks that turn the direction of text; and the backslash that shows them.
STEERING = re.compile("[\\\\\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
SHORT = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class LineWriter:
    """Writes each event by one function, without head and tail."""

    def __init__(self, line: Callable[[Labelled], bytes]) -> None:
        self._line = line

    def head(self) -> bytes:
        """Nothing."""
        return b""

    def rows(self, events: Sequence[Labelled]) -> bytes:
        """A line for each, ended by LF."""
        return b"".join([self._line(event) + b"\n" for event in events])

    def tail(self) -> bytes:
        """Nothing."""
        return b""


def one_line(text: str) -> str:
    """The text with whatever could end a line or steer a screen written as in a JSON string (RFC 8259 §7).

    So a reader gets the exact text back from a JSON parser, and text without such characters is not touched.
    """
    if text.isprintable() and "\\" not in text:  # nearly always; nothing else of STEERING is printable
        return text
    return STEERING.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    return SHORT.get(character) or f"\\u{ord(character):04x}"
