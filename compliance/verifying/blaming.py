"""Which line of a checkpoint was changed after it was signed: found by putting it right until the signature holds."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from compliance.verifying.checkpoints import (
    ORIGIN_LINE,
    ROOT_LINE,
    SIZE_LINE,
    Checkpoint,
    checkpoint_of,
    text_of,
)
from compliance.verifying.errors import BadSignature
from compliance.verifying.keys import VerifierKey
from compliance.verifying.policies import Policy

DIGITS = "0123456789"


class Mended(NamedTuple):
    """The line that was changed, and the checkpoint as it was signed."""

    line: int
    checkpoint: Checkpoint


def mend(head: Checkpoint, policy: Policy, root_at: Callable[[int], bytes | None]) -> Mended | None:
    """The checkpoint that a known log did sign, if one line is all that differs; `root_at` tells roots by the tiles."""
    for key in policy.logs:
        for line, text in _guesses(head, key, root_at(head.size)):
            note = replace(head.note, text=text)
            try:
                if key.signed(note) is not None:
                    return Mended(line, checkpoint_of(note))
            except BadSignature:
                continue
    return None


def _guesses(head: Checkpoint, key: VerifierKey, root: bytes | None) -> Iterator[tuple[int, bytes]]:
    yield ORIGIN_LINE, text_of(key.name, head.size, head.root)
    if root is not None:
        yield ROOT_LINE, text_of(head.origin, head.size, root)
    digits = str(head.size)
    for i in range(len(digits)):
        for digit in DIGITS:
            size = int(digits[:i] + digit + digits[i + 1 :])
            if size != head.size:
                yield SIZE_LINE, text_of(head.origin, size, head.root)
