"""What WeCom does with the customers of clinics that pass on.

requested → waiting (24 hours) → done, refused, taker full or failed. Answers and callbacks name no request, may come in
any order and twice: each step is taken only from a state that it can follow, so a refusal that comes before WeCom's own
answer to the request stands.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby, islice
from uuid import UUID

import structlog

from compliance import recruiting
from compliance.events import Act, Event
from compliance.invitations import InvitationToken, state_of
from compliance.ledger import append
from fileserver.platforms import PlatformError
from fileserver.platforms.events import FOLLOWING, ContactChanged
from fileserver.platforms.wecom.client import WeCom
from fileserver.platforms.wecom.results import TransferStatus
from fileserver.platforms.wecom.transfers import CUSTOMERS_MAX
from fileserver.qr_codes import CodeUnavailable
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import transfers as rows
from storage.rows.invitations import InvitationRow
from storage.rows.transfers import CustomerRow

QUARTER = timedelta(days=90)
TRANSFERS_MAX = 2  # of one customer while the employee is in office, in a quarter
PAGES_MAX = 100
STATES = {
    TransferStatus.DONE: "done",
    TransferStatus.REFUSED: "refused",
    TransferStatus.TAKER_FULL: "taker_full",
    TransferStatus.NONE: "failed",
}
FAILURES = {"customer_refused": "refused", "customer_limit_exceed": "taker_full"}

log = structlog.get_logger(__name__)

Pair = tuple[UUID, UUID, bool]


async def ask(services: Services) -> int:
    """Asks WeCom for what was not asked for yet; how many customers it took on."""
    wecom = services.platforms.wecom
    if wecom is None:
        return 0
    async with services.database.transaction() as tx:
        waiting = await rows.customers_in(tx, ("requested",))
        names = await rows.wecom_names(tx, {each for row in waiting for each in (row.from_id, row.to_id)})
    taken = 0
    for pair, customers in _by_pair(waiting):
        for some in _batches(customers):
            taken += await _ask_some(services, wecom, (names.get(pair[0]), names.get(pair[1])), some)
    return taken


async def poll(services: Services) -> int:
    """Reads what became of what WeCom has taken on, page by page; how many customers are settled now."""
    wecom = services.platforms.wecom
    if wecom is None:
        return 0
    async with services.database.transaction() as tx:
        waiting = await rows.customers_in(tx, ("waiting",))
        names = await rows.wecom_names(tx, {each for row in waiting for each in (row.from_id, row.to_id)})
    settled = 0
    for (from_id, to_id, resigned), customers in _by_pair(waiting):
        if from_id not in names or to_id not in names:
            continue
        try:
            found = await _results(wecom, names[from_id], names[to_id], resigned=resigned)
        except PlatformError as error:
            log.warning("results of transfers not read", error=type(error).__name__)
            continue
        for row in customers:
            if state := STATES.get(found.get(row.external_userid, TransferStatus.WAITING)):
                settled += await _settle(services, row, state)
    return settled


async def heard(tx: Transaction, event: ContactChanged, now: datetime) -> None:
    """A callback: somebody follows an employee, or no more, or refused to pass on.

    Of following and leaving only the latest counts: what was superseded before it came here is skipped.
    """
    employee_id = await rows.employee_called(tx, event.user_id)
    if employee_id is None:
        return
    external_userid = event.external_user_id
    if event.superseded and event.change in FOLLOWING:
        return
    match event.change:
        case "add_external_contact" | "add_half_external_contact":
            await recruiting.followed(
                tx,
                external_userid=external_userid,
                employee_id=employee_id,
                state=event.state,
                now=event.said_at,
            )
        case "del_external_contact" | "del_follow_user":
            await recruiting.unfollowed(tx, external_userid=external_userid, employee_id=employee_id, now=event.said_at)
        case "transfer_fail":
            row = await rows.open_of_customer(tx, external_userid, employee_id)
            state = FAILURES.get(event.fail_reason, "failed")
            if row is not None and await rows.put_customer(tx, row.transfer_id, external_userid, state, at=now):
                await _tell(tx, row, state, now)
        case _:
            return


async def contact_url(services: Services, row: InvitationRow) -> str:
    """Where WeCom shows the code by which one follows the invitation's maker; it brings the invitation back.

    Raises CodeUnavailable without WeCom, for a maker whom it doesn't know, or when it doesn't answer.
    """
    client = services.platforms.wecom
    async with services.database.transaction() as tx:
        called = (await rows.wecom_names(tx, [row.creator_id])).get(row.creator_id)
    if client is None or called is None:
        raise CodeUnavailable
    try:
        way = await client.add_contact_way([called], state_of(InvitationToken(kid=row.kid, token_id=row.token_id)))
    except PlatformError as error:
        raise CodeUnavailable from error
    return way.qr_code


async def _ask_some(
    services: Services, wecom: WeCom, called: tuple[str | None, str | None], some: Sequence[CustomerRow]
) -> int:
    now = services.clock()
    handover, takeover = called
    fit = []
    async with services.database.transaction() as tx:
        for row in some:
            often = await rows.transferred_since(tx, row.external_userid, now - QUARTER)
            if handover is None or takeover is None or (not row.resigned and often >= TRANSFERS_MAX):
                await rows.put_customer(tx, row.transfer_id, row.external_userid, "failed", at=now)
                await _tell(tx, row, "failed", now)
            else:
                fit.append(row)
    if not fit or handover is None or takeover is None:
        return 0
    try:
        answers = await wecom.transfer_customer(
            handover, takeover, [row.external_userid for row in fit], resigned=fit[0].resigned
        )
    except PlatformError as error:
        log.warning("transfer not asked for", error=type(error).__name__)
        return 0
    codes = {each.external_user_id: each.errcode for each in answers}
    async with services.database.transaction() as tx:
        for row in fit:
            code = codes.get(row.external_userid, 0)
            state = "failed" if code else "waiting"
            await rows.put_customer(
                tx, row.transfer_id, row.external_userid, state, at=now, among=("requested",), errcode=code or None
            )
    return sum(not codes.get(row.external_userid, 0) for row in fit)


async def _results(wecom: WeCom, handover: str, takeover: str, *, resigned: bool) -> dict[str, TransferStatus]:
    found: dict[str, TransferStatus] = {}
    cursor = ""
    for _ in range(PAGES_MAX):
        page = await wecom.transfer_result(handover, takeover, cursor=cursor, resigned=resigned)
        found |= {each.external_user_id: each.status for each in page.customer}
        cursor = page.next_cursor
        if not cursor:
            break
    return found


async def _settle(services: Services, row: CustomerRow, state: str) -> int:
    now = services.clock()
    async with services.database.transaction() as tx:
        if not await rows.put_customer(tx, row.transfer_id, row.external_userid, state, at=now):
            return 0
        if state == "done":
            await rows.passed(tx, row, now)
        await _tell(tx, row, state, now)
    return 1


async def _tell(tx: Transaction, row: CustomerRow, state: str, now: datetime) -> None:
    det = {"transfer": str(row.transfer_id), "state": state}
    await append(tx, Event(act=Act.SYSTEM_TRANSFER_SETTLE, role="system", det=det), now=now)


def _by_pair(found: Sequence[CustomerRow]) -> list[tuple[Pair, list[CustomerRow]]]:
    def pair(row: CustomerRow) -> Pair:
        return (row.from_id, row.to_id, row.resigned)

    return [(key, list(some)) for key, some in groupby(sorted(found, key=pair), key=pair)]


def _batches(customers: Sequence[CustomerRow]) -> list[list[CustomerRow]]:
    rest = iter(customers)
    return list(iter(lambda: list(islice(rest, CUSTOMERS_MAX)), []))
