"""Messages that platforms push: taken when the signature is theirs, fresh and not used for another; answered at once.

A platform waits five seconds and repeats what it got no answer to. So a message is only kept here, sealed, with a job
in the same transaction; features hear of it in a worker (`callbacks.py`). A copy of what was kept is answered as the
first one was, and nothing else happens.

A signature of the plain mode doesn't cover the message: whoever saw one could put it on another message. It is good
for five minutes and for one message, which is why the encrypted mode is what an operator should choose.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from fileserver.callbacks.jobs import HANDLE, sealing_context
from fileserver.http.errors import CallbackRefused
from fileserver.platforms.crypto.push import Envelope, PushRefused, check_signature
from fileserver.platforms.messages import MessageMalformed, event_of, fields_of, identity_of, subject_of
from fileserver.platforms.times import from_seconds
from fileserver.services import Services
from storage.rows import platform_callbacks as rows
from storage.rows.platform_callbacks import CallbackRow

FRESH = timedelta(minutes=5)
BODY_MAX_BYTES = 256 * 1024
ECHO_MAX = 2048
ANSWERED_WITHIN_S = 5.0
TAKEN = "success"


@dataclass(frozen=True)
class Inbox:
    """Where one app's messages come in. Without an envelope they are taken plain."""

    platform: str
    app: str
    token: str = field(repr=False)
    envelope: Envelope | None = None
    echo_is_sealed: bool = False  # WeCom's handshake


async def echoed(services: Services, inbox: Inbox, query: Mapping[str, str]) -> str:
    """The answer to a handshake. Raises CallbackRefused."""
    echo = query.get("echostr", "")[:ECHO_MAX]
    try:
        if inbox.echo_is_sealed and inbox.envelope is not None:
            _check(services, inbox, query, "msg_signature", echo)
            return inbox.envelope.open(echo).decode("utf-8", "replace")
        _check(services, inbox, query, "signature")
    except PushRefused as error:
        raise _refusal(services, inbox, error.reason) from None
    return echo


async def take(services: Services, inbox: Inbox, query: Mapping[str, str], content: bytes) -> str:
    """Keeps a message. Raises CallbackRefused; StoreUnavailable, after which the platform tries again."""
    began = time.perf_counter()
    try:
        message = _opened(services, inbox, query, content)
        fields = fields_of(message)
        event = event_of(inbox.platform, inbox.app, fields)
    except PushRefused as error:
        raise _refusal(services, inbox, error.reason) from None
    except MessageMalformed:
        raise _refusal(services, inbox, "malformed") from None
    master, now, callback_id = services.keys.master, services.clock(), uuid4()
    place = f"{inbox.platform}/{inbox.app}"
    identity = master.keyed_hash("platform-message", f"{place}\n{identity_of(fields)}")
    nonce = master.keyed_hash("platform-nonce", f"{place}\n{query['timestamp']}\n{query['nonce']}")
    kept = json.dumps({"app": inbox.app, "fields": fields}, ensure_ascii=False).encode()
    row = CallbackRow(
        id=callback_id,
        platform=inbox.platform,
        message_hash=identity,
        kind=event.kind.value,
        subject_hash=master.keyed_hash("platform-subject", f"{place}\n{subject_of(event)}"),
        sealed=master.wrap(kept, sealing_context(callback_id)),
        said_at=event.said_at,
        received_at=now,
    )
    async with services.database.transaction() as tx:
        if not await rows.take_nonce(tx, nonce, identity, now):
            raise _refusal(services, inbox, "replayed")
        added = await rows.add_callback(tx, row)
        if added:
            await services.jobs.enqueue(tx, HANDLE, callback_id=str(callback_id))
    outcome = "accepted" if added else "repeated"
    late = time.perf_counter() - began > ANSWERED_WITHIN_S
    services.platforms.figures.callbacks.labels(inbox.platform, "late" if late else outcome).inc()
    return TAKEN


def _opened(services: Services, inbox: Inbox, query: Mapping[str, str], content: bytes) -> bytes:
    if inbox.envelope is None:
        _check(services, inbox, query, "signature")
        return content
    encrypted = fields_of(content).get("Encrypt")
    if not isinstance(encrypted, str) or not encrypted:
        raise PushRefused("malformed")
    _check(services, inbox, query, "msg_signature", encrypted)
    return inbox.envelope.open(encrypted)


def _check(services: Services, inbox: Inbox, query: Mapping[str, str], name: str, *more: str) -> None:
    """Signature first, so that nobody learns our clock by trying."""
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    if not timestamp or not nonce:
        raise PushRefused("signature")
    check_signature(query.get(name, ""), inbox.token, timestamp, nonce, *more)
    try:
        said_at = from_seconds(int(timestamp))
    except ValueError:
        raise PushRefused("stale") from None
    if abs(services.clock() - said_at) > FRESH:
        raise PushRefused("stale")


def _refusal(services: Services, inbox: Inbox, reason: str) -> CallbackRefused:
    services.platforms.figures.callbacks.labels(inbox.platform, reason).inc()
    return CallbackRefused(reason=reason)
