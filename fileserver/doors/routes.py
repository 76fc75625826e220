"""What a share asks of a viewer (`/api/v1/doors`): reading it, and answering it."""

from typing import Any, Literal

from compliance.access import Action
from compliance.asking import Need
from compliance.errors import (
    AccessDenied,
    CodeRefused,
    InvalidValue,
    LinkInvalid,
    SharePasswordRefused,
    SignInUnavailable,
    TooManyAttempts,
    WrongState,
)
from fileserver.doors import folders, service
from fileserver.doors.schemas import (
    AskedIn,
    AskedOut,
    AskedState,
    AskIn,
    CodeAskIn,
    CodeSentOut,
    CodeTryIn,
    DoorIn,
    DoorOut,
    MiniProgramTryIn,
    PasswordIn,
    PledgeIn,
    PledgeTextOut,
)
from fileserver.doors.service import Answered, Asking, Knocking
from fileserver.http.call import Call
from fileserver.http.errors import TokenNotAccepted
from fileserver.http.routing import Auth, Route
from fileserver.i18n import Language
from fileserver.mailing import MailFailed
from storage.rows.pledges import PledgeTextRow

LANGUAGES: dict[Language, Literal["zh-CN", "en"]] = {Language.ZH_CN: "zh-CN", Language.EN: "en"}


async def read(call: Call[DoorIn]) -> DoorOut:
    """What the share still asks."""
    return _out(call, await service.asked(call.services, _knocking(call)))


async def password(call: Call[PasswordIn]) -> DoorOut:
    """Say the password."""
    return _out(call, await service.try_password(call.services, _knocking(call), call.body.password))


async def send_code(call: Call[CodeAskIn]) -> CodeSentOut:
    """Have a code mailed."""
    issued = await service.send_code(call.services, _knocking(call), call.body, call.language)
    return CodeSentOut(id=issued.id, expires_at=issued.expires_at)


async def code(call: Call[CodeTryIn]) -> DoorOut:
    """Say the code that came by mail."""
    return _out(call, await service.try_code(call.services, _knocking(call), call.body))


async def mini_program(call: Call[MiniProgramTryIn]) -> DoorOut:
    """Prove by a fresh code of the mini-program who one is."""
    return _out(call, await service.try_mini_program(call.services, _knocking(call), call.body.code))


async def pledge(call: Call[PledgeIn]) -> DoorOut:
    """Give the pledge."""
    return _out(call, await service.give_pledge(call.services, _knocking(call), call.body))


async def ask(call: Call[AskIn]) -> AskedOut:
    """Ask to be let in."""
    return _asked(call, await service.ask(call.services, _knocking(call), call.body))


async def asked(call: Call[AskedIn]) -> AskedState:
    """What became of one's question."""
    found = await service.answer(call.services, _knocking(call), call.body.need)
    return AskedState(asked=_asked(call, found) if found else None)


def _asked(call: Call[Any], found: Answered) -> AskedOut:
    row = found.row
    return AskedOut(
        id=row.id,
        need=Need(row.need),
        state=row.state,  # type: ignore[arg-type]  # the database checks the words
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        word=row.word,
        url=f"{call.services.config.public_url}/s/{found.token}" if found.token else None,
    )


def _knocking(call: Call[Any]) -> Knocking:
    caller = call.signed_in
    if caller.session_id is None:
        raise TokenNotAccepted
    return Knocking(
        person_id=caller.person_id,
        session_id=caller.session_id,
        token=call.body.token,
        trail=call.trail,
        address=call.client_ip,
    )


def _out(call: Call[Any], asking: Asking) -> DoorOut:
    pledge = _pledge(asking.pledge, call.language) if asking.pledge else None
    return DoorOut(lock=asking.lock, by_email=asking.by_email, pledge=pledge)


def _pledge(row: PledgeTextRow, language: Language) -> PledgeTextOut:
    words = service.words(row, language)
    return PledgeTextOut(
        version=row.version, language=LANGUAGES[language], title=words.title, text=words.text, sha256=words.sha256
    )


def _route(path: str, name: str, summary: str, handler: Any, **declared: Any) -> Route:
    errors = (AccessDenied, LinkInvalid, *declared.pop("errors", ()))
    return Route(
        method="POST",  # a link is never in a path or query that logs could keep
        path=f"/api/v1/doors{path}",
        name=f"doors.{name}",
        summary=summary,
        handler=handler,
        auth=Auth.VIEWER,
        action=Action.VISIT_START,
        errors=errors,
        **{"body": DoorIn, "returns": DoorOut, **declared},
    )


CODES = (InvalidValue, SignInUnavailable, TooManyAttempts, WrongState)
ROUTES = (
    _route("", "read", "What a share still asks of the viewer", read),
    _route(
        "/password",
        "password",
        "Say a share's password",
        password,
        body=PasswordIn,
        errors=(SharePasswordRefused, TooManyAttempts, WrongState),
    ),
    _route(
        "/code",
        "send_code",
        "Have a one-time code mailed for a share",
        send_code,
        body=CodeAskIn,
        returns=CodeSentOut,
        errors=(*CODES, MailFailed),
    ),
    _route("/code/try", "code", "Say the code that came by mail", code, body=CodeTryIn, errors=(*CODES, CodeRefused)),
    _route(
        "/mini-program",
        "mini_program",
        "Prove by a fresh code of the mini-program who one is",
        mini_program,
        body=MiniProgramTryIn,
        errors=(*CODES, CodeRefused),
    ),
    _route(
        "/request",
        "ask",
        "Ask to be let in, or to pass a share on",
        ask,
        body=AskIn,
        returns=AskedOut,
        status=201,
        errors=(TooManyAttempts, WrongState),
    ),
    _route(
        "/request/state",
        "asked",
        "What became of one's question about a share",
        asked,
        body=AskedIn,
        returns=AskedState,
    ),
    _route(
        "/pledge",
        "pledge",
        "Give the pledge of confidentiality",
        pledge,
        body=PledgeIn,
        errors=(InvalidValue, WrongState),
    ),
    *folders.ROUTES,
)
