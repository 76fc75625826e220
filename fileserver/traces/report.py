"""The evidence report of a trace as a PDF: what was found, by which method, from which rows, and the pictures.

Promises: the same rows and pictures give the same bytes, in either language (`fileserver.sheets` writes the pages).
Leaves who may have it, and the event of that, to the exit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from compliance.tracing.evidence import DECISIVE
from fileserver.i18n import Language, has_message, translate
from fileserver.sheets import INK, QUIET, SMALL_PT, TITLE_PT, Sheet
from fileserver.sizes import human_size
from fileserver.traces.figures import chance_key, confidence_key, percent, plain_chance
from fileserver.traces.repeats import Repeated, folded
from fileserver.traces.schemas import CopyOut, EvidenceOut, SuspectPageOut, TraceOut
from fileserver.traces.times import local_time, span
from watermark.lettering import drawable

PICTURES_PER_ROW = 2
PICTURE_GAP_MM = 6.0
PICTURE_HEIGHT_MAX_MM = 100.0
PLACE_MM, TIME_MM, PAGE_MM = 30.0, 62.0, 14.0  # columns of events; the act has what is left
PLACE_CHARS = 18
METHOD = ("report-method-1", "report-method-2", "report-method-3", "report-method-4", "report-method-5")

Pictures = Mapping[tuple[int, str], bytes]
"""JPEGs by page of the suspect and name."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """The event that ended the trace: its place in the ledger, and the hash of the results that it holds."""

    index: int | None
    results_sha256: str


def report(trace: TraceOut, ending: Ending | None, pictures: Pictures, language: Language, brand: str) -> bytes:
    """The report of a trace that is done. Takes about a second: not for the event loop."""
    sheet = _Sheet(
        language,
        title=translate(language, "report-title"),
        mark=str(trace.id),
        brand=brand,
        made_at=trace.ended_at or trace.created_at,
    )
    sheet.finding(trace)
    sheet.suspect(trace, ending)
    for number, copy in enumerate(trace.copies, 1):
        sheet.copy(copy, "report-section-copy", number)
    for number, copy in enumerate(trace.leads, 1):
        sheet.copy(copy, "report-section-lead", number)
    sheet.method(trace)
    sheet.pictures(trace, pictures)
    return sheet.body()


class _Sheet(Sheet):
    """The report's sections."""

    def finding(self, trace: TraceOut) -> None:
        """The title, and in one sentence what was found."""
        self.style(TITLE_PT, INK)
        self.flow(self.t("report-title"), TITLE_PT)
        self.style(SMALL_PT, QUIET)
        self.flow(self.t("report-generated"), SMALL_PT)
        self.heading(self.t("report-section-finding"))
        most = plain_chance(trace.false_accusation_max)
        if not trace.copies:
            closest = self.t("trace-none-nothing")
            if trace.closest is not None and trace.closest < 1:
                closest = self.t("trace-none-closest", closest=plain_chance(trace.closest))
            self.paragraph(self.t("trace-none-title"))
            self.paragraph(f"{self.t('trace-none-text', max=most)} {closest}")
            return
        one = len(trace.copies) == 1
        found = self.t("trace-found-one") if one else self.t("trace-found-many", count=len(trace.copies))
        self.paragraph(found)
        self.paragraph(self.t("trace-found-text"))

    def suspect(self, trace: TraceOut, ending: Ending | None) -> None:
        """What was examined, by whom, and when."""
        self.heading(self.t("report-section-suspect"))
        suspect, narrowing = trace.suspect, trace.narrowing
        said = [
            narrowing.material_title or "",
            f"{self.t('report-share')} {narrowing.share_id}" if narrowing.share_id else "",
            f"{self.t('traces-since')} {local_time(narrowing.since)}" if narrowing.since else "",
            f"{self.t('traces-until')} {local_time(narrowing.until)}" if narrowing.until else "",
        ]
        self.facts(
            (
                (self.t("report-trace-id"), str(trace.id)),
                (self.t("report-run-by"), drawable(trace.by.name) or self.t("page-erased")),
                (self.t("report-run-at"), local_time(trace.created_at)),
                (self.t("report-ended-at"), local_time(trace.ended_at)),
                (self.t("report-file"), drawable(suspect.filename)),
                (self.t("report-type"), suspect.media_type),
                (self.t("report-size"), f"{human_size(suspect.size_bytes)} ({suspect.size_bytes} B)"),
                ("SHA-256", suspect.sha256),
                (self.t("trace-narrowed"), "; ".join(filter(None, said)) or self.t("trace-narrowed-none")),
                (self.t("trace-considered"), str(trace.copies_considered or 0)),
            )
        )
        if ending is not None:
            self.facts(((self.t("report-results-hash"), ending.results_sha256),))
            self.style(SMALL_PT, QUIET)
            self.flow(self.t("report-results-hash-text", position=self._place(ending.index)), SMALL_PT)

    def copy(self, copy: CopyOut, heading: str, number: int) -> None:
        """One copy, named or a lead: whose it was, how sure that is, and what the log tells of it."""
        self.heading(self.t(heading, number=number, copy=copy.copy_id))
        keys = sorted({each.key_id for each in copy.evidence if each.key_id})
        confidence, false_accusation = self._sureness(copy)
        person = copy.person
        self.facts(
            (
                (self.t("trace-served-to"), drawable(person.name or "") or self.t("trace-nobody")),
                ("", person.pseudonym),
                (self.t("trace-clinic"), drawable(person.clinic_name or "")),
                (self.t("trace-confidence"), confidence),
                (self.t("trace-chance"), false_accusation),
                (self.t("traces-material"), drawable(copy.material_title or str(copy.material_id))),
                (self.t("trace-version"), self.t("trace-version-number", number=copy.version_number)),
                ("SHA-256", copy.version_sha256),
                (self.t("report-visit"), f"{copy.visit_id} · {local_time(copy.visit_started_at)}"),
                (self.t("report-share"), str(copy.share_id) if copy.share_id else self.t("trace-visit-desk")),
                (self.t("report-key"), ", ".join(map(str, keys))),
            )
        )
        self.subheading(self.t("trace-evidence"))
        for piece in copy.evidence:
            self.paragraph(f"– {self._evidence(piece)}")
        self.subheading(self.t("report-section-events"))
        self._events(copy)

    def _sureness(self, copy: CopyOut) -> tuple[str, str]:
        """Confidence and bound in figures and words; empty for a lead, which has neither."""
        if copy.confidence is None or copy.false_accusation is None:
            return "", ""
        chance_words = self.t(f"trace-chance-{chance_key(copy.false_accusation)}")
        words = self.t(f"trace-confidence-{confidence_key(copy.confidence)}")
        bound = plain_chance(copy.false_accusation)
        return f"{percent(copy.confidence)} · {words}", f"≤ {bound} · {chance_words}"

    def method(self, trace: TraceOut) -> None:
        """How it was done, in words."""
        self.heading(self.t("report-section-method"))
        most = plain_chance(trace.false_accusation_max)
        for key in METHOD:
            self.paragraph(self.t(key, max=most) if key == "report-method-3" else self.t(key))

    def pictures(self, trace: TraceOut, pictures: Pictures) -> None:
        """Each page of the suspect beside its original."""
        if not trace.pages:
            return
        self.add_page()
        self.heading(self.t("report-section-pictures"))
        if not trace.suspect.kept:
            self.paragraph(self.t("report-pictures-gone"))
        for page in trace.pages:
            self._page(page, pictures)

    def _page(self, page: SuspectPageOut, pictures: Pictures) -> None:
        match = page.match
        if match is None:
            self.subheading(self.t("trace-page-unknown", suspect=page.suspect_page))
        else:
            title = drawable(match.material_title or "")
            self.subheading(self.t("trace-page-of", suspect=page.suspect_page, page=match.page, title=title))
            matrix = " ".join(f"{value:.6g}" for value in match.homography)
            self.style(SMALL_PT, QUIET)
            self.flow(f"{self.t('report-homography')}: {matrix}", SMALL_PT)
        captions = {
            "suspect": self.t("trace-picture-suspect", page=page.suspect_page),
            "original": self.t("trace-picture-original", page=match.page if match else 0),
            "aligned": self.t("trace-picture-aligned"),
            "difference": self.t("trace-picture-difference"),
        }
        kept = {name: pictures.get((page.suspect_page, name)) for name in captions}
        shown = [(body, captions[name]) for name, body in kept.items() if body]
        for start in range(0, len(shown), PICTURES_PER_ROW):
            self._row(shown[start : start + PICTURES_PER_ROW])

    def _row(self, shown: Sequence[tuple[bytes, str]]) -> None:
        width = (self.epw - PICTURE_GAP_MM * (PICTURES_PER_ROW - 1)) / PICTURES_PER_ROW
        height = PICTURE_HEIGHT_MAX_MM
        if self.will_page_break(height + 8):
            self.add_page()
        top = self.get_y() + 2
        lowest = top
        for at, (jpeg, caption) in enumerate(shown):
            left = self.l_margin + at * (width + PICTURE_GAP_MM)
            self.image(BytesIO(jpeg), left, top, width, height, keep_aspect_ratio=True)
            self.set_xy(left, top + height + 1)
            self.style(SMALL_PT, QUIET)
            self.multi_cell(width, 4, caption, align="C", wrapmode=self._wrap)
            lowest = max(lowest, self.get_y())
        self.set_xy(self.l_margin, lowest + 2)

    def _evidence(self, piece: EvidenceOut) -> str:
        key = f"trace-evidence-{piece.kind.value.replace('_', '-')}"
        text = self.t(key, suspect=piece.suspect_page, page=piece.page)
        if piece.kind not in DECISIVE:
            return text
        bound = self.t("trace-evidence-chance", chance=plain_chance(piece.false_accusation))
        return f"{text} · {bound} · z = {piece.score:.1f}"

    def _place(self, index: int | None) -> str:
        return self.t("trace-event-unplaced", count=1) if index is None else str(index)

    def _events(self, copy: CopyOut) -> None:
        if not copy.events:
            self.paragraph(self.t("trace-events-none"))
            return
        widths = (PLACE_MM, TIME_MM, self.epw - PLACE_MM - TIME_MM - PAGE_MM, PAGE_MM)
        heads = ("trace-event-position", "trace-event-time", "trace-event-act", "trace-event-page")
        self.cells([self.t(head) for head in heads], widths, QUIET)
        for line in folded(copy.events):
            self._line(line, widths)
        if copy.events_more:
            self.paragraph(self.t("trace-events-more", count=len(copy.events)))

    def _line(self, line: Repeated, widths: Sequence[float]) -> None:
        """Events that are alike. Their places stand in the first column, or below where they are many."""
        key = f"act-{line.act.replace(':', '-')}"
        act = self.t(key) if has_message(self._language, key) else line.act
        times = f" × {len(line.events)}" if len(line.events) > 1 else ""
        unplaced = self.t("trace-event-unplaced", count=line.unplaced) if line.unplaced else ""
        places = ", ".join(filter(None, (line.places, unplaced)))
        short = len(places) <= PLACE_CHARS
        page = str(line.page) if line.page else ""
        self.cells([places if short else "↓", span(line.first, line.last), act + times, page], widths, INK)
        if not short:
            self.note(places)
