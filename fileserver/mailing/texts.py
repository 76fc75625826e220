"""What mails say, in the reader's language."""

from fileserver.i18n import Language, translate
from fileserver.mailing.port import Message


def code_message(language: Language, *, to: str, brand: str, code: str, minutes: int) -> Message:
    """A one-time code. The subject holds it too: people read it there, on a locked telephone as well."""
    words: dict[str, str | int] = {"brand": brand, "code": code, "minutes": minutes}
    return Message(
        to=to,
        subject=translate(language, "mail-code-subject", **words),
        text=translate(language, "mail-code-text", **words),
    )
