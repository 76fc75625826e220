"""The push of the log in the console: how far each target is, for administrators and auditors."""

from aiohttp import web

from compliance.access import Action
from fileserver.audit.siem import routes as api
from fileserver.http.call import Call
from fileserver.pages.calls import asking
from fileserver.pages.declaring import console_page
from fileserver.pages.rendering import page

BEHIND_S = 300.0  # from here on a lag is shown as one


async def targets(call: Call) -> web.Response:
    """Every target; the page reads itself anew every few seconds."""
    return page(call, "log_targets.html", found=await api.listed(asking(call, None)), behind_s=BEHIND_S)


ROUTES = (console_page("/log-targets", "log-targets", "Where the log is pushed", targets, action=Action.SIEM_LIST),)
