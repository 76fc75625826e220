"""Uploads."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from storage.schema.columns import created, metadata, moment, own_id, ref

upload = Table(
    "upload",
    metadata,
    own_id(),
    ref("person_id", "person"),
    Column("length_bytes", BigInteger),  # null until a deferred length is said
    Column("offset_bytes", BigInteger, nullable=False, server_default="0"),
    Column("metadata", JSONB, nullable=False),  # decoded Upload-Metadata: {name: base64 text as sent}
    Column("object_key", Text, nullable=False, unique=True),
    Column("multipart_id", Text),
    Column("part_size_bytes", BigInteger, nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint(
            "state IN ('receiving', 'assembling', 'verifying', 'complete', 'terminated', 'failed')", name="state"
        ),
        nullable=False,
    ),
    Column("sha256", Text),
    Column("verified_bytes", BigInteger, nullable=False, server_default="0"),  # progress of the re-hash
    Column("fence", BigInteger, nullable=False, server_default="0"),  # a newer request's number ends the older one
    Column("holder", Uuid),  # the process that receives it, or was the last to; which one lives, advisory locks tell
    Column(
        "way",
        Text,
        CheckConstraint("way IN ('streamed', 'direct')", name="way"),
        nullable=False,
        server_default="streamed",
    ),
    Column("wasted_bytes", BigInteger, nullable=False, server_default="0"),  # stored and never recorded
    Column("concat", Text, CheckConstraint("concat IN ('partial', 'final')", name="concat")),
    created(),
    moment("updated_at", nullable=False),
    moment("expires_at"),
    CheckConstraint("offset_bytes >= 0 AND (length_bytes IS NULL OR offset_bytes <= length_bytes)", name="offset"),
    Index("ix_upload_person_id", "person_id"),
    Index("ix_upload_expires_at", "expires_at", postgresql_where=text("state IN ('receiving', 'failed', 'complete')")),
)

upload_part = Table(
    "upload_part",
    metadata,
    Column("upload_id", Uuid, ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("offset_bytes", BigInteger, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("etag", Text, nullable=False),
    Column("checksum", Text),  # SHA-256 in base64, of a part that came with one
)

upload_signed_part = Table(
    # What was last signed for a part of a direct upload; whether it was ever sent, only the store knows.
    "upload_signed_part",
    metadata,
    Column("upload_id", Uuid, ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("checksum", Text, nullable=False),
    Column("signed_count", Integer, nullable=False, server_default="1"),
)
upload_tail = Table(
    # Acknowledged bytes that are too few for a part, as immutable objects, until a part covers them.
    "upload_tail",
    metadata,
    Column("upload_id", Uuid, ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True),
    Column("offset_bytes", BigInteger, primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("object_key", Text, nullable=False),
)

upload_source = Table(
    # What a final upload is put together of (tus concatenation), in order; the same partial upload may repeat.
    "upload_source",
    metadata,
    Column("upload_id", Uuid, ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    ref("source_id", "upload"),
    Column("url", Text, nullable=False),  # as the client wrote it: HEAD repeats it
    Index("ix_upload_source_source_id", "source_id"),
)

upload_quota = Table(
    # How much a person, or all of a department and below it together, may keep; who has no row has the default.
    "upload_quota",
    metadata,
    Column("scope", Text, CheckConstraint("scope IN ('person', 'department')", name="scope"), primary_key=True),
    Column("subject", Text, primary_key=True),  # a person's id or a department's
    Column("size_max_bytes", BigInteger, CheckConstraint("size_max_bytes >= 0", name="size_max"), nullable=False),
    created(),
)

upload_flight = Table(
    # What a process last said about an upload that it is receiving, for operators; a crash may empty it.
    "upload_flight",
    metadata,
    Column("upload_id", Uuid, primary_key=True),  # no reference: a check of it would cost more than the row
    Column("process", Uuid, nullable=False),
    Column("received_bytes", BigInteger, nullable=False),
    Column("retained_bytes", BigInteger, nullable=False),
    Column("rate_bytes_s", BigInteger, nullable=False),
    moment("seen_at", nullable=False),
    prefixes=["UNLOGGED"],
)
