"""The whole ledger as one file, for an auditor to take away."""

from aiohttp import web

from compliance import bundles, ledger
from compliance.access import Action, require
from compliance.events import Act
from compliance.keys import KeyState
from compliance.notes import vkey
from compliance.visits import actor_of, person_now
from fileserver.http.call import Call
from fileserver.http.streaming import stream
from storage.database import Transaction

TAR = "application/x-tar"


async def bundle(call: Call) -> web.StreamResponse:
    """A tar file, in constant memory; the right is asked again with each stretch, without it the file breaks off."""
    services, person_id = call.services, call.actor.person_id
    rule = require(call.actor, Action.LEDGER_READ)
    async with services.database.transaction() as tx:
        witnesses = [each.vkey for each in services.config.ledger_witnesses]
        within_s = services.config.cosigned_within_s
        told = await bundles.contents(tx, _keys(call), witnesses, cosigned_within_s=within_s)
        det: dict[str, str | int] = {"format": "bundle", "size": told.head.size}
        await ledger.append(tx, call.trail.event(Act.EMPLOYEE_EVENT_EXPORT, why=rule, det=det), now=services.clock())

    async def asked(tx: Transaction) -> None:
        require(actor_of(await person_now(tx, person_id), services.clock()), Action.LEDGER_READ)

    response = web.StreamResponse(
        headers={
            "Content-Disposition": f'attachment; filename="{told.folder}.tar"',
            "X-Entries": str(told.head.size),
            "X-Bytes-About": str(told.bytes_about),
        }
    )
    response.content_type = TAR
    return await stream(call, response, bundles.pieces(services.database, told, asked=asked))


def _keys(call: Call) -> list[str]:
    """Verifier keys of the log, the active one first; revoked ones prove nothing any more."""
    good = [key for key in call.services.keys.ledger if key.state is not KeyState.REVOKED]
    newest = sorted(good, key=lambda key: (key.state is not KeyState.ACTIVE, -key.kid))
    return [vkey(call.services.ledger_origin, key.public) for key in newest]
