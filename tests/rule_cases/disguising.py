"""`python -m tests.rule_cases.disguising`: writes the made cases of every rule anew, eight forms from its `+` lines.

The forms are those that people use to get words past a filter: characters that can't be seen, separators, line breaks,
strokes through the characters, widths, traditional forms, pinyin. Homophones and look-alikes are written by hand.
"""

import unicodedata
from collections.abc import Callable
from pathlib import Path

from opencc import OpenCC
from pypinyin import lazy_pinyin

from tests.rule_cases.reading import CASES, MADE

TO_TRADITIONAL = OpenCC("s2t")
ZERO_WIDTH = "\u200b"
STROKE = "\u0336"


def _between(sign: str) -> Callable[[str], str]:
    return sign.join


def _struck(words: str) -> str:
    return "".join(letter + STROKE for letter in words)


def _wide(words: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in words)


def _traditional(words: str) -> str:
    return _wide(TO_TRADITIONAL.convert(words))


def _sounded(words: str) -> str:
    """One character, in the middle where there is one, as pinyin."""
    places = [place for place, letter in enumerate(words) if unicodedata.name(letter, "").startswith("CJK UNIFIED")]
    if not places:
        return _wide(words)
    place = places[len(places) // 2]
    return words[:place] + lazy_pinyin(words[place])[0] + words[place + 1 :]


FORMS = (
    _between(ZERO_WIDTH),
    _between("*"),
    _between(" "),
    _between("\\n"),
    _between("·"),
    _struck,
    _traditional,
    _sounded,
)


def made(lines: list[str]) -> list[str]:
    """One case for each form, of one `+` line after the other."""
    marked = [line[2:] for line in lines if line.startswith("+ ")]
    return [f"~ {_disguised(marked[number % len(marked)], form)}" for number, form in enumerate(FORMS)]


def _disguised(line: str, form: Callable[[str], str]) -> str:
    before, opened, rest = line.partition("⟦")
    if not opened:
        return form(line)
    words, _, behind = rest.partition("⟧")
    return f"{before}{form(words)}{behind}"


def write(path: Path) -> None:
    """Puts the made cases behind those that were written."""
    written = path.read_text(encoding="utf-8").split(f"{MADE}\n")[0].rstrip("\n").splitlines()
    path.write_text("\n".join([*written, MADE, *made(written)]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for each in sorted(CASES.glob("*.txt")):
        write(each)
