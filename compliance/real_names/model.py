"""What is asked, what a service may say, and the port of services that check names."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from compliance.errors import InvalidValue
from compliance.id_numbers import NAME_CHARS_MAX, normal_id_number, normal_real_name
from compliance.keys import MasterKey


class Method(StrEnum):
    """How a name is checked."""

    TWO_FACTOR = "two-factor"  # name and ID number
    THREE_FACTOR = "three-factor"  # and phone
    FACE = "face"
    ESIGN = "esign"


class Answer(StrEnum):
    """What a service says, whatever its codes."""

    VERIFIED = "verified"
    MISMATCH = "mismatch"
    INVALID = "invalid"  # one of the fields can't be right: `Said.field`
    LATER = "later"  # the service says that it can't answer now
    DOWN = "down"  # it doesn't answer, or refuses us
    UNKNOWN = "unknown"  # it was asked, and its answer never came: it may have cost something
    WAITING = "waiting"  # the person has not finished elsewhere
    FAILED = "failed"  # the person did not look like themselves: another try is another input


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What somebody says of themselves, in its one form. In memory for one request, and nowhere else."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    phone: str = field(default="", repr=False)  # E.164; only where the method asks for it

    def hashed(self, master: MasterKey, method: Method) -> str:
        """Tells the same input from another, and nothing else."""
        return master.keyed_hash("verification-input", f"{method}\n{self.name}\n{self.id_number}\n{self.phone}")


@dataclass(frozen=True, kw_only=True)
class Said:
    """A service's answer; `code` is its own, `field` names what it takes offence at."""

    answer: Answer
    code: str = ""
    field: str = ""


@dataclass(frozen=True, kw_only=True)
class Handoff:
    """The check goes on elsewhere: on a page of the service's (`url`), or in the mini-program with `token`."""

    token: str = field(repr=False)
    url: str = field(default="", repr=False)


class Verifier(Protocol):
    """Port: one way to check a name. It never raises for what the service says or fails to say."""

    @property
    def method(self) -> Method:
        """Which way it is."""

    @property
    def provider(self) -> str:
        """Whose service; stands in events."""

    async def check(self, claim: Claim) -> Said | Handoff:
        """Asks."""

    async def result(self, token: str, claim: Claim | None) -> Said:
        """What became of a check that went on elsewhere; `claim` where the service has to be told again."""


def claim_of(method: Method, *, name: str, id_number: str, phone: str, today: date) -> Claim:
    """What was typed, in its one form. Raises InvalidValue for what can't be right: nobody is asked then."""
    named = normal_real_name(name)
    if not 2 <= len(named) <= NAME_CHARS_MAX:  # noqa: PLR2004  # no name of the register has one character
        raise InvalidValue(field="name", rule="real-name")
    if method is Method.THREE_FACTOR and not phone:
        raise InvalidValue(field="phone", rule="missing")
    return Claim(
        name=named,
        id_number=normal_id_number(id_number, today=today),
        phone=phone if method is Method.THREE_FACTOR else "",
    )
