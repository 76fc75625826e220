"""`python -m tests.proofs --edits 1000 --mutants 100000 --seed 7`: more of chance than the tests can wait for."""

import asyncio
import json
import random
import sys
import time

import click

from benchmarks.stage import stage
from compliance import ledger
from compliance.events import Act, Trail
from compliance.notes import vkey
from compliance.verifying import parse_vkey, policy_of
from tests.ledgers import entry, log_of, policy
from tests.proofs import rows
from tests.proofs.edits import undetected
from tests.proofs.texts import accepted

SHOWN_MAX = 20


TRAIL = Trail(who="p-1", role="viewer")
BATCH = 50


async def missed_rows(count: int, size: int, chance: random.Random) -> list[str]:
    """The same in a database of its own, row by row."""
    if not count:
        return []
    async with stage() as services:
        for _ in range(size // BATCH):
            told = [TRAIL.event(Act.VIEWER_COPY_VIEW, obj=f"material:{chance.randrange(10**6)}") for _ in range(BATCH)]
            async with services.database.transaction() as tx:
                await ledger.append_all(tx, told, now=services.clock())
            await services.sequencer.catch_up()
        keys = [parse_vkey(vkey(services.ledger_origin, key.public)) for key in services.keys.ledger]
        return [str(edit) for edit, _ in await rows.missed(services.database, policy_of(keys), chance, count)]


@click.command()
@click.option("--edits", default=1000, show_default=True, help="Single bytes changed in a log's files.")
@click.option("--rows", "row_edits", default=300, show_default=True, help="Single bytes changed in a database.")
@click.option("--entries", default=5000, show_default=True, help="How many the log has.")
@click.option("--mutants", default=100_000, show_default=True, help="Broken notes and receipts.")
@click.option("--seed", type=int, help="Of all chance; else one is drawn and told.")
def main(*, edits: int, row_edits: int, entries: int, mutants: int, seed: int | None) -> None:
    """Change logs and proofs; one JSON object. Ends with 1 if anything went unnoticed."""
    seed = random.randrange(1 << 32) if seed is None else seed
    chance, started = random.Random(seed), time.perf_counter()
    missed = undetected(log_of([entry(i) for i in range(entries)]), policy(), chance, edits)
    missed_here = asyncio.run(missed_rows(row_edits, 1000, chance))
    fooled = list(accepted(mutants, chance))
    told = {
        "seed": seed,
        "edits": edits,
        "located": edits - len(missed),
        "missed": [str(each) for each in missed[:SHOWN_MAX]],
        "rows": row_edits,
        "rows_located": row_edits - len(missed_here),
        "rows_missed": missed_here[:SHOWN_MAX],
        "mutants": mutants,
        "accepted": [(name, text.decode("utf-8", "replace")) for name, text in fooled[:SHOWN_MAX]],
        "seconds": round(time.perf_counter() - started, 1),
    }
    click.echo(json.dumps(told, indent=1, ensure_ascii=False))
    sys.exit(1 if missed or missed_here or fooled else 0)


if __name__ == "__main__":
    main()
