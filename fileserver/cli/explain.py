"""What an operator can do about an error, in one sentence, with the setting to look at; no secret ever."""

from collections.abc import Mapping
from os import PathLike

from compliance.errors import KeyUnavailable, LedgerBroken, LedgerConflict, LedgerNamedOtherwise
from fileserver.config import variable_of
from storage.errors import EngineBusy, EngineFailed, StoreRefused, StoreUnavailable

ENGINES: Mapping[str, str] = {
    "all": "The embedded engines",
    "postgres": "PostgreSQL",
    "seaweedfs": "SeaweedFS",
    "serve": "The server",
    "studio": "The demo's studio",
    "worker": "The worker",
}


def explain(error: Exception) -> str:  # noqa: PLR0911  # one sentence for each kind of error
    """The sentence; an engine's failure quotes the end of its log below."""
    match error:
        case EngineFailed():
            return _engine_failed(error)
        case EngineBusy():
            return f"{error.params['data_dir']} is in use by process {error.params['pid'] or 'unknown'}."
        case StoreUnavailable():
            return _unavailable(error)
        case StoreRefused():
            return f"The S3 server refused {error.params['operation']}: {error.params['code']}."
        case KeyUnavailable():
            return f"{variable_of('master_key')} is not the key that this database was made with, or not any more."
        case LedgerConflict():
            return _conflict(error)
        case LedgerBroken() | LedgerNamedOtherwise():
            return _ledger(error)
        case OSError(filename=str() | PathLike() as path, strerror=str(reason)):
            return f"{path}: {reason}"
        case _:
            return str(error)


def _ledger(error: LedgerBroken | LedgerNamedOtherwise) -> str:
    if isinstance(error, LedgerBroken):
        return f"The ledger is not what was signed, from index {error.index} on: {error.detail}. Nothing is served."
    origin, named = error.params["origin"], error.params["named"]
    return f"The log is called {origin}, not {named} ({variable_of('ledger_origin')}): it keeps its name for ever."


def _conflict(error: LedgerConflict) -> str:
    place, size = error.params["place"], error.params["size"]
    return (
        f"{place} knows a ledger of {size} entries, which this database's does not continue: "
        f"an old database was restored, or the log was rewritten. Nothing is served ({variable_of('ledger_conflict')})."
    )


def _engine_failed(error: EngineFailed) -> str:
    log = error.params["log"]
    quoted = [f"  {line}" for line in log] if isinstance(log, tuple) else []
    engine = str(error.params["engine"])
    return "\n".join([f"{ENGINES.get(engine, engine)}: {error.params['reason']}", *quoted])


def _unavailable(error: StoreUnavailable) -> str:
    name, field = "PostgreSQL", "database_url"
    if error.params.get("store") == "s3":
        name, field = "The S3 server", "s3_endpoint_url"
    detail = f": {error.params['detail']}" if error.params.get("detail") else ""
    return f"{name} can't be reached ({variable_of(field)}){detail}"
