"""Taking the words of a person who is erased out of what others wrote.

Promise: after `scrub` no free text holds the word, and whatever the log has a hash of is handed back as it was and as
it is, so that the log can tell of both. A Latin word is found as a word only, a number not within a longer one; Chinese
has no gaps between words, so a name is found wherever its characters stand.
"""

from dataclasses import dataclass

from sqlalchemy import Column, LargeBinary, Text, bindparam, func, select, text, update

from storage.database import Transaction
from storage.rows.erasure import ERASED, FREE_TEXTS
from storage.schema import (
    anomaly,
    finding,
    legal_hold,
    material,
    person,
    review,
    review_procedure,
    review_signature,
    rule_set_activation,
    share,
    share_bar,
    viewer,
)

LATIN = "0-9A-Za-zÀ-ɏ"
DIGITS = "0-9"

# Texts of which an event holds the SHA-256, or the beginning of it.
HASHED: frozenset[Column[str]] = frozenset(
    {
        anomaly.c.reason,
        legal_hold.c.lifted_reason,
        legal_hold.c.reason,
        material.c.withdrawn_reason,
        finding.c.reason,
        review.c.reason,
        review_procedure.c.reason,
        review_signature.c.reason,
        rule_set_activation.c.reason,
        share.c.revoked_reason,
        share_bar.c.reason,
        viewer.c.blocked_reason,
    }
)

# File names as clients sent them (base64 of UTF-8), of uploads that are over.
_FORGET_FILE_NAMES = text(
    """
    UPDATE upload SET metadata = '{}'
    WHERE state IN ('complete', 'terminated', 'failed') AND EXISTS (
        SELECT FROM jsonb_each_text(upload.metadata) AS sent
        WHERE position(:word IN decode(sent.value, 'base64')) > 0
    )
    """
).bindparams(bindparam("word", type_=LargeBinary))

# What a marketer has the mark of a share say. A word of one character stands for the name: some would not be drawn.
_FORGET_LOOKS = text(
    """
    UPDATE share SET look = jsonb_set(look, '{text}', to_jsonb(regexp_replace(look ->> 'text', :pattern, '*', 'g')))
    WHERE look ->> 'text' ~ :pattern
    """
)
# A person's id stands in no event: their pseudonym does.
_PSEUDONYM = select(person.c.pseudonym).where(person.c.id == viewer.c.person_id).scalar_subquery()
_COUNT_LOOKS = text("SELECT count(*) FROM share WHERE look ->> 'text' ~ :pattern")


@dataclass(frozen=True)
class Changed:
    """A text that the log has a hash of: where it stands (`table.column` and which row), as it was and as it is."""

    place: str
    row: str
    before: str
    after: str


def pattern_of(word: str) -> str:
    """How PostgreSQL's regular expressions find the word, in any case, where no other of its kind goes on."""
    kind = DIGITS if word.removeprefix("+").isdecimal() else LATIN
    escaped = "".join(char if char.isalnum() or not char.isascii() else f"\\{char}" for char in word)
    ahead = f"(?<![{kind}])" if _of_latin(word[0]) or word[0] == "+" else ""
    behind = f"(?![{kind}])" if _of_latin(word[-1]) else ""
    return f"(?i){ahead}{escaped}{behind}"


def _of_latin(char: str) -> bool:
    return char.isalnum() and char <= "ɏ"


async def count_hits(tx: Transaction, word: str) -> int:
    """In how many texts of others the word stands, but for file names of uploads."""
    pattern = pattern_of(word)
    found = int((await tx.execute(_COUNT_LOOKS, {"pattern": pattern})).scalar_one())
    for column in FREE_TEXTS:
        query = select(func.count()).select_from(column.table).where(column.regexp_match(pattern))
        found += int((await tx.execute(query)).scalar_one())
    return found


async def scrub(tx: Transaction, word: str) -> tuple[int, tuple[Changed, ...]]:
    """Puts `[erased]` in the place of the word everywhere; how many texts were changed, and which the log knows."""
    pattern, count = pattern_of(word), 0
    changed: list[Changed] = []
    for column in FREE_TEXTS:
        found = column.regexp_match(pattern)
        after = func.regexp_replace(column, pattern, ERASED, "g")
        if column in HASHED:
            changed += await _changes(tx, column, pattern)
        count += (await tx.execute(update(column.table).where(found).values({column.key: after}))).rowcount
    count += (await tx.execute(_FORGET_FILE_NAMES, {"word": word.encode()})).rowcount
    count += (await tx.execute(_FORGET_LOOKS, {"pattern": pattern})).rowcount
    return count, tuple(changed)


async def _changes(tx: Transaction, column: Column[str], pattern: str) -> list[Changed]:
    """What will become of the texts of one column, whose rows are locked from here on."""
    table = column.table
    name = _PSEUDONYM if table is viewer else table.c.id.cast(Text)
    after = func.regexp_replace(column, pattern, ERASED, "g")
    query = select(name, column, after).where(column.regexp_match(pattern)).with_for_update(of=table)
    return [Changed(f"{table.name}.{column.key}", *row) for row in await tx.execute(query)]
