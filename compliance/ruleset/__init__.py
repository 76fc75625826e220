"""The rule set: what may not be said, where the law says so, and the matcher that finds it in a text.

`rule_set.py` is a checked rule file with a version; `schema.py` is the file's shape, `yaml_file.py` its syntax and
`checking.py` the rest of what can be wrong with it. `views.py` turns a text into what is compared, by the tables of
`foldings.py` and `sounds.py`; `lookup.py` finds words and patterns in it, `matcher.py` reads from them which rules are
broken, and where. All of it is pure: a text and what is declared in, hits out.
"""

from compliance.ruleset.hits import Hit, Severity, View
from compliance.ruleset.matcher import Matcher
from compliance.ruleset.rule_set import RuleSet
from compliance.ruleset.yaml_file import Problem, RuleFileInvalid

__all__ = ["Hit", "Matcher", "Problem", "RuleFileInvalid", "RuleSet", "Severity", "View"]
