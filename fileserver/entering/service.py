"""The steps of the way in, each in a transaction of its own, and the answer that each of them gives."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from compliance import consents, one_time_codes
from compliance.access import Job
from compliance.consents import Agreement, Purpose
from compliance.errors import InvalidValue, LinkInvalid, SignInRefused, SignInUnavailable, VerificationUnavailable
from compliance.events import Trail
from compliance.links import open_token
from compliance.one_time_codes import Asked, Issued
from compliance.profiles import Profile, profiles_of, replace_profile
from compliance.real_names import Desk, Method, Policy, Verified, Verifier, ask, claim_of, look_again
from fileserver.entering import consent_texts, verifiers
from fileserver.entering.schemas import (
    ClinicOut,
    ConsentIn,
    ConsentOut,
    EmailIn,
    EntryOut,
    InvitedOut,
    NameIn,
    RequestState,
)
from fileserver.entering.state import State
from fileserver.i18n import Language
from fileserver.mailing import checked_address
from fileserver.mailing.texts import code_message
from fileserver.platforms import CodeRefused, PlatformRefused, PlatformUnavailable
from fileserver.services import Services
from storage.rows.forward_pool import share_behind

EMAIL_PURPOSE = "viewer-email"
MINUTE_S = 60


def desk_of(services: Services) -> Desk:
    """Where names are checked, as the operator has it."""
    config = services.config
    policy = Policy(
        valid_for=timedelta(days=config.verification_valid_days),
        person_day_max=config.verification_person_day_max,
        day_max=config.verification_day_max,
    )
    return Desk(
        database=services.database,
        master=services.keys.master,
        clock=services.clock,
        policy=policy,
    )


async def send_code(services: Services, said: EmailIn, *, address: str, language: Language) -> Issued:
    """Mails a one-time code, the same way whether anybody is known by the address.

    Raises SignInUnavailable without a mail server, InvalidValue, TooManyAttempts, MailFailed.
    """
    if services.mail is None:
        raise SignInUnavailable(provider="email")
    to = checked_address(said.email)
    asked = _asked(to, said.share, address)
    issued = await one_time_codes.issue(services.database, services.keys.master, asked, now=services.clock())
    await services.mail.send(
        code_message(
            language,
            to=to,
            brand=services.config.brand_name,
            code=issued.code,
            minutes=one_time_codes.LIFETIME_S // MINUTE_S,
        )
    )
    return issued


async def check_code(services: Services, said: EmailIn, code_id: UUID, code: str, *, address: str) -> str:
    """The address that the code proves. Raises CodeRefused, TooManyAttempts, InvalidValue."""
    to = checked_address(said.email)
    asked = _asked(to, said.share, address)
    await one_time_codes.check(services.database, services.keys.master, asked, code_id, code, now=services.clock())
    return to


def _asked(to: str, share: str, address: str) -> Asked:
    return Asked(purpose=EMAIL_PURPOSE, subject=to, link=share, address=address)


async def give(
    services: Services, trail: Trail, person_id: UUID, said: Sequence[ConsentIn], language: Language
) -> None:
    """Keeps agreements to the very texts that are in force. Raises InvalidValue for any other text."""
    agreements = [_agreement(services, each, language) for each in said]
    async with services.database.transaction() as tx:
        for each in agreements:
            await consents.give(tx, trail, person_id, each, now=services.clock())


def _agreement(services: Services, said: ConsentIn, language: Language) -> Agreement:
    text = consent_texts.text_of(said.purpose, language, brand=services.config.brand_name)
    if (said.version, said.sha256) != (text.version, text.sha256):
        raise InvalidValue(field="sha256", rule="consent-outdated")
    return Agreement(purpose=said.purpose, version=said.version, language=language.value, text_sha256=text.sha256)


async def keep_phone(services: Services, person_id: UUID, code: str) -> None:
    """The number that WeChat vouches for. Raises ConsentMissing, SignInUnavailable, SignInRefused."""
    wechat = services.platforms.wechat
    if wechat is None:
        raise SignInUnavailable(provider="wechat-mini")
    async with services.database.transaction() as tx:
        await consents.require(tx, person_id, Purpose.PRIVACY)
    try:
        number = (await wechat.phone_number(code)).e164
    except CodeRefused as error:
        raise SignInRefused from error
    except (PlatformRefused, PlatformUnavailable) as error:
        raise SignInUnavailable(provider="wechat-mini") from error
    async with services.database.transaction() as tx:
        before = (await profiles_of(tx, services.keys.master, person_ids=[person_id]))[person_id]
        await replace_profile(tx, services.keys.master, person_id, Profile(name=before.name, phone=number))


async def check_name(services: Services, trail: Trail, person_id: UUID, said: NameIn, known_phone: str) -> Verified:
    """Checks a name. Raises what `compliance.real_names.ask` raises, and VerificationUnavailable."""
    verifier = _verifier(services, said.method)
    claim = claim_of(
        verifier.method,
        name=said.name,
        id_number=said.id_number,
        phone=said.phone or known_phone,
        today=services.clock().date(),
    )
    return await ask(desk_of(services), trail, verifier, person_id, claim)


async def check_again(services: Services, trail: Trail, person_id: UUID, method: Method) -> Verified:
    """What became of a check that went on elsewhere."""
    return await look_again(desk_of(services), trail, _verifier(services, method), person_id)


def _verifier(services: Services, method: Method | None) -> Verifier:
    ways = verifiers.offered(services)
    if not ways or (method is not None and method not in ways):
        raise VerificationUnavailable
    return ways[method] if method is not None else next(iter(ways.values()))


async def sharer_of(services: Services, share: str) -> UUID | None:
    """The employee at the root of a share; None for no share, or for a token that is no good."""
    if not share:
        return None
    try:
        token = await open_token(services.keys, services.database, share)
    except LinkInvalid:
        return None
    async with services.database.transaction() as tx:
        row = await share_behind(tx, token.token_id, services.clock())
    return row.sponsor_id if row else None


def told(services: Services, state: State, language: Language) -> EntryOut:
    """How far somebody is, as they are told."""
    viewer, proposal = state.viewer, state.proposal
    return EntryOut(
        needs=list(state.needs),
        consents=texts(services, state, language),
        methods=list(verifiers.offered(services)),
        phone_tail=state.profile.phone_tail,
        verified_until=state.verified_until if state.is_verified else None,
        checking=state.is_elsewhere,
        duplicate=state.is_duplicate,
        clinic=ClinicOut(id=viewer.clinic_id, name=viewer.clinic_name) if viewer else None,
        job=Job(viewer.job) if viewer else None,
        request=RequestState(state.request.state) if state.request else None,
        invited=InvitedOut(
            clinic=ClinicOut(id=proposal.clinic.id, name=proposal.clinic.name),
            job=Job(proposal.job) if proposal.job else None,
        )
        if proposal
        else None,
    )


def texts(services: Services, state: State, language: Language) -> list[ConsentOut]:
    """Every text, and whether it is agreed to."""
    found = (consent_texts.text_of(each, language, brand=services.config.brand_name) for each in Purpose)
    return [
        ConsentOut(
            purpose=each.purpose,
            version=each.version,
            title=each.title,
            text=each.text,
            sha256=each.sha256,
            given=each.purpose not in state.missing,
        )
        for each in found
    ]
