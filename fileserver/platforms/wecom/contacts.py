"""Contacts outside: who has whom. A contact may have many followers; who owns the relation is ours to say."""

from collections.abc import Sequence
from dataclasses import dataclass

from fileserver.platforms.api import Api
from fileserver.platforms.transport import result
from fileserver.platforms.wecom.results import ContactPage, ContactWay, ExternalContact, ExternalIdentity

PLATFORM = "wecom"
USERS_MAX = 100
PAGE_MAX = 100
STATE_MAX = 30
ONE, MANY = 1, 2  # a code of one employee, or of several
BY_QR_CODE = 2  # scene


@dataclass(frozen=True)
class _Contacts:
    external_userid: tuple[str, ...] = ()


class Contacts:
    """Part of `WeCom`."""

    _api: Api

    async def external_contact(self, external_user_id: str, cursor: str = "") -> ExternalContact:
        """A contact and up to 500 followers; more by `next_cursor`. Raises NoRelation."""
        query = {"external_userid": external_user_id} | ({"cursor": cursor} if cursor else {})
        return result(PLATFORM, ExternalContact, await self._api.get("/cgi-bin/externalcontact/get", query))

    async def external_contacts_of(self, user_id: str) -> tuple[str, ...]:
        """Ids of an employee's contacts; none is no error."""
        said = await self._api.get("/cgi-bin/externalcontact/list", {"userid": user_id})
        return result(PLATFORM, _Contacts, said).external_userid

    async def external_contacts_by_users(self, user_ids: Sequence[str], cursor: str = "") -> ContactPage:
        """Contacts of up to USERS_MAX employees, a page at a time."""
        if not 0 < len(user_ids) <= USERS_MAX:
            raise ValueError(f"1 to {USERS_MAX} employees at once")
        body = {"userid_list": list(user_ids), "cursor": cursor, "limit": PAGE_MAX}
        return result(PLATFORM, ContactPage, await self._api.post("/cgi-bin/externalcontact/batch/get_by_user", body))

    async def add_contact_way(
        self, user_ids: Sequence[str], state: str, *, skip_verify: bool = True, is_exclusive: bool = True
    ) -> ContactWay:
        """A code by which somebody becomes a contact; `state` comes back in the event.

        With `is_exclusive`, who is among the contacts of one of these employees stays with them.
        """
        if not user_ids or len(state) > STATE_MAX:
            raise ValueError(f"a code is of at least one employee, and its state has {STATE_MAX} characters at most")
        body = {
            "type": ONE if len(user_ids) == 1 else MANY,
            "scene": BY_QR_CODE,
            "user": list(user_ids),
            "state": state,
            "skip_verify": skip_verify,
            "is_exclusive": is_exclusive,
        }
        return result(PLATFORM, ContactWay, await self._api.post("/cgi-bin/externalcontact/add_contact_way", body))

    async def unionid_to_external_user_id(self, unionid: str, openid: str) -> ExternalIdentity:
        """The contact of a unionid, or the id that it may become; both ids must be of the same app."""
        body = {"unionid": unionid, "openid": openid}
        said = await self._api.post("/cgi-bin/idconvert/unionid_to_external_userid", body)
        return result(PLATFORM, ExternalIdentity, said)
