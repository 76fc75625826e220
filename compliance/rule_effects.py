"""What a change of the rules would do to what circulates: the same text under the rules in force and under others.

Promises: nothing is changed; the text is the one that the last scan kept. Leaves which versions to ask to
`storage.rows.rule_sets.circulating`, and deciding to people.
"""

import asyncio
from dataclasses import dataclass
from datetime import date

from compliance.access.model import MaterialClass
from compliance.declaring import Declared, declared_of
from compliance.reading import BadText, ExtractedText
from compliance.ruleset import Hit, RuleSet, Severity
from compliance.ruleset.lookup import TooManyPlaces
from compliance.ruleset.matcher import TextTooLong
from compliance.ruleset.views import PAGE_BREAK
from compliance.ruling import matcher_of
from storage.database import Database
from storage.errors import ObjectMissing, ObjectTooLarge
from storage.objects import ObjectStore
from storage.rows import renditions
from storage.rows.rule_sets import Circulating

TEXT_BYTES_MAX = 32 << 20
SHOWN_MAX = 20  # of new and of settled findings of one version


@dataclass(frozen=True)
class Said:
    """A rule and the words that break it."""

    rule: str
    severity: Severity
    quote: str


@dataclass(frozen=True)
class Effect:
    """One version: what is found with the new rules only, and with the old rules only. `read`: its text was kept."""

    version: Circulating
    read: bool
    new: tuple[Said, ...] = ()
    settled: tuple[Said, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether the new rules find something that blocks and that the old ones did not."""
        return any(each.severity is Severity.BLOCK for each in self.new)


async def effect_of(
    database: Database, objects: ObjectStore, version: Circulating, old: RuleSet, new: RuleSet, today: date
) -> Effect:
    """What the change does to one version. Raises StorageError."""
    async with database.transaction() as tx:
        row = await renditions.rendition_of(tx, version.version_id, "text", 1)
        declared = await declared_of(tx, version.material_id, version_id=version.version_id)
    if row is None:
        return Effect(version, read=False)
    facts = declared or Declared(material_class=MaterialClass(version.material_class))
    try:
        body = await objects.read_all(row.object_key, limit_bytes=TEXT_BYTES_MAX)
        return await asyncio.to_thread(_compared, version, body, facts, old, new, today)
    except (ObjectMissing, ObjectTooLarge, BadText, TextTooLong, TooManyPlaces):
        return Effect(version, read=False)


def _compared(version: Circulating, body: bytes, declared: Declared, old: RuleSet, new: RuleSet, today: date) -> Effect:
    text = PAGE_BREAK.join(ExtractedText.from_json(body).pages)
    before, after = (
        {_said(hit) for hit in matcher_of(rules).hits(text, declared, today=today)} for rules in (old, new)
    )
    return Effect(version, read=True, new=_shown(after - before), settled=_shown(before - after))


def _said(hit: Hit) -> Said:
    return Said(hit.rule, hit.severity, hit.quote)


def _shown(said: set[Said]) -> tuple[Said, ...]:
    return tuple(sorted(said, key=lambda each: (each.rule, each.quote))[:SHOWN_MAX])
