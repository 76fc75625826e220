"""Every refusal by an access rule becomes an event, by itself: the refused act has no transaction that commits.

That holds too where the caller is told of a field (InvalidValue) because of one (AccessDenied, its cause).
When the event can't be written the request stays refused, and the operator's log says what the ledger lacks.
"""

import structlog
from aiohttp import web

from compliance.errors import AccessDenied
from compliance.events import Act, Result
from fileserver.http.call import trail_of
from fileserver.http.caller import Caller, CallerKind
from fileserver.http.keys import CLIENT_IP, SERVICES
from fileserver.http.routing import Route

ACTS = {CallerKind.EMPLOYEE: Act.EMPLOYEE_REQUEST_DENY, CallerKind.VIEWER: Act.VIEWER_REQUEST_DENY}

log = structlog.get_logger(__name__)


async def record_denial(request: web.Request, route: Route, caller: Caller | None, denied: AccessDenied) -> None:
    """Appends `employee|viewer:request:deny`. A stranger's refusal is the handler's to record."""
    if caller is None:
        return
    services = request.config_dict[SERVICES]
    trail = trail_of(caller, client_ip=request[CLIENT_IP], user_agent=request.headers.get("User-Agent", ""))
    event = trail.event(
        ACTS[caller.kind],
        res=Result.DENY,
        why=denied.rule,
        obj=denied.obj,
        link=denied.link,
        det={"action": denied.action, "route": route.name},
    )
    try:
        await services.alone.append(event)
    except Exception:  # whatever kept it from being written, the caller's answer is the refusal
        log.exception("denial not recorded", rule=denied.rule, route=route.name)
