"""Text out of any document. Runs in confined processes only: what is opened here was made by strangers."""

from collections.abc import Callable

from compliance.reading.documents.office import read_office
from compliance.reading.documents.pdf import read_pdf
from compliance.reading.documents.plain import DRAWING_ENDINGS, PLAIN_ENDINGS, read_drawing, read_plain
from compliance.reading.documents.subtitles import SUBTITLE_ENDINGS, read_subtitles
from compliance.reading.documents.taken import Taken
from compliance.reading.errors import NotReadable
from watermark.media_types import IMAGE_FORMATS, OFFICE_MEDIA_TYPES, PDF_MEDIA_TYPE


def read_document(source: bytes, media_type: str, filename: str, taken: Taken) -> Taken:
    """Everything that can be read without looking at pictures. Raises NotReadable, TextDamaged, WatermarkError."""
    reader: Callable[[bytes, Taken], None] | None = None
    if media_type == PDF_MEDIA_TYPE:
        reader = read_pdf
    elif media_type in IMAGE_FORMATS:
        taken.page_count, taken.pictured = 1, [1]
        return taken
    elif media_type in OFFICE_MEDIA_TYPES:
        read_office(source, media_type, taken)
        return taken
    elif filename.lower().endswith(SUBTITLE_ENDINGS):
        reader = read_subtitles
    elif filename.lower().endswith(PLAIN_ENDINGS):
        reader = read_plain
    elif filename.lower().endswith(DRAWING_ENDINGS):
        reader = read_drawing
    if reader is None:
        raise NotReadable(media_type=media_type)
    reader(source, taken)
    return taken
