"""What the demo remembers between two runs: its master key, its accounts with their random passwords, its port."""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from compliance.access import Role
from compliance.keys import KEY_BYTES
from compliance.passwords import random_password
from fileserver.demo.errors import DemoError

FILE_NAME = "demo.json"
DRAFT_NAME = f"{FILE_NAME}.new"
HOST = "127.0.0.1"


@dataclass(frozen=True)
class DemoAccount:
    """One employee of the demo brand."""

    login: str
    password: str
    role: str
    name: str


@dataclass(frozen=True)
class Household:
    """The demo's memory. `seeded` once the brand's materials and shares are there."""

    master_key: str
    accounts: tuple[DemoAccount, ...]
    port: int = 0
    seeded: bool = False

    def __repr__(self) -> str:
        return f"Household(accounts={[account.login for account in self.accounts]}, port={self.port})"


CAST = (
    ("marketer", Role.MARKETER, "林晓雯"),
    ("marketer2", Role.MARKETER, "周子昂"),
    ("manager", Role.MANAGER, "沈知行"),
    ("reviewer", Role.REVIEWER, "顾明澜"),
    ("medical", Role.REVIEWER, "梁若谷"),
    ("legal", Role.REVIEWER, "韩知远"),
    ("auditor", Role.AUDITOR, "许清和"),
    ("admin", Role.ADMIN, "方远"),
)


def load(data_dir: Path) -> Household:
    """The household of this folder; a new one, with fresh secrets, if there is none. Raises DemoError."""
    path = data_dir / FILE_NAME
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        accounts = tuple(DemoAccount(**account) for account in stored.pop("accounts"))
        return Household(accounts=accounts, **stored)
    except FileNotFoundError:
        return _new()
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it isn't what a demo writes"
        raise DemoError(f"{path} can't be read: {reason}. Start afresh with --reset.") from error


def save(data_dir: Path, household: Household) -> None:
    """Keeps it for the next run, readable by this user only, whole or not at all."""
    fresh = data_dir / DRAFT_NAME
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(household), file, ensure_ascii=False)
    fresh.replace(data_dir / FILE_NAME)


def address(port: int) -> str:
    """Where a demo serves."""
    return f"http://{HOST}:{port}"


def with_port(household: Household, port: int) -> Household:
    """The same household at another port."""
    return replace(household, port=port)


def with_seed(household: Household) -> Household:
    """The same household, its brand complete."""
    return replace(household, seeded=True)


def _new() -> Household:
    return Household(
        master_key=base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
        accounts=tuple(DemoAccount(login, random_password(), role.value, name) for login, role, name in CAST),
    )
