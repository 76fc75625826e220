"""Who may approve what somebody uploaded: as it would be without anything that this person set."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from compliance.reviewing.capacities import Capacity, Roster
from compliance.reviewing.procedures import Discipline
from storage.rows.review_absences import AbsenceRow

UPLOADER, OTHER, STRICT, DEPUTY = (uuid4() for _ in range(4))
LEGAL = Discipline.LEGAL
NOW = datetime(2026, 11, 26, tzinfo=UTC)


def absence(set_by: UUID, *, ended_by: UUID | None = None) -> AbsenceRow:
    """The strict reviewer is away today, and the deputy acts."""
    return AbsenceRow(
        id=uuid4(), person_id=STRICT, deputy_id=DEPUTY, starts_on=date(2026, 11, 25), ends_on=date(2026, 11, 27),
        set_by=set_by, set_at=NOW, ended_by=ended_by, ended_at=NOW if ended_by else None,
    )  # fmt: skip


def roster(*absences: AbsenceRow, set_by: UUID | None = None, taken_by: frozenset[UUID] = frozenset()) -> Roster:
    """The strict reviewer answers for the law, by this person's setting, or did until these took it."""
    held = {} if taken_by else {LEGAL: set_by}
    return Roster(disciplines={STRICT: held}, taken={STRICT: {LEGAL: taken_by}}, absences=absences)


@pytest.mark.parametrize(
    ("found", "theirs", "others"),
    [
        (roster(), True, True),
        (roster(set_by=UPLOADER), False, True),
        (roster(taken_by=frozenset({UPLOADER})), True, False),
        (roster(taken_by=frozenset({OTHER})), False, True),  # OTHER's own uploads are the others here
    ],
    ids=["nobodys", "given", "taken", "taken-by-another"],
)
def test_settings_of_the_uploader_do_not_count(found: Roster, *, theirs: bool, others: bool) -> None:
    """Neither what they gave nor what they took away."""
    may = [found.capacities(STRICT, each) == [Capacity(LEGAL)] for each in (UPLOADER, OTHER)]
    assert [theirs, others] == may


@pytest.mark.parametrize(
    ("row", "away", "handed_over"),
    [
        (absence(OTHER), True, True),
        (absence(UPLOADER), False, False),
        (absence(STRICT, ended_by=UPLOADER), False, True),
        (absence(STRICT, ended_by=OTHER), False, False),
    ],
    ids=["by-another", "by-the-uploader", "ended-by-the-uploader", "ended-by-another"],
)
def test_absences_of_the_uploaders_making_do_not_count(row: AbsenceRow, *, away: bool, handed_over: bool) -> None:
    """Nobody sends away who approves their own, nor chooses a deputy, nor calls one off."""
    found = roster(row)
    assert away == found.away(STRICT, UPLOADER)
    assert ([Capacity(LEGAL, STRICT)] if handed_over else []) == found.capacities(DEPUTY, UPLOADER)
