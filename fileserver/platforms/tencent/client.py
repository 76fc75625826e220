"""Tencent Cloud's API 3.0: a POST for every action, signed by TC3, whose errors come under status 200.

Names, ID numbers and phones go out in a body and nowhere else: not into an error, a figure or a log. Checks cost money,
so nothing is asked twice here, and whoever asks has looked at the number first (a valid date, the last digit).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from yarl import URL

from fileserver.platforms.crypto.tc3 import CONTENT_TYPE, Credential, authorization
from fileserver.platforms.errors import PlatformRefused, PlatformUnavailable, refused
from fileserver.platforms.tencent.results import (
    EidResult,
    EidToken,
    FaceCheck,
    IdCardVerification,
    PhoneVerification,
    VerifyStatus,
    VerifyUrl,
)
from fileserver.platforms.transport import Ask, Transport, object_said, result

PLATFORM = "tencent"
FACEID, FACEID_VERSION = "faceid", "2018-03-01"
ESS, ESS_VERSION = "ess", "2020-11-11"
TIMEOUT_S = 10.0
TEXT_OF_RESULT = "1"  # InfoType: codes and similarity, no names, numbers or pictures


@dataclass(frozen=True)
class Addresses:
    """Where its services are."""

    faceid: str
    ess: str


class TencentCloud:
    """One account. Everything raises PlatformRefused (in the class that says why) and PlatformUnavailable."""

    def __init__(
        self,
        transport: Transport,
        addresses: Addresses,
        *,
        secret_id: str,
        secret_key: SecretStr,
        region: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._transport, self._clock, self._region = transport, clock, region
        self._urls = {FACEID: URL(addresses.faceid), ESS: URL(addresses.ess)}
        self._secret_id, self._secret_key = secret_id, secret_key

    async def id_card_verification(self, name: str, id_card: str) -> IdCardVerification:
        """Two factors; a mismatch is billed too."""
        said = await self._faceid("IdCardVerification", {"IdCard": id_card, "Name": name})
        return result(PLATFORM, IdCardVerification, said)

    async def phone_verification(self, name: str, id_card: str, phone: str) -> PhoneVerification:
        """Three factors; `phone` without the country's code. A mismatch is billed too."""
        said = await self._faceid("PhoneVerification", {"IdCard": id_card, "Name": name, "Phone": phone})
        return result(PLATFORM, PhoneVerification, said)

    async def detect_auth(self, rule_id: str, name: str, id_card: str, *, redirect_url: str, extra: str) -> FaceCheck:
        """Begins a face check on a page of Tencent's; `extra` comes back with its result."""
        body = {"RuleId": rule_id, "IdCard": id_card, "Name": name, "RedirectUrl": redirect_url, "Extra": extra}
        return result(PLATFORM, FaceCheck, await self._faceid("DetectAuth", body))

    async def get_detect_info(self, rule_id: str, token: str) -> EidResult:
        """What became of it."""
        body = {"RuleId": rule_id, "BizToken": token, "InfoType": TEXT_OF_RESULT}
        said = await self._faceid("GetDetectInfoEnhanced", body)
        return result(PLATFORM, EidResult, said)

    async def get_eid_token(self, merchant_id: str, name: str, id_card: str, *, redirect_url: str) -> EidToken:
        """Begins a face check: in the mini-program, or at the answer's address, which leads to `redirect_url`."""
        body = {"MerchantId": merchant_id, "IdCard": id_card, "Name": name, "RedirectUrl": redirect_url}
        return result(PLATFORM, EidToken, await self._faceid("GetEidToken", body))

    async def get_eid_result(self, token: str) -> EidResult:
        """What became of it."""
        said = await self._faceid("GetEidResult", {"EidToken": token, "InfoType": TEXT_OF_RESULT})
        return result(PLATFORM, EidResult, said)

    async def create_user_verify_url(self, operator: str, *, name: str, id_card: str, jump_url: str) -> VerifyUrl:
        """Where the person confirms who they are; `operator` is the employee of ours whom the service knows."""
        body = {"Operator": {"UserId": operator}, "Name": name, "IdCardNumber": id_card, "JumpUrl": jump_url}
        return result(PLATFORM, VerifyUrl, await self._asked(ESS, ESS_VERSION, "CreateUserVerifyUrl", body))

    async def describe_user_verify_status(self, operator: str, *, name: str, id_card: str) -> VerifyStatus:
        """Whether they did."""
        body = {"Operator": {"UserId": operator}, "Name": name, "IdCardNumber": id_card, "IdCardType": "ID_CARD"}
        return result(PLATFORM, VerifyStatus, await self._asked(ESS, ESS_VERSION, "DescribeUserVerifyStatus", body))

    async def _faceid(self, action: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return await self._asked(FACEID, FACEID_VERSION, action, body)

    async def _asked(self, service: str, version: str, action: str, body: Mapping[str, Any]) -> dict[str, Any]:
        url, sent, now = self._urls[service], json.dumps(body).encode(), self._clock()
        credential = Credential(self._secret_id, self._secret_key.get_secret_value())
        host = url.host_port_subcomponent or ""
        headers = {
            "X-TC-Action": action,
            "X-TC-Version": version,
            "X-TC-Timestamp": str(int(now.timestamp())),
            "X-TC-Region": self._region,
            "Authorization": authorization(credential, service=service, host=host, body=sent, at=now),
        }
        ask = Ask(
            endpoint=action, url=url / "", body=sent, media_type=CONTENT_TYPE, headers=headers, timeout_s=TIMEOUT_S
        )
        return await self._transport.json(ask, read=_response)


def _response(content: bytes) -> dict[str, Any]:
    said = object_said(PLATFORM, content).get("Response")
    if not isinstance(said, dict):
        raise PlatformUnavailable(PLATFORM, "nonsense")
    if "Error" in said:
        raise _refused(said)
    return said


def _refused(said: Mapping[str, Any]) -> PlatformRefused:
    """Its message repeats what was sent, so only the code is kept."""
    error = said["Error"]
    code = error.get("Code") if isinstance(error, dict) else None
    if not isinstance(code, str):
        raise PlatformUnavailable(PLATFORM, "nonsense")
    request_id = said.get("RequestId")
    return refused(PLATFORM, code, request_id if isinstance(request_id, str) else "")
