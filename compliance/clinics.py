"""How the names of clinics are written, so that one clinic is listed once."""

import unicodedata


def normal_name(name: str) -> str:
    """Names are compared in one form: NFC, single spaces."""
    return " ".join(unicodedata.normalize("NFC", name).split())
