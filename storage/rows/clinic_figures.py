"""What the people of one clinic did with the shares that one of them opened: read from cascades, never from events."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from storage.database import Transaction

MATERIALS_MAX = 50


@dataclass(frozen=True, kw_only=True)
class ClinicMaterial:
    """A material that somebody opened, and what their clinic did within the cascades of the shares they opened."""

    material_id: UUID
    title: str
    people: int  # of the clinic, who opened; distinct within the material
    intents: int  # links that they passed on
    confirmed: int  # of these, opened by somebody else
    brought: int  # people who came first by one of these links; distinct within each share


_MATERIALS = text(
    """WITH mine AS (SELECT DISTINCT s.root_id, s.material_id FROM visit v JOIN share s ON s.id = v.share_id
      WHERE v.person_id = ANY(CAST(:person_ids AS uuid[])))
    SELECT m.id AS material_id, m.title, count(DISTINCT p.who) AS people,
      CAST(coalesce(sum(f.intents), 0) AS int) AS intents, CAST(coalesce(sum(f.confirmed), 0) AS int) AS confirmed,
      CAST(coalesce(sum(p.children), 0) AS int) AS brought
    FROM mine JOIN material m ON m.id = mine.material_id
    LEFT JOIN spread_person p ON p.root_id = mine.root_id AND p.org = ANY(CAST(:clinics AS text[]))
    LEFT JOIN LATERAL (SELECT count(*) AS intents, count(s.opened_at) AS confirmed FROM spread_share s
      WHERE s.root_id = p.root_id AND s.maker = p.who AND s.parent_id IS NOT NULL) f ON true
    GROUP BY m.id, m.title ORDER BY people DESC, intents DESC, m.title, m.id LIMIT :limit"""
)


async def materials_of_clinic(
    tx: Transaction, person_ids: Collection[UUID], clinic_ids: Collection[UUID], *, limit: int = MATERIALS_MAX
) -> Sequence[ClinicMaterial]:
    """Those that somebody opened, the one that most of the clinic opened first; both by all ids that they went by."""
    asked = {"person_ids": list(person_ids), "clinics": [str(each) for each in clinic_ids], "limit": limit}
    return [ClinicMaterial(**row._asdict()) for row in await tx.execute(_MATERIALS, asked)]
