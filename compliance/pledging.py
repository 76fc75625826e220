"""The pledge of confidentiality (保密承诺, NDA): texts of the brand by version, and who gave which.

Promises: a version is never changed, only followed by another, which asks everybody again at the next byte; who gives
it gives the newest, in words whose SHA-256 they name, and that hash stands in their record and in the log. The record
outlives an erasure: what is left of the person then is a pseudonym.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from compliance import ledger
from compliance.errors import AccessDenied, InvalidValue
from compliance.events import Act, Trail
from compliance.visits import Door
from storage.database import Transaction
from storage.rows import pledges
from storage.rows.pledges import PledgeRow, PledgeTextRow

CHINESE, ENGLISH = "zh-CN", "en"


@dataclass(frozen=True, kw_only=True)
class Words:
    """A text in one language."""

    title: str
    text: str

    @property
    def sha256(self) -> str:
        """Of title, line feed, text."""
        return hashlib.sha256(f"{self.title}\n{self.text}".encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Given:
    """What somebody was shown and said yes to."""

    version: int
    language: str
    text_sha256: str


async def write(
    tx: Transaction, trail: Trail, by: UUID, chinese: Words, english: Words, *, now: datetime
) -> PledgeTextRow:
    """The next version, in force from this moment."""
    row = PledgeTextRow(
        version=await pledges.next_version(tx),
        title_zh=chinese.title,
        text_zh=chinese.text,
        sha256_zh=chinese.sha256,
        title_en=english.title,
        text_en=english.text,
        sha256_en=english.sha256,
        made_by=by,
        made_at=now,
    )
    await pledges.add_text(tx, row)
    det: dict[str, str | int] = {"version": row.version, "zh_sha256": row.sha256_zh, "en_sha256": row.sha256_en}
    await ledger.append(tx, trail.event(Act.EMPLOYEE_PLEDGE_WRITE, obj=f"pledge:{row.version}", det=det), now=now)
    return row


def words_of(row: PledgeTextRow, language: str) -> Words:
    """The text in this language."""
    if language == CHINESE:
        return Words(title=row.title_zh, text=row.text_zh)
    return Words(title=row.title_en, text=row.text_en)


async def give(tx: Transaction, trail: Trail, door: Door, person_id: UUID, said: Given, *, now: datetime) -> None:
    """Keeps who gave it, for a share that is unlocked for them; giving it twice is giving it once.

    Raises InvalidValue for other words than those in force, AccessDenied where the share asks for something first.
    """
    if door.facts.locked:
        raise AccessDenied("share-locked", obj=door.obj, link=str(door.share.id))
    row = await pledges.newest_text(tx)
    in_force = words_of(row, said.language) if row is not None else None
    if row is None or in_force is None or (row.version, in_force.sha256) != (said.version, said.text_sha256):
        raise InvalidValue(field="version", rule="pledge-outdated")
    kept = PledgeRow(
        id=uuid4(),
        person_id=person_id,
        share_id=door.share.root_id,
        version=row.version,
        language=said.language,
        text_sha256=in_force.sha256,
        session=trail.sess,
        given_at=now,
    )
    if not await pledges.add_pledge(tx, kept):
        return
    det: dict[str, str | int] = {
        "version": row.version,
        "language": said.language,
        "text_sha256": in_force.sha256,
        "root": str(door.share.root_id),
    }
    await ledger.append(
        tx, trail.event(Act.VIEWER_PLEDGE_GIVE, obj=door.obj, link=str(door.share.id), det=det), now=now
    )
