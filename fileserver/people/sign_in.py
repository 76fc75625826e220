"""The port through which viewers prove who they are, whatever service does the proving.

A provider gets what the client sent (`credential`: short texts by name) and answers with an identity, or refuses.
For WeChat the credential is two codes, each good once and for five minutes: that of wx.login, which code2Session turns
into an openid (the subject; `app` is the mini-program's id, since an openid differs by app), and that of
getPhoneNumber, which is exchanged for the number; a face check adds the name. What a provider keeps of its own (a
session_key, an access token) never passes through here. Where the viewer works is their own statement, not part of the
identity.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class VerifiedIdentity:
    """Who somebody is, as a provider says. (provider, app, subject) leads to one person for ever."""

    provider: str
    app: str
    subject: str
    name: str = field(repr=False)
    phone: str = field(repr=False)  # E.164: + and digits
    verified_at: datetime


class SignInProvider(Protocol):
    """One way to prove who one is."""

    @property
    def name(self) -> str:
        """What requests call it; stands with each identity and in events."""

    @property
    def proves(self) -> bool:
        """False for the stand-in, which takes anybody's word."""

    async def identify(self, credential: Mapping[str, str]) -> VerifiedIdentity:
        """The identity behind a credential.

        Raises InvalidRequest naming each bad part (pointers below /credential), SignInRefused when the service does not
        accept it.
        """
