"""The stand-in for demonstrations: it verifies nothing, and says so.

Anybody may claim any name and phone number; the same number is the same person. It exists only where the operator has
set `stand_in_sign_in`, and everything that it lets in is marked with its name.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from compliance.keys import MasterKey
from fileserver.http.schemas import LINE, Input
from fileserver.people.credentials import parse
from fileserver.people.sign_in import VerifiedIdentity
from fileserver.phones import normal_phone

DEMO = "demo"
APP = "stand-in"
NAME_CHARS_MAX = 60
PHONE_CHARS_MAX = 32


class DemoCredential(Input):
    """What somebody says of themselves."""

    name: Annotated[
        str, StringConstraints(min_length=1, max_length=NAME_CHARS_MAX, strip_whitespace=True, pattern=LINE)
    ] = Field(description="The name", repr=False)
    phone: Annotated[str, StringConstraints(max_length=PHONE_CHARS_MAX), AfterValidator(normal_phone)] = Field(
        description="The phone number", repr=False
    )


class StandIn:
    """The provider `demo`."""

    name = DEMO
    proves = False

    def __init__(self, master: MasterKey, clock: Callable[[], datetime]) -> None:
        self._master = master
        self._clock = clock

    async def identify(self, credential: Mapping[str, str]) -> VerifiedIdentity:
        """Takes the word for it. Raises InvalidRequest."""
        said = parse(DemoCredential, credential)
        return VerifiedIdentity(
            provider=self.name,
            app=APP,
            subject=self._master.keyed_hash("viewer-phone", said.phone),
            name=said.name,
            phone=said.phone,
            verified_at=self._clock(),
        )
