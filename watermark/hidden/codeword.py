"""A copy id as 256 code bits, and back from soft values.

Promises: the message is the 48-bit copy id and a 16-bit keyed check; it is coded by a tail-biting convolutional code
of rate 1/4 and constraint length 9 (generators 463, 535, 733, 745 octal, free distance 24); decoding is soft Viterbi
over a circular trellis. Everything is vectorised over many words. Leaves how strong the evidence for a decoded id is
to the reader: a check that holds proves nothing by itself (one wrong word in 65,536 passes).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from watermark.hidden.keys import HiddenKey

COPY_ID_BITS = 48
CHECK_BITS = 16
MESSAGE_BITS = COPY_ID_BITS + CHECK_BITS
RATE = 4
CODE_BITS = MESSAGE_BITS * RATE
OCTETS = MESSAGE_BITS // 8
CONSTRAINT_LENGTH = 9
GENERATORS = (0o463, 0o535, 0o733, 0o745)
STATES = 1 << (CONSTRAINT_LENGTH - 1)
WRAP_STEPS = 48  # steps before and after the circle: over five constraint lengths, survivors have merged by then

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Decoded:
    """Per word: the most likely copy id, whether its check holds, and its code bits as ±1 of shape (n, 256)."""

    copy_ids: NDArray[np.uint64]
    checked: NDArray[np.bool_]
    code: Floats


def check_of(copy_ids: NDArray[np.uint64], key: HiddenKey) -> NDArray[np.uint64]:
    """The keyed check of each id: multiply-add-shift, strongly universal for 48 bits in and 16 out."""
    factor, addend = key.words("check", 2)
    with np.errstate(over="ignore"):
        hashed = copy_ids * (factor | np.uint64(1)) + addend
    return np.asarray(hashed >> np.uint64(64 - CHECK_BITS), np.uint64)


def encode(copy_ids: NDArray[np.uint64], key: HiddenKey) -> Floats:
    """The code bits of each id (shape (n,)) as ±1, shape (n, 256); bit 0 is +1. ValueError beyond 48 bits."""
    if np.any(copy_ids >> np.uint64(COPY_ID_BITS)):
        raise ValueError(f"a copy id has {COPY_ID_BITS} bits")
    return _coded((copy_ids << np.uint64(CHECK_BITS)) | check_of(copy_ids, key))


def decode(soft: Floats, key: HiddenKey) -> Decoded:
    """The most likely words under `soft` (shape (n, 256), positive for bit 0, in any common scale)."""
    bits = _viterbi(np.ascontiguousarray(soft, dtype=np.float32).reshape(-1, MESSAGE_BITS, RATE))
    messages = np.packbits(bits, axis=1).view(">u8")[:, 0].astype(np.uint64)
    copy_ids = messages >> np.uint64(CHECK_BITS)
    checked = check_of(copy_ids, key) == messages & np.uint64((1 << CHECK_BITS) - 1)
    return Decoded(copy_ids, checked, _coded(messages))


def _coded(messages: NDArray[np.uint64]) -> Floats:
    """Code words of messages (n,) as ±1, (n, 256): the code is linear, so each is the sum of its octets' words."""
    octets, words = messages.astype(">u8").view(np.uint8).reshape(-1, OCTETS), _words_of_octets()
    packed = words[0, octets[:, 0]]
    for at in range(1, OCTETS):
        packed ^= words[at, octets[:, at]]
    return np.asarray(np.take(_signs_of_octets(), packed.view(np.uint8), axis=0), np.float32).reshape(-1, CODE_BITS)


@cache
def _words_of_octets() -> NDArray[np.uint64]:
    """Of each octet of a message and each of its values the word, 256 bits packed into four numbers: (8, 256, 4)."""
    values = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float32)
    sums = values @ _generator_matrix().reshape(OCTETS, 8, CODE_BITS)
    return np.packbits(sums.astype(np.uint8) & 1, axis=2).view(np.uint64)


@cache
def _signs_of_octets() -> Floats:
    """The eight bits of each octet as ±1: (256, 8)."""
    return 1 - 2 * np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float32)


@cache
def _generator_matrix() -> Floats:
    """Shape (64, 256): which code bits a message bit takes part in, a sum over the last nine bits of the circle."""
    matrix = np.zeros((MESSAGE_BITS, MESSAGE_BITS, RATE), np.float32)
    for at in range(MESSAGE_BITS):
        for delay in range(CONSTRAINT_LENGTH):
            taps = [generator >> (CONSTRAINT_LENGTH - 1 - delay) & 1 for generator in GENERATORS]
            matrix[at, (at + delay) % MESSAGE_BITS] = taps
    return matrix.reshape(MESSAGE_BITS, CODE_BITS)


@cache
def branches() -> tuple[NDArray[np.intp], Floats]:
    """Of each state: its two predecessors (256, 2), and what the code says on the way from them (256, 2, 4).

    A state is the last eight bits, the newest highest. A branch's register is the new bit before its old state.
    """
    states = np.arange(STATES)
    newest = states >> (CONSTRAINT_LENGTH - 2)
    before = np.stack([(states << 1) % STATES, (states << 1) % STATES + 1], axis=1)
    registers = (newest << (CONSTRAINT_LENGTH - 1))[:, None] | before
    parity = np.stack([np.bitwise_count(registers & generator) & 1 for generator in GENERATORS], axis=2)
    return before, (1 - 2 * parity.astype(np.float32)).astype(np.float32)


def _viterbi(soft: Floats) -> NDArray[np.uint8]:
    """Message bits (n, 64) from soft (n, 64, 4): once round the circle with a run-up and a run-out."""
    before, words = branches()
    steps = np.arange(-WRAP_STEPS, MESSAGE_BITS + WRAP_STEPS) % MESSAGE_BITS
    gains = np.tensordot(soft, words.reshape(-1, RATE), axes=(2, 1)).reshape(len(soft), MESSAGE_BITS, STATES, 2)
    metrics = np.zeros((len(soft), STATES), np.float32)
    chosen = np.empty((len(steps), len(soft), STATES), np.uint8)
    for number, step in enumerate(steps):
        ways = metrics[:, before] + gains[:, step]
        chosen[number] = ways[:, :, 1] > ways[:, :, 0]
        metrics = ways.max(axis=2)
    return _traced(chosen, metrics.argmax(axis=1))[:, WRAP_STEPS : WRAP_STEPS + MESSAGE_BITS]


def _traced(chosen: NDArray[np.uint8], state: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Bits (n, steps) on the way back from the last `state` (n,) along the chosen branches."""
    words = np.arange(len(state))
    bits = np.empty((len(state), len(chosen)), np.uint8)
    for number in range(len(chosen) - 1, -1, -1):
        bits[:, number] = state >> (CONSTRAINT_LENGTH - 2)
        state = (state << 1) % STATES + chosen[number, words, state]
    return bits
