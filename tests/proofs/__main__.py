"""`python -m tests.proofs --edits 1000 --mutants 100000 --seed 7`: more of chance than the tests can wait for."""

import json
import random
import sys
import time

import click

from tests.ledgers import entry, log_of, policy
from tests.proofs.edits import undetected
from tests.proofs.texts import accepted

SHOWN_MAX = 20


@click.command()
@click.option("--edits", default=1000, show_default=True, help="Single bytes changed in a log.")
@click.option("--entries", default=5000, show_default=True, help="How many the log has.")
@click.option("--mutants", default=100_000, show_default=True, help="Broken notes and receipts.")
@click.option("--seed", type=int, help="Of all chance; else one is drawn and told.")
def main(*, edits: int, entries: int, mutants: int, seed: int | None) -> None:
    """Change logs and proofs; one JSON object. Ends with 1 if anything went unnoticed."""
    seed = random.randrange(1 << 32) if seed is None else seed
    chance, started = random.Random(seed), time.perf_counter()
    missed = undetected(log_of([entry(i) for i in range(entries)]), policy(), chance, edits)
    fooled = list(accepted(mutants, chance))
    told = {
        "seed": seed,
        "edits": edits,
        "located": edits - len(missed),
        "missed": [str(each) for each in missed[:SHOWN_MAX]],
        "mutants": mutants,
        "accepted": [(name, text.decode("utf-8", "replace")) for name, text in fooled[:SHOWN_MAX]],
        "seconds": round(time.perf_counter() - started, 1),
    }
    click.echo(json.dumps(told, indent=1, ensure_ascii=False))
    sys.exit(1 if missed or fooled else 0)


if __name__ == "__main__":
    main()
