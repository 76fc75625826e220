"""How many share tokens one core can refuse or accept in a second, before any row is read."""

import time

from benchmarks.stage import Figure
from compliance.errors import LinkInvalid
from compliance.links import ShareToken, active_kid, new_token_id, read_token, token_text
from fileserver.services import Services

CHECKS = 100_000


async def run(services: Services) -> list[Figure]:
    """Genuine tokens, and forged ones, checked one after the other."""
    genuine = token_text(services.keys, ShareToken(active_kid(services.keys), new_token_id()))
    forged = genuine[:-1] + ("A" if genuine[-1] != "A" else "B")
    return [
        Figure("link check, genuine", _per_second(services, genuine), "1/s", "one core; bar 50,000"),
        Figure("link check, forged", _per_second(services, forged), "1/s", "one core"),
    ]


def _per_second(services: Services, token: str) -> float:
    started = time.perf_counter()
    for _ in range(CHECKS):
        try:
            read_token(services.keys, token)
        except LinkInvalid:
            continue
    return CHECKS / (time.perf_counter() - started)
