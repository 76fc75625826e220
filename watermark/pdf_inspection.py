"""What a PDF holds beside the look of its pages.

Promises: findings a reviewer should see, and the user units that PDFium does not tell; a structure that qpdf can
not read becomes a finding, not an error. Decodes no content stream. Leaves damage and passwords to `pdf`.
"""

import io
import math
from dataclasses import dataclass
from itertools import islice

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from watermark.findings import Finding

USER_UNIT_MAX = 75_000.0  # PDF 2.0 sets no bound; this is far past any building plan


@dataclass(frozen=True)
class Inspection:
    """Findings, and for pages with a UserUnit other than 1 (PDF 2.0, table 31) its value by page number."""

    findings: tuple[Finding, ...]
    user_units: dict[int, float]


def inspect(pdf: pypdfium2.PdfDocument, source: bytes, pages: int) -> Inspection:
    """Look at an opened document; `source` are its bytes."""
    findings = _seen_by_pdfium(pdf)
    try:
        with pikepdf.open(io.BytesIO(source), suppress_warnings=True) as opened:
            if "/Collection" in opened.Root:
                findings.append(Finding("pdf-portfolio"))
            units = {number: _user_unit(page) for number, page in enumerate(islice(opened.pages, pages), 1)}
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # pikepdf lets out whatever a broken structure makes it trip over
        return Inspection((*findings, Finding("pdf-uninspected")), {})
    return Inspection(tuple(findings), {number: unit for number, unit in units.items() if unit != 1})


def _seen_by_pdfium(pdf: pypdfium2.PdfDocument) -> list[Finding]:
    findings: list[Finding] = []
    if pdfium.FPDF_GetSecurityHandlerRevision(pdf) >= 0:  # encrypted, yet it opened without a password
        findings.append(Finding("pdf-owner-password"))
    if (signatures := pdfium.FPDF_GetSignatureCount(pdf)) > 0:
        findings.append(Finding("pdf-signed", {"signatures": signatures}))
    if pdf.get_formtype() in {pdfium.FORMTYPE_XFA_FULL, pdfium.FORMTYPE_XFA_FOREGROUND}:
        findings.append(Finding("pdf-xfa"))
    if (attachments := pdfium.FPDFDoc_GetAttachmentCount(pdf)) > 0:
        findings.append(Finding("pdf-attachments", {"attachments": attachments}))
    if not pdfium.FPDF_DocumentHasValidCrossReferenceTable(pdf):
        findings.append(Finding("pdf-repaired"))
    return findings


def _user_unit(page: pikepdf.Page) -> float:
    try:
        unit = float(page.obj.get("/UserUnit", 1))
    except (TypeError, ValueError):
        return 1.0
    return unit if math.isfinite(unit) and 0 < unit <= USER_UNIT_MAX else 1.0
