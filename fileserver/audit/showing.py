"""Events and counts as the API answers them, with the names that an auditor may see beside ids and pseudonyms."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from compliance.profiles import names_by_pseudonym
from compliance.trail.facets import Facet, Facets
from fileserver.audit.formats import Labelled
from fileserver.audit.labels import material_of
from fileserver.audit.schemas import EventDetail, EventOut, FacetOut, FacetsOut, FacetValue, TimeCount
from fileserver.audit.service import Told
from fileserver.services import Services
from storage.rows import clinics, materials


def event_out(event: Labelled) -> EventOut:
    """One event of a list."""
    leaf = event.fields
    return EventOut(
        id=event.id,
        time=datetime.fromisoformat(leaf["t"]),
        act=leaf["act"],
        result=leaf["res"],
        rule=leaf["why"],
        person=leaf["who"],
        person_name=event.person_name,
        role=leaf["role"],
        clinic_id=leaf["org"] or None,
        clinic_name=event.clinic_name,
        object=leaf["obj"],
        object_title=event.object_title,
        version_sha256=leaf["ver"],
        share_id=leaf["link"] or None,
        session=leaf["sess"],
        network=leaf["ip"],
        user_agent=leaf["ua"],
        bytes=leaf["bytes"],
        details=leaf["det"],
        leaf=event.leaf.decode(),
    )


def detail_out(told: Told) -> EventDetail:
    """One event with its place in the tree."""
    return EventDetail(
        **dict(event_out(told.event)),
        index=told.index,
        checkpoint_size=told.checkpoint_size,
        leaf_hash=told.leaf_hash,
    )


async def facets_out(services: Services, facets: Facets) -> FacetsOut:
    """Counts with names."""
    people = [value for value, _ in facets.by["who"].values]
    orgs = [value for value, _ in facets.by["org"].values]
    things = {value: material_of(value) for value, _ in facets.by["material"].values}
    async with services.database.transaction() as tx:
        names = await names_by_pseudonym(tx, services.keys.master, people)
        clinic_names = await clinics.clinic_names(tx, set(map(UUID, orgs)))
        titles = await materials.material_titles(tx, set(map(UUID, things.values())))
    by_id = {each: titles.get(identity) for each, identity in things.items()}
    return FacetsOut(
        total=facets.total,
        exact=facets.exact,
        back_to=facets.back_to,
        act=_facet(facets.by["act"]),
        result=_facet(facets.by["res"]),
        role=_facet(facets.by["role"]),
        person=_facet(facets.by["who"], names),
        clinic=_facet(facets.by["org"], clinic_names),
        material=_facet(facets.by["material"], by_id, without_prefix=True),
        time=[TimeCount(start=day, count=n) for day, n in facets.days],
        time_unit="month" if facets.by_month else "day",
    )


def _facet(facet: Facet, names: Mapping[str, str | None] | None = None, *, without_prefix: bool = False) -> FacetOut:
    known = names or {}
    return FacetOut(
        exact=facet.exact,
        values=[
            FacetValue(value=material_of(value) if without_prefix else value, name=known.get(value), count=n)
            for value, n in facet.values
        ],
    )
