"""The way in, for tests: people with an identity, consents, and a service that checks names and keeps count."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from compliance import consents
from compliance.consents import VERSIONS, Agreement, Purpose
from compliance.events import Trail
from compliance.joining import Arrived, KnownAs, person_behind
from compliance.real_names import Answer, Claim, Desk, Handoff, Method, Policy, Said
from fileserver.services import Services
from storage.rows.merging import list_duplicates

POLICY = Policy(valid_for=timedelta(days=365), person_day_max=5, day_max=1000)
LI = Claim(name="李慕青", id_number="310101198811230020")


@dataclass
class CountingService:
    """Says what it is told to say, and counts how often it was asked."""

    answers: list[Said | Handoff] = field(default_factory=list)
    method: Method = Method.TWO_FACTOR
    provider: str = "counting"
    asked: int = 0
    on_ask: Callable[[], None] = lambda: None

    async def check(self, _claim: Claim) -> Said | Handoff:
        """The next answer; without one, yes."""
        self.asked += 1
        self.on_ask()
        return self.answers.pop(0) if self.answers else Said(answer=Answer.VERIFIED, code="0")

    async def result(self, _token: str, _claim: Claim | None) -> Said:
        """The next answer; without one, not finished."""
        said = self.answers.pop(0) if self.answers else Said(answer=Answer.WAITING)
        assert isinstance(said, Said)
        return said


def openid(subject: str) -> KnownAs:
    """An openid of the mini-program."""
    return KnownAs(provider="wechat-mini", app="wx1", subject=subject)


def unionid(subject: str) -> KnownAs:
    """A unionid."""
    return KnownAs(provider="wechat-open", app="", subject=subject)


async def arrive(services: Services, *known: KnownAs) -> Arrived:
    """Comes in with these identities."""
    async with services.database.transaction() as tx:
        return await person_behind(
            tx,
            services.keys.master,
            Trail(role="viewer"),
            known,
            now=services.clock(),
        )


async def waiting(services: Services) -> list[tuple[set[UUID], set[str]]]:
    """The pairs of people whom an employee has to tell apart, with their grounds."""
    async with services.database.transaction() as tx:
        rows = [row for row in await list_duplicates(tx) if row.kind == "person"]
    return [({row.first_id, row.second_id}, set(row.grounds)) for row in rows]


async def agree(services: Services, who: Arrived, *purposes: Purpose) -> Trail:
    """Agrees to these purposes (to all without any); the trail of the person."""
    trail = Trail(who=who.pseudonym, role="viewer", sess="0123456789abcdef")
    async with services.database.transaction() as tx:
        for each in purposes or tuple(Purpose):
            said = Agreement(purpose=each, version=VERSIONS[each], language="zh-CN", text_sha256="ab" * 32)
            await consents.give(tx, trail, who.person_id, said, now=services.clock())
    return trail


def desk(services: Services, policy: Policy = POLICY) -> Desk:
    """Where names are checked."""
    return Desk(
        database=services.database,
        master=services.keys.master,
        clock=services.clock,
        policy=policy,
    )
