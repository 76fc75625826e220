"""Contacts handed over from one employee to another, and those of who has left.

A transfer that is accepted takes effect after 24 hours, unless the contact refuses or the taker has too many. Results
name no request: what was asked for stands in our own rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fileserver.platforms.api import Api
from fileserver.platforms.transport import result
from fileserver.platforms.wecom.results import TransferAccepted, TransferPage, UnassignedPage

PLATFORM = "wecom"
CUSTOMERS_MAX = 100
MESSAGE_MAX = 200
PAGE_MAX = 1000


@dataclass(frozen=True)
class _Accepted:
    customer: tuple[TransferAccepted, ...] = ()


class Transfers:
    """Part of `WeCom`."""

    _api: Api

    async def transfer_customer(
        self,
        handover: str,
        takeover: str,
        external_user_ids: Sequence[str],
        *,
        message: str = "",
        resigned: bool = False,
    ) -> tuple[TransferAccepted, ...]:
        """Asks for a transfer of up to CUSTOMERS_MAX contacts, each answered on its own.

        `resigned`: of somebody who has left. Only on-job transfers carry a message to the contact.
        """
        if not 0 < len(external_user_ids) <= CUSTOMERS_MAX or len(message) > MESSAGE_MAX:
            raise ValueError(f"1 to {CUSTOMERS_MAX} contacts, and {MESSAGE_MAX} characters at most")
        body = {
            "handover_userid": handover,
            "takeover_userid": takeover,
            "external_userid": list(external_user_ids),
        }
        if message and not resigned:
            body["transfer_success_msg"] = message
        said = await self._api.post(_path("transfer_customer", resigned=resigned), body)
        return result(PLATFORM, _Accepted, said).customer

    async def transfer_result(
        self, handover: str, takeover: str, *, cursor: str = "", resigned: bool = False
    ) -> TransferPage:
        """What became of all transfers between the two, a page at a time."""
        body = {"handover_userid": handover, "takeover_userid": takeover} | ({"cursor": cursor} if cursor else {})
        return result(PLATFORM, TransferPage, await self._api.post(_path("transfer_result", resigned=resigned), body))

    async def unassigned_list(self, cursor: str = "") -> UnassignedPage:
        """Contacts of who has left that nobody has taken over, a page at a time."""
        body = {"page_size": PAGE_MAX} | ({"cursor": cursor} if cursor else {})
        said = await self._api.post("/cgi-bin/externalcontact/get_unassigned_list", body)
        return result(PLATFORM, UnassignedPage, said)


def _path(name: str, *, resigned: bool) -> str:
    return f"/cgi-bin/externalcontact/{'resigned/' if resigned else ''}{name}"
