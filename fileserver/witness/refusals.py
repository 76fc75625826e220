"""Why a witness does not cosign; each with the status that tlog-witness gives it."""

from http import HTTPStatus
from typing import ClassVar


class Refusal(Exception):
    """Base; the message may be told to whoever asked."""

    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST


class NotARequest(Refusal):
    """The body is not add-checkpoint's, or the checkpoint is smaller than the old size."""


class UnknownLog(Refusal):
    """Nobody told this witness to watch the log."""

    status = HTTPStatus.NOT_FOUND


class NotSigned(Refusal):
    """No trusted key of the log signed the checkpoint, or a line claims wrongly that one did."""

    status = HTTPStatus.FORBIDDEN


class Stale(Refusal):
    """The old size is not that of what was last cosigned, which is `size`."""

    status = HTTPStatus.CONFLICT

    def __init__(self, size: int) -> None:
        super().__init__(f"{size} entries were last cosigned")
        self.size = size


class Inconsistent(Refusal):
    """Signed by the log, and not a continuation of what was cosigned: evidence against the log, or a broken proof."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
