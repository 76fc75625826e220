"""The stand-in's transfers of contacts: 24 hours, refusals, full takers, and two on-job transfers in 90 days."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fileserver.demo.platforms.contacts import Contacts
from fileserver.demo.platforms.frame import Asked, Endpoint, Fields, Record, Refusal

TAKES = timedelta(hours=24)
WINDOW = timedelta(days=90)
ON_JOB_MAX = 2
CUSTOMERS_MAX = 100
DONE, WAITING, REFUSED, FULL, NONE = 1, 2, 3, 4, 5
NOT_A_CONTACT, TOO_OFTEN, UNDER_WAY = 40096, 40130, 40128
BASE = "/cgi-bin/externalcontact"


@dataclass(kw_only=True)
class Transfer:
    """One contact's transfer."""

    handover: str
    takeover: str
    external_user_id: str
    asked_at: datetime
    resigned: bool
    ended: int = 0  # refused or full; else the clock decides
    moved: bool = False


@dataclass
class Transfers:
    """`all` has every transfer; `left` whose contacts of employees who left nobody has."""

    record: Record
    contacts: Contacts
    all: list[Transfer] = field(default_factory=list)
    left: dict[str, datetime] = field(default_factory=dict)

    async def refuse(self, external_user_id: str) -> None:
        """The contact wants to stay, within the 24 hours; the server is told, but not who gave them away."""
        transfer = self._waiting(external_user_id)
        transfer.ended = REFUSED
        await self.contacts.tell("transfer_fail", transfer.takeover, external_user_id, FailReason="customer_refused")

    def resign(self, user_id: str) -> None:
        """The employee leaves the company; their contacts wait for somebody."""
        self.left[user_id] = self.record.clock()
        self.contacts.directory.members.pop(user_id, None)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """What it serves."""
        between = "handover_userid takeover_userid"
        return (
            Endpoint(
                method="POST", path=f"{BASE}/transfer_customer", handler=lambda asked: self._ask(asked, resigned=False),
                body=Fields(f"{between} external_userid", "transfer_success_msg"),
            ),
            Endpoint(
                method="POST", path=f"{BASE}/resigned/transfer_customer",
                handler=lambda asked: self._ask(asked, resigned=True), body=Fields(f"{between} external_userid"),
            ),
            Endpoint(
                method="POST", path=f"{BASE}/transfer_result",
                handler=lambda asked: self._result(asked, resigned=False), body=Fields(between, "cursor"),
            ),
            Endpoint(
                method="POST", path=f"{BASE}/resigned/transfer_result",
                handler=lambda asked: self._result(asked, resigned=True), body=Fields(between, "cursor"),
            ),
            Endpoint(
                method="POST", path=f"{BASE}/get_unassigned_list", handler=lambda asked: self._unassigned(),
                body=Fields("", "page_id page_size cursor"),
            ),
        )  # fmt: skip

    def _ask(self, asked: Asked, *, resigned: bool) -> dict[str, Any]:
        wanted = asked.body["external_userid"]
        handover, takeover = asked.body["handover_userid"], asked.body["takeover_userid"]
        if not 0 < len(wanted) <= CUSTOMERS_MAX:
            raise Refusal(40058, "invalid parameter")
        members = self.contacts.directory.members
        if takeover not in members or (handover not in members) != resigned or handover == takeover:
            raise Refusal(40003, "invalid userid")
        rows = [(each, self._taken_up(handover, takeover, each, resigned=resigned)) for each in wanted]
        return {"customer": [{"external_userid": each, "errcode": code} for each, code in rows]}

    def _taken_up(self, handover: str, takeover: str, external_user_id: str, *, resigned: bool) -> int:
        now = self.record.clock()
        self.settle()
        customer = self.contacts.customers.get(external_user_id)
        if customer is None or handover not in customer.followers:
            return NOT_A_CONTACT
        before = [each for each in self.all if each.external_user_id == external_user_id]
        if any(self._status(each) == WAITING for each in before):
            return UNDER_WAY
        on_job = [each for each in before if not each.resigned and now - each.asked_at < WINDOW]
        if not resigned and len(on_job) >= ON_JOB_MAX:
            return TOO_OFTEN
        made = Transfer(
            handover=handover, takeover=takeover, external_user_id=external_user_id, asked_at=now, resigned=resigned
        )
        taker = self.contacts.directory.members[takeover]
        if len(self.contacts.of(takeover)) >= taker.contacts_max:
            made.ended = FULL
        self.all.append(made)
        return 0

    def settle(self) -> None:
        """Whatever is due by the clock happens: by API or clock, so nobody is told."""
        for each in self.all:
            if self._status(each) == DONE and not each.moved:
                each.moved = True
                followers = self.contacts.customers[each.external_user_id].followers
                followers.pop(each.handover, None)
                self.contacts.follow(each.takeover, each.external_user_id)

    def _status(self, transfer: Transfer) -> int:
        return transfer.ended or (DONE if self.record.clock() - transfer.asked_at >= TAKES else WAITING)

    def _result(self, asked: Asked, *, resigned: bool) -> dict[str, Any]:
        self.settle()
        pair = (asked.body["handover_userid"], asked.body["takeover_userid"], resigned)
        found = [each for each in self.all if (each.handover, each.takeover, each.resigned) == pair]
        return {
            "customer": [
                {
                    "external_userid": each.external_user_id,
                    "status": self._status(each),
                    "takeover_time": int((each.asked_at + TAKES).timestamp()),
                }
                for each in found
            ],
            "next_cursor": "",
        }

    def _unassigned(self) -> dict[str, Any]:
        self.settle()
        under_way = {each.external_user_id for each in self.all if self._status(each) == WAITING}
        info = [
            {
                "handover_userid": user,
                "external_userid": each.external_user_id,
                "dimission_time": int(at.timestamp()),
            }
            for user, at in self.left.items()
            for each in self.contacts.of(user)
            if each.external_user_id not in under_way
        ]
        return {"info": info, "is_last": True, "next_cursor": ""}

    def _waiting(self, external_user_id: str) -> Transfer:
        return next(
            each for each in self.all if each.external_user_id == external_user_id and self._status(each) == WAITING
        )
