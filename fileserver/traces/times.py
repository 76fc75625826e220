"""Times in reports, as people at the clinics read them."""

from datetime import datetime, timedelta, timezone

CHINA_TIME = timezone(timedelta(hours=8))


def local_time(value: datetime | None) -> str:
    """To the second, with the zone; empty for none."""
    return value.astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M:%S UTC+8") if value else ""


def span(first: datetime, last: datetime) -> str:
    """From one to the other; what ends on the day and in the second that it began is said once."""
    begun, ended = (each.astimezone(CHINA_TIME) for each in (first, last))
    if begun.replace(microsecond=0) == ended.replace(microsecond=0):
        return local_time(first)
    form = "%H:%M:%S" if begun.date() == ended.date() else "%Y-%m-%d %H:%M:%S"
    return f"{begun:%Y-%m-%d %H:%M:%S} – {ended:{form}} UTC+8"
