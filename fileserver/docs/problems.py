"""The page of problems: every slug with its status and its words."""

from collections.abc import Iterator

from fileserver.docs import markdown
from fileserver.docs.markdown import code
from fileserver.http.problems import PROBLEM_TYPE, STATUSES
from fileserver.i18n import Language, translate

INTRODUCTION = f"""\
What a refusal looks like to a program: `{PROBLEM_TYPE}` (RFC 9457). `type` is `/problems/<slug>`, and the running
server explains it at that address. `title` and `detail` are in the reader's language, `instance` is the request's id,
to quote to an operator. A problem about input lists `errors`: for each a `field` (JSON pointer), a `rule` and a
`message`. What fills the sentences stands in further members, `retry_after_s` for example."""


def page() -> str:
    """The whole page."""
    return markdown.page(
        "Problems", INTRODUCTION, markdown.table(("Slug", "Status", "Title", "标题", "What it means"), _rows())
    )


def _rows() -> Iterator[tuple[str, ...]]:
    for slug, status in STATUSES.items():
        yield (
            code(slug),
            str(int(status)),
            translate(Language.EN, f"problem-{slug}-title"),
            translate(Language.ZH_CN, f"problem-{slug}-title"),
            translate(Language.EN, f"problem-{slug}-explanation"),
        )
