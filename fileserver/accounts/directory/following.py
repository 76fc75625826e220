"""One member of a directory and their account: made, moved, given a role, shut out, let in again.

Only what the directory gave before is changed by it: a role or department that somebody set by hand stays, and is told
as a difference. Whoever fits no line of the mapping gets no account. The last administrator is never shut out. What was
asked before the directory was last heard of somebody changes nothing of theirs, and whoever was deleted there is let in
again by an administrator only: the next one of that name may be somebody else.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from compliance import employment
from compliance.access import Role
from compliance.directory.mapping import LEFT
from compliance.employment import Ordered
from compliance.errors import InvalidValue, LastAdmin, LastEmergency, LoginTaken
from compliance.events import Act, Trail
from compliance.keys import MasterKey
from compliance.ledger import append
from fileserver.accounts import service
from fileserver.accounts.service import NewAccount
from storage.database import Transaction
from storage.errors import StoreUnavailable
from storage.rows import accounts, directories, directory_tree
from storage.rows.accounts import AccountRow
from storage.rows.directories import ChangeRow, DifferenceRow, MemberRow
from storage.rows.people import pseudonym_of
from storage.rows.viewers import add_identity, person_by_identity

NO_PASSWORD = "!"  # noqa: S105  # no hash, so no password opens it (compliance.passwords)
NAME_CHARS_MAX = 60
DIFFERENCES = frozenset({"role-kept", "department-kept", "department-unknown", "last-admin"})
DELETED = "deleted"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a directory says of somebody. `role` is a role's word, LEFT, or empty for who fits no line.

    `as_of` is when it was asked. `department_id` None: nothing is said of it, so nobody is moved; `department_lost`: it
    names one that nobody knows here.
    """

    source: str
    provider: str
    app: str
    subject: str
    name: str = field(repr=False)
    role: str
    login: str
    as_of: datetime
    department_id: UUID | None = None
    department_lost: bool = False
    makes_accounts: bool = True


@dataclass(frozen=True, kw_only=True)
class Followed:
    """What came of it: the account's person if there is one, what was done, and what differs."""

    person_id: UUID | None
    done: tuple[str, ...] = ()
    differences: tuple[DifferenceRow, ...] = ()


class Follower:
    """Follows a member in one transaction; administrators are locked first, as by every other change of accounts."""

    def __init__(self, tx: Transaction, master: MasterKey, trail: Trail, now: datetime) -> None:
        self._tx, self._master, self._trail, self._now = tx, master, trail, now

    async def follow(self, said: Said) -> Followed:
        """Makes the account of this member what the directory says, as far as nobody else had a hand in it.

        Raises StoreUnavailable when somebody else links the same identity meanwhile: nothing must be committed then.
        """
        await accounts.lock_administrators(self._tx, self._now)
        key = key_of(self._master, said.source, said.app, said.subject)
        before = await directories.member(self._tx, key)
        if before is not None and before.seen_at > said.as_of:
            return Followed(person_id=before.person_id, done=("overtaken",))
        identity = {"provider": said.provider, "app": said.app, "subject": said.subject}
        person_id = await person_by_identity(self._tx, **identity)
        if person_id is None and before is not None:
            return self._differing(key, said, before.person_id, ("gone-here", ""))
        if person_id is None:
            return await self._make(key, said)
        account = await accounts.account_of(self._tx, person_id, lock=True)
        if account is None:
            return self._differing(key, said, person_id, ("no-employee", ""))
        member = before or MemberRow(
            key_hash=key,
            source=said.source,
            person_id=person_id,
            made=False,
            applied_role="",
            applied_department_id=None,
            shut_out=False,
            deleted=False,
            seen_at=said.as_of,
        )
        return await self._keep_up(member, account, said)

    async def shut_out(
        self,
        source: str,
        app: str,
        subject: str,
        person_id: UUID,
        kind: str = "left",
        *,
        as_of: datetime | None = None,
    ) -> bool:
        """Somebody left: out at once, clinics on the handover list. False for the last administrator, who stays.

        Whom the directory calls otherwise by now, or was heard of after `as_of`, is somebody else's matter.
        """
        await accounts.lock_administrators(self._tx, self._now)
        key, as_of = key_of(self._master, source, app, subject), as_of or self._now
        before = await directories.member(self._tx, key)
        account = await accounts.account_of(self._tx, person_id, lock=True)
        provider = source.partition(":")[0]
        leads_to = await person_by_identity(self._tx, provider=provider, app=app, subject=subject)
        if account is None or leads_to != person_id or (before is not None and before.seen_at > as_of):
            return True
        if account.disabled_at is not None:
            if kind == DELETED and before is not None:
                await directories.put_member(self._tx, replace(before, deleted=True, seen_at=as_of))
            return True
        try:
            await service.disable(self._tx, self._trail, person_id, now=self._now)
        except (LastAdmin, LastEmergency):
            return False
        member = before or MemberRow(
            key_hash=key,
            source=source,
            person_id=person_id,
            made=False,
            applied_role="",
            applied_department_id=None,
            shut_out=True,
            deleted=False,
            seen_at=as_of,
        )
        await directories.put_member(self._tx, replace(member, shut_out=True, deleted=kind == DELETED, seen_at=as_of))
        await self._changed(source, kind, person_id, account.role, "")
        return True

    async def _make(self, key: str, said: Said) -> Followed:
        if said.role in ("", LEFT):
            return self._differing(key, said, None, ("unmapped", said.role))
        if not said.makes_accounts or said.department_lost:
            kind = "department-unknown" if said.makes_accounts else "not-made"
            return self._differing(key, said, None, (kind, ""))
        new = NewAccount(
            login=said.login,
            name=said.name[:NAME_CHARS_MAX] or said.subject,
            role=Role(said.role),
            password_hash=NO_PASSWORD,
        )
        try:
            if await accounts.account_by_login(self._tx, service.checked_login(said.login)) is not None:
                raise LoginTaken
            added = await service.add(self._tx, self._master, self._trail, new, now=self._now)
        except LoginTaken:
            return self._differing(key, said, None, ("login-taken", said.login))
        except InvalidValue:
            return self._differing(key, said, None, ("login-unfit", ""))
        person_id = added.row.person_id
        if not await add_identity(self._tx, person_id, provider=said.provider, app=said.app, subject=said.subject):
            raise StoreUnavailable(store="postgresql", detail="somebody else was given this identity just now")
        await self._linked(person_id, said.source)
        await directory_tree.place(self._tx, person_id, said.department_id)
        member = MemberRow(
            key_hash=key,
            source=said.source,
            person_id=person_id,
            made=True,
            applied_role=said.role,
            applied_department_id=said.department_id,
            shut_out=False,
            deleted=False,
            seen_at=said.as_of,
        )
        await directories.put_member(self._tx, member)
        await self._changed(said.source, "made", person_id, "", said.role)
        return Followed(person_id=person_id, done=("made",))

    async def _keep_up(self, member: MemberRow, account: AccountRow, said: Said) -> Followed:
        person_id = account.person_id
        if said.role in ("", LEFT):
            return await self._keep_out(member, account, said)
        done: list[str] = []
        if account.disabled_at is not None:
            if member.deleted or not member.shut_out:
                kind = "returned-after-deletion" if member.deleted else "disabled-here"
                return self._differing(member.key_hash, said, person_id, (kind, ""))
            await service.enable(self._tx, self._trail, person_id, now=self._now)
            await self._changed(said.source, "returned", person_id, "", said.role)
            done.append("returned")
        member = replace(member, shut_out=False, deleted=False, seen_at=said.as_of)
        role, member = await self._keep_role(member, account, said)
        place, member = await self._keep_place(member, account, said)
        await directories.put_member(self._tx, member)
        found = tuple((each, said.role if each == role else "") for each in (role, place) if each in DIFFERENCES)
        rows = self._differing(member.key_hash, said, person_id, *found).differences
        done += [each for each in (role, place) if each and each not in DIFFERENCES]
        return Followed(person_id=person_id, done=tuple(done), differences=rows)

    async def _keep_out(self, member: MemberRow, account: AccountRow, said: Said) -> Followed:
        """Who left, or fits no line any more. An account that people made needs no line."""
        person_id, left = account.person_id, said.role == LEFT
        if account.disabled_at is not None or not (left or member.made):
            return self._differing(member.key_hash, said, person_id, *(() if left else (("unmapped", ""),)))
        kind = "left" if left else "unmapped"
        if await self.shut_out(said.source, said.app, said.subject, person_id, kind, as_of=said.as_of):
            return Followed(person_id=person_id, done=(kind,))
        return self._differing(member.key_hash, said, person_id, ("last-admin", ""))

    async def _keep_role(self, member: MemberRow, account: AccountRow, said: Said) -> tuple[str, MemberRow]:
        if said.role == account.role:
            return "", replace(member, applied_role=said.role) if member.made else member
        if member.applied_role != account.role:
            return "role-kept", member
        try:
            wanted = {"role": Role(said.role).value}
            await employment.change(self._tx, self._trail, account.person_id, wanted, Ordered(by=None, now=self._now))
        except (LastAdmin, LastEmergency):
            return "last-admin", member
        await self._changed(said.source, "role", account.person_id, account.role, said.role)
        return "role", replace(member, applied_role=said.role)

    async def _keep_place(self, member: MemberRow, account: AccountRow, said: Said) -> tuple[str, MemberRow]:
        person_id, wanted = account.person_id, said.department_id
        if wanted is None:
            return "department-unknown" if said.department_lost else "", member
        here = await directory_tree.place_of(self._tx, person_id)
        if here == wanted:
            return "", replace(member, applied_department_id=wanted)
        if here != member.applied_department_id:
            return "department-kept", member
        await directory_tree.place(self._tx, person_id, wanted)
        await self._changed(said.source, "department", person_id, str(here or ""), str(wanted))
        event = self._trail.event(Act.EMPLOYEE_DEPARTMENT_CHANGE, obj=f"person:{account.pseudonym}")
        await append(self._tx, event, now=self._now)
        return "department", replace(member, applied_department_id=wanted)

    async def _linked(self, person_id: UUID, source: str) -> None:
        obj = f"person:{await pseudonym_of(self._tx, person_id)}"
        event = self._trail.event(Act.EMPLOYEE_IDENTITY_LINK, obj=obj, det={"provider": source})
        await append(self._tx, event, now=self._now)

    async def _changed(self, source: str, kind: str, person_id: UUID, before: str, after: str) -> None:
        row = ChangeRow(
            source=source,
            kind=kind,
            person_id=person_id,
            department_id=None,
            before=before,
            after=after,
            changed_at=self._now,
        )
        await directories.add_change(self._tx, row)

    def _differing(self, key: str, said: Said, person_id: UUID | None, *kinds: tuple[str, str]) -> Followed:
        rows = tuple(
            DifferenceRow(
                source=said.source,
                key_hash=key,
                kind=kind,
                external_id=said.subject,
                person_id=person_id,
                detail=detail,
                seen_at=self._now,
            )
            for kind, detail in kinds
        )
        return Followed(person_id=person_id, differences=rows)


def key_of(master: MasterKey, source: str, app: str, subject: str) -> str:
    """What a member is kept under: it names nobody to who reads the row."""
    return master.keyed_hash("directory-member", f"{source}\n{app}\n{subject}")
