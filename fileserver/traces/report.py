"""The evidence report of a trace as a PDF: what was found, by which method, from which rows, and the pictures.

Promises: the same rows and pictures give the same bytes, in either language; text is selectable, in an embedded subset
of the packaged Chinese face; people's names and file names are drawn with glyphs that the face has. fpdf2 writes it: it
embeds a face with CFF outlines out of a collection, which other writers of PDF at hand can't, and is pure Python.
Leaves who may have it, and the event of that, to the exit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos
from fpdf.fonts import TTFFont
from noto_cjk_sans_otc import FONT_PATH

from compliance.tracing.evidence import DECISIVE
from fileserver.i18n import Language, has_message, translate
from fileserver.sizes import human_size
from fileserver.traces.figures import chance_key, confidence_key, percent, plain_chance
from fileserver.traces.schemas import CopyOut, EvidenceOut, SuspectPageOut, TraceOut
from fileserver.traces.times import local_time
from watermark.lettering import drawable

FACE = "noto"
FACE_SIMPLIFIED = 2
INK, QUIET, LINE = (29, 35, 39), (90, 99, 108), (200, 196, 188)
MARGIN_MM = 18.0
BODY_PT, SMALL_PT, HEAD_PT, TITLE_PT = 9.5, 8.0, 12.0, 18.0
LEADING = 1.55
MM_PER_PT = 25.4 / 72
LABEL_MM = 44.0
PICTURES_PER_ROW = 2
PICTURE_GAP_MM = 6.0
PICTURE_HEIGHT_MAX_MM = 100.0
METHOD = ("report-method-1", "report-method-2", "report-method-3", "report-method-4", "report-method-5")

Pictures = Mapping[tuple[int, str], bytes]
"""JPEGs by page of the suspect and name."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """The event that ended the trace: its position in the log, and the hash of the results that it holds."""

    position: int
    results_sha256: str


def report(trace: TraceOut, ending: Ending | None, pictures: Pictures, language: Language, brand: str) -> bytes:
    """The report of a trace that is done. Takes about a second: not for the event loop."""
    sheet = _Sheet(language, trace, brand)
    sheet.finding(trace)
    sheet.suspect(trace, ending)
    for number, copy in enumerate(trace.copies, 1):
        sheet.copy(copy, "report-section-copy", number)
    for number, copy in enumerate(trace.leads, 1):
        sheet.copy(copy, "report-section-lead", number)
    sheet.method(trace)
    sheet.pictures(trace, pictures)
    out = BytesIO()
    sheet.output(out)
    return out.getvalue()


class _Sheet(FPDF):
    """A4 pages with flowing text in one face."""

    def __init__(self, language: Language, trace: TraceOut, brand: str) -> None:
        super().__init__(unit="mm", format="A4")
        self._language, self._id, self._brand = language, trace.id, drawable(brand)
        self._wrap = WrapMode.CHAR if language is Language.ZH_CN else WrapMode.WORD
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(True, MARGIN_MM + 6)  # noqa: FBT003  # fpdf2's parameter
        self.add_font(FACE, fname=str(FONT_PATH), collection_font_number=FACE_SIMPLIFIED)
        self.set_font(FACE, size=BODY_PT)
        if isinstance(self.current_font, TTFFont):
            self.current_font.ttfont.recalcBBoxes = False  # the face's own hold; measuring each glyph costs a second
        self.set_creation_date(trace.ended_at or trace.created_at)
        self.set_title(f"{self._t('report-title')} {trace.id}")
        self.set_producer("SealShare")
        self.set_lang(language.value)
        self.alias_nb_pages()
        self.add_page()

    def footer(self) -> None:
        """Called by fpdf2 at the end of each page."""
        self.set_y(-MARGIN_MM)
        self._style(SMALL_PT, QUIET)
        pages = self._t("report-page-of", page=str(self.page_no()), total="{nb}")
        self.cell(0, 5, f"{self._brand} · {self._id} · {pages}", align="C")

    def finding(self, trace: TraceOut) -> None:
        """The title, and in one sentence what was found."""
        self._style(TITLE_PT, INK)
        self._write(self._t("report-title"), TITLE_PT)
        self._style(SMALL_PT, QUIET)
        self._write(self._t("report-generated"), SMALL_PT)
        self._heading(self._t("report-section-finding"))
        most = plain_chance(trace.false_accusation_max)
        if not trace.copies:
            closest = self._t("trace-none-nothing")
            if trace.closest is not None and trace.closest < 1:
                closest = self._t("trace-none-closest", closest=plain_chance(trace.closest))
            self._paragraph(self._t("trace-none-title"))
            self._paragraph(f"{self._t('trace-none-text', max=most)} {closest}")
            return
        one = len(trace.copies) == 1
        found = self._t("trace-found-one") if one else self._t("trace-found-many", count=len(trace.copies))
        self._paragraph(found)
        self._paragraph(self._t("trace-found-text"))

    def suspect(self, trace: TraceOut, ending: Ending | None) -> None:
        """What was examined, by whom, and when."""
        self._heading(self._t("report-section-suspect"))
        suspect, narrowing = trace.suspect, trace.narrowing
        said = [
            narrowing.material_title or "",
            f"{self._t('report-share')} {narrowing.share_id}" if narrowing.share_id else "",
            f"{self._t('traces-since')} {local_time(narrowing.since)}" if narrowing.since else "",
            f"{self._t('traces-until')} {local_time(narrowing.until)}" if narrowing.until else "",
        ]
        self._facts(
            (
                (self._t("report-trace-id"), str(trace.id)),
                (self._t("report-run-by"), drawable(trace.by.name) or self._t("page-erased")),
                (self._t("report-run-at"), local_time(trace.created_at)),
                (self._t("report-ended-at"), local_time(trace.ended_at)),
                (self._t("report-file"), drawable(suspect.filename)),
                (self._t("report-type"), suspect.media_type),
                (self._t("report-size"), f"{human_size(suspect.size_bytes)} ({suspect.size_bytes} B)"),
                ("SHA-256", suspect.sha256),
                (self._t("trace-narrowed"), "; ".join(filter(None, said)) or self._t("trace-narrowed-none")),
                (self._t("trace-considered"), str(trace.copies_considered or 0)),
            )
        )
        if ending is not None:
            self._facts(((self._t("report-results-hash"), ending.results_sha256),))
            self._style(SMALL_PT, QUIET)
            self._write(self._t("report-results-hash-text", position=str(ending.position)), SMALL_PT)

    def copy(self, copy: CopyOut, heading: str, number: int) -> None:
        """One copy, named or a lead: whose it was, how sure that is, and what the log tells of it."""
        self._heading(self._t(heading, number=number, copy=copy.copy_id))
        keys = sorted({each.key_id for each in copy.evidence if each.key_id})
        confidence, false_accusation = self._sureness(copy)
        person = copy.person
        self._facts(
            (
                (self._t("trace-served-to"), drawable(person.name or "") or self._t("trace-nobody")),
                ("", person.pseudonym),
                (self._t("trace-clinic"), drawable(person.clinic_name or "")),
                (self._t("trace-confidence"), confidence),
                (self._t("trace-chance"), false_accusation),
                (self._t("traces-material"), drawable(copy.material_title or str(copy.material_id))),
                (self._t("trace-version"), self._t("trace-version-number", number=copy.version_number)),
                ("SHA-256", copy.version_sha256),
                (self._t("report-visit"), f"{copy.visit_id} · {local_time(copy.visit_started_at)}"),
                (self._t("report-share"), str(copy.share_id) if copy.share_id else self._t("trace-visit-desk")),
                (self._t("report-key"), ", ".join(map(str, keys))),
            )
        )
        self._subheading(self._t("trace-evidence"))
        for piece in copy.evidence:
            self._paragraph(f"– {self._evidence(piece)}")
        self._subheading(self._t("report-section-events"))
        self._events(copy)

    def _sureness(self, copy: CopyOut) -> tuple[str, str]:
        """Confidence and bound in figures and words; empty for a lead, which has neither."""
        if copy.confidence is None or copy.false_accusation is None:
            return "", ""
        chance_words = self._t(f"trace-chance-{chance_key(copy.false_accusation)}")
        words = self._t(f"trace-confidence-{confidence_key(copy.confidence)}")
        bound = plain_chance(copy.false_accusation)
        return f"{percent(copy.confidence)} · {words}", f"≤ {bound} · {chance_words}"

    def method(self, trace: TraceOut) -> None:
        """How it was done, in words."""
        self._heading(self._t("report-section-method"))
        most = plain_chance(trace.false_accusation_max)
        for key in METHOD:
            self._paragraph(self._t(key, max=most) if key == "report-method-3" else self._t(key))

    def pictures(self, trace: TraceOut, pictures: Pictures) -> None:
        """Each page of the suspect beside its original."""
        if not trace.pages:
            return
        self.add_page()
        self._heading(self._t("report-section-pictures"))
        if not trace.suspect.kept:
            self._paragraph(self._t("report-pictures-gone"))
        for page in trace.pages:
            self._page(page, pictures)

    def _page(self, page: SuspectPageOut, pictures: Pictures) -> None:
        match = page.match
        if match is None:
            self._subheading(self._t("trace-page-unknown", suspect=page.suspect_page))
        else:
            title = drawable(match.material_title or "")
            self._subheading(self._t("trace-page-of", suspect=page.suspect_page, page=match.page, title=title))
            matrix = " ".join(f"{value:.6g}" for value in match.homography)
            self._style(SMALL_PT, QUIET)
            self._write(f"{self._t('report-homography')}: {matrix}", SMALL_PT)
        captions = {
            "suspect": self._t("trace-picture-suspect", page=page.suspect_page),
            "original": self._t("trace-picture-original", page=match.page if match else 0),
            "aligned": self._t("trace-picture-aligned"),
            "difference": self._t("trace-picture-difference"),
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
            self._style(SMALL_PT, QUIET)
            self.multi_cell(width, 4, caption, align="C", wrapmode=self._wrap)
            lowest = max(lowest, self.get_y())
        self.set_xy(self.l_margin, lowest + 2)

    def _evidence(self, piece: EvidenceOut) -> str:
        key = f"trace-evidence-{piece.kind.value.replace('_', '-')}"
        text = self._t(key, suspect=piece.suspect_page, page=piece.page)
        if piece.kind not in DECISIVE:
            return text
        bound = self._t("trace-evidence-chance", chance=plain_chance(piece.false_accusation))
        return f"{text} · {bound} · z = {piece.score:.1f}"

    def _events(self, copy: CopyOut) -> None:
        if not copy.events:
            self._paragraph(self._t("trace-events-none"))
            return
        widths = (24.0, 44.0, self.epw - 68.0 - 20.0, 20.0)
        heads = ("trace-event-position", "trace-event-time", "trace-event-act", "trace-event-page")
        self._cells([self._t(head) for head in heads], widths, QUIET)
        for event in copy.events:
            key = f"act-{event.act.replace(':', '-')}"
            act = self._t(key) if has_message(self._language, key) else event.act
            page = str(event.page) if event.page else ""
            self._cells([str(event.id), local_time(event.time), act, page], widths, INK)
        if copy.events_more:
            self._paragraph(self._t("trace-events-more", count=len(copy.events)))

    def _cells(self, texts: Sequence[str], widths: Sequence[float], colour: tuple[int, int, int]) -> None:
        self._style(SMALL_PT, colour)
        for text, width in zip(texts, widths, strict=True):
            self.cell(width, 5, text)
        self.ln(5)

    def _facts(self, facts: Sequence[tuple[str, str]]) -> None:
        for label, value in facts:
            if not value:
                continue
            line = BODY_PT * LEADING * MM_PER_PT
            if self.will_page_break(line * 2):
                self.add_page()
            self._style(BODY_PT, QUIET)
            self.cell(LABEL_MM, line, label)
            self._style(BODY_PT, INK)
            self.multi_cell(
                self.epw - LABEL_MM, line, value, wrapmode=WrapMode.CHAR, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L"
            )

    def _heading(self, text: str) -> None:
        if self.will_page_break(30):
            self.add_page()
        self.ln(4)
        self._style(HEAD_PT, INK)
        self._write(text, HEAD_PT)
        self.set_draw_color(*LINE)
        self.line(self.l_margin, self.get_y(), self.l_margin + self.epw, self.get_y())
        self.ln(2)

    def _subheading(self, text: str) -> None:
        if self.will_page_break(16):
            self.add_page()
        self.ln(1.5)
        self._style(BODY_PT, QUIET)
        self._write(text, BODY_PT)

    def _paragraph(self, text: str) -> None:
        self._style(BODY_PT, INK)
        self._write(text, BODY_PT)
        self.ln(1)

    def _write(self, text: str, size_pt: float) -> None:
        height = size_pt * LEADING * MM_PER_PT
        self.multi_cell(self.epw, height, text, wrapmode=self._wrap, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")

    def _style(self, size_pt: float, colour: tuple[int, int, int]) -> None:
        self.set_font(FACE, size=size_pt)
        self.set_text_color(*colour)

    def _t(self, key: str, **arguments: Any) -> str:
        return translate(self._language, key, **arguments)
