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
SEALABLE_MEDIA_TYPES = frozenset({PDF_MEDIA_TYPE, *IMAGE_FORMATS})
