"""The second step: what is agreed to, and the real name. One form, and what is said above it after a check that failed.

| newest check | what the page says |
|---|---|
| none | the form |
| verified, over | the name was verified until then: once more |
| mismatch, invalid, a face that did not fit | what to correct; the same input is not sent again |
| later, down | the service's matter: when to try again |
| started, no answer came | wait, and look again; another input may be sent |
| open elsewhere | where to go on, and a button for whoever has been there |
| duplicate | an employee has to decide |
| as many as a day allows | when the next one may be asked |
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from compliance.consents import Purpose
from compliance.real_names import ELSEWHERE_FOR, UNKNOWN_FOR, Handoff, Method, next_question_at, waiting_for
from compliance.real_names.settling import LATER_S
from fileserver.entering import service, verifiers
from fileserver.entering.state import State
from fileserver.http.call import Call
from fileserver.pages.entry_trouble import BUSY, DUPLICATE, UNAVAILABLE, USED_UP, trouble_page
from fileserver.pages.rendering import page
from storage.database import Transaction

FAILED = {"mismatch": "mismatch", "invalid": "invalid", "over": "face", "later": "later", "down": "down"}


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What stands above the form: `entry-notice-<key>`. `at` is when it ended, or when it is worth another try."""

    key: str
    at: datetime | None = None


async def name_page(
    call: Call[Any, Any, Any], tx: Transaction, state: State, wanted: Method | None, *, again: bool
) -> web.Response:
    """The page for this state; `wanted` is the way that the person chose, `again` asks for the form whatever waits."""
    services = call.services
    methods = list(verifiers.offered(services))
    if not methods:
        return trouble_page(call, UNAVAILABLE)
    if state.is_duplicate:
        return trouble_page(call, DUPLICATE)
    newest, policy = state.newest, service.desk_of(services).policy
    handoff: Handoff | None = None
    if newest is not None and newest.state == "started":
        if newest.sealed is None and not again and state.now - newest.started_at < UNKNOWN_FOR:
            return trouble_page(call, BUSY, until=newest.started_at + UNKNOWN_FOR)
        if newest.sealed is not None and wanted is None and state.now - newest.started_at < ELSEWHERE_FOR:
            handoff = await waiting_for(tx, services.keys.master, newest)
    until = await next_question_at(tx, policy, state.person_id, state.now)
    if until is not None and handoff is None:
        return trouble_page(call, USED_UP, until=until)
    open_method = Method(newest.method) if handoff and newest else None
    method = open_method or (wanted if wanted in methods else methods[0])
    return page(
        call,
        "enter_elsewhere.html" if handoff else "enter_name.html",
        notice=_notice(state),
        consents=[each for each in service.texts(services, state, call.language) if not each.given],
        method=method,
        usual=methods[0],
        methods=methods,
        phone_tail=state.profile.phone_tail,
        url=handoff.url if handoff else "",
    )


def _notice(state: State) -> Notice | None:
    newest = state.newest
    if newest is None:
        return None
    if Purpose.IDENTITY in state.missing:
        return Notice(key="withdrawn")
    if state.is_expired and newest.state == "verified":
        return Notice(key="expired", at=state.verified_until)
    if newest.state == "later" and newest.ended_at is not None:
        return Notice(key="later", at=newest.ended_at + timedelta(seconds=LATER_S))
    return Notice(key=FAILED[newest.state], at=newest.ended_at) if newest.state in FAILED else None
