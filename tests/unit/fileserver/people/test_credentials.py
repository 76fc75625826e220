"""What viewers say of themselves: checked part by part, with errors that point into the request."""

import pytest
from pydantic_core import PydanticCustomError

from compliance.access import Job
from fileserver.http.errors import InvalidRequest
from fileserver.people.credentials import parse, split
from fileserver.people.stand_in import DemoCredential
from fileserver.phones import normal_phone


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("+8613800138000", "13800138000"),
        ("+8613800138000", "138 0013-8000"),
        ("+8613800138000", "+86 138 0013 8000"),
        ("+8613800138000", "0086 13800138000"),
        ("+8613800138000", "１３８００１３８０００"),
        ("+6591234567", "+65 9123 4567"),
        ("+14155550100", "+1 (415) 555-0100"),
    ],
)
def test_one_phone_has_one_form(expected: str, text: str) -> None:
    """However a number is typed, it is the same person's."""
    assert expected == normal_phone(text)


@pytest.mark.parametrize("text", ["", "1380013800", "12345678901", "+0123456789", "+86١٣٨٠٠١٣٨٠٠٠", "call me", "+" * 9])
def test_what_is_no_phone_is_refused(text: str) -> None:
    """Too short, no country, or no digits at all."""
    with pytest.raises(PydanticCustomError):
        normal_phone(text)


def _errors(refused: InvalidRequest) -> set[tuple[str, str]]:
    return {(violation.field, violation.rule) for violation in refused.violations}


@pytest.mark.parametrize(
    ("credential", "expected"),
    [
        ({}, {("/credential/job", "missing")}),
        ({"job": "nurse", "clinic_name": "瑞丽"}, {("/credential/job", "enum")}),
        ({"job": "doctor"}, {("/credential", "clinic_choice")}),
        (
            {"job": "doctor", "clinic_name": "瑞丽", "clinic_id": "8f1f8a52-0a34-4b8e-8f0a-1c2d3e4f5a6b"},
            {("/credential", "clinic_choice")},
        ),
        ({"job": "doctor", "clinic_id": "7"}, {("/credential/clinic_id", "uuid_parsing")}),
        ({"job": "doctor", "clinic_name": "瑞\u202e丽"}, {("/credential/clinic_name", "string_pattern_mismatch")}),
    ],
)
def test_workplace_names_each_wrong_part(credential: dict[str, str], expected: set[tuple[str, str]]) -> None:
    """The sentence stands beside the field that is wrong."""
    with pytest.raises(InvalidRequest) as refused:
        split(credential)
    assert expected == _errors(refused.value)


def test_the_provider_gets_what_is_not_the_workplace() -> None:
    """A provider never sees where somebody works, and the workplace never sees the proof."""
    workplace, rest = split({"job": "doctor", "clinic_name": "瑞丽", "login_code": "x", "phone_code": "y"})
    assert Job.DOCTOR is workplace.job
    assert {"login_code": "x", "phone_code": "y"} == rest


@pytest.mark.parametrize(
    ("credential", "expected"),
    [
        ({"name": "李娜"}, {("/credential/phone", "missing")}),
        ({"name": "", "phone": "13800138000"}, {("/credential/name", "string_too_short")}),
        ({"name": "李娜", "phone": "1"}, {("/credential/phone", "phone")}),
        ({"name": "李娜", "phone": "13800138000", "vip": "1"}, {("/credential/vip", "extra_forbidden")}),
    ],
)
def test_stand_in_names_each_wrong_part(credential: dict[str, str], expected: set[tuple[str, str]]) -> None:
    """The stand-in proves nothing, and still wants a name and a number that could be real."""
    with pytest.raises(InvalidRequest) as refused:
        parse(DemoCredential, credential)
    assert expected == _errors(refused.value)


def test_repr_of_a_credential_shows_nobody() -> None:
    """A credential that is printed by accident tells neither name nor number."""
    shown = repr(parse(DemoCredential, {"name": "李娜", "phone": "13800138000"}))
    assert "李娜" not in shown
    assert "13800138000" not in shown
