"""Naming copies, and how seldom chance does it."""

import numpy as np
import pytest

from watermark.hidden.codeword import encode
from watermark.hidden.keys import HiddenKey
from watermark.hidden.scoring import FALSE_ACCUSATION_MAX, Floats, bound, ranked

KEY = HiddenKey(1, b"k" * 32)
IDS = np.random.default_rng(4).integers(0, 1 << 48, 5000, dtype=np.uint64)


def heard(guilty: list[int], noise: float, seed: int = 1) -> Floats:
    """Soft bits of the average of some of IDS, with Gaussian noise."""
    words = encode(IDS[guilty], KEY).mean(axis=0)
    return np.asarray(words + np.random.default_rng(seed).normal(0, noise, words.shape), np.float32)


def test_names_the_copy() -> None:
    """The copy whose code is heard is named, the next best is not, and both have their probability."""
    first, second, *_ = ranked([heard([7], noise=0.7)], IDS, KEY)
    assert (int(IDS[7]), True, False) == (first.copy_id, first.named, second.named)
    assert first.false_accusation < FALSE_ACCUSATION_MAX <= second.false_accusation


@pytest.mark.parametrize("count", [2, 3])
def test_names_all_who_mixed_their_copies(count: int) -> None:
    """Each one's share is taken out before the next is judged; nobody else is named."""
    guilty = list(range(100, 100 + count))
    names = {each.copy_id for each in ranked([heard(guilty, noise=0.25)], IDS, KEY) if each.named}
    assert {int(IDS[each]) for each in guilty} == names


def test_names_nobody_in_noise() -> None:
    """Of 10 times 5,000 comparisons with nothing, none is an accusation."""
    rng = np.random.default_rng(5)
    for _ in range(10):
        noise = (rng.standard_cauchy(256) if rng.random() < 0.5 else rng.normal(size=256)).astype(np.float32)
        assert not ranked([noise], IDS, KEY)[0].named


def test_a_second_layer_turned_against_us_hides_nothing() -> None:
    """The first layer is also judged alone: one that was subtracted twice over doesn't cancel it."""
    sound, reversed_one = heard([7], noise=0.5), -heard([7], noise=0.1)
    assert int(IDS[7]) == ranked([sound, reversed_one], IDS, KEY)[0].copy_id
    assert ranked([sound, reversed_one], IDS, KEY)[0].named


def test_two_weak_layers_are_strong_together() -> None:
    """What neither layer could prove, both can."""
    layers = [heard([7], noise=2.5, seed=seed) for seed in (1, 2)]
    assert not ranked(layers[:1], IDS, KEY)[0].named
    assert ranked(layers, IDS, KEY)[0].named


def test_an_id_that_is_alike_is_not_named_for_another() -> None:
    """The code is local: an innocent id that shares a run of bits with the guilty one stands out, and isn't accused."""
    guilty = 0xA5A5_1234_5678
    alike = np.array([guilty ^ 0xFFF], np.uint64)  # the first 36 of 48 bits are the same
    soft = encode(np.array([guilty], np.uint64), KEY)[0]
    first = ranked([soft, soft], np.concatenate([IDS, alike]), KEY)[0]
    assert (int(alike[0]), False) == (first.copy_id, first.named)
    assert first.score > 8  # by its score alone it would have been
    assert guilty == ranked([soft, soft], np.append(alike, np.uint64(guilty)), KEY)[0].copy_id


def test_more_trials_ask_for_more() -> None:
    """The bound counts every candidate and every trial."""
    assert pytest.approx(10 * bound(8, 1000)) == bound(8, 10_000)
    once, often = (ranked([heard([7], noise=1.0)], IDS, KEY, trials=trials)[0] for trials in (1, 10))
    assert pytest.approx(10 * once.false_accusation) == often.false_accusation


def test_nobody_to_name() -> None:
    """Without candidates there is no suspicion, and silence accuses nobody."""
    assert [] == ranked([heard([7], noise=0.1)], np.zeros(0, np.uint64), KEY)
    assert not ranked([np.zeros(256, np.float32)] * 2, IDS, KEY)[0].named
