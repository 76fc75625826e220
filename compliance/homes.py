"""Where things belong, in the words of the access decision."""

from collections.abc import Sequence
from uuid import UUID

from compliance.access import Home


def home_of(path: Sequence[UUID] | None, region: str | None) -> Home:
    """Of what belongs to an employee, as rows say it; somebody in no department leaves it to the brand itself."""
    return Home(departments=tuple(path or ()), region=region or "")
