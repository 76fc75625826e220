"""A rule set: one checked rule file, named by its number and by the hash of what it says.

Two files that say the same have the same version, however they are laid out; whatever changes a verdict changes it.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Self

from pydantic import ValidationError

from compliance.access.model import MaterialClass
from compliance.ruleset.checking import problems_of
from compliance.ruleset.hits import Severity
from compliance.ruleset.schema import RuleFile, RulePart
from compliance.ruleset.yaml_file import Loaded, Path, Problem, RuleFileInvalid, load, shown

STANDARD = "medical_aesthetics.yaml"
HASH_CHARS = 10


@dataclass(frozen=True)
class RuleSet:
    """One rule file that can be used. `source` is its text, comments and all."""

    file: RuleFile
    source: str

    @classmethod
    def load(cls, source: str) -> Self:
        """The rule set of a file's text. Raises RuleFileInvalid with every problem, each with its line and field."""
        loaded = load(source)
        try:
            file = RuleFile.model_validate(loaded.data)
        except ValidationError as error:
            raise RuleFileInvalid(list(_told(error, loaded))) from None
        wrong = [Problem(loaded.line(path), shown(path), kind, detail) for path, kind, detail in problems_of(file)]
        if wrong:
            raise RuleFileInvalid(wrong)
        return cls(file, source)

    @classmethod
    def default(cls) -> "RuleSet":
        """The rule set that ships: promotion of medical aesthetics in China."""
        return _standard()

    @cached_property
    def version(self) -> str:
        """Name, number and hash: `medical-aesthetics-1-0123456789`."""
        canonical = json.dumps(self.file.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        return f"{self.file.name}-{self.file.number}-{digest[:HASH_CHARS]}"

    @cached_property
    def rules(self) -> dict[str, RulePart]:
        """The rules by their ids, in the file's order."""
        return {rule.id: rule for rule in self.file.rules}

    def weight(self, rule_id: str, material_class: MaterialClass) -> Severity | None:
        """How grave the rule is for a class of material; None where it does not hold."""
        weight = self.rules[rule_id].severity.get(material_class, "none")
        return None if weight == "none" else weight

    def articles(self, rule_id: str, language: str) -> list[str]:
        """The rule's basis in words: the law's name and where in it."""
        return [self._article(key, language) for key in self.rules[rule_id].basis]

    def _article(self, key: str, language: str) -> str:
        law, _, place = key.partition(" ")
        name = self.file.laws[law]
        if not language.startswith("zh"):
            return f"{name.en} {place}".strip()
        return f"{name.zh}第 {place} {'项' if place.startswith('(') else '条'}" if place else name.zh


@cache
def _standard() -> RuleSet:
    """Without the second look at its words, which the tests of the file have taken: servers start with it."""
    source = (files("compliance.ruleset") / STANDARD).read_text(encoding="utf-8")
    return RuleSet(RuleFile.model_validate(load(source).data), source)


def _told(error: ValidationError, loaded: Loaded) -> Iterator[Problem]:
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        path: Path = tuple(part for part in fault["loc"] if part != "[key]")
        yield Problem(loaded.line(path), shown(path), fault["type"], fault["msg"])
