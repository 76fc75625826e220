"""The generated pages of docs/reference: written from the tables that the program itself runs on.

Promises: the same tree always gives the same pages, whatever the machine's environment. `python -m fileserver.docs` (or
`make docs`) writes them; tests/unit/test_docs.py fails when a page is not what would be written now.
"""

from collections.abc import Callable

from fileserver.docs import (
    access,
    commands,
    configuration,
    events,
    operations,
    problems,
    requirements,
    rule_file,
    rules,
    tables,
)

PAGES: dict[str, Callable[[], str]] = {
    "configuration.md": configuration.page,
    "commands.md": commands.page,
    "api.md": operations.page,
    "events.md": events.page,
    "access.md": access.page,
    "problems.md": problems.page,
    "database.md": tables.page,
    "requirements.md": requirements.page,
    "rule-file.md": rule_file.page,
    "rules.md": rules.page,
}
