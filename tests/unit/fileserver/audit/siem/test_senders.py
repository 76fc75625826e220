"""The two ways to a SIEM: when a batch counts as taken, and when it doesn't."""

import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from standardwebhooks import Webhook as Checker
from standardwebhooks import WebhookVerificationError

from compliance.events import Act, Event, leaf_of
from compliance.keys import MasterKey
from fileserver.audit.formats import Labelled
from fileserver.audit.siem.sending import Batch, PushFailed
from fileserver.audit.siem.syslog import Syslog, receiver_of
from fileserver.audit.siem.webhook import Webhook, webhook_secret
from fileserver.outgoing import Outgoing, OutgoingRefused, Policy
from tests.receivers import LOOPBACK, SyslogReceiver, certificate, posts
from tests.siem import read_cef, read_syslog

POLICY = Policy(hosts=frozenset({LOOPBACK}), loopback_http=True)
TARGET = UUID("5e0a3f3e-0000-4000-8000-000000000001")
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
TIMEOUT_S = 0.5


def batch(count: int = 3, first: int = 40) -> Batch:
    """So many events, from index `first` on."""
    leaves = [leaf_of(Event(act=Act.VIEWER_COPY_VIEW, who="p-1", bytes=number), NOW) for number in range(count)]
    return Batch(first, [Labelled(7 + n, leaf, json.loads(leaf), index=first + n) for n, leaf in enumerate(leaves)])


@pytest.fixture
def receiver() -> Iterator[SyslogReceiver]:
    """A syslog receiver by TCP."""
    made = SyslogReceiver()
    yield made
    made.close()


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[SyslogReceiver, ssl.SSLContext]]:
    """A syslog receiver by TLS, and what trusts it."""
    context, file = certificate(tmp_path)
    made = SyslogReceiver(context)
    yield made, ssl.create_default_context(cafile=str(file))
    made.close()


def sender(address: str, form: str = "syslog", context: ssl.SSLContext | None = None) -> Syslog:
    """A way that waits for half a second at most."""
    return Syslog(POLICY, address, form, context or ssl.create_default_context(), timeout_s=TIMEOUT_S)


async def test_syslog_is_counted_by_octets(receiver: SyslogReceiver) -> None:
    """Each message arrives whole and valid, with the index that tells a receiver what it has already."""
    await sender(receiver.address).send(batch())
    read = [read_syslog(message) for message in receiver.messages]
    assert ["40", "41", "42"] == [each.structure["event@32473"]["index"] for each in read]
    assert [0, 1, 2] == [json.loads(each.message)["bytes"] for each in read]


@pytest.mark.parametrize("form", ["cef", "ocsf"])
async def test_syslog_carries_other_formats(receiver: SyslogReceiver, form: str) -> None:
    """CEF and OCSF travel as the text of a message with a header of its own."""
    await sender(receiver.address, form).send(batch(1))
    (message,) = map(read_syslog, receiver.messages)
    assert "viewer:copy:view" == message.header["message_id"]
    if form == "cef":
        assert "40" == read_cef(message.message)[1]["cn1"]
    else:
        assert 40 == json.loads(message.message)["metadata"]["sequence"]


@pytest.mark.parametrize(("manner", "reason"), [("resets", "connection"), ("stays", "timeout")])
async def test_only_what_was_read_to_its_end_counts(receiver: SyslogReceiver, manner: str, reason: str) -> None:
    """A receiver that breaks off, or never says that it is done, may have lost what was written to it."""
    receiver.manners.append(manner)
    with pytest.raises(PushFailed, match=reason):
        await sender(receiver.address).send(batch(500))


async def test_tls_is_acknowledged_by_the_receivers_goodbye(
    secure: tuple[SyslogReceiver, ssl.SSLContext],
) -> None:
    """Its close_notify says that it read everything; without it nothing is certain."""
    receiver, trusting = secure
    await sender(receiver.address, context=trusting).send(batch())
    assert 3 == len(receiver.messages)
    receiver.manners.append("leaves")
    with pytest.raises(PushFailed, match="tls"):
        await sender(receiver.address, context=trusting).send(batch())


async def test_a_stranger_with_a_certificate_gets_nothing(secure: tuple[SyslogReceiver, ssl.SSLContext]) -> None:
    """Nobody vouches for this receiver: not a byte of the log is sent."""
    receiver, _ = secure
    with pytest.raises(PushFailed, match="tls"):
        await sender(receiver.address).send(batch())
    assert [] == receiver.messages


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("tcp://other.example:601", "not-listed"),
        ("udp://127.0.0.1:514", "scheme"),
        ("tcp://127.1:601", "numeric-host"),
        ("tcp://127.0.0.1:601/path", "malformed"),
        ("tcp://user@127.0.0.1:601", "malformed"),
        ("tcp://127.0.0.1:70000", "port"),
    ],
)
def test_syslog_goes_to_listed_hosts_only(address: str, reason: str) -> None:
    """The same rules as for requests by HTTP."""
    with pytest.raises(OutgoingRefused, match=reason):
        receiver_of(address, POLICY)


@pytest.mark.parametrize(("address", "port"), [("tcp://127.0.0.1", 601), ("tls://127.0.0.1", 6514)])
def test_syslog_has_ports_of_its_own(address: str, port: int) -> None:
    """Those of RFC 6587 and RFC 5425, unless the address names one."""
    assert port == receiver_of(address, POLICY).port


async def test_webhook_is_signed_as_others_check_it() -> None:
    """The public library of Standard Webhooks accepts the signature, and refuses it for one changed byte."""
    secret = webhook_secret(MasterKey(bytes(32)), TARGET)
    now = datetime.now(UTC)
    async with posts() as taking, Outgoing(POLICY) as outgoing:
        await Webhook(outgoing, taking.url, "ocsf", TARGET, secret, lambda: now).send(batch())
    (body,), (headers,) = taking.bodies, taking.headers
    assert (f"{TARGET}-40-43", "40", "43") == (
        headers["webhook-id"],
        headers["sealshare-first-index"],
        headers["sealshare-next-index"],
    )
    checked = Checker(secret)
    checked.verify(body, headers, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        checked.verify(body.replace(b"40", b"41"), headers, json_parse=False)


@pytest.mark.parametrize("status", [302, 400, 410, 429, 500, 503])
async def test_every_answer_but_success_is_a_failure(status: int) -> None:
    """Nothing is given up for an answer, whatever it says: it is tried again."""
    async with posts() as taking, Outgoing(POLICY) as outgoing:
        taking.statuses.append(status)
        way = Webhook(outgoing, taking.url, "ndjson", TARGET, webhook_secret(MasterKey(bytes(32)), TARGET), lambda: NOW)
        with pytest.raises(PushFailed):
            await way.send(batch())
        await way.send(batch())
    assert 6 == len(taking.lines)
