"""Passwords: which are acceptable, and how they are kept (argon2id, RFC 9106).

Hashing takes tens of milliseconds and tens of megabytes on purpose, so it runs in a few threads of its own, never on
the event loop. Who may try how often is decided in compliance.limits.
"""

import asyncio
import base64
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from compliance.errors import InvalidValue

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")

PASSWORD_CHARS_MIN = 12
PASSWORD_CHARS_MAX = 128
SHARE_PASSWORD_CHARS_MIN = 8  # of something that is told to people, tried by verified viewers only, and counted
DISTINCT_CHARS_MIN = 5
LOGIN_CHARS_MIN = 4  # a shorter login stands in too many good passwords by chance
HASHES_AT_ONCE = 4  # times 64 MiB
RANDOM_GROUPS = 4
SHARE_GROUPS = 2  # 49 bits: typed on a telephone
RANDOM_GROUP_CHARS = 5
RANDOM_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is misread; 20 characters carry 99 bits

# Long enough and still among the first that anybody guesses, by what they are made of.
DENIED_PARTS = (
    "123456789",
    "987654321",
    "abcdefgh",
    "admin123",
    "changeme",
    "iloveyou",
    "letmein",
    "password",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "qazwsxedc",
    "qwertyui",
    "1q2w3e4r",
    "1qaz2wsx",
    "sealshare",
    "welcome1",
    "woaini1314",
)


class Passwords:
    """Hashes and verifies under one set of parameters; hashes made under others verify too, and `outdated` finds them.

    Tests pass `argon2.profiles.CHEAPEST`; nothing else should.
    """

    def __init__(self, parameters: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._threads = ThreadPoolExecutor(HASHES_AT_ONCE, thread_name_prefix="passwords")
        self._nobody = _hash_of_nothing(parameters)

    async def hash(self, password: str) -> str:
        """The encoded argon2id hash, salt and parameters included."""
        return await self._away(self._hasher.hash, _normal(password))

    async def verify(self, password: str, encoded: str | None) -> bool:
        """Whether the password made this hash. None (no such login), or no hash, takes as long as a wrong one."""
        known = encoded if encoded is not None and encoded.startswith("$") else self._nobody  # "!" is no hash
        return await self._away(self._verify, known, _normal(password))

    def outdated(self, encoded: str) -> bool:
        """Whether the hash was made under other parameters than today's."""
        return self._hasher.check_needs_rehash(encoded)

    def _verify(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, password)
        except (VerifyMismatchError, InvalidHashError):
            return False

    async def _away(self, work: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)


def check_password(password: str, login: str, *, field: str = "password", chars_min: int = PASSWORD_CHARS_MIN) -> None:
    """Returns if the password is acceptable.

    Raises InvalidValue with `field` and the rule password-too-short, -too-long, -like-login, -too-plain or -common.
    """
    if len(password) < chars_min:
        raise InvalidValue(field=field, rule="password-too-short", min_length=chars_min)
    if len(password) > PASSWORD_CHARS_MAX:
        raise InvalidValue(field=field, rule="password-too-long", max_length=PASSWORD_CHARS_MAX)
    folded = _normal(password).casefold()
    if len(login) >= LOGIN_CHARS_MIN and login.casefold() in folded:
        raise InvalidValue(field=field, rule="password-like-login")
    if len(set(folded)) < DISTINCT_CHARS_MIN:
        raise InvalidValue(field=field, rule="password-too-plain")
    if any(part in folded for part in DENIED_PARTS):
        raise InvalidValue(field=field, rule="password-common")


def random_password(groups: int = RANDOM_GROUPS) -> str:
    """A password to hand over once: groups that can be read aloud."""
    made = ("".join(secrets.choice(RANDOM_ALPHABET) for _ in range(RANDOM_GROUP_CHARS)) for _ in range(groups))
    return "-".join(made)


def _normal(password: str) -> str:
    """One form for what keyboards write in several (NIST SP 800-63B §5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def _hash_of_nothing(parameters: Parameters) -> str:
    """A well-formed hash that no password makes: verifying against it costs what verifying a real one costs."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (parameters.salt_len, parameters.hash_len)
    )
    cost = f"m={parameters.memory_cost},t={parameters.time_cost},p={parameters.parallelism}"
    return f"$argon2id$v={parameters.version}${cost}${salt}${digest}"
