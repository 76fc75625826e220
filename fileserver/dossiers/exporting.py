"""The dossier on its way out: gathered, written in a thread, and allowed once more with its event before it leaves.

Nothing of the material's bytes is in it, so it leaves by no gate of the exit; the exit's rules hold all the same: the
log keeps up, the decision is no older than the event that is committed before the first byte.
"""

import asyncio
import hashlib
from uuid import UUID

from compliance import ledger
from compliance.access import Action, Actor, require
from compliance.errors import NotFound
from compliance.events import Act, Trail
from compliance.materials import obj_of, target_of_material
from compliance.visits import actor_of, person_now
from fileserver.dossiers.gathering import File, gather
from fileserver.i18n import Language
from fileserver.services import Services
from storage.rows import materials

PDF = "application/pdf"


async def make(services: Services, actor: Actor, trail: Trail, material_id: UUID, language: Language) -> bytes:
    """The PDF, with its event committed. Raises AccessDenied, NotFound, LedgerStalled."""
    services.require_log()
    async with services.database.transaction() as tx:
        file, _ = await gather(tx, services.keys.master, actor, material_id, services.clock())
    body = await asyncio.to_thread(_written, file, language, services.config.brand_name)
    services.require_log()
    async with services.database.transaction() as tx:
        material = await materials.material_by_id(tx, material_id)
        if material is None:
            raise NotFound(field="material_id")
        still = actor_of(await person_now(tx, actor.person_id), services.clock())
        rule = require(still, Action.MATERIAL_DOSSIER, target_of_material(material), obj=obj_of(material_id))
        event = trail.event(
            Act.EMPLOYEE_DOSSIER_EXPORT,
            why=rule,
            obj=obj_of(material_id),
            bytes=len(body),
            det={"events": len(file.told), "sha256": hashlib.sha256(body).hexdigest()},
        )
        await ledger.append(tx, event, now=services.clock())
    return body


def _written(file: File, language: Language, brand: str) -> bytes:
    from fileserver.dossiers.paper import paper  # noqa: PLC0415  # heavy: a server starts without what writes PDFs

    return paper(file, language, brand)
