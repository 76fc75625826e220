"""The stand-in's Tencent Cloud: TC3 checked, FaceID's and the e-sign service's actions, and what they cost."""

import json
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from fileserver.demo.platforms.frame import Call, Fields, Record, Refusal, failing
from fileserver.demo.platforms.people import PEOPLE, Person
from fileserver.platforms.crypto.tc3 import ALGORITHM, CONTENT_TYPE, Credential, authorization

SECRET_ID, SECRET_KEY = "AKIDdemo0123456789", "demo0123456789abcdef0123456789ab"
RULE_ID, MERCHANT_ID, OPERATOR = "1", "0NSJ0000000000000001", "yDwhxUUckp0000000001"
SKEW_MAX = timedelta(minutes=5)
VERSIONS = {"faceid": "2018-03-01", "ess": "2020-11-11"}


@dataclass(frozen=True, kw_only=True)
class Action:
    """What may be asked."""

    service: str
    fields: Fields
    handler: Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class Flow:
    """A face check or an e-sign verification that was begun; `code` None: nobody has finished it."""

    name: str
    id_card: str
    back: str = ""
    code: int | None = None


@dataclass
class TencentCloud:
    """`answers` are Result codes by action that come next; `billed` counts what would have to be paid for."""

    record: Record
    people: list[Person] = field(default_factory=lambda: list(PEOPLE))
    answers: dict[str, list[str]] = field(default_factory=dict)
    billed: Counter[str] = field(default_factory=Counter)
    arrears: bool = False
    flows: dict[str, Flow] = field(default_factory=dict)
    url: str = ""  # where its pages are
    verified: set[tuple[str, str]] = field(default_factory=set)  # name and number, with the e-sign service

    def __post_init__(self) -> None:
        who = "IdCard Name"
        self.actions = {
            "IdCardVerification": Action(service="faceid", fields=Fields(who), handler=self._two),
            "PhoneVerification": Action(
                service="faceid", fields=Fields(f"{who} Phone", "VerifyMode"), handler=self._three
            ),
            "DetectAuth": Action(
                service="faceid", fields=Fields(f"RuleId={RULE_ID}", f"{who} RedirectUrl Extra"), handler=self._detect
            ),
            "GetDetectInfoEnhanced": Action(
                service="faceid", fields=Fields(f"RuleId={RULE_ID} BizToken", "InfoType"), handler=self._result
            ),
            "GetEidToken": Action(
                service="faceid",
                fields=Fields(f"MerchantId={MERCHANT_ID}", f"{who} Extra RedirectUrl"),
                handler=self._eid,
            ),
            "GetEidResult": Action(service="faceid", fields=Fields("EidToken", "InfoType"), handler=self._result),
            "CreateUserVerifyUrl": Action(
                service="ess",
                fields=Fields("Operator", "Name IdCardNumber JumpUrl"),
                handler=self._esign,
            ),
            "DescribeUserVerifyStatus": Action(
                service="ess", fields=Fields("Operator Name IdCardNumber", "IdCardType"), handler=self._esigned
            ),
        }

    def answer_next(self, action: str, *codes: str) -> None:
        """The next checks of this action end with these codes, whoever is asked about."""
        self.answers.setdefault(action, []).extend(codes)

    def finish(self, token: str, code: int = 0) -> None:
        """The person shows their face: 0, it is theirs."""
        self.flows[token].code = code

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Every request: one path, and the action in a header."""
        raw = await request.read()
        action = request.headers.get("X-TC-Action", "")
        self.record.calls.append(
            Call(
                service="tencent", method=request.method, path=action, query=dict(request.query),
                body=_parsed(raw), at=self.record.clock(),
            )
        )  # fmt: skip
        fault = self.record.faults.take(action)
        if fault is not None and fault.code is None and (failed := await failing(request, fault)) is not None:
            return failed
        try:
            if fault is not None and fault.code is not None:
                raise Refusal(str(fault.code), "as asked")
            said = self._answer(request, action, raw)
        except Refusal as refusal:
            said = {"Error": {"Code": str(refusal.code), "Message": refusal.message}}
        return web.json_response({"Response": {**said, "RequestId": secrets.token_hex(16)}})

    def _answer(self, request: web.Request, action: str, raw: bytes) -> dict[str, Any]:
        wanted = self.actions.get(action)
        if wanted is None or request.method != "POST" or request.path != "/":
            self.record.violations.append(f"{request.method} {request.path} {action}")
            raise Refusal("InvalidAction", "no such action")
        if request.headers.get("X-TC-Version") != VERSIONS[wanted.service]:
            raise Refusal("NoSuchVersion", "no such version")
        self._check_signature(request, wanted.service, raw)
        said = _parsed(raw)
        fault = wanted.fields.fault(said) if isinstance(said, dict) else "no JSON"
        if fault or not isinstance(said, dict):
            self.record.violations.append(f"{action}: {fault}")
            word = "UnknownParameter" if fault.startswith("unknown") else "InvalidParameter"
            raise Refusal(word, fault)
        if self.arrears:
            raise Refusal("UnauthorizedOperation.Arrears", "in arrears")
        return wanted.handler(said)

    def _check_signature(self, request: web.Request, service: str, raw: bytes) -> None:
        said = request.headers.get("Authorization", "")
        try:
            at = datetime.fromtimestamp(int(request.headers["X-TC-Timestamp"]), UTC)
        except (KeyError, ValueError):
            raise Refusal("AuthFailure.InvalidAuthorization", "no timestamp") from None
        if not said.startswith(f"{ALGORITHM} Credential="):
            raise Refusal("AuthFailure.InvalidAuthorization", "malformed")
        if not said.startswith(f"{ALGORITHM} Credential={SECRET_ID}/"):
            raise Refusal("AuthFailure.SecretIdNotFound", "unknown SecretId")
        if abs(self.record.clock() - at) > SKEW_MAX:
            raise Refusal("AuthFailure.SignatureExpire", "expired")
        credential = Credential(SECRET_ID, SECRET_KEY)
        expected = authorization(credential, service=service, host=request.host, body=raw, at=at)
        if request.headers.get("Content-Type") != CONTENT_TYPE or said != expected:
            raise Refusal("AuthFailure.SignatureFailure", "wrong signature")

    def _two(self, said: dict[str, Any]) -> dict[str, Any]:
        matches = any((each.name, each.id_card) == (said["Name"], said["IdCard"]) for each in self.people)
        return self._coded("IdCardVerification", "0" if matches else "-1", {"0": "认证通过"})

    def _three(self, said: dict[str, Any]) -> dict[str, Any]:
        known = (said["Name"], said["IdCard"], said["Phone"])
        matches = any((each.name, each.id_card, each.phone) == known for each in self.people)
        answer = self._coded("PhoneVerification", "0" if matches else "-4", {})
        same_person = any((each.name, each.id_card) == known[:2] for each in self.people)
        detail = "PhoneNameIdCardMismatch" if not same_person else "PhoneIdCardMismatch"
        return answer | {"Isp": "移动", "ResultDetail": "" if answer["Result"] == "0" else detail}

    def _coded(self, action: str, usual: str, texts: dict[str, str]) -> dict[str, Any]:
        waiting = self.answers.get(action)
        code = waiting.pop(0) if waiting else usual
        mismatch = "-1" if action == "IdCardVerification" else "-4"
        if code in ("0", mismatch):
            self.billed[action] += 1
        return {"Result": code, "Description": texts.get(code, "")}

    def _detect(self, said: dict[str, Any]) -> dict[str, Any]:
        token = self._begun(said)
        return {"BizToken": token, "Url": f"https://faceid.qq.com/h5/index.html?token={token}"}

    def _eid(self, said: dict[str, Any]) -> dict[str, Any]:
        token = self._begun(said)
        return {"EidToken": token, "Url": f"{self.url}/h5/face?token={token}"}

    def _begun(self, said: dict[str, Any]) -> str:
        token = secrets.token_hex(18).upper()
        number = said.get("IdCard") or said.get("IdCardNumber") or ""
        back = said.get("RedirectUrl") or said.get("JumpUrl") or ""
        self.flows[token] = Flow(str(said.get("Name", "")), str(number), str(back))
        return token

    def _result(self, said: dict[str, Any]) -> dict[str, Any]:
        flow = self.flows.get(str(said.get("EidToken") or said.get("BizToken")))
        if flow is None:
            raise Refusal("InvalidParameterValue.BizTokenIllegal", "no such token")
        if flow.code is None:
            return {"Text": {"ErrCode": None, "ErrMsg": "", "Sim": ""}}
        self.billed["face"] += 1
        return {"Text": {"ErrCode": flow.code, "ErrMsg": "成功" if not flow.code else "比对失败", "Sim": "96.5"}}

    def _esign(self, said: dict[str, Any]) -> dict[str, Any]:
        url = f"{self.url}/h5/esign?token={self._begun(said)}"
        expires = int((self.record.clock() + timedelta(days=7)).timestamp())
        return {"UserVerifyUrl": url, "ExpireTime": expires, "MiniAppId": "wxa023b292fd19d41d"}

    def _esigned(self, said: dict[str, Any]) -> dict[str, Any]:
        return {"VerifyStatus": (said["Name"], said["IdCardNumber"]) in self.verified}


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None
