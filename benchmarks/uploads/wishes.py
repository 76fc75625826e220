"""What of the upload benchmarks is wanted, and how big."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.uploads.stores import STORES

ROUNDS = 3

Advance = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """`only`: names of scenarios, none means all. `quick`: tiny sizes, to see that it runs; no figure means anything.

    `advance` hears of each step before it begins.
    """

    only: tuple[str, ...] = ()
    stores: tuple[str, ...] = tuple(STORES)
    rounds: int = ROUNDS
    quick: bool = False
    advance: Advance = lambda _step: None

    def wants(self, name: str) -> bool:
        """Whether this scenario is to be measured."""
        return not self.only or name in self.only
