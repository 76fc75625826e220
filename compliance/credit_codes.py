"""统一社会信用代码: the unified social credit code of an organisation, as GB 32100-2015 defines it.

Eighteen characters: registration authority (1), category (1), administrative division (6 digits), organisation code
(9), check character (1). The alphabet leaves out I, O, S, V and Z. The check is that of the standard's annex: weights
are the powers of 3 modulo 31.
"""

import unicodedata

from compliance.errors import InvalidValue

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CHARS = 18
DIVISION = slice(2, 8)
WEIGHTS = tuple(pow(3, place, 31) for place in range(CHARS - 1))


def credit_code(text: str, *, field: str = "credit_code") -> str:
    """The code in its one form: capitals, half width, without spaces.

    Raises InvalidValue naming what is wrong: `credit-code-length`, `-characters`, `-division` or `-check`.
    """
    code = "".join(unicodedata.normalize("NFKC", text).upper().split()).replace("-", "")
    if len(code) != CHARS:
        raise InvalidValue(field=field, rule="credit-code-length")
    if not set(code) <= set(ALPHABET):
        raise InvalidValue(field=field, rule="credit-code-characters")
    if not code[DIVISION].isdecimal():
        raise InvalidValue(field=field, rule="credit-code-division")
    if code[-1] != check_character(code[:-1]):
        raise InvalidValue(field=field, rule="credit-code-check")
    return code


def check_character(body: str) -> str:
    """What stands behind these 17 characters."""
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(body, WEIGHTS, strict=True))
    return ALPHABET[-total % len(ALPHABET)]
