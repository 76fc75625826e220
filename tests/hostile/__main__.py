"""`python -m tests.hostile`: every hostile file, in the processes that look at files; one JSON object."""

import asyncio
import json
import sys
import time
from collections import Counter

from rich.console import Console
from rich.progress import track

from tests.hostile import corpus
from tests.hostile.run import MIB, Outcomes, all_looked_at


def main() -> None:
    """Look at all of them; ends with 1 when one passes."""
    started = time.perf_counter()
    files = list(corpus.all_of_them())
    outcomes = asyncio.run(all_looked_at(track(files, "Hostile files", console=Console(stderr=True))))
    wrong = [each.name for each in files if each.by and each.by not in outcomes.by_name[each.name]]
    sys.stdout.write(json.dumps(_told(outcomes, wrong, time.perf_counter() - started), indent=1) + "\n")
    sys.exit(bool(outcomes.passed() or wrong))


def _told(outcomes: Outcomes, wrong: list[str], seconds: float) -> dict[str, object]:
    counted = Counter(rule for rules in outcomes.by_name.values() for rule in rules)
    return {
        "files": len(outcomes.by_name),
        "passed": outcomes.passed(),
        "held_up_by_another_rule_than_expected": wrong,
        "rules": dict(counted.most_common()),
        "no_result": outcomes.causes,
        "peak_mib": outcomes.peak_bytes // MIB,
        "seconds": round(seconds, 1),
    }


if __name__ == "__main__":
    main()
