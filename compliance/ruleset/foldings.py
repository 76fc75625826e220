"""What one character stands for when rules are matched: pure tables, made once in a process.

Each character is taken apart (NFKD, which reaches what NFKC does), its marks are dropped, and what is left is folded
by case, from traditional to simplified Chinese (OpenCC t2s), from a radical to its character (Unicode's
EquivalentUnifiedIdeograph) and from a few look-alikes to what they are taken for. Only letters, digits and % ¥ stay:
everything else is a separator. Offsets are exact because a table of single characters has nothing to lose count of.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

CODES = 0x110000
SEVERAL = 0x110000  # stands in the table for a character that becomes more than one
KEPT_SIGNS = "%¥"
_MARKS = frozenset({"Cf", "Mn", "Me", "Cc"})

# EquivalentUnifiedIdeograph.txt of Unicode, without what NFKC maps already and without strokes.
_RADICALS = (
    "⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲",
    "厂乛乚乙亻冂𠘨刀刂卜㔾小尐兀尣尢𡯂巳幺彑彐忄心扌攵旡日月歺民氵氺灬爫爬丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艺艻虎衤覀西见角𧢲讠贝𧾷车辶辷辸邑钅長镸长門𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀",
)
# Letters of other alphabets that look Latin, and characters that are written for others because they look alike.
_LETTERS = ("аеорсхуіјѕԁһкмтвнοαερτκνυιχ", "aeopcxyijsdhkmtbhoaeptkvuix")
_HAN = (
    "旡囯囻苐亍壹贰叁肆伍陆柒捌玖拾佰仟菓嘦沒絕竝冣朂㝡㤽囬髙祘丗爲僞尒抜搃縂緫迊叧唍寳",
    "无国国第一一二三四五六七八九十百千果要没绝并最最最怪回高算世为伪尔拔总总总匝另完宝",
)
_SAME: dict[int, int] = str.maketrans(_RADICALS[0] + _LETTERS[0] + _HAN[0], _RADICALS[1] + _LETTERS[1] + _HAN[1])

# Blocks whose characters stand for themselves: CJK, Hangul, Tangut to Khitan, the CJK extensions of the second plane.
_PLAIN = (
    (0x3400, 0x4DC0),
    (0x4E00, 0xA000),
    (0xAC00, 0xD7A4),
    (0x17000, 0x18D00),
    (0x20000, 0x2F800),
    (0x30000, 0x32400),
)
_NOTHING = ((0xD800, 0xF900), (0x32400, CODES))  # surrogates, private use, tags, planes without characters

Codes = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Foldings:
    """`single[code]` is the character that a code point becomes, 0 if it is dropped, SEVERAL if it is one of `several`.

    `separates[code]` is true where what is dropped can be seen: a blank, a dash.
    """

    single: Codes
    several: dict[int, str]
    separates: npt.NDArray[np.bool_]


@cache
def foldings() -> Foldings:
    """The tables; the first call in a process takes some tenths of a second."""
    single = np.zeros(CODES, np.uint32)
    several: dict[int, str] = {}
    separates = np.ones(CODES, np.bool_)
    for first, behind in _PLAIN:
        single[first:behind] = np.arange(first, behind, dtype=np.uint32)
    simplified = _simplified()
    for code in _intricate():
        folded = _fold(chr(code), simplified)
        if len(folded) == 1:
            single[code] = ord(folded)
        elif folded:
            single[code], several[code] = SEVERAL, folded
        separates[code] = unicodedata.category(chr(code)) not in _MARKS or chr(code).isspace()
    for old, new in simplified.items():
        single[old] = single[ord(new)]
    for old, meant in _SAME.items():
        single[old] = single[meant]
    return Foldings(single, several, separates)


def _fold(character: str, simplified: dict[int, str]) -> str:
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if unicodedata.category(part) != "Mn")
    plain = plain.casefold().translate(_SAME).translate(simplified)
    return "".join(part for part in plain if _kept(part))


def _kept(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN" or character in KEPT_SIGNS


def _intricate() -> Iterator[int]:
    """The code points that need a look each: assigned, and in none of the plain blocks."""
    edges = [0, *(edge for block in (*_PLAIN, *_NOTHING) for edge in block), CODES]
    for first, behind in zip(sorted(edges)[::2], sorted(edges)[1::2], strict=True):
        yield from (code for code in range(first, behind) if unicodedata.category(chr(code)) != "Cn")


def _simplified() -> dict[int, str]:
    """Traditional to simplified, one character each, as far as OpenCC knows it without its neighbours."""
    from opencc import OpenCC  # noqa: PLC0415  # dictionaries that only this table needs

    han = [chr(code) for code in range(0x3400, 0xA000)]
    plain = OpenCC("t2s").convert("\n".join(han)).split("\n")
    return {ord(old): new for old, new in zip(han, plain, strict=True) if old != new and len(new) == 1}
