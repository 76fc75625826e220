"""Which copy somebody is going to get, guessed from what left before: so that it is made ahead of the transaction.

Promises nothing but bounds: whoever guesses wrong has made a copy in vain, and what leaves is decided by rows alone.
"""

from collections import OrderedDict
from typing import TypeVar
from uuid import UUID

from compliance.exit.gates import Gate, Passage
from compliance.exit.splicing import CopyOf, Template

GATES_MAX = 4096
TEMPLATES_MAX = 1024
_Wanted = tuple[UUID | None, str, str, str]
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Guesses:
    """Of one process."""

    def __init__(self) -> None:
        self._copies: OrderedDict[Gate, CopyOf] = OrderedDict()
        self._templates: OrderedDict[_Wanted, Template] = OrderedDict()

    def learn(self, gate: Gate, passage: Passage, template: Template | None) -> None:
        """What was found behind this gate."""
        if template is None:
            return
        _note(self._copies, gate, CopyOf(template, passage.seal), GATES_MAX)
        _note(self._templates, _wanted(passage), template, TEMPLATES_MAX)

    def copy_at(self, gate: Gate) -> CopyOf | None:
        """The copy that left here last."""
        return self._copies.get(gate)

    def copy_of(self, passage: Passage) -> CopyOf | None:
        """The copy that this passage is to, if somebody got one of the same version; None: who knows."""
        template = self._templates.get(_wanted(passage))
        return None if template is None else CopyOf(template, passage.seal)


def _wanted(passage: Passage) -> _Wanted:
    served = passage.served
    return served.version_id, passage.seal_level, served.material_class, served.sensitivity


def _note(kept: OrderedDict[_Key, _Value], key: _Key, value: _Value, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
