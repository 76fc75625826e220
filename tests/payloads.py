"""Texts that try to break out of the place they are written to, and make another record or run something."""

from itertools import product

LINE_ENDS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\0"]
FORGED = [
    "<109>1 2026-01-01T00:00:00Z - sealshare - x - forged",
    "CEF:0|x|x|1|forged|forged|10|act=forged",
    '{"act":"forged","res":"allow"}',
    '"forged","2026-01-01","employee:session:start"',
]
SCREENS = ["\x1b[2J", "\x1b]0;owned\x07", "\x9b31m", "\u202e", "\u2066", "\u200f", "\x08\x08", "\x7f", "\ufeff"]
FORMULAS = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "＝1＋1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
]
CLOSERS = [
    '"]',
    '"];',
    '\\"]',
    '"] [forged@1 a="b',
    "|",
    "\\|",
    "||",
    "=",
    "\\=",
    " act=forged",
    '"',
    '""',
    "'",
    "'=1",
    "''=1",
]
PIECES = [
    *LINE_ENDS,
    *SCREENS,
    *FORMULAS,
    *CLOSERS,
    "\\",
    "\\\\",
    "\\n",
    "\\u000a",
    "%0a",
    "&#10;",
    "</script>",
    "李娜",
    "𠮷",
]

PAYLOADS: list[str] = list(
    dict.fromkeys(
        [
            *PIECES,
            *(end + forged for end, forged in product(LINE_ENDS, FORGED)),
            *(closer + end + forged for closer, end, forged in product(CLOSERS, LINE_ENDS[:6], FORGED)),
            *(f"a{piece}b" for piece in PIECES),
            *(f"{piece}{other}" for piece, other in zip(PIECES, reversed(PIECES), strict=True)),
        ]
    )
)
