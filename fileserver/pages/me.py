"""What is one's own: where one is signed in, API tokens, the password, the language."""

from collections.abc import Collection, Mapping
from uuid import UUID

from aiohttp import web

from compliance.access import Action, Actor, decide, may_ever
from compliance.materials import obj_of, target_of_material
from compliance.profiles import profiles_of
from fileserver.accounts import identity_routes, second_factor_routes, session_routes, token_routes
from fileserver.accounts.tokens import DAYS_DEFAULT, DAYS_MAX, LABEL_CHARS_MAX
from fileserver.audit.labels import material_of
from fileserver.digests import routes as digests
from fileserver.http.call import Call
from fileserver.http.keys import ROUTES as TABLE
from fileserver.http.scopes import Scope
from fileserver.ledger.receipts import mine
from fileserver.ledger.schemas import OwnQuery
from fileserver.pages.calls import asking
from fileserver.pages.declaring import console_page
from fileserver.pages.rendering import page
from storage.database import Transaction
from storage.rows import materials
from storage.rows.accounts import account_of

ACTS = 10


async def me(call: Call) -> web.Response:
    """The caller's own page."""
    person_id = call.signed_in.person_id
    acts = (await mine(asking(call, OwnQuery(limit=ACTS)))).items
    async with call.services.database.transaction() as tx:
        profiles = await profiles_of(tx, call.services.keys.master, person_ids=[person_id])
        account = await account_of(tx, person_id)
        titles = await _titles(tx, call.actor, {each.object for each in acts})
    return page(
        call,
        "me.html",
        person_id=person_id,
        name=profiles[person_id].name,
        login=account.login if account else "",
        digest=await digests.read(call) if may_ever(call.signed_in.role, Action.TASK_CREATE) else None,
        factor=await second_factor_routes.state(call),
        identities=(await identity_routes.listed(call)).items,
        sessions=(await session_routes.listed(call)).items,
        tokens=(await token_routes.listed(call)).items,
        acts=acts,
        titles=titles,
        scopes=_useful_scopes(call),
        days_default=DAYS_DEFAULT,
        days_max=DAYS_MAX,
        label_chars_max=LABEL_CHARS_MAX,
    )


async def _titles(tx: Transaction, actor: Actor, things: Collection[str]) -> Mapping[str, str]:
    """Of the materials among the things of events, as far as the actor may read them now."""
    ids = [UUID(identity) for each in things if (identity := material_of(each))]
    found = await materials.materials_by_ids(tx, ids)
    return {
        obj_of(row.id): row.title
        for row in found.values()
        if decide(actor, Action.MATERIAL_READ, target_of_material(row)).allowed
    }


def _useful_scopes(call: Call) -> list[Scope]:
    """The scopes of routes that the caller's role could ever use; any other would be an empty promise."""
    role = call.signed_in.role
    routes = call.request.config_dict[TABLE]
    usable = {route.scope for route in routes if route.action is not None and may_ever(role, route.action)}
    return [scope for scope in Scope if scope.value in usable]


ROUTES = (console_page("/me", "me", "One's own account", me),)
