"""Answering what a share asks, each in short transactions: a wrong try must count and be told, and hashing is slow."""

from dataclasses import dataclass, field
from uuid import UUID

from compliance import asking, gating, one_time_codes, pledging
from compliance.asking import Teller
from compliance.errors import (
    CodeRefused,
    InvalidValue,
    KeyUnavailable,
    LinkInvalid,
    SharePasswordRefused,
    SignInUnavailable,
    WrongState,
)
from compliance.events import Trail
from compliance.gating import Lock
from compliance.limits import Attempt
from compliance.links import ShareToken, open_token, token_text
from compliance.one_time_codes import Asked, Issued
from compliance.pledging import Given, Words
from compliance.visits import Door, Opener
from fileserver.doors.schemas import AskIn, CodeAskIn, CodeTryIn, PledgeIn
from fileserver.i18n import Language
from fileserver.mailing import checked_address
from fileserver.mailing.texts import code_message
from fileserver.platforms import CodeRefused as PlatformCodeRefused
from fileserver.platforms import PersonBlocked, PlatformRefused, PlatformUnavailable
from fileserver.services import Services
from storage.rows import access_requests, gates, own_identities, pledges, shares
from storage.rows.access_requests import AccessRequestRow
from storage.rows.aliases import ids_of
from storage.rows.forward_pool import share_behind
from storage.rows.gates import GateRow
from storage.rows.pledges import PledgeTextRow
from storage.rows.shares import ShareRow

PURPOSE = "share-gate"
MINUTE_S = 60
EMAIL, MINI_PROGRAM = "email", "wechat-mini"


@dataclass(frozen=True, kw_only=True)
class Knocking:
    """Who stands at which door, in which session, and from where."""

    person_id: UUID
    session_id: UUID
    token: str = field(repr=False)
    trail: Trail
    address: str

    @property
    def opener(self) -> Opener:
        """Who asks, in the words of compliance.visits."""
        return Opener(self.person_id, self.session_id)


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What a door still asks: its lock (none if it is open), and a pledge."""

    lock: Lock
    by_email: bool
    pledge: PledgeTextRow | None


async def asked(services: Services, who: Knocking) -> Asking:
    """Raises LinkInvalid before any look-up, AccessDenied for somebody to whom the share is not open anyway."""
    share = await share_of(services, who.token)
    async with services.database.transaction() as tx:
        door = await gating.at_door(tx, share, who.opener, services.clock())
        gate = await gates.gate_of(tx, share.root_id)
        pledge = await pledges.newest_text(tx) if door.facts.unpledged else None
        known = await own_identities.identities_of(tx, who.person_id)
    lock = Lock(gate.lock) if gate is not None and door.facts.locked else Lock.NONE
    return Asking(lock=lock, by_email=any(each.provider == EMAIL for each in known), pledge=pledge)


async def try_password(services: Services, who: Knocking, password: str) -> Asking:
    """Raises SharePasswordRefused, TooManyAttempts, WrongState for a share that asks for no password; as `asked`."""
    share, gate, attempt = await _admitted(services, who, Lock.PASSWORD)
    if not await services.passwords.verify(password, gate.password_hash):
        await _missed(services, who, share, gate)
        raise SharePasswordRefused(field="password")
    await _opened(services, who, share, gate, attempt)
    return await asked(services, who)


async def send_code(services: Services, who: Knocking, said: CodeAskIn, language: Language) -> Issued:
    """Mails a code to an address that this viewer signs in with.

    Raises InvalidValue for another address, SignInUnavailable without a mail server, TooManyAttempts, MailFailed;
    WrongState for a share that asks for no code; as `asked`.
    """
    share, _ = await _locked(services, who, Lock.CODE)
    if services.mail is None:
        raise SignInUnavailable(provider=EMAIL)
    to = await _own_address(services, who.person_id, said.email)
    issued = await one_time_codes.issue(
        services.database, services.keys.master, _code_for(who, share, to), now=services.clock()
    )
    minutes = one_time_codes.LIFETIME_S // MINUTE_S
    brand = services.config.brand_name
    await services.mail.send(code_message(language, to=to, brand=brand, code=issued.code, minutes=minutes))
    return issued


async def try_code(services: Services, who: Knocking, said: CodeTryIn) -> Asking:
    """Raises CodeRefused, TooManyAttempts (codes have limits of their own); otherwise as `send_code`."""
    share, gate = await _locked(services, who, Lock.CODE)
    to = await _own_address(services, who.person_id, said.email)
    right = _code_for(who, share, to)
    try:
        await one_time_codes.check(
            services.database, services.keys.master, right, said.id, said.code, now=services.clock()
        )
    except CodeRefused:
        await _missed(services, who, share, gate)
        raise
    await _opened(services, who, share, gate, None)
    return await asked(services, who)


async def try_mini_program(services: Services, who: Knocking, code: str) -> Asking:
    """A fresh code of the viewer's own mini-program. Raises CodeRefused for any other; otherwise as `send_code`."""
    wechat = services.platforms.wechat
    if wechat is None:
        raise SignInUnavailable(provider=MINI_PROGRAM)
    share, gate, attempt = await _admitted(services, who, Lock.CODE)
    try:
        subject = (await wechat.code_to_session(code)).openid
    except (PlatformCodeRefused, PersonBlocked):
        subject = ""
    except (PlatformRefused, PlatformUnavailable) as error:
        raise SignInUnavailable(provider=MINI_PROGRAM) from error
    if not subject or not await _is_theirs(services, who.person_id, MINI_PROGRAM, subject):
        await _missed(services, who, share, gate)
        raise CodeRefused(field="code")
    await _opened(services, who, share, gate, attempt)
    return await asked(services, who)


async def give_pledge(services: Services, who: Knocking, said: PledgeIn) -> Asking:
    """Raises InvalidValue for other words than those in force, AccessDenied while something else is asked first."""
    share = await share_of(services, who.token)
    given = Given(version=said.version, language=said.language, text_sha256=said.sha256)
    now = services.clock()
    async with services.database.transaction() as tx:
        door = await gating.at_door(tx, share, who.opener, now)
        if not door.facts.unpledged and not door.facts.locked:
            raise WrongState(state="open", command="pledge")
        await pledging.give(tx, who.trail, door, who.person_id, given, now=now)
    return await asked(services, who)


@dataclass(frozen=True)
class Answered:
    """A question, and the link that was granted, while it can be made."""

    row: AccessRequestRow
    token: str | None


async def ask(services: Services, who: Knocking, said: AskIn) -> Answered:
    """Asks whoever made the share. Raises WrongState where nothing stands in the way, AccessDenied, TooManyAttempts."""
    share, now = await share_of(services, who.token), services.clock()
    async with services.database.transaction() as tx:
        teller = Teller(services.messages, who.trail, now)
        row = await asking.ask(tx, teller, services.keys.master, share, who.opener, said.need, said.note)
    return Answered(row, None)


async def answer(services: Services, who: Knocking, need: str | None) -> Answered | None:
    """What became of the viewer's newest question about the share, for this need or any; None: they asked nothing."""
    share = await share_of(services, who.token)
    async with services.database.transaction() as tx:
        row = await access_requests.newest_of(tx, await ids_of(tx, who.person_id), share.root_id, need)
        granted = await shares.share_by_id(tx, row.granted_id) if row and row.granted_id else None
    if row is None:
        return None
    try:
        token = token_text(services.keys, ShareToken(granted.kid, granted.token_id)) if granted else None
    except KeyUnavailable:
        token = None
    return Answered(row, token)


def words(row: PledgeTextRow, language: Language) -> Words:
    """The pledge in the reader's language."""
    return pledging.words_of(row, language.value)


async def share_of(services: Services, token: str) -> ShareRow:
    """The share of a genuine link. Raises LinkInvalid."""
    genuine = await open_token(services.keys, services.database, token)
    async with services.database.transaction() as tx:
        share = await share_behind(tx, genuine.token_id, services.clock())
    if share is None or share.kid != genuine.kid:
        raise LinkInvalid
    return share


async def _locked(services: Services, who: Knocking, lock: Lock) -> tuple[ShareRow, GateRow]:
    """The door is theirs to try, and it has this lock."""
    share = await share_of(services, who.token)
    async with services.database.transaction() as tx:
        await gating.at_door(tx, share, who.opener, services.clock())
        gate = await gates.gate_of(tx, share.root_id)
    if gate is None or gate.lock != lock:
        raise WrongState(state="open" if gate is None else gate.lock, command=f"try-{lock}")
    return share, gate


async def _admitted(services: Services, who: Knocking, lock: Lock) -> tuple[ShareRow, GateRow, Attempt]:
    """The same, and the try is counted as a failure until it opens something."""
    share, gate = await _locked(services, who, lock)
    async with services.database.transaction() as tx:
        attempt = await gating.admit(
            tx, services.keys.master, share.root_id, who.person_id, who.address, now=services.clock()
        )
    return share, gate, attempt


async def _missed(services: Services, who: Knocking, share: ShareRow, gate: GateRow) -> None:
    now = services.clock()
    async with services.database.transaction() as tx:
        door = await gating.at_door(tx, share, who.opener, now)
        await gating.missed(tx, who.trail, door, gate, now)


async def _opened(services: Services, who: Knocking, share: ShareRow, gate: GateRow, attempt: Attempt | None) -> None:
    """What was answered is opened, unless it was changed meanwhile: the older revision opens nothing."""
    now = services.clock()
    async with services.database.transaction() as tx:
        door: Door = await gating.at_door(tx, share, who.opener, now)
        await gating.opened(tx, who.trail, door, gate, who.session_id, attempt, now)


async def _own_address(services: Services, person_id: UUID, said: str) -> str:
    """The address in its one form, if the viewer signs in with it."""
    to = checked_address(said)
    subject = services.keys.master.keyed_hash("viewer-email", to)
    if not await _is_theirs(services, person_id, EMAIL, subject):
        raise InvalidValue(field="email", rule="email-not-yours")
    return to


async def _is_theirs(services: Services, person_id: UUID, provider: str, subject: str) -> bool:
    async with services.database.transaction() as tx:
        known = await own_identities.identities_of(tx, person_id)
    return any((each.provider, each.subject) == (provider, subject) for each in known)


def _code_for(who: Knocking, share: ShareRow, to: str) -> Asked:
    """A code opens one share in one session."""
    return Asked(purpose=PURPOSE, subject=to, link=f"{share.root_id} {who.session_id}", address=who.address)
