"""The demo's employees, added as an operator would: in the database, by the accounts feature's own service."""

import base64
from datetime import UTC, datetime

from compliance.access import Role, Sensitivity
from compliance.events import Trail
from compliance.keys import MasterKey
from compliance.passwords import Passwords
from compliance.sign_in_providers import WECOM
from fileserver.accounts import service
from fileserver.accounts.service import NewAccount
from fileserver.demo.household import DemoAccount, Household
from fileserver.demo.platforms.people import MEMBERS
from fileserver.demo.platforms.wecom import CORP_ID
from storage.database import Database, Transaction
from storage.rows.accounts import account_by_login
from storage.rows.viewers import add_identity

DEPARTMENT = "市场部"  # one for all: the manager reaches the marketers


async def add_accounts(database_url: str, home: Household) -> None:
    """Adds whoever is not there yet."""
    database, passwords = Database(database_url), Passwords()
    master = MasterKey(base64.b64decode(home.master_key))
    try:
        for account in home.accounts:
            async with database.transaction() as tx:
                if await account_by_login(tx, account.login) is None:
                    await _add(tx, master, account, await passwords.hash(account.password))
    finally:
        await database.close()


async def _add(tx: Transaction, master: MasterKey, account: DemoAccount, password_hash: str) -> None:
    new = NewAccount(
        login=account.login,
        name=account.name,
        role=Role(account.role),
        department=DEPARTMENT,
        clearance=Sensitivity.TOP,
        password_hash=password_hash,
    )
    added = await service.add(tx, master, Trail(role="operator"), new, now=datetime.now(UTC))
    member = next((each for each in MEMBERS if each.name == account.name), None)
    if member is not None:  # the stand-in's WeCom knows them: its button signs them in
        await add_identity(tx, added.row.person_id, provider=WECOM, app=CORP_ID, subject=member.user_id)
