"""The evidence report on its way out: read, pictures and event from the exit, then written in a thread."""

import asyncio
from uuid import UUID

from compliance.access import Actor
from compliance.events import Act, Trail
from compliance.exit import EvidenceGate, Picture
from fileserver.i18n import Language
from fileserver.services import Services
from fileserver.traces import reading
from fileserver.traces.errors import TraceUnfinished
from fileserver.traces.report import Ending, report
from fileserver.traces.showing import out


async def make(services: Services, actor: Actor, trail: Trail, trace_id: UUID, language: Language) -> bytes:
    """The PDF. Raises AccessDenied, NotFound, TraceUnfinished, and what releasing pictures raises."""
    told = await reading.read(services, actor, trail, trace_id)
    if told.row.state != "done":
        raise TraceUnfinished
    trace = out(told, language)
    wanted = [Picture(suspect_page=page.suspect_page, name=name) for page in trace.pages for name in page.pictures]
    gate = EvidenceGate(trace_id=trace_id, person_id=actor.person_id, act=Act.EMPLOYEE_TRACE_REPORT)
    sealed = await services.exit.release_evidence(gate, wanted, trail)
    pictures = {(each.suspect_page, each.name): body for each, body in zip(wanted, sealed, strict=True)}
    ending = await _ending(services, trace_id)
    return await asyncio.to_thread(report, trace, ending, pictures, language, services.config.brand_name)


async def _ending(services: Services, trace_id: UUID) -> Ending | None:
    found = await reading.ending_of(services, trace_id)
    return None if found is None else Ending(position=found.id, results_sha256=found.leaf["det"]["results_sha256"])
