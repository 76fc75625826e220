"""What leaves of the log say of shares and invitations, as far as it is counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from pydantic_core import from_json

from compliance.events import Act, Result
from storage.rows.event_index import Leaf

MADE = frozenset({Act.EMPLOYEE_SHARE_CREATE, Act.VIEWER_SHARE_FORWARD})
SENT = frozenset({Act.EMPLOYEE_SHARE_SEND, Act.SYSTEM_SHARE_SEND})
COUNTED = SENT | {Act.VIEWER_VISIT_START, Act.VIEWER_COPY_VIEW, Act.VIEWER_COPY_DOWNLOAD, Act.VIEWER_PAGE_READ}
TOLD = MADE | COUNTED
RECRUITING = {Act.EMPLOYEE_INVITATION_CREATE: "invited", Act.SYSTEM_INVITATION_CREDIT: "verified"}
IDS_KEPT = 100_000

id_of = lru_cache(IDS_KEPT)(UUID)  # the same few ids come again and again: the same object is found fastest


@dataclass(frozen=True, kw_only=True)
class Told:
    """One leaf that tells of a share: of its making, or of something that a viewer did with it."""

    act: Act
    at: datetime
    who: str
    org: str
    obj: str
    share_id: UUID
    parent_id: UUID | None
    ver: str = ""  # SHA-256 of the version
    ms: int = 0  # of attested reading
    det: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Recruited:
    """One leaf that tells of an invitation: that an employee made it, or that a guest of theirs was verified."""

    what: str  # "invited", "verified"
    at: datetime
    employee: str


def told_by(leaf: Leaf) -> Told | Recruited | None:
    """What a leaf says of a share or an invitation; None when it says nothing that is counted."""
    said: Mapping[str, Any] = from_json(leaf.leaf)
    if said["res"] != Result.ALLOW:
        return None
    at, det = datetime.fromisoformat(said["t"]), said["det"]
    if said["act"] in RECRUITING:
        employee = det.get("employee") or said["who"]
        return Recruited(what=RECRUITING[said["act"]], at=at, employee=employee) if employee else None
    if not said["link"] or said["act"] not in TOLD:
        return None
    parent = det.get("parent")
    return Told(
        act=Act(said["act"]),
        at=at,
        who=said["who"],
        org=said["org"],
        obj=said["obj"],
        share_id=id_of(said["link"]),
        parent_id=id_of(parent) if parent else None,
        ver=said["ver"],
        ms=int(det.get("ms", 0)),
        det=det,
    )
