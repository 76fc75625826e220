"""Telephone numbers in one form."""

import re
import unicodedata

from pydantic_core import PydanticCustomError

MAINLAND_MOBILE = re.compile(r"1[3-9]\d{9}")
E164 = re.compile(r"\+[1-9]\d{6,14}")
DECORATION = re.compile(r"[\s().-]")


def normal_phone(text: str) -> str:
    """A number as E.164 has it: 138 0013 8000 becomes +8613800138000. Raises PydanticCustomError `phone`."""
    digits = DECORATION.sub("", unicodedata.normalize("NFKC", text))
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if MAINLAND_MOBILE.fullmatch(digits):
        digits = f"+86{digits}"
    if not E164.fullmatch(digits) or not digits.isascii():
        raise PydanticCustomError("phone", "not a phone number")
    return digits
