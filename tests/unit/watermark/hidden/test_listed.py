"""Copies told from a list where their code can't be decoded, and nobody who is not the source."""

import numpy as np
import pytest

from watermark.hidden import FALSE_ACCUSATION_MAX, FALSE_ALARM_MAX, HiddenKey
from watermark.hidden.evidence import Evidence, weighed
from watermark.hidden.listed import PILOT_MIN, PLACES_MAX, judged, named_among
from watermark.hidden.repeating import tile_of

KEY, OTHER_KEY = HiddenKey(1, b"k" * 32), HiddenKey(2, b"o" * 32)
IDS = np.random.default_rng(4).integers(0, 1 << 48, 10_000, dtype=np.uint64)
COPY_ID = int(IDS[77])
NOISE = 11.0  # against a tile of unit power: the decoder errs, and the code is eight to nine deviations high


def tile(noise: float, seed: int, copy_id: int = COPY_ID, share: float = 1.0) -> Evidence:
    """What a tile of a copy says through noise."""
    chance = np.random.default_rng(seed).normal(0, noise, (128, 128)).astype(np.float32)
    return weighed(tile_of(copy_id, KEY) * np.float32(share) + chance, KEY, 1)


def test_names_what_no_decoder_reads() -> None:
    """Of 10,000 copies the one is named whose code can't be decoded any more, and nobody else."""
    evidence = tile(NOISE, 1)
    assert evidence.false_alarm > FALSE_ALARM_MAX
    at, named = named_among([(KEY, tile(NOISE, 2, share=0)), (KEY, evidence)], {KEY.kid: IDS})
    assert (1, [COPY_ID]) == (at, [each.copy_id for each in named])
    assert named[0].false_accusation < FALSE_ACCUSATION_MAX


@pytest.mark.parametrize("seed", range(2))
def test_names_nobody_for_another_copy(seed: int) -> None:
    """Whoever was served another copy is not named for it, however clear that is."""
    for noise in (0.5, NOISE):
        assert (-1, []) == named_among([(KEY, tile(noise, seed))], {KEY.kid: np.delete(IDS, 77)})


def test_names_nobody_by_another_key() -> None:
    """A copy counts under the key that marked it only, and a list without that key is no list."""
    evidence = tile(NOISE, 1)
    assert (-1, []) == named_among([(KEY, evidence)], {OTHER_KEY.kid: IDS})
    assert (-1, []) == named_among([(OTHER_KEY, evidence)], {OTHER_KEY.kid: IDS})


def test_only_the_likeliest_places_are_held_against_the_list() -> None:
    """At most PLACES_MAX, the strongest pilots first, none without a pilot: the bound counts so many."""
    seen = [(KEY, tile(noise, 3)) for noise in np.linspace(4, 1, 9)] + [(KEY, tile(1, 3, share=0))]
    tried = [at for at, _ in judged(seen, {KEY.kid: IDS[:10]})]
    assert [8, 7, 6, 5, 4, 3] == tried
    assert PLACES_MAX == len(tried)
    assert all(seen[at][1].pilot_score >= PILOT_MIN for at in tried)
