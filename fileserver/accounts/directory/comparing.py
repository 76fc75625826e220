"""The whole directory against the accounts: fetched whole, held back when it would shut out too many, then applied.

Nothing is changed by an answer that is empty, broken off, or leaves out more people than the operator thinks usual
(SEALSHARE_DIRECTORY_LEAVERS_MAX_PERCENT): that waits for an administrator, who confirms exactly those. Whom the list
leaves out is asked for by name before they count as gone. Nobody is made an account and nobody is shut out once the
directory has told of a change since: who is new and who is gone may be one person under another name, and only that
message says so. Doing it twice changes nothing more. Each member is a transaction of their own: nobody waits for the
whole of it, and what stops it leaves a row that says so.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog

from compliance.directory import mapping as mappings
from compliance.directory import tree
from compliance.directory.mapping import LEFT
from compliance.directory.picture import Member, Picture
from compliance.events import Act, Event, Result, Trail
from compliance.ledger import append
from fileserver.accounts.directory import picturing
from fileserver.accounts.directory.following import DELETED, Follower, Said, key_of
from fileserver.accounts.sign_in import normal_login
from fileserver.platforms import PlatformError
from fileserver.platforms.events import EventKind
from fileserver.platforms.wecom.client import WeCom
from fileserver.services import Services
from storage.database import Transaction
from storage.errors import StoreUnavailable
from storage.rows import directories
from storage.rows.accounts import lock_administrators
from storage.rows.directories import DifferenceRow, RunRow
from storage.rows.platform_callbacks import told_since
from storage.rows.viewers import person_by_identity

WECOM = "wecom"
DIRECTORY = Trail(role="system")
FREE_LEAVERS = 3  # so many may leave at once in the smallest company
RUNS_KEPT = timedelta(days=180)
OVERTAKEN = "overtaken"
MESSAGES_WAITED_FOR = timedelta(minutes=5)  # by then whatever can be handled has been

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """Why a comparison is made; `confirmed` is the hash of those whom an administrator lets it shut out."""

    cause: str = "nightly"
    confirmed: str = ""
    by: UUID | None = None


class Overtaken(Exception):
    """The directory has told of a change that this comparison may not know of."""


async def compare(services: Services, ordered: Ordered) -> RunRow | None:
    """Compares and applies. None without WeCom."""
    wecom = services.platforms.wecom
    if wecom is None:
        return None
    run = _Run(services, wecom, ordered)
    try:
        return await run.go()
    except Overtaken:
        return await run.ended("failed", OVERTAKEN)
    except (PlatformError, picturing.PictureTooLarge, StoreUnavailable) as error:
        return await run.ended("failed", getattr(error, "slug", "too-large"))


class _Run:
    def __init__(self, services: Services, wecom: WeCom, ordered: Ordered) -> None:
        self._services, self._wecom, self._ordered = services, wecom, ordered
        self._began, self._counts = services.clock(), Counter[str]()
        self._differences: list[DifferenceRow] = []

    async def go(self) -> RunRow:
        services = self._services
        async with services.database.transaction() as tx:
            self._mapping = await mappings.in_force(tx, WECOM)
            linked = await directories.linked(tx, WECOM, self._wecom.corp_id)
            self._out = await directories.linked(tx, WECOM, self._wecom.corp_id, disabled=True)
            made = await directories.made_by(tx, list(linked.values()))
        picture = await picturing.picture_of(self._wecom, tags_of(self._mapping))
        self._counts.update(departments=len(picture.parts), members=len(picture.members))
        if not picture.parts or not picture.members:
            return await self.ended("failed", "empty")
        gone, unsure = await picturing.gone_among(self._wecom, linked.keys() - picture.members.keys())
        leaving = gone | self._shut_out_by(picture, linked, made)
        self._counts["leaving"] = len(leaving)
        hashed = hashlib.sha256("\n".join(sorted(leaving)).encode()).hexdigest() if leaving else ""
        percent = services.config.directory_leavers_max_percent
        if len(leaving) > max(FREE_LEAVERS, len(linked) * percent // 100) and hashed != self._ordered.confirmed:
            return await self.ended("held", "too-many-leavers", hashed)
        await self._apply(picture, linked, gone, unsure)
        return await self.ended("done", "")

    def _shut_out_by(self, picture: Picture, linked: Mapping[str, UUID], made: Collection[UUID]) -> frozenset[str]:
        """Members with an account here whom the directory, or the mapping, lets in no more."""
        roles = {key: role_of(self._mapping, picture, each) for key, each in picture.members.items() if key in linked}
        return frozenset(key for key, role in roles.items() if role == LEFT or (not role and linked[key] in made))

    async def _apply(
        self, picture: Picture, linked: Mapping[str, UUID], gone: Collection[str], unsure: Collection[str]
    ) -> None:
        services, corp = self._services, self._wecom.corp_id
        async with services.database.transaction() as tx:
            await directories.lock_directory(tx, WECOM)
            places = await tree.follow(tx, WECOM, picture, services.clock())
        for key in sorted(picture.members):
            said = said_of(self._mapping, picture, picture.members[key], corp, places, as_of=self._began)
            async with services.database.transaction() as tx:
                if said.role not in ("", LEFT):
                    await self._require_newest_for_new(tx, said)
                followed = await Follower(tx, services.keys.master, DIRECTORY, services.clock()).follow(said)
            self._counts.update(followed.done)
            self._differences.extend(followed.differences)
        for key in sorted(gone):
            async with services.database.transaction() as tx:
                await self._require_newest(tx)
                follower = Follower(tx, services.keys.master, DIRECTORY, services.clock())
                left = await follower.shut_out(WECOM, corp, key, linked[key], DELETED, as_of=self._began)
            if left:
                self._counts["left"] += 1
            else:
                self._differ("last-admin", key, linked[key])
        missing = [self._key_of(key) for key in sorted(self._out.keys() - picture.members.keys())]
        async with services.database.transaction() as tx:
            await directories.note_deleted(tx, missing, self._began)
        for key in sorted(unsure):
            self._differ("not-shown", key, linked[key])

    async def _require_newest_for_new(self, tx: Transaction, said: Said) -> None:
        await lock_administrators(tx, self._services.clock())  # as whoever renames does: one of both comes first
        if await person_by_identity(tx, provider=said.provider, app=said.app, subject=said.subject) is None:
            await self._require_newest(tx)

    async def _require_newest(self, tx: Transaction) -> None:
        kind, waiting_from = EventKind.DIRECTORY_CHANGED.value, self._began - MESSAGES_WAITED_FOR
        if await told_since(tx, WECOM, kind, self._began, waiting_from=waiting_from):
            raise Overtaken

    def _differ(self, kind: str, subject: str, person_id: UUID) -> None:
        row = DifferenceRow(
            source=WECOM,
            key_hash=self._key_of(subject),
            kind=kind,
            external_id=subject,
            person_id=person_id,
            detail="",
            seen_at=self._began,
        )
        self._differences.append(row)

    def _key_of(self, subject: str) -> str:
        return key_of(self._services.keys.master, WECOM, self._wecom.corp_id, subject)

    async def ended(self, state: str, problem: str, leaving_hash: str = "") -> RunRow:
        """Keeps what came of it, and tells the log."""
        now = self._services.clock()
        self._counts["differences"] = len(self._differences)
        row = RunRow(
            id=uuid4(),
            source=WECOM,
            cause=self._ordered.cause,
            state=state,
            counts=dict(self._counts),
            problem=problem,
            leaving_hash=leaving_hash,
            ordered_by=self._ordered.by,
            started_at=self._began,
            ended_at=now,
        )
        async with self._services.database.transaction() as tx:
            if state == "done":
                await directories.put_differences(tx, WECOM, self._differences)
            await directories.add_run(tx, row)
            await directories.forget_runs(tx, now - RUNS_KEPT)
            await _tell(tx, row, self._services)
        log.info("directory compared", source=WECOM, state=state, problem=problem, **row.counts)
        return row


async def _tell(tx: Transaction, row: RunRow, services: Services) -> None:
    event = Event(
        act=Act.SYSTEM_DIRECTORY_COMPARE,
        role="system",
        res=Result.ALLOW if row.state == "done" else Result.DENY,
        why=row.problem,
        obj=f"directory:{row.source}",
        det={**row.counts, "cause": row.cause},
    )
    await append(tx, event, now=services.clock())


def tags_of(mapping: mappings.Mapping) -> frozenset[str]:
    """The tags that have to be asked for."""
    return frozenset(line.value for line in mapping.lines if line.kind == "tag")


def role_of(mapping: mappings.Mapping, picture: Picture, member: Member) -> str:
    """What the mapping gives a member; LEFT for one who was shut out there."""
    return mapping.role_for(picture.facts_of(member)) if member.active else LEFT


def said_of(
    mapping: mappings.Mapping,
    picture: Picture,
    member: Member,
    corp_id: str,
    places: Mapping[str, UUID],
    *,
    as_of: datetime,
) -> Said:
    """What the directory said of a member when it was asked."""
    place = places.get(member.main_department)
    return Said(
        source=WECOM,
        provider=WECOM,
        app=corp_id,
        subject=member.id,
        name=member.name,
        role=role_of(mapping, picture, member),
        login=normal_login(member.id),
        as_of=as_of,
        department_id=place,
        department_lost=place is None,
        makes_accounts=mapping.makes_accounts,
    )
