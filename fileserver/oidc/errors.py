"""Why a provider's answer does not count. A reason is a fixed word: it may go to the log."""

from typing import ClassVar


class OidcRefused(Exception):
    """What the provider said is not what it must be, or it could not be asked.

    Reasons: unreachable, discovery, keys, exchange, token, algorithm, signature, issuer, audience, party, expired,
    future, nonce, subject, stale, events.
    """

    slug: ClassVar[str] = "oidc-refused"

    def __init__(self, reason: str) -> None:
        super().__init__(f"{self.slug}: {reason}")
        self.reason = reason
