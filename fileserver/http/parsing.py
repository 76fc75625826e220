"""From bytes to the route's models: read with a limit, parse strictly, validate, and name every broken rule.

JSON bodies are validated strictly (a number is not a string); forms, queries and paths only know text, so there text is
converted.
"""

import asyncio
from collections.abc import Iterable, Mapping
from functools import cache
from typing import get_origin
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiMapping
from pydantic import BaseModel, ValidationError

from fileserver.http.errors import (
    BodyTimedOut,
    BodyTooLarge,
    InvalidRequest,
    MalformedBody,
    MediaTypeRefused,
    Violation,
)
from fileserver.http.strict_json import check_text, escape_pointer, parse_json

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"
BODY_TIMEOUT_S = 30
FORM_FIELDS_MAX = 200
VIOLATIONS_MAX = 50


def check_encoding(request: web.Request) -> None:
    """Refuse a compressed body: a small one could unpack to a huge one, and a hash would be of other bytes."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise MediaTypeRefused(expected="identity")


async def read_body(request: web.Request, size_max_bytes: int) -> bytes:
    """The whole body. Raises BodyTooLarge as soon as that is known, BodyTimedOut when it trickles."""
    if (request.content_length or 0) > size_max_bytes:
        raise BodyTooLarge(size_max_bytes=size_max_bytes)
    if request.content.is_eof():  # it came with its head
        whole = request.content.read_nowait()
        if len(whole) > size_max_bytes:
            raise BodyTooLarge(size_max_bytes=size_max_bytes)
        return whole
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > size_max_bytes:
                    raise BodyTooLarge(size_max_bytes=size_max_bytes)
    except TimeoutError:
        raise BodyTimedOut(timeout_s=BODY_TIMEOUT_S) from None
    return bytes(body)


def parse_json_body(request: web.Request, raw: bytes, model: type[BaseModel]) -> BaseModel:
    """A JSON body as its model."""
    if request.content_type != JSON_TYPE or (request.charset or "utf-8").lower() != "utf-8":
        raise MediaTypeRefused(expected=JSON_TYPE)
    parse_json(raw)
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise InvalidRequest(*violations(error)) from None


def parse_form(request: web.Request, raw: bytes) -> dict[str, list[str]]:
    """An HTML form's fields in order; multipart forms are not for this."""
    if request.content_type != FORM_TYPE:
        raise MediaTypeRefused(expected=FORM_TYPE)
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FORM_FIELDS_MAX)
    except ValueError:  # includes UnicodeDecodeError
        raise MalformedBody(reason="form-syntax") from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def grouped(values: MultiMapping[str]) -> dict[str, list[str]]:
    """A query string's parameters, with all values of each."""
    return {name: values.getall(name) for name in dict.fromkeys(values)}


def validate_text(fields: Mapping[str, list[str]], model: type[BaseModel]) -> BaseModel:
    """Text fields as their model. A field whose annotation is a list or tuple may repeat; any other may not."""
    found = [Violation(_pointer((name,)), "repeated", {}) for name, values in fields.items() if len(values) > 1]
    many = _may_repeat(model)
    if repeated := [violation for violation in found if violation.field[1:] not in many]:
        raise InvalidRequest(*repeated)
    check_texts(fields)
    try:
        return model.model_validate({name: values if name in many else values[0] for name, values in fields.items()})
    except ValidationError as error:
        raise InvalidRequest(*violations(error)) from None


@cache
def _may_repeat(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(
        field.alias or name
        for name, field in model.model_fields.items()
        if get_origin(field.annotation) in (list, tuple)
    )


def check_texts(fields: Mapping[str, Iterable[str]]) -> None:
    """Refuse NUL and lone surrogates in any name or value."""
    for name, values in fields.items():
        check_text("", name)
        for value in values:
            check_text(_pointer((name,)), value)


def violations(error: ValidationError) -> list[Violation]:
    """Findings of pydantic in our words, without the offending values."""
    return [
        Violation(
            _pointer(item["loc"]),
            item["type"],
            {key: value if isinstance(value, int) else str(value) for key, value in item.get("ctx", {}).items()},
        )
        for item in error.errors(include_url=False, include_input=False)[:VIOLATIONS_MAX]
    ]


def _pointer(location: Iterable[str | int]) -> str:
    return "".join("/" + escape_pointer(str(part)) for part in location)
