"""Texts that people type: trimmed, bounded, and without characters that are not seen or turn what is seen around.

`Annotated[str, StringConstraints(...), ONE_LINE]` for titles and names, `SEVERAL_LINES` for reasons and descriptions.
"""

import re

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

# C0, DEL and C1; line and paragraph separators; embeddings, overrides and isolates of the bidirectional algorithm.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_BUT_LINE_ENDS_AND_TABS = str.maketrans("", "", "\n\r\t")


def _refuse_controls(text: str) -> None:
    if _CONTROLS.search(text):
        raise PydanticCustomError("control_characters", "control characters")


def _one_line(text: str) -> str:
    _refuse_controls(text)
    return text


def _several_lines(text: str) -> str:
    _refuse_controls(text.translate(_BUT_LINE_ENDS_AND_TABS))
    return text


ONE_LINE = AfterValidator(_one_line)
SEVERAL_LINES = AfterValidator(_several_lines)
