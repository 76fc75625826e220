"""Regular expressions of a rule file, by RE2: time in proportion to the text and bounded memory, whatever the pattern.

A pattern comes from people, through a page. An engine that tries alternatives one after the other could be kept busy
for hours by thirty characters; RE2 can't be.
"""

from functools import lru_cache

import re2

PATTERN_MEMORY_BYTES = 1 << 20
PATTERNS_REMEMBERED = 500
UNSURE = frozenset("^$\\")


@lru_cache(maxsize=PATTERNS_REMEMBERED)
def compiled(regex: str) -> re2._Regexp:
    """The pattern, ready. Raises re2.error if it is none, or one that needs too much memory."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = PATTERN_MEMORY_BYTES
    return re2.compile(regex, options)


def within_lines(regex: str) -> bool:
    """True for a pattern that surely matches nothing across the end of a line, nor looks whether there is one.

    So it finds in each line what it would find in that line alone. Whatever may speak of characters that it doesn't
    name (a class with `^` or by name, an escape, a flag) and edges count as unsure.
    """
    plain = regex.replace("(?:", "(")
    return UNSURE.isdisjoint(plain) and "(?" not in plain and "[:" not in plain and plain.isprintable()
