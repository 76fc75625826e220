"""Which pages are looked at for words that their text layer doesn't have."""

from enum import StrEnum


class Ocr(StrEnum):
    """A setting of the installation."""

    OFF = "off"
    NEEDED = "needed"  # those whose text layer may not say all
    ALWAYS = "always"
