"""Cursors of lists that are ordered by time and id: opaque to callers, refused when they are not ours."""

import base64
import binascii
from datetime import datetime
from uuid import UUID

from compliance.errors import InvalidValue


def write_cursor(at: datetime, last_id: UUID) -> str:
    """The cursor that continues after this item."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{last_id}".encode()).decode().rstrip("=")


def read_cursor(cursor: str | None) -> tuple[datetime, UUID] | None:
    """(time, id) of the last item seen. Raises InvalidValue naming the field for anything that is no cursor."""
    if cursor is None:
        return None
    try:
        at, last_id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split("|")
        return datetime.fromisoformat(at), UUID(last_id)
    except (ValueError, binascii.Error) as error:
        raise InvalidValue(field="/cursor") from error
