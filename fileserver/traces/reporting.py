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
from fileserver.traces.reading import Occurrence
from fileserver.traces.schemas import TraceOut
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
    ended = await reading.ending_of(services, trace_id)
    return await asyncio.to_thread(_written, trace, ended, pictures, language, services.config.brand_name)


def _written(
    trace: TraceOut, ended: Occurrence | None, pictures: dict[tuple[int, str], bytes], language: Language, brand: str
) -> bytes:
    from fileserver.traces.report import Ending, report  # noqa: PLC0415  # heavy: as in fileserver.dossiers.exporting

    ending = Ending(index=ended.index, results_sha256=ended.leaf["det"]["results_sha256"]) if ended else None
    return report(trace, ending, pictures, language, brand)
