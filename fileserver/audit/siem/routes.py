"""How far the log is pushed, for administrators and auditors. Targets are changed at the command line only."""

from datetime import datetime

from compliance.access import Action, require
from compliance.errors import AccessDenied
from compliance.keys import MasterKey
from fileserver.audit.siem.figures import lag_s
from fileserver.audit.siem.schemas import State, TargetList, TargetOut
from fileserver.audit.siem.targets import shown_host
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from storage.rows import siem
from storage.rows.siem import ProgressRow


async def listed(call: Call) -> TargetList:
    """Every target with its lag."""
    require(call.actor, Action.SIEM_LIST)
    async with call.services.database.statements() as tx:
        found = await siem.progress(tx)
    now, master = call.services.clock(), call.services.keys.master
    return TargetList(items=[target_out(each, master, now) for each in found], at=now)


def target_out(progress: ProgressRow, master: MasterKey, now: datetime) -> TargetOut:
    """As the API tells it."""
    target = progress.target
    return TargetOut(
        id=target.id,
        name=target.name,
        kind="syslog" if target.kind == "syslog" else "webhook",
        form=target.form,
        host=shown_host(master, target),
        state=state_of(progress),
        reason=progress.reason,
        failures=progress.failures,
        failing_since=progress.failing_since,
        next_index=progress.next_index,
        lag_events=max(0, progress.size - progress.next_index),
        lag_s=lag_s(progress, now),
        pushed_at=progress.pushed_at,
    )


def state_of(progress: ProgressRow) -> State:
    """What an operator wants to know first."""
    if progress.target.paused_at is not None:
        return "paused"
    return "failing" if progress.failures else "pushing"


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/siem/targets",
        name="siem.targets",
        summary="See how far the log is pushed to SIEMs",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.SIEM_LIST,
        scope=Scope.OPERATIONS_READ,
        returns=TargetList,
        errors=(AccessDenied,),
    ),
)
