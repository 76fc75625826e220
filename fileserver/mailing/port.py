"""The port through which mail is sent, and the one form of an address."""

import re
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from compliance.errors import InvalidValue

ADDRESS_CHARS_MAX = 254
# ASCII mailboxes without quotes, comments or a second header: what every server takes, and nothing that ends a line.
ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


class MailFailed(Exception):
    """The mail was not taken by the server; `reason` is a fixed word and holds no address."""

    slug: ClassVar[str] = "mail-failed"

    def __init__(self, reason: str) -> None:
        super().__init__(f"{self.slug}: {reason}")
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Message:
    """One mail of plain text."""

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)


class Mail(Protocol):
    """Port: how mail leaves."""

    async def send(self, message: Message) -> None:
        """Returns once a server has taken it. Raises MailFailed."""
        ...


def checked_address(typed: str, *, field: str = "email") -> str:
    """The address in its one form: no spaces around, lower case. Raises InvalidValue naming `field`."""
    address = typed.strip().lower()
    if len(address) > ADDRESS_CHARS_MAX or not ADDRESS.fullmatch(address):
        raise InvalidValue(field=field, rule="email-address")
    return address
