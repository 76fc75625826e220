"""The words of consents, as they are shown, and their hash. A change of the words is a new version of the purpose."""

import hashlib
from dataclasses import dataclass

from compliance.consents import VERSIONS, Purpose
from fileserver.i18n import Language, translate


@dataclass(frozen=True, kw_only=True)
class ConsentText:
    """What somebody reads before they agree."""

    purpose: Purpose
    version: int
    language: Language
    title: str
    text: str

    @property
    def sha256(self) -> str:
        """Of title and text."""
        return hashlib.sha256(f"{self.title}\n{self.text}".encode()).hexdigest()


def text_of(purpose: Purpose, language: Language, *, brand: str) -> ConsentText:
    """The version in force, in this language."""
    return ConsentText(
        purpose=purpose,
        version=VERSIONS[purpose],
        language=language,
        title=translate(language, f"consent-{purpose.value}-title"),
        text=translate(language, f"consent-{purpose.value}-text", brand=brand),
    )
