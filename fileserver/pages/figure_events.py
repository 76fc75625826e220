"""From a figure to the events that it counts: in the log for whoever may search it, else to what they may see."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from compliance.access import Action, may_ever
from compliance.events import Act, Result
from fileserver.analytics.dashboard_schemas import OverviewOut, SubjectOut
from fileserver.analytics.kinds import Kind
from fileserver.analytics.schemas import SpreadOut
from fileserver.http.call import Call
from fileserver.pages.rendering import with_query
from storage.rows import people

OPENED, FORWARDED = (Act.VIEWER_VISIT_START,), (Act.VIEWER_SHARE_FORWARD,)
INVITED, VERIFIED = Act.EMPLOYEE_INVITATION_CREATE, Act.SYSTEM_INVITATION_CREDIT
COUNTED: dict[str, tuple[Act, ...]] = {  # by which acts
    **dict.fromkeys(("opens", "opened", "viewers", "newcomers", "confirmed", "reach", "step-opened"), OPENED),
    **dict.fromkeys(("ever-opens", "ever-viewers"), OPENED),
    **dict.fromkeys(("read-ms", "step-read"), (Act.VIEWER_PAGE_READ,)),
    **dict.fromkeys(("intents", "step-forwarded"), FORWARDED),
    "downloads": (Act.VIEWER_COPY_DOWNLOAD,),
    "shares": (Act.EMPLOYEE_SHARE_CREATE,),
    **dict.fromkeys(("sent", "platform"), (Act.EMPLOYEE_SHARE_SEND, Act.SYSTEM_SHARE_SEND)),
    "step-invited": (INVITED,),
    "step-verified": (VERIFIED,),
}
RECRUITING = {"step-invited", "step-verified"}  # which go through no share
EVER = {"ever-opens", "ever-viewers"}  # which count since the first share


@dataclass(frozen=True, kw_only=True)
class InLog:
    """The log of what figures of one thing count. `asked`: of which thing; None: it can't be asked for.

    `employee`: whose invitations count, by pseudonym; empty: everybody's; None: those of several. `span`: from when
    until when; None: since ever.
    """

    asked: dict[str, str] | None
    employee: str | None = None
    span: tuple[str, str] | None = None

    def events(self, name: str) -> str | None:
        """Where the events of one figure are; None where they can't be asked for."""
        asked = self._invitations(name) if name in RECRUITING else self.asked
        if asked is None or name not in COUNTED:
            return None
        since, until = (None, None) if name in EVER or self.span is None else self.span
        acts = ",".join(COUNTED[name])
        return with_query("/log", asked, act=acts, result=Result.ALLOW.value, since=since, until=until)

    def _invitations(self, name: str) -> dict[str, str] | None:
        if self.asked is None or self.employee is None:
            return None
        if not self.employee:
            return {}
        return {"person": self.employee} if name == "step-invited" else {"details": f"employee={self.employee}"}


async def in_log(call: Call[Any, Any, Any], found: OverviewOut | SubjectOut) -> InLog | None:
    """The log of these figures; None for who may not search it."""
    if not may_ever(call.actor.role, Action.EVENT_SEARCH):
        return None
    asked: dict[str, str] | None = {}
    employee: str | None = ""
    if isinstance(found, SubjectOut):
        asked = await _asked_of(call, found)
        employee = asked.get("sharer") if asked else None
    return InLog(asked=None if found.narrowed else asked, employee=employee, span=_span(call, found.first, found.last))


def in_log_of(call: Call[Any, Any, Any], spread: SpreadOut) -> InLog | None:
    """The log of how a material travels since ever; None for who may not search it, or sees a part of it only."""
    if spread.narrowed or not may_ever(call.actor.role, Action.EVENT_SEARCH):
        return None
    return InLog(asked={"material_id": str(spread.material_id)})


async def whole_url(call: Call[Any, Any, Any], found: SubjectOut) -> str | None:
    """Everything that viewers did: in the log for who may search it, otherwise the visits or shares that they see."""
    if may_ever(call.actor.role, Action.EVENT_SEARCH):
        return with_query("/log", await _asked_of(call, found), act="viewer:")
    return {
        Kind.MATERIAL: f"/materials/{found.material_id}/recall",
        Kind.SHARE: f"/shares/{found.share_id}",
        Kind.EMPLOYEE: f"/shares?{urlencode({'sponsor_id': found.key})}",
        Kind.DEPARTMENT: f"/shares?{urlencode({'department_id': found.key})}",
        Kind.REGION: f"/shares?{urlencode({'region': found.key})}",
        Kind.CLINIC: f"/shares?{urlencode({'clinic_id': found.key})}",
        Kind.CAMPAIGN: f"/shares?{urlencode({'campaign': found.key})}",
    }.get(found.kind)


async def _asked_of(call: Call[Any, Any, Any], found: SubjectOut) -> dict[str, str]:
    """What the log is asked for."""
    if found.kind is Kind.EMPLOYEE:
        async with call.services.database.transaction() as tx:
            return {"sharer": await people.pseudonym_of(tx, UUID(found.key)) or ""}
    name = {
        Kind.MATERIAL: "material_id",
        Kind.SHARE: "tree_id",
        Kind.CLINIC: "clinic_id",
        Kind.DEPARTMENT: "department_id",
        Kind.REGION: "region",
        Kind.CAMPAIGN: "campaign",
    }[found.kind]
    return {name: found.key}


def _span(call: Call[Any, Any, Any], first: date, last: date) -> tuple[str, str]:
    """From when until when, at the brand."""
    zone = ZoneInfo(call.services.config.time_zone)
    begin, end = (datetime.combine(day, time.min, zone) for day in (first, last + timedelta(days=1)))
    return begin.isoformat(), end.isoformat()
