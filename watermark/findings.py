"""What a document is, beside its pages: facts a reviewer should know before approving.

Promises: plain data that crosses process borders. Leaves severity and legal basis to the rule set.
"""

from dataclasses import dataclass, field

from watermark.errors import Params

# Every rule a finding may name, and what it means.
RULES = {
    "pdf-owner-password": "opens freely, but its author restricted printing or copying",
    "pdf-signed": "params signatures: a sealed copy does not carry them",
    "pdf-xfa": "an XFA form: what is drawn may be only its 'please wait' page",
    "pdf-portfolio": "the attached files are the content; only the cover is drawn",
    "pdf-attachments": "params attachments: files inside that viewers do not get",
    "pdf-no-template": "param cause: no copy keeps its text; downloads are pictures of pages",
    "pdf-repaired": "the cross-reference table was broken and rebuilt",
    "pdf-uninspected": "the structure could not be read: portfolio and user units are not known",
    "pdf-active-content": "params actions: scripts, and actions that open or send something; no copy has them",
    "image-more-frames": "params frames: only the first frame or page is shown",
    "image-reduced": "params pixels, limit: the download is smaller than the original",
    "image-profile-ignored": "the ICC profile is broken; colours are taken as sRGB",
    "office-macros": "holds macros; they are never run, and the pages hold none",
    "office-linked-content": "params links: pictures or data from elsewhere, which are not fetched",
    "office-converted": "params sha256: the pages are those of this PDF, made of the original",
}


@dataclass(frozen=True)
class Finding:
    """One fact; `params` are its numbers. Raises ValueError unless `rule` is a key of RULES."""

    rule: str
    params: Params = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ValueError(self.rule)
