"""The media types that can be shown page by page. Light to import: the server asks it, only the processes decode."""

PDF_MEDIA_TYPE = "application/pdf"
# Pillow's name of each picture format.
IMAGE_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/tiff": "TIFF",
    "image/heic": "HEIF",
    "image/avif": "AVIF",
}
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
POWERPOINT = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
OPEN_DOCUMENT_PREFIX = "application/vnd.oasis.opendocument."
# LibreOffice's names of the filter that reads each kind, and of the one that writes it as PDF.
OFFICE_FILTERS = {
    WORD: ("MS Word 2007 XML", "writer_pdf_Export"),
    EXCEL: ("Calc MS Excel 2007 XML", "calc_pdf_Export"),
    POWERPOINT: ("Impress MS PowerPoint 2007 XML", "impress_pdf_Export"),
    OPEN_DOCUMENT_PREFIX + "text": ("writer8", "writer_pdf_Export"),
    OPEN_DOCUMENT_PREFIX + "spreadsheet": ("calc8", "calc_pdf_Export"),
    OPEN_DOCUMENT_PREFIX + "presentation": ("impress8", "impress_pdf_Export"),
}
OFFICE_MEDIA_TYPES = frozenset(OFFICE_FILTERS)  # shown page by page once they are converted to PDF
SEALABLE_MEDIA_TYPES = frozenset({PDF_MEDIA_TYPE, *IMAGE_FORMATS})
