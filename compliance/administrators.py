"""The administrators who can act: one is always left, and one for emergencies where a password opens nothing else.

Whoever can act is one of them: not disabled, within their time, with a password or who they are at a provider. Nobody
takes the last one without an end away, whichever way: another role, another time, disabling or erasing.
"""

from collections.abc import Sequence
from uuid import UUID

from compliance.errors import LastAdmin, LastEmergency
from compliance.sign_in_policy import LocalSignIn, in_force
from storage.database import Transaction
from storage.rows.accounts import Administrator
from storage.rows.sign_in_policies import lock_policy


async def require_others(tx: Transaction, admins: Sequence[Administrator], person_id: UUID) -> None:
    """Returns if somebody is left without this account, or it is none of these.

    `admins` are those of `lock_administrators`, asked for before the account itself was locked: so nobody else takes
    one away until `tx` ends. Raises LastAdmin, LastEmergency.
    """
    if leaves_nobody(admins, person_id):
        raise LastAdmin
    await require_other_emergency(tx, admins, person_id)


async def require_other_emergency(tx: Transaction, admins: Sequence[Administrator], person_id: UUID) -> None:
    """Returns if an administrator would still get in by password without this account, or needn't.

    Nobody else changes the policy until `tx` ends. Raises LastEmergency.
    """
    await lock_policy(tx)
    needed = (await in_force(tx)).local_sign_in is LocalSignIn.EMERGENCY
    if needed and leaves_nobody([each for each in admins if each.emergency], person_id):
        raise LastEmergency


def leaves_nobody(admins: Sequence[Administrator], person_id: UUID) -> bool:
    """Whether this account is one of these, and without it only accounts with an end would be left, or none."""
    taken = next((each for each in admins if each.person_id == person_id), None)
    others = [each for each in admins if each.person_id != person_id]
    if taken is None or any(each.lasting for each in others):
        return False
    return taken.lasting or not others
