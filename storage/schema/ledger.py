"""The log and its tree."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Identity, LargeBinary, SmallInteger, Table, Text

from storage.schema.columns import NOW, metadata, moment

event = Table(
    # One row per leaf. `leaf` holds the exact canonical bytes; the columns beside it are copies to search by.
    "event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("leaf", LargeBinary, nullable=False),
    Column("t", DateTime(timezone=True), nullable=False),
    Column("act", Text, nullable=False),
    Column("res", Text, CheckConstraint("res IN ('allow', 'deny', 'error')", name="res"), nullable=False),
    Column("why", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("org", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("obj", Text, nullable=False),
    Column("ver", Text, nullable=False),
    Column("link", Text, nullable=False),
)


ledger_pending = Table(
    # Committed events that are not in the tree yet. A trigger on `event` adds them in the transaction of the event.
    "ledger_pending",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("added_at", DateTime(timezone=True), nullable=False, server_default=NOW),
)

ledger_leaf = Table(
    # Which event stands at which place in the tree: contiguous from 0, written once. Without a foreign key, whose
    # check would lock every event's row, which is append-only; an event is never removed anyway.
    "ledger_leaf",
    metadata,
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, nullable=False, unique=True),
)

ledger_tile = Table(
    # Hashes of C2SP tlog-tiles, full ones and the last of each level while it grows; the hashes in it never change.
    "ledger_tile",
    metadata,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "hashes",
        LargeBinary,
        CheckConstraint("length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0", name="hashes"),
        nullable=False,
    ),
)

ledger_checkpoint = Table(
    # Every head that was ever signed. `note` is the signed note with the log's own signatures.
    "ledger_checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, CheckConstraint("length(root) = 32", name="root"), nullable=False),
    Column("note", Text, nullable=False),
    moment("made_at", nullable=False),
)

ledger_log = Table(
    # One row: the log's name, when a sequencer last worked, and what it remembers of the times in the leaves.
    "ledger_log",
    metadata,
    Column("id", SmallInteger, CheckConstraint("id = 1", name="one"), primary_key=True, autoincrement=False),
    Column("origin", Text, nullable=False),
    moment("beat_at", nullable=False),
    moment("last_t"),
    moment("step_told_at"),
)

ledger_cosignature = Table(
    # What witnesses said of a checkpoint: one line of the signed note each.
    "ledger_cosignature",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("witness", Text, primary_key=True),
    Column("line", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=NOW),
)

ledger_place = Table(
    # Places outside the server's trust that are told of checkpoints: what each took last, and what it said against us.
    "ledger_place",
    metadata,
    Column("name", Text, primary_key=True),
    Column("size", BigInteger, nullable=False, server_default="0"),
    moment("told_at"),
    Column("next_at", DateTime(timezone=True), nullable=False, server_default="-infinity"),  # nobody tells it before
    moment("failing_since"),
    Column("failure", Text, nullable=False, server_default=""),
    Column(
        "conflict",
        Text,
        CheckConstraint("conflict IN ('', 'shrunk', 'forked')", name="conflict"),
        nullable=False,
        server_default="",
    ),
    Column("conflict_size", BigInteger),
)

ledger_prune = Table(
    # One row: entry bundles that lie wholly below this index are withheld; tiles of hashes stay.
    "ledger_prune",
    metadata,
    Column("id", SmallInteger, CheckConstraint("id = 1", name="one"), primary_key=True, autoincrement=False),
    Column("minimum_index", BigInteger, nullable=False),
)
