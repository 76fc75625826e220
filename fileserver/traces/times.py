"""Times in reports, as people at the clinics read them."""

from datetime import datetime, timedelta, timezone

CHINA_TIME = timezone(timedelta(hours=8))


def local_time(value: datetime | None) -> str:
    """To the second, with the zone; empty for none."""
    return value.astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M:%S UTC+8") if value else ""
