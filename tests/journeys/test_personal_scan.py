"""Nobody's ID number or full phone stands in clear in a table, an export or a line of log, whatever was done with it.

Everything that an installation keeps of somebody is made by the way in itself; then every row of every table, every
export and every line of log is read as an intruder would: plain, in hex, in base64, escaped, and as hashes that a list
of all numbers would open.
"""

import base64
import hashlib
import io
import json
import logging
import re
import sys
import tarfile
from collections.abc import Iterable

import pytest
import structlog
from sqlalchemy import text

from compliance.errors import InvalidValue
from compliance.id_numbers import normal_id_number
from fileserver.audit.formats import FORMS
from fileserver.demo.platforms.people import PEOPLE
from fileserver.services import Services
from tests.api import Api
from tests.halls import Hall
from tests.services import START

LI = PEOPLE[1]
OTHER_ID = "440106199205160048"  # of somebody else: what is refused must not stay either
TABLES = text(
    "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
    "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
)
PHONE = re.compile(r"(?<![0-9A-Za-z+/_-])(?:\+?86)?1[3-9]\d{9}(?![0-9A-Za-z+/_-])")
ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")


def forms_of(secret: str) -> set[str]:
    """The ways in which somebody who looks for it would find it."""
    plain = secret.encode()
    found = {secret, plain.hex(), json.dumps(secret).strip('"')}
    found |= {hashlib.new(name, plain).hexdigest() for name in ("md5", "sha1", "sha256")}
    for lead in range(3):  # within a longer text the groups of three begin anywhere
        inner = base64.b64encode(bytes(lead) + plain).decode().rstrip("=")
        found.add(inner[-(-lead * 4 // 3) : len(inner) - (1 if (lead + len(plain)) % 3 else 0)])
    return found


def seen_in(held: str, secrets: Iterable[str]) -> set[str]:
    """Which of them can be found, in whatever form."""
    return {secret for secret in secrets if any(form in held for form in forms_of(secret))}


def numbers_in(held: str) -> set[str]:
    """Everything that is a phone or an ID number, whoever's."""
    ids = {each for each in ID_NUMBER.findall(held) if _is_id(each)}
    return ids | set(PHONE.findall(held))


def _is_id(number: str) -> bool:
    try:
        normal_id_number(number, today=START.date())
    except InvalidValue:
        return False
    return True


async def go_in(hall: Hall) -> Api:
    """Every step where a number or a name is given: refused, mistaken, by each check, and a visit at the end."""
    api = await hall.enter(LI)
    assert 422 == (await hall.name(api, LI, id_number=LI.id_card[:-1] + "1")).status
    hall.fake.tencent.answer_next("IdCardVerification", "-1")
    assert 422 == (await hall.name(api, LI, id_number=OTHER_ID)).status
    hall.fake.tencent.answer_next("PhoneVerification", "-9")
    assert 422 == (await hall.name(api, LI, method="three-factor", phone=LI.phone)).status
    begun = (await hall.name(api, LI, method="face")).ok
    hall.fake.tencent.finish(begun["face_token"], 1001)
    assert 422 == (await hall.post(api, "/entry/verification/check")).status
    (await hall.name(api, LI)).ok  # noqa: B018  # must succeed
    code = hall.fake.wechat.issue_phone_code(LI.phone)
    assert LI.phone[-4:] == (await hall.post(api, "/entry/phone", {"code": code})).ok["phone_tail"]
    asked = {"clinic_name": "晨曦医疗美容门诊部", "job": "doctor"}
    (await hall.post(api, "/entry/workplace", asked)).ok  # noqa: B018  # must succeed
    work = {"clinic_id": str(hall.cast.clinics["li"]), "job": "doctor"}
    (await hall.post(api, "/entry/workplace", work)).ok  # noqa: B018  # must succeed
    visit = await hall.post(api, "/visits", {"token": await hall.share()})
    assert 201 == visit.status
    return api


async def tables(services: Services) -> str:
    """Every row of every table, as text; bytes in hex."""
    held = ""
    async with services.database.transaction() as tx:
        for name in (await tx.scalars(TABLES)).all():
            rows = await tx.scalars(text(f"SELECT each::text FROM {name} AS each"))  # noqa: S608  # names out of the catalogue, quoted there
            held += "\n".join((name, *rows.all()))
    return held


async def exports(hall: Hall) -> dict[str, bytes]:
    """The log in every form, the ledger as it is taken away, and the list of progress, as those get them who may."""
    paths = {form: ("auditor", f"/api/v1/events/export?format={form}") for form in FORMS}
    paths |= {"bundle": ("auditor", "/ledger/bundle"), "progress": ("manager", "/api/v1/recruiting/progress.csv")}
    taken = {}
    for name, (who, path) in paths.items():
        headers = {"Authorization": f"Bearer {hall.cast.tokens[who]}"}
        async with hall.client.get(path, headers=headers) as answer:
            assert 200 == answer.status, path
            taken[name] = await answer.read()
    with tarfile.open(fileobj=io.BytesIO(taken["bundle"])) as files:  # whose own headers are full of digits
        contents = [files.extractfile(each) for each in files if each.isfile()]
        return {**taken, "bundle": b"\n".join(each.read() for each in contents if each)}


async def test_no_id_number_and_no_full_phone_anywhere(
    hall: Hall, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Neither number is in a table, an export or a line of log; the name only where auditors read names."""
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as lines:
        await go_in(hall)
        await hall.services.sequencer.catch_up()
        taken = await exports(hall)
    numbers = {LI.id_card, LI.id_card[:-1] + "1", OTHER_ID, LI.phone}
    held = await tables(hall.services)
    assert (set(), set()) == (seen_in(held, {*numbers, LI.name}), numbers_in(held))
    sys.stderr.flush()
    said = "".join([*capfd.readouterr(), caplog.text, *map(str, lines)])
    assert "/api/v1/entry/verification" in said
    assert (set(), set()) == (seen_in(said, {*numbers, LI.name}), numbers_in(said))
    for form, body in taken.items():
        readable = body.decode("utf-8", "replace")
        named = form in FORMS and FORMS[form].has_names  # for the auditor's eyes
        assert set() == seen_in(readable, numbers | (set() if named else {LI.name})), form
        assert set() == numbers_in(readable), form
    assert LI.name in taken["csv"].decode()


def test_what_the_scan_finds() -> None:
    """It would find a number in each of the forms, within whatever stands around it, and knows one by its shape."""
    plain = LI.phone.encode()
    packed = [base64.b64encode(b"x" * lead + plain + b"yz").decode() for lead in range(3)]
    for form in (LI.phone, plain.hex(), hashlib.sha256(plain).hexdigest(), *packed):
        assert {LI.phone} == seen_in(f"({form})", {LI.phone})
    assert {"13900005678", LI.id_card} == numbers_in(f'{{"phone": "13900005678", "id": "{LI.id_card}"}}')
    assert set() == numbers_in("139000056781 310101198811230021 a13900005678")
