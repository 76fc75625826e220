"""The corpus: as many broken files as asked for, the same for the same number and seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from tests.malformed import handmade, seeds
from tests.malformed.mutations import ANY, OF_ARCHIVES, OF_PDF, Mutation

SEED = 20261125
PDF_SHARE, PICTURE_SHARE = 5, 4  # of nine mutated files


@dataclass(frozen=True)
class Sample:
    """One broken file; the name says how it was broken."""

    name: str
    body: bytes

    @property
    def is_pdf(self) -> bool:
        """Whether it is taken for a PDF, as far as its head goes."""
        return b"%PDF-" in self.body[:1024]


def drawn(count: int, seed: int = SEED) -> Iterator[Sample]:
    """PDFs and pictures: the handmade ones first, then mutations."""
    made = handmade.all_of_them()
    yield from (Sample(name, body) for name, body in list(made.items())[:count])
    for number in range(count - len(made)):
        if number % (PDF_SHARE + PICTURE_SHARE) < PDF_SHARE:
            yield _mutated(number, seed, seeds.pdfs(), OF_PDF)
        else:
            yield _mutated(number, seed, seeds.pictures(), ANY)


def office(count: int, seed: int = SEED) -> Iterator[Sample]:
    """Office files."""
    return (_mutated(number, seed, seeds.office(), OF_ARCHIVES) for number in range(count))


def _mutated(number: int, seed: int, whole: seeds.Seeds, mutations: tuple[Mutation, ...]) -> Sample:
    chance = random.Random(f"{seed}:{number}")
    name, mutation = chance.choice(sorted(whole)), chance.choice(mutations)
    other = whole[chance.choice(sorted(whole))]
    return Sample(f"{name}-{mutation.__name__}-{number}", mutation(whole[name], other, chance))
