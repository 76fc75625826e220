"""The dossier's section on the pledge of confidentiality: who gave it, for which share, and in which words."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from fileserver.sheets import INK, QUIET, Sheet
from storage.rows.pledges import PledgeRow

NAME_CHARS = 14


def promised(
    sheet: Sheet,
    given: Sequence[PledgeRow],
    *,
    limit: int,
    name: Callable[[UUID], str],
    time: Callable[[datetime], str],
) -> None:
    """Newest first; then each version with the hash of its words, by which they are found among the brand's texts."""
    sheet.heading(sheet.t("dossier-pledges"))
    if not given:
        sheet.paragraph(sheet.t("dossier-none"))
        return
    widths = (38.0, sheet.epw - 104.0, 20.0, 22.0, 24.0)
    heads = ("dossier-at", "dossier-person", "dossier-share", "dossier-version-number", "dossier-language")
    sheet.cells([sheet.t(head) for head in heads], widths, QUIET)
    for row in given:
        who = name(row.person_id)[:NAME_CHARS]
        cells = [time(row.given_at), who, str(row.share_id)[:8], str(row.version), row.language]
        sheet.cells(cells, widths, INK)
    if len(given) >= limit:
        sheet.note(sheet.t("dossier-more", count=limit))
    sheet.note(sheet.t("dossier-pledge-words"))
    for version, language, sha256 in sorted({(each.version, each.language, each.text_sha256) for each in given}):
        sheet.note(f"{version} · {language} · SHA-256 {sha256}")
