"""Targets: adding, removing and pausing them, each an event; and the way to one.

They are an operator's, at the command line: whoever adds one sends the log out of the house.
"""

import re
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from yarl import URL

from compliance import checkpoints, ledger
from compliance.errors import KeyUnavailable
from compliance.events import Act, Trail
from compliance.keys import MasterKey
from compliance.siem_addresses import address_of, sealed
from fileserver.audit.siem.sending import Batch, PushFailed, Sender
from fileserver.audit.siem.syslog import Syslog, receiver_of
from fileserver.audit.siem.webhook import Webhook, webhook_secret
from fileserver.config import Config
from fileserver.outgoing import OutgoingRefused, Policy
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import siem
from storage.rows.siem import TargetRow

WEBHOOK, SYSLOG = "webhook", "syslog"
FORMS_OF = {WEBHOOK: ("ndjson", "ocsf"), SYSLOG: ("syslog", "cef", "ocsf")}
SYSLOG_SCHEMES = ("tcp://", "tls://")
TARGETS_MAX = 8  # each is a task that follows the whole log
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
PLAIN = re.compile(r"[A-Za-z_.-]{0,20}|v[0-9]{1,2}")  # a part of a path that is a word, and no token


UNOPENED = "key-unavailable"
HOST_UNKNOWN = "?"


class TargetRefused(Exception):
    """The target can't be added or found; the message says why, in English, for the command line."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A target as an operator wants it; without a `form` the usual one of its kind."""

    name: str
    address: str = field(repr=False)
    form: str | None = None
    from_now: bool = False


def kind_of(address: str) -> str:
    """Syslog by its schemes, all else by HTTP."""
    return SYSLOG if address.startswith(SYSLOG_SCHEMES) else WEBHOOK


def may_hold_a_token(address: str) -> bool:
    """Whether there is more in an address than where it is: a user, a query, or a path that isn't plain words."""
    try:
        url = URL(address)
    except ValueError:
        return True
    more = url.raw_user or url.raw_password or url.raw_query_string or url.raw_fragment
    return bool(more) or not all(PLAIN.fullmatch(part) for part in url.raw_path.split("/"))


async def add(
    tx: Transaction,
    master: MasterKey,
    trail: Trail,
    policy: Policy,
    wanted: Wanted,
    *,
    now: datetime,
) -> TargetRow:
    """Adds a target that gets the whole log, or what comes from now on. Raises TargetRefused."""
    kind = kind_of(wanted.address)
    form = wanted.form or FORMS_OF[kind][0]
    _check(policy, wanted.name, wanted.address, kind, form)
    known = await siem.lock_targets(tx)
    if any(each.name == wanted.name for each in known):
        raise TargetRefused(f"there is a target {wanted.name} already")
    if len(known) >= TARGETS_MAX:
        raise TargetRefused(f"there are {TARGETS_MAX} targets already, which is the most")
    head = await checkpoints.latest(tx) if wanted.from_now else None
    target_id = uuid4()
    target = TargetRow(
        id=target_id,
        name=wanted.name,
        kind=kind,
        form=form,
        sealed_address=sealed(master, target_id, wanted.address),
        kek=master.kek_id,
        created_at=now,
        paused_at=None,
    )
    await siem.add_target(tx, target, head.size if head else 0)
    await _tell(tx, trail, Act.EMPLOYEE_SIEM_ADD, target, now, kind=kind, form=form)
    return target


async def remove(tx: Transaction, trail: Trail, name: str, *, now: datetime) -> None:
    """Forgets a target and how far it was. Raises TargetRefused for an unknown one."""
    target = await _named(tx, name)
    await siem.remove_target(tx, target.id)
    await _tell(tx, trail, Act.EMPLOYEE_SIEM_REMOVE, target, now)


async def pause(tx: Transaction, trail: Trail, name: str, *, paused: bool, now: datetime) -> None:
    """Pauses a target, which keeps its place, or lets it go on. Raises TargetRefused for an unknown one."""
    target = await _named(tx, name)
    await siem.put_paused(tx, target.id, now if paused else None)
    await _tell(tx, trail, Act.EMPLOYEE_SIEM_PAUSE if paused else Act.EMPLOYEE_SIEM_RESUME, target, now)


async def named(tx: Transaction, name: str) -> TargetRow:
    """The target of this name. Raises TargetRefused for an unknown one."""
    return await _named(tx, name)


class Unopened:
    """The way to a target whose address can't be opened: there is none, until the row or the master key is another."""

    async def send(self, batch: Batch) -> None:  # noqa: ARG002  # the port's
        """Raises PushFailed."""
        raise PushFailed(UNOPENED)


def shown_host(master: MasterKey, target: TargetRow) -> str:
    """The host of a target; "?" when the key of its address is not there."""
    try:
        return host_of(address_of(master, target))
    except KeyUnavailable:
        return HOST_UNKNOWN


def host_of(address: str) -> str:
    """Without path and query, which may hold a token of the receiver's."""
    url = URL(address)
    return f"{url.scheme}://{url.host_port_subcomponent}"


def sender_of(services: Services, target: TargetRow) -> Sender:
    """The way to a target; to one whose address another master key wraps, a way that always fails."""
    try:
        address = address_of(services.keys.master, target)
    except KeyUnavailable:
        return Unopened()
    if target.kind == SYSLOG:
        return Syslog(services.outgoing.policy, address, target.form, trusted(services.config))
    secret = webhook_secret(services.keys.master, target.id)
    return Webhook(services.outgoing, address, target.form, target.id, secret, services.clock)


def trusted(config: Config) -> ssl.SSLContext:
    """What TLS to a syslog receiver trusts: the system's issuers and the operator's."""
    context = ssl.create_default_context()
    if config.outgoing_ca_file is not None:
        context.load_verify_locations(config.outgoing_ca_file)
    return context


async def _named(tx: Transaction, name: str) -> TargetRow:
    for target in await siem.lock_targets(tx):
        if target.name == name:
            return target
    raise TargetRefused(f"there is no target {name}")


async def _tell(tx: Transaction, trail: Trail, act: Act, target: TargetRow, now: datetime, **det: str) -> None:
    await ledger.append(tx, trail.event(act, obj=f"siem:{target.id}", det=det), now=now)


def _check(policy: Policy, name: str, address: str, kind: str, form: str) -> None:
    if not NAME.fullmatch(name):
        raise TargetRefused("a name has 1 to 40 small letters, digits and hyphens")
    if form not in FORMS_OF[kind]:
        raise TargetRefused(f"a {kind} takes {', '.join(FORMS_OF[kind])}")
    try:
        if kind == SYSLOG:
            receiver_of(address, policy)
        else:
            policy.check(address)
    except OutgoingRefused as error:
        raise TargetRefused(_refusal(error.reason)) from error


def _refusal(reason: str) -> str:
    if reason == "not-listed":
        return "this host may not be sent to; SEALSHARE_OUTGOING_HOSTS names those that may"
    if reason == "address":
        return (
            "this address is not a public one; SEALSHARE_OUTGOING_NETWORKS names private networks that may be sent to"
        )
    return f"an address is https://…, tcp://host:port or tls://host:port ({reason})"
