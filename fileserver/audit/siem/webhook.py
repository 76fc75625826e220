"""Batches by HTTP: a POST of lines, signed as Standard Webhooks say, answered with 2xx once the receiver keeps it.

Signed is `<id>.<time>.<body>` with HMAC-SHA-256 (https://www.standardwebhooks.com), for which there are libraries in
every language. The id names target and indexes, so the same batch sent again has the same id. The secret is derived
from the master key and the target's id: it stands nowhere, and can be shown again.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from compliance.keys import MasterKey
from fileserver.audit.formats import FORMS
from fileserver.audit.siem.sending import Batch, PushFailed
from fileserver.outgoing import Outgoing, OutgoingFailed, OutgoingRefused

PURPOSE = "siem-webhook"
SECRET_PREFIX = "whsec_"  # noqa: S105  # what such secrets begin with, no secret
FINE = range(200, 300)


def webhook_secret(master: MasterKey, target_id: UUID) -> str:
    """What the receiver is given to check signatures with."""
    key = bytes.fromhex(master.keyed_hash(PURPOSE, str(target_id)))
    return SECRET_PREFIX + base64.b64encode(key).decode()


class Webhook:
    """The way to one address, through the client that asks listed hosts only."""

    def __init__(
        self,
        outgoing: Outgoing,
        address: str,
        form: str,
        target_id: UUID,
        secret: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._outgoing, self._address, self._form = outgoing, address, FORMS[form]
        self._target_id, self._clock = target_id, clock
        self._key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))

    async def send(self, batch: Batch) -> None:
        """One request. Raises PushFailed for no answer, and for every answer but success."""
        body = self._form.open().rows(batch.events)
        named = f"{self._target_id}-{batch.first}-{batch.after}"
        moment = str(int(self._clock().timestamp()))
        headers = {
            "webhook-id": named,
            "webhook-timestamp": moment,
            "webhook-signature": f"v1,{self._signature(named, moment, body)}",
            "sealshare-first-index": str(batch.first),
            "sealshare-next-index": str(batch.after),
        }
        try:
            answer = await self._outgoing.post(self._address, body, media_type=self._form.media_type, headers=headers)
        except (OutgoingFailed, OutgoingRefused) as error:
            raise PushFailed(f"{error.slug}-{error.reason}") from error
        if answer.status not in FINE:
            raise PushFailed(f"status-{answer.status}")

    def _signature(self, named: str, moment: str, body: bytes) -> str:
        signed = f"{named}.{moment}.".encode() + body
        return base64.b64encode(hmac.digest(self._key, signed, hashlib.sha256)).decode()
