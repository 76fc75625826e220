"""Times as platforms write them: full seconds since 1970, in UTC."""

from datetime import UTC, datetime


def utc_of(at: datetime) -> datetime:
    """The same moment by UTC's clock."""
    return at.astimezone(UTC)


def from_seconds(seconds: int) -> datetime:
    """Raises ValueError for what no date can be."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("no time") from error
