"""Cursors of lists, by time and id or by one text: opaque to callers, refused when they are not ours."""

import base64
from datetime import datetime
from uuid import UUID

from compliance.errors import InvalidValue


def write_cursor(at: datetime, last_id: UUID) -> str:
    """The cursor that continues after this item."""
    return write_text_cursor(f"{at.isoformat()}|{last_id}")


def read_cursor(cursor: str | None) -> tuple[datetime, UUID] | None:
    """(time, id) of the last item seen. Raises InvalidValue naming the field for anything that is no cursor."""
    if cursor is None:
        return None
    try:
        at, last_id = _decoded(cursor).split("|")
        return datetime.fromisoformat(at), UUID(last_id)
    except ValueError as error:
        raise InvalidValue(field="cursor") from error


def write_text_cursor(last: str) -> str:
    """The cursor that continues after this text."""
    return base64.urlsafe_b64encode(last.encode()).decode().rstrip("=")


def read_text_cursor(cursor: str | None) -> str:
    """The last text seen; empty at the beginning. Raises InvalidValue naming the field for what is no cursor."""
    try:
        text = _decoded(cursor or "")
    except ValueError as error:
        raise InvalidValue(field="cursor") from error
    if "\0" in text:  # which PostgreSQL can't hold
        raise InvalidValue(field="cursor")
    return text


def _decoded(cursor: str) -> str:
    """Raises ValueError, of which both binascii.Error and UnicodeError are kinds."""
    return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars="-_", validate=True).decode()
