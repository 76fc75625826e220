"""Why a request to somebody else was not sent, or came to nothing. A reason is a fixed word: it may go to the log."""

from typing import ClassVar


class OutgoingError(Exception):
    """Base of both; `reason` is a word of a fixed vocabulary and never holds an address."""

    slug: ClassVar[str] = "outgoing-error"

    def __init__(self, reason: str) -> None:
        super().__init__(f"{self.slug}: {reason}")
        self.reason = reason


class OutgoingRefused(OutgoingError):
    """Against the policy: nothing was sent, and trying again can't help until a setting or a name's address changes.

    Reasons: malformed, scheme, host, port, numeric-host, not-listed, address.
    """

    slug = "outgoing-refused"


class OutgoingFailed(OutgoingError):
    """Sent or not, no usable answer came; the same may succeed later.

    Reasons: timeout, name, connection, tls, redirect, too-large.
    """

    slug = "outgoing-failed"
