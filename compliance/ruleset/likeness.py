"""Whether characters that sound like a word are that word in disguise, or another word that shares its syllables."""

from collections.abc import Sequence

from compliance.ruleset.sounds import LOOKS, sounds

COMMON_HAN = (0xB0, 0xD7)  # first bytes of GB 2312's first level: 3,755 characters that everybody reads
ALIKE_SHARE = 3  # at most one in three characters of a long word may be another common one that sounds alike
PAIR = 2
LONG = 4  # characters of a word that is known again although one of them has another tone


def sounds_like(pieces: Sequence[str], meant: Sequence[str]) -> bool:
    """True if pieces with the same syllables as a word's stand for it. A piece is a character, or pinyin in letters.

    Pinyin, rare characters and look-alikes are there to be misread. A common character may be what it is: in a short
    word one such is let pass in the middle only, with the same tone; at the edge it is mostly the end of another word
    ("一位成年人" is not "未成年").
    """
    if len(pieces) < PAIR:
        return False
    common = [
        (place, _tone(piece) == _tone(letter))
        for place, (piece, letter) in enumerate(zip(pieces, meant, strict=True))
        if piece != letter and _common_homophone(piece, letter)
    ]
    if len(pieces) >= LONG:
        return len(common) * ALIKE_SHARE <= len(pieces)
    return all(same_tone and 0 < place < len(pieces) - 1 for place, same_tone in common)


def _common_homophone(piece: str, meant: str) -> bool:
    """A character in everyday use that is not known to stand for the one that is meant."""
    if piece.isascii() or LOOKS.get(piece) == meant:
        return False
    try:
        return COMMON_HAN[0] <= piece.encode("gb2312")[0] <= COMMON_HAN[1]
    except UnicodeEncodeError:
        return False


def _tone(piece: str) -> int:
    return int(sounds().tone[ord(piece[0])])
