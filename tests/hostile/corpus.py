"""Every hostile file, made anew each time: nothing harmful lies in the repository."""

from collections.abc import Iterator
from itertools import chain

from tests.hostile import archives, disguises, markups, offices, pdfs, pictures
from tests.hostile.model import Hostile


def all_of_them() -> Iterator[Hostile]:
    """By module."""
    return chain(light(), archives.heavy())


def light() -> Iterator[Hostile]:
    """Those that are made in no time."""
    modules = (pdfs, pictures, disguises, markups, offices, archives)
    return chain.from_iterable(each.files() for each in modules)


def some(every: int) -> Iterator[Hostile]:
    """Each so-manieth of them."""
    return (each for number, each in enumerate(light()) if number % every == 0)
