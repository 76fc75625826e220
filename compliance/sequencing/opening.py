"""Opening the ledger, as every process does before it serves: the log keeps its name, and its tree fits."""

from compliance.errors import InvalidValue, LedgerNamedOtherwise
from compliance.keys import KeyRing
from compliance.notes import NoteMalformed, checked_name
from compliance.sequencing.checking import check_tree
from storage.database import Database
from storage.rows import sequencing


async def open_ledger(database: Database, keys: KeyRing, *, named: str | None, otherwise: str) -> str:
    """The log's origin: the one it has; else `named`, or `otherwise` where nobody named it. Checks the tree.

    Raises LedgerNamedOtherwise when `named` is another name than it has, LedgerBroken when rows are not what was
    signed, InvalidValue for what can be no origin: such a process must not serve.
    """
    try:
        wanted = checked_name(named or otherwise)
    except NoteMalformed as error:
        raise InvalidValue(field="ledger_origin") from error
    async with database.transaction() as tx:
        origin = await sequencing.open_log(tx, wanted)
        if named is not None and named != origin:
            raise LedgerNamedOtherwise(origin=origin, named=named)
        await check_tree(tx, origin, keys.ledger)
    return origin
