"""The third step: where somebody works. What an invitation proposes is one tap; any other clinic is looked up."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from compliance.access import Job
from fileserver.entering import workplaces
from fileserver.entering.schemas import QUERY_CHARS_MIN
from fileserver.entering.state import State
from fileserver.http.call import Call
from fileserver.pages import came_for
from fileserver.pages.rendering import page
from storage.database import Transaction
from storage.rows.clinics import ClinicRow

FOUND_MAX = 20


async def work_page(
    call: Call[Any, Any, Any], tx: Transaction, state: State, wanted: str, *, elsewhere: bool
) -> web.Response:
    """`wanted` is part of a name or a credit code; `elsewhere`: not where the invitation says."""
    wanted = wanted.strip()
    found: Sequence[ClinicRow] = ()
    if len(wanted) >= QUERY_CHARS_MIN:
        found = await workplaces.find(tx, wanted, FOUND_MAX)
    return page(
        call,
        "enter_work.html",
        proposal=None if elsewhere or wanted else state.proposal,
        asked=state.request,
        wanted=wanted,
        looked=len(wanted) >= QUERY_CHARS_MIN,
        by_code=workplaces.is_code(wanted),
        found=found,
        jobs=list(Job),
        share=came_for.token_of(call.services.config, call.request, came_for.SHARE),
    )
