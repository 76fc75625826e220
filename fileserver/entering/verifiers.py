"""Tencent Cloud's ways to check a name, each behind the port of `compliance.real_names`.

| answer of the service | becomes |
|---|---|
| match | verified |
| mismatch, no record | mismatch |
| a name, number or phone that can't be one | invalid, with the field |
| its source is down or changing, its daily limit; too frequent, busy | later |
| arrears, not switched on, refused, malformed; no connection | down |
| time-out, or an answer that can't be read | unknown: it may have been billed |
"""

from collections.abc import Awaitable, Mapping
from typing import TypeVar

from compliance.real_names import Answer, Claim, Handoff, Method, Said, Verifier
from fileserver.platforms import PlatformBusy, PlatformRefused, PlatformUnavailable, TooFrequent
from fileserver.platforms.tencent import TencentCloud
from fileserver.platforms.tencent.results import Outcome
from fileserver.services import Services

PROVIDER = "tencent"
COUNTRY = "+86"
BACK = "/enter/checked"
TWO_FACTOR_FIELDS: Mapping[str, str] = {"-2": "id_number", "-3": "name"}
THREE_FACTOR_FIELDS: Mapping[str, str] = {"-6": "phone", "-7": "id_number", "-8": "name", "-13": "phone"}
ANSWERS: Mapping[Outcome, Answer] = {
    Outcome.MATCH: Answer.VERIFIED,
    Outcome.MISMATCH: Answer.MISMATCH,
    Outcome.NO_RECORD: Answer.MISMATCH,
    Outcome.UNFIT: Answer.INVALID,
    Outcome.UNAVAILABLE: Answer.LATER,
    Outcome.DAILY_LIMIT: Answer.LATER,
}
NEVER_SENT = frozenset({"name", "connection", "tls", "address"})

T = TypeVar("T")


async def _asked(question: Awaitable[T]) -> T | Said:
    """The answer, or what its absence means."""
    try:
        return await question
    except (TooFrequent, PlatformBusy) as error:
        return Said(answer=Answer.LATER, code=str(error.code))
    except PlatformRefused as error:
        return Said(answer=Answer.DOWN, code=str(error.code))
    except PlatformUnavailable as error:
        return Said(answer=Answer.DOWN if error.reason in NEVER_SENT else Answer.UNKNOWN, code=error.reason)


class _Immediate:
    """What is answered at once is never asked about again."""

    provider = PROVIDER

    def __init__(self, tencent: TencentCloud) -> None:
        self._tencent = tencent

    async def result(self, _token: str, _claim: Claim | None) -> Said:
        """See Verifier: there is nothing to wait for."""
        return Said(answer=Answer.DOWN, code="nothing-begun")


class TwoFactors(_Immediate):
    """Name and ID number."""

    method = Method.TWO_FACTOR

    async def check(self, claim: Claim) -> Said | Handoff:
        """See Verifier."""
        said = await _asked(self._tencent.id_card_verification(claim.name, claim.id_number))
        if isinstance(said, Said):
            return said
        return Said(answer=ANSWERS[said.outcome], code=said.code, field=TWO_FACTOR_FIELDS.get(said.code, ""))


class ThreeFactors(_Immediate):
    """Name, ID number and phone."""

    method = Method.THREE_FACTOR

    async def check(self, claim: Claim) -> Said | Handoff:
        """See Verifier."""
        phone = claim.phone.removeprefix(COUNTRY)
        said = await _asked(self._tencent.phone_verification(claim.name, claim.id_number, phone))
        if isinstance(said, Said):
            return said
        return Said(answer=ANSWERS[said.outcome], code=said.code, field=THREE_FACTOR_FIELDS.get(said.code, ""))


class Face:
    """A face check: in the mini-program with the token, in WeChat's browser at the address that comes with it."""

    method, provider = Method.FACE, PROVIDER

    def __init__(self, tencent: TencentCloud, merchant_id: str, back: str) -> None:
        self._tencent, self._merchant_id, self._back = tencent, merchant_id, back

    async def check(self, claim: Claim) -> Said | Handoff:
        """See Verifier."""
        begun = await _asked(
            self._tencent.get_eid_token(self._merchant_id, claim.name, claim.id_number, redirect_url=self._back)
        )
        return begun if isinstance(begun, Said) else Handoff(token=begun.token, url=begun.url)

    async def result(self, token: str, _claim: Claim | None) -> Said:
        """See Verifier. A face that does not fit may be shown again: that is another check."""
        said = await _asked(self._tencent.get_eid_result(token))
        if isinstance(said, Said):
            # Asking for the result costs nothing, so whatever went wrong the person may ask again.
            return Said(answer=Answer.WAITING, code=said.code)
        if said.code is None:
            return Said(answer=Answer.WAITING)
        return Said(answer=Answer.VERIFIED if said.is_match else Answer.FAILED, code=str(said.code))


class ESign:
    """The e-sign service's verification. It has to be told name and number again: the person enters them again."""

    method, provider = Method.ESIGN, "tencent-ess"

    def __init__(self, tencent: TencentCloud, operator: str, jump_url: str) -> None:
        self._tencent, self._operator, self._jump_url = tencent, operator, jump_url

    async def check(self, claim: Claim) -> Said | Handoff:
        """See Verifier."""
        begun = await _asked(
            self._tencent.create_user_verify_url(
                self._operator, name=claim.name, id_card=claim.id_number, jump_url=self._jump_url
            )
        )
        return begun if isinstance(begun, Said) else Handoff(token="", url=begun.url)

    async def result(self, _token: str, claim: Claim | None) -> Said:
        """See Verifier."""
        if claim is None:
            return Said(answer=Answer.WAITING)
        said = await _asked(
            self._tencent.describe_user_verify_status(self._operator, name=claim.name, id_card=claim.id_number)
        )
        if isinstance(said, Said):
            return Said(answer=Answer.WAITING, code=said.code)
        return Said(answer=Answer.VERIFIED if said.is_verified else Answer.WAITING)


def offered(services: Services) -> dict[Method, Verifier]:
    """The ways of this deployment, in the operator's order; none without an account at Tencent Cloud."""
    tencent, config = services.platforms.tencent, services.config
    if tencent is None:
        return {}
    made: dict[Method, Verifier] = {Method.TWO_FACTOR: TwoFactors(tencent), Method.THREE_FACTOR: ThreeFactors(tencent)}
    if config.tencent_eid_merchant_id is not None:
        made[Method.FACE] = Face(tencent, config.tencent_eid_merchant_id, f"{config.public_url}{BACK}")
    if config.tencent_esign_operator is not None:
        made[Method.ESIGN] = ESign(tencent, config.tencent_esign_operator, f"{config.public_url}{BACK}")
    return {method: made[method] for method in config.verification_methods if method in made}
