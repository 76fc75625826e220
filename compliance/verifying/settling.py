"""Which of two opinions about some hashes is the signed one: what is stored, or what follows from below."""

from collections.abc import Callable, Sequence
from itertools import product

DOUBTS_MAX = 8  # places where both may be right: 2^8 ways are tried, more are a rewritten log

Opinion = Sequence[bytes | None]


def settle(
    stored: Opinion, below: Callable[[], Opinion], fold: Callable[[Sequence[bytes]], bytes], wanted: bytes
) -> list[bytes] | None:
    """The hashes that fold to the hash that is vouched for, each taken from either opinion; None when there are none.

    `below` is asked only when what is stored doesn't do.
    """
    known = [each for each in stored if each is not None]
    if len(known) == len(stored) and fold(known) == wanted:
        return known
    choices = [_choices(*pair) for pair in zip(stored, below(), strict=True)]
    if sum(len(each) > 1 for each in choices) > DOUBTS_MAX:
        # One of the two stands as a whole, or neither does.
        choices = [each[-1:] for each in choices]
    for chosen in product(*choices):
        if fold(chosen) == wanted:
            return list(chosen)
    return None


def _choices(stored: bytes | None, below: bytes | None) -> tuple[bytes, ...]:
    """What this hash may be; nothing at all when nobody knows, and then nothing folds."""
    return tuple(dict.fromkeys(each for each in (stored, below) if each is not None))
