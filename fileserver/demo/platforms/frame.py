"""What every service of the stand-in does with a request: records it, fails as it was told to, checks it, answers."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

Clock = Callable[[], datetime]
UNFIT = 47001
BODY_MAX_BYTES = 24 << 20


class Refusal(Exception):
    """An error as the service has it: `code` is an errcode, or Tencent Cloud's word."""

    def __init__(self, code: int | str, message: str = "refused") -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Fields:
    """Names that a query or a body must have, and may have; of a name with `=` the value is given too."""

    needed: str = ""
    optional: str = ""

    def fault(self, said: Mapping[str, Any]) -> str:
        """What is wrong with it; empty for nothing."""
        needed = dict(each.partition("=")[::2] for each in self.needed.split())
        if missing := sorted(set(needed) - set(said)):
            return f"missing {missing[0]}"
        if unknown := sorted(set(said) - set(needed) - set(self.optional.split())):
            return f"unknown {unknown[0]}"
        wrong = [name for name, value in needed.items() if value and str(said[name]) != value]
        return f"invalid {wrong[0]}" if wrong else ""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that passed the checks. `app` is whose token it brought."""

    query: Mapping[str, str]
    body: Mapping[str, Any]
    raw: bytes
    app: str = ""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request as it came, in the record."""

    service: str
    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Fault:
    """How a request fails: with an errcode, a status, raw text, a cut connection, silence, or only late."""

    code: int | str | None = None
    status: int | None = None
    raw: str | None = None
    cut: bool = False
    silent: bool = False
    latency_s: float = 0.0


@dataclass
class Faults:
    """What fails next, by path; `*` stands for any."""

    waiting: dict[str, list[Fault]] = field(default_factory=dict)

    def next(self, path: str, *, times: int = 1, **how: Any) -> None:
        """The next `times` requests of this path fail so."""
        self.waiting.setdefault(path, []).extend([Fault(**how)] * times)

    def take(self, path: str) -> Fault | None:
        """The fault for this request, used up."""
        for name in (path, "*"):
            if self.waiting.get(name):
                return self.waiting[name].pop(0)
        return None


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One path of a service. `token`: the query brings an app's token."""

    method: str
    path: str
    handler: Callable[[Asked], Any]  # an answer, or an awaitable of one; raises Refusal
    query: Fields = field(default_factory=Fields)
    body: Fields | None = None
    token: bool = True


@dataclass
class Record:
    """What all services share."""

    clock: Clock
    faults: Faults = field(default_factory=Faults)
    calls: list[Call] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def count(self, path: str) -> int:
        """How often a path was asked."""
        return sum(each.path == path for each in self.calls)


class Service:
    """WeChat's or WeCom's way: `errcode` under status 200. `app_of` says whose token it is, or refuses."""

    def __init__(self, name: str, record: Record, app_of: Callable[[str | None], str]) -> None:
        self.name, self.record, self._app_of = name, record, app_of

    def routes(self, endpoints: tuple[Endpoint, ...]) -> list[web.RouteDef]:
        """Each endpoint, and a refusal for the wrong method of a known path."""
        return [web.route("*", each.path, self._serving(each)) for each in endpoints]

    def _serving(self, endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            raw = await request.read()
            query, body = dict(request.query), parsed(request, raw)
            at = self.record.clock()
            self.record.calls.append(
                Call(service=self.name, method=request.method, path=request.path, query=dict(query), body=body, at=at)
            )
            if fault := self.record.faults.take(request.path):
                failed = await failing(request, fault)
                if failed is not None:
                    return failed
            try:
                return await self._answer(endpoint, request.method, query, body, raw)
            except Refusal as refusal:
                return error(refusal.code, refusal.message)

        return serve

    async def _answer(
        self, endpoint: Endpoint, method: str, query: dict[str, str], body: Any, raw: bytes
    ) -> web.StreamResponse:
        if method != endpoint.method:
            self.record.violations.append(f"{method} {endpoint.path}")
            raise Refusal(43001 if endpoint.method == "GET" else 43002, f"require {endpoint.method} method")
        token = query.pop("access_token", None) if endpoint.token else None
        fault = endpoint.query.fault(query)
        if endpoint.body is not None and not fault:
            fault = endpoint.body.fault(body) if isinstance(body, dict) else "no JSON"
        if fault or b"\\u" in raw:
            self.record.violations.append(f"{endpoint.path}: {fault or 'escapes'}")
            raise Refusal(UNFIT, f"data format error: {fault or 'escapes'}")
        app = self._app_of(token) if endpoint.token else ""
        said = body if isinstance(body, dict) else {}
        answer = endpoint.handler(Asked(query=query, body=said, raw=raw, app=app))
        if asyncio.iscoroutine(answer):
            answer = await answer
        if isinstance(answer, web.StreamResponse):
            return answer
        return web.json_response({"errcode": 0, "errmsg": "ok", **(answer or {})})


def parsed(request: web.Request, raw: bytes) -> Any:
    """The JSON of a body; None for anything else."""
    if not raw or request.content_type.startswith("multipart/"):
        return None
    try:
        return json.loads(raw)
    except ValueError:
        return None


async def failing(request: web.Request, fault: Fault) -> web.StreamResponse | None:
    """The answer that the fault makes; None if it only made it late."""
    if fault.latency_s:
        await asyncio.sleep(fault.latency_s)
    if fault.silent:
        await asyncio.Event().wait()
    if fault.cut:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    if fault.status is not None:
        return web.Response(status=fault.status, text="<html>bad gateway</html>", content_type="text/html")
    if fault.raw is not None:
        return web.Response(text=fault.raw)
    return error(fault.code, "as asked") if fault.code is not None else None


def error(code: int | str, message: str) -> web.Response:
    """An error under status 200, with a request id."""
    rid = "-".join(secrets.token_hex(4) for _ in range(3))
    return web.json_response({"errcode": code, "errmsg": f"{message} rid: {rid}"})
