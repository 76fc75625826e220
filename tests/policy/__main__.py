"""`make policy`: a million random questions to both engines, then mutants of both; ends with 1 if a bar is missed."""

import argparse
import sys
import time
from collections import Counter

from compliance.access.rules import FORBIDS, PERMITS
from tests.policy.agreeing import differences
from tests.policy.mutants import cedar_killed, cedar_mutants, killed, python_mutants, questions

KILLED_MIN = 0.95


def say(line: object) -> None:
    """One line, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Ask, count and tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.policy")
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batches", type=int, default=40, help="of a thousand questions to each mutant")
    parser.add_argument("--only", choices=("oracle", "python", "cedar"))
    args = parser.parse_args()
    good = True
    if args.only in (None, "oracle"):
        started = time.monotonic()
        seen: Counter[str] = Counter()
        found = list(differences(args.seed, args.requests, seen))
        say(f"{args.requests:,} questions, {len(found)} differences, {time.monotonic() - started:.0f} s")
        for each in found[:5]:
            say(each)
        never = sorted({*(rule.id for rule in FORBIDS), *(rule.id for rule in PERMITS)} - set(seen))
        rarest = ", ".join(f"{rule} {times:,}" for rule, times in seen.most_common()[:-6:-1])
        say(f"rules that decided none of them: {never or 'none'}; the rarest: {rarest}")
        good &= not found and not never
    asked = questions(args.seed, args.batches)
    if args.only in (None, "python"):
        good &= _told("Python", {each.name: killed(each, asked) for each in python_mutants()})
    if args.only in (None, "cedar"):
        good &= _told("Cedar", {name: cedar_killed(text, asked) for name, text in cedar_mutants()})
    sys.exit(not good)


def _told(of: str, fates: dict[str, bool]) -> bool:
    alive = sorted(name for name, dead in fates.items() if not dead)
    share = 1 - len(alive) / len(fates)
    say(f"{of}: {len(fates)} mutants, {len(fates) - len(alive)} killed, {share:.1%}")
    for name in alive:
        say(f"  alive: {name}")
    return share >= KILLED_MIN


if __name__ == "__main__":
    main()
