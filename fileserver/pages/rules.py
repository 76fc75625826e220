"""The rules in the console: see them, try a text, write others, compare, put into force."""

import difflib
from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints

from compliance.access import Action, MaterialClass, may_ever
from compliance.ruleset import RuleSet, Severity
from compliance.ruling import rule_set_in_force
from fileserver.http.call import Call
from fileserver.pages.calls import about
from fileserver.pages.declaring import console_page
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page
from fileserver.rules import routes as api
from fileserver.rules.schemas import NOTE_CHARS_MAX, TRIED_CHARS_MAX, VERSION_CHARS_MAX, VersionPath
from storage.rows import rule_sets

DIFF_LINES_MAX = 2_000
CONTEXT_LINES = 2
SIGNS = {"+": "new", "-": "gone", "@": "at"}


class FromQuery(FormQuery):
    """Which rule set a new one begins with."""

    version: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+$", max_length=VERSION_CHARS_MAX)] | None = Field(
        default=None
    )


async def overview(call: Call) -> web.Response:
    """What is in force, what it blocks, a text to try, and the history."""
    sets = await api.listed(call)
    current = await api.read(about(call, VersionPath(rule_set_version=sets.active)))
    return page(
        call,
        "rules.html",
        sets=sets,
        current=current,
        classes=list(MaterialClass),
        severities=list(Severity),
        tried_chars_max=TRIED_CHARS_MAX,
        may_write=may_ever(call.actor.role, Action.RULES_WRITE),
    )


async def new(call: Call[None, FromQuery]) -> web.Response:
    """A draft: it begins with the rule set named, or with the one in force."""
    if call.query.version:
        source = (await api.read(about(call, VersionPath(rule_set_version=call.query.version)))).source
    else:
        async with call.services.database.transaction() as tx:
            source = (await rule_set_in_force(tx)).source
    return page(call, "rules_new.html", source=source, note_chars_max=NOTE_CHARS_MAX)


async def rule_set(call: Call[None, None, VersionPath]) -> web.Response:
    """One rule set beside the one in force: what differs, what it would change, and putting it into force."""
    found = await api.read(call)
    async with call.services.database.transaction() as tx:
        active = await rule_set_in_force(tx)
        activated_by = await rule_sets.activated_by(tx)
    return page(
        call,
        "rule_set.html",
        found=found,
        active=active.version,
        shipped=found.version == RuleSet.default().version,
        lines=_difference(active.source, found.source),
        note_chars_max=NOTE_CHARS_MAX,
        may_activate=may_ever(call.actor.role, Action.RULES_ACTIVATE),
        may_stand_by=activated_by not in {None, call.actor.person_id},
        may_write=may_ever(call.actor.role, Action.RULES_WRITE),
    )


def _difference(old: str, new_source: str) -> list[tuple[str, str]]:
    """Changed lines with their neighbours, each with what it is."""
    lines = list(difflib.unified_diff(old.splitlines(), new_source.splitlines(), lineterm="", n=CONTEXT_LINES))[2:]
    return [(SIGNS.get(line[:1], "same"), line) for line in lines[:DIFF_LINES_MAX]]


ROUTES = (
    console_page("/rules", "rules", "The rules: see and try them", overview, action=Action.RULES_READ),
    console_page("/rules/new", "rules_new", "Write a rule set", new, action=Action.RULES_WRITE, query=FromQuery),
    console_page(
        "/rules/{rule_set_version}",
        "rule_set",
        "One rule set",
        rule_set,
        action=Action.RULES_READ,
        path_params=VersionPath,
    ),
)
