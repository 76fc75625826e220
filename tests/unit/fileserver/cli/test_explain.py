"""What an operator reads when an engine, a key or a setting is at fault."""

from errno import ENOENT

import pytest

from compliance.errors import KeyUnavailable, LedgerConflict
from fileserver.cli.explain import explain
from storage.errors import EngineBusy, EngineFailed, StoreRefused, StoreUnavailable


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            StoreUnavailable(store="postgresql", detail="Connection refused"),
            "PostgreSQL can't be reached (SEALSHARE_DATABASE_URL): Connection refused",
        ),
        (StoreUnavailable(store="postgresql"), "PostgreSQL can't be reached (SEALSHARE_DATABASE_URL)"),
        (
            StoreUnavailable(store="s3", operation="ping", detail="ReadTimeout"),
            "The S3 server can't be reached (SEALSHARE_S3_ENDPOINT_URL): ReadTimeout",
        ),
        (
            StoreRefused(operation="make_bucket", code="AccessDenied"),
            "The S3 server refused make_bucket: AccessDenied.",
        ),
        (
            KeyUnavailable(purpose="signing-key:1"),
            "SEALSHARE_MASTER_KEY is not the key that this database was made with, or not any more.",
        ),
        (
            LedgerConflict(place="witness:w1", conflict="shrunk", size=12),
            (
                "witness:w1 knows a ledger of 12 entries, which this database's does not continue: an old database was "
                "restored, or the log was rewritten. Nothing is served (SEALSHARE_LEDGER_CONFLICT)."
            ),
        ),
        (EngineBusy(data_dir="/srv/demo", pid=12), "/srv/demo is in use by process 12."),
        (EngineBusy(data_dir="/srv/demo", pid=0), "/srv/demo is in use by process unknown."),
        (
            EngineFailed(engine="postgres", reason="it ended with status 1", log=("FATAL: no", "HINT: yes")),
            "PostgreSQL: it ended with status 1\n  FATAL: no\n  HINT: yes",
        ),
        (FileNotFoundError(ENOENT, "No such file or directory", "log.zip"), "log.zip: No such file or directory"),
        (ValueError("as it is"), "as it is"),
    ],
)
def test_says_what_is_wrong_and_where_to_look(error: Exception, sentence: str) -> None:
    """Each failure names the part in plain words, and the setting that leads to it."""
    assert sentence == explain(error)
