"""How characters sound, as one code each: characters with the same syllable (tones aside) have the same code.

Chinese characters have the code of their most common reading; a Latin letter or a digit has a code of its own, and a
run of letters that is pinyin from end to end ("zui", "zhiyu") has those of its syllables. So words written by sound
have the codes of the words that are meant, and one search finds both.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from compliance.ruleset.foldings import CODES, Codes

RUNS_REMEMBERED = 20_000
RUN_LETTERS_MAX = 40  # a longer run of letters is no word written by sound
_FIRST_SYLLABLE = 0x100  # as code points of two bytes in UTF-8: the search gets through them faster than through three
OTHER = 0x7FF  # whatever has no code: never looked for
_TONES = {"\u0304": 1, "\u0301": 2, "\u030c": 3, "\u0300": 4}
_ASCII = 0x80
# Characters in use of their own that are also written for another because they look alike: what they are, and for what.
LOOKS = dict(zip("冶末己已巳蒂愉戴拨镁怼", "治未已己已帝愈带拔美对", strict=True))


@dataclass(frozen=True)
class Sounds:
    """`code[c]` of every code point, `tone[c]` (0: none), the codes of syllables by their spelling."""

    code: Codes
    tone: npt.NDArray[np.uint8]
    syllables: dict[str, int]


@cache
def sounds() -> Sounds:
    """The tables; the first call in a process takes some tenths of a second."""
    from pypinyin.pinyin_dict import pinyin_dict  # noqa: PLC0415  # a large dictionary that only this table needs

    code = np.full(CODES, OTHER, np.uint32)
    code[:_ASCII] = np.arange(_ASCII)
    code[ord("¥")] = ord("¥")
    tone = np.zeros(CODES, np.uint8)
    syllables: dict[str, int] = {}
    for character, readings in pinyin_dict.items():
        spelling, tone[character] = _spelled(readings.split(",")[0])
        if spelling.isascii():
            code[character] = syllables.setdefault(spelling, _FIRST_SYLLABLE + len(syllables))
    for shown, meant in LOOKS.items():
        code[ord(shown)] = code[ord(meant)]
    return Sounds(code, tone, syllables)


def _spelled(reading: str) -> tuple[str, int]:
    parts = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    tone = next((_TONES[part] for part in parts if part in _TONES), 0)
    return "".join(part for part in parts if part.isalpha() and not unicodedata.combining(part)), tone


@lru_cache(maxsize=RUNS_REMEMBERED)
def spelled_out(run: str) -> tuple[tuple[int, int], ...] | None:
    """The syllables of a run of letters as (code, letters), or None if it is not pinyin from end to end."""
    return _split(run) if len(run) <= RUN_LETTERS_MAX else None


def _split(run: str) -> tuple[tuple[int, int], ...] | None:
    """From the end: what can be spelled from each letter on, the longest syllable first."""
    known = sounds().syllables
    rest: list[tuple[tuple[int, int], ...] | None] = [None] * len(run) + [()]
    for start in range(len(run) - 1, -1, -1):
        for letters in _lengths(len(run) - start):
            behind = rest[start + letters]
            syllable = known.get(run[start : start + letters])
            if syllable is not None and behind is not None:
                rest[start] = ((syllable, letters), *behind)
                break
    return rest[0]


def _lengths(most: int) -> Iterator[int]:
    yield from range(min(6, most), 0, -1)  # "zhuang" has six letters
