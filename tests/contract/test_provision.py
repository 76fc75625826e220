"""Making and examining the bucket, on a real S3 server and on one that lacks something."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from storage.engines import Endpoints
from storage.errors import StoreRefused, StoreUnavailable
from storage.objects import ObjectStore
from storage.provision import ProvisionReport, check, cors, init
from storage.provision.bucket import ABORT_AFTER_DAYS, RULE_ID, client_for
from storage.provision.cors import rule_for
from storage.settings import S3Settings
from tests.contract.faulty_gate import FaultyGate

NEEDED = {"put-get", "range-get", "multipart", "list-parts", "odd-keys", "presigned-put"}
NICE = {"list-uploads", "conditional-put", "versioning", "object-lock"}


@pytest.fixture
def fresh(engines: Endpoints) -> Iterator[S3Settings]:
    """A bucket that isn't there, and isn't afterwards."""
    settings = replace(engines.s3, bucket=f"fresh-{secrets.token_hex(6)}")
    yield settings
    client = client_for(settings)
    if client.bucket_exists(settings.bucket):
        client.remove_bucket(settings.bucket)


@pytest.fixture
async def gate(engines: Endpoints) -> AsyncIterator[FaultyGate]:
    """A gate that does no harm yet."""
    async with FaultyGate(engines.s3).opened() as opened:
        yield opened


def test_init_may_be_repeated(fresh: S3Settings) -> None:
    """The first run makes bucket and rule, the second finds both."""
    assert init(fresh) == ProvisionReport(fresh.bucket, bucket_made=True, lifecycle="set")
    assert init(fresh) == ProvisionReport(fresh.bucket, bucket_made=False, lifecycle="kept")
    config = client_for(fresh).get_bucket_lifecycle(fresh.bucket)
    assert config is not None
    limits = [rule.abort_incomplete_multipart_upload for rule in config.rules if rule.rule_id == RULE_ID]
    assert [limit.days_after_initiation for limit in limits if limit] == [ABORT_AFTER_DAYS]


def test_a_good_server_can_do_everything_and_is_left_as_it_was(engines: Endpoints) -> None:
    """All capabilities are found, and neither objects nor uploads nor buckets stay behind."""
    client = client_for(engines.s3)
    buckets = [bucket.name for bucket in client.list_buckets()]
    found = check(engines.s3)
    assert {capability.name for capability in found if capability.needed} == NEEDED
    assert {capability.name for capability in found if not capability.needed} == NICE
    assert [capability for capability in found if not capability.ok] == []
    assert [bucket.name for bucket in client.list_buckets()] == buckets
    assert list(client.list_objects(engines.s3.bucket, prefix="check/", recursive=True)) == []


@pytest.mark.parametrize(
    ("request_words", "lacking"),
    [
        (b"?uploads", {"multipart", "list-parts", "list-uploads"}),
        (b"versioning=", {"versioning"}),
        (b"If-None-Match", {"conditional-put"}),
    ],
)
async def test_what_a_server_lacks_is_named(gate: FaultyGate, request_words: bytes, lacking: set[str]) -> None:
    """Exactly the capabilities that rest on the missing call fail; the others are judged all the same."""
    gate.lacks = (request_words,)
    found = await asyncio.to_thread(check, gate.settings)
    assert {capability.name for capability in found if not capability.ok} == lacking
    assert all(capability.detail for capability in found if not capability.ok)


def test_pages_of_one_origin_may_send_parts(fresh: S3Settings) -> None:
    """The rule is made, kept, and follows when the origin changes; rules of others stay."""
    assert "set" == init(fresh, origin="https://old.example").cors
    foreign = {"ID": "theirs", "AllowedOrigins": ["https://cdn.example"], "AllowedMethods": ["GET"]}
    asyncio.run(put_rules(fresh, [foreign, rule_for("https://old.example")]))
    assert ["set", "kept"] == [init(fresh, origin="https://share.example").cors for _ in range(2)]
    origins = {rule["ID"]: rule["AllowedOrigins"] for rule in asyncio.run(get_rules(fresh))}
    assert {"theirs": ["https://cdn.example"], cors.RULE_ID: ["https://share.example"]} == origins


async def put_rules(settings: S3Settings, rules: list[Any]) -> None:
    """As another tool would."""
    async with ObjectStore(settings) as store:
        await store._control.call("put_bucket_cors", CORSConfiguration={"CORSRules": rules})


async def get_rules(settings: S3Settings) -> Any:
    """What the bucket says."""
    async with ObjectStore(settings) as store:
        return (await store._control.call("get_bucket_cors"))["CORSRules"]


def test_direct_uploads_are_tried_where_they_are_on(fresh: S3Settings) -> None:
    """Before the rule is made a page is shut out, and the report says what to do; afterwards all is well."""
    public, origin = replace(fresh, public_url=fresh.endpoint_url), "https://share.example"
    init(public, origin="https://other.example")
    assert {"direct-parts": "", "direct-browsers": f"pages of {origin} may not send (run storage init)"} == {
        each.name: each.detail for each in check(public, origin=origin) if each.name.startswith("direct-")
    }
    init(public, origin=origin)
    assert [] == [each for each in check(public, origin=origin) if not each.ok]


def test_a_public_address_that_does_not_answer_is_named(engines: Endpoints) -> None:
    """It is no failure of the store: nothing that is needed is lacking."""
    public = replace(engines.s3, public_url="http://127.0.0.1:9")
    lacking = [each for each in check(public, origin="https://share.example") if not each.ok]
    assert {"direct-parts", "direct-browsers"} == {each.name for each in lacking}
    assert all(each.detail.startswith("not reached from here") and not each.needed for each in lacking)


async def test_a_server_without_browser_rules_will_do(gate: FaultyGate) -> None:
    """Such a server is reported; whether browsers get through is then its operator's business."""
    gate.lacks = (b"?cors",)
    report = await asyncio.to_thread(init, gate.settings, origin="https://share.example")
    assert "refused: NotImplemented" == report.cors


async def test_a_server_without_lifecycle_rules_will_do(gate: FaultyGate) -> None:
    """The rule is a second line of defence: a server that refuses it is reported and used."""
    gate.lacks = (b"?lifecycle",)
    report = await asyncio.to_thread(init, gate.settings)
    assert report.lifecycle == "refused: NotImplemented"


def test_unreachable_and_wrong_keys_are_told_apart(engines: Endpoints) -> None:
    """Nobody there is unavailable, somebody who says no has refused."""
    with pytest.raises(StoreUnavailable):
        init(replace(engines.s3, endpoint_url="http://127.0.0.1:1"))
    with pytest.raises(StoreRefused):
        init(replace(engines.s3, secret_key="wrong" * 8))
    with pytest.raises(StoreRefused):
        check(replace(engines.s3, secret_key="wrong" * 8))
