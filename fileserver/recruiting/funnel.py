"""The funnel: how far each clinic has come, where it stands still and since when."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from fileserver.recruiting.people import Names, someone
from fileserver.recruiting.schemas import FunnelLine, FunnelOut, FunnelQuery, Place, Step
from storage.rows.recruiting import FunnelRow

STUCK = timedelta(days=3)
STEPS = (
    (Step.CONTENT, "content_at"),
    (Step.VERIFIED, "verified_at"),
    (Step.ENTERED, "entered_at"),
    (Step.FOLLOWED, "followed_at"),
    (Step.INVITED, "invited_at"),
)


def funnel_of(rows: Sequence[FunnelRow], names: Names, wanted: FunnelQuery, now: datetime) -> FunnelOut:
    """Every clinic's place in the funnel; `reached` counts all of them, whatever is shown."""
    lines = [line_of(row, names, now) for row in rows]
    reached = {step: sum(getattr(line, name) is not None for line in lines) for step, name in reversed(STEPS)}
    shown = [line for line in lines if wanted.step is None or line.step is wanted.step]
    return FunnelOut(
        reached=reached, items=[line for line in shown if not wanted.stuck or line.stuck_days >= STUCK.days]
    )


def line_of(row: FunnelRow, names: Names, now: datetime) -> FunnelLine:
    """One clinic's place: the furthest step that somebody of it reached."""
    step, since = next(
        ((step, at) for step, name in STEPS if (at := getattr(row, name)) is not None), (Step.NONE, row.held_since)
    )
    over = step is Step.CONTENT
    return FunnelLine(
        clinic=Place(id=row.clinic_id, name=row.name),
        region=row.region,
        owner=someone(names, row.owner_id),
        version=row.version,
        step=step,
        since=since,
        stuck_days=0 if over else max((now - since).days, 0),
        invited_at=row.invited_at,
        followed_at=row.followed_at,
        entered_at=row.entered_at,
        verified_at=row.verified_at,
        content_at=row.content_at,
        entered=row.entered,
        verified=row.verified,
        content=row.content,
        invitations_open=row.invitations_open,
    )


def owners_of(rows: Collection[FunnelRow]) -> set[UUID]:
    """Whom the funnel names."""
    return {row.owner_id for row in rows if row.owner_id}
