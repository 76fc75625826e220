"""What webhooks say of the log, and how it is signed."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from compliance.events import Act, Event, Result, leaf_of
from compliance.webhooks import DETAILS, KINDS, Kind, message_of, signature
from fileserver.webhooks.sending import DISABLED_AFTER, PAUSES, pause_after
from storage.rows.event_index import Leaf

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # published with the vector
NOW = datetime(2026, 11, 26, 8, 30, tzinfo=UTC)
ALL = tuple(Kind)


def leaf(act: Act, res: Result = Result.ALLOW, **det: str | int) -> Leaf:
    """A leaf with everything in it that a webhook may not tell."""
    event = Event(
        act=act, res=res, who="p-1", org="c-1", obj="material:m-1", ver="ab", link="s-1", ip="10.0.0.0/24", ua="ua",
        sess="s", role="viewer", det=det,
    )  # fmt: skip
    return Leaf(7, 1, leaf_of(event, NOW))


def test_the_published_vector() -> None:
    """The signature of the specification's example."""
    signed = signature([SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" == signed


def test_either_secret_opens_while_one_replaces_the_other() -> None:
    """The reference library takes the header with the new secret and with the one before, and with no third."""
    new, former, other = ("whsec_" + b64encode(bytes([each]) * 32).decode() for each in (1, 2, 3))
    body, at = b'{"type":"webhook.test"}', datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature([new, former], "msg_1", int(at.timestamp()), body),
    }
    for secret in (new, former):
        assert {"type": "webhook.test"} == Webhook(secret).verify(body, headers)
    with pytest.raises(Exception, match="signature"):
        Webhook(other).verify(body, headers)


def test_a_message_holds_ids_and_nothing_else() -> None:
    """Neither address, device nor session of whoever did it, and of the details the listed ones."""
    told = message_of(leaf(Act.VIEWER_VISIT_START, visit="v-1", depth=1, copy="secret"), ALL)
    assert told is not None
    said: dict[str, Any] = json.loads(told[1])
    expected = {
        "material_id": "m-1", "sha256": "ab", "share_id": "s-1", "person": "p-1", "clinic_id": "c-1",
        "visit": "v-1", "depth": 1, "log_index": 7,
    }  # fmt: skip
    assert ("share.opened", "2026-11-26T08:30:00.000000Z", expected) == (said["type"], said["timestamp"], said["data"])


def test_a_receiver_gets_what_it_asked_for() -> None:
    """Each kind has one act and its details; refusals and other kinds are not told."""
    assert set(ALL) == set(KINDS.values()) == set(DETAILS)
    assert message_of(leaf(Act.VIEWER_VISIT_START), [Kind.SHARE_FORWARDED]) is None
    assert message_of(leaf(Act.VIEWER_VISIT_START, Result.DENY), ALL) is None
    assert message_of(leaf(Act.EMPLOYEE_SHARE_CREATE), ALL) is None


def test_tries_go_on_for_three_days_and_end() -> None:
    """Each pause is longer than the one before, and all of them end before a receiver is disabled."""
    pauses = [pause_after(tries, 0.0) for tries in range(1, len(PAUSES) + 2)]
    known = [each for each in pauses if each is not None]
    assert (None, sorted(known)) == (pauses[-1], known)
    assert 3 <= sum(each.total_seconds() for each in known) / 86_400 < DISABLED_AFTER.days
