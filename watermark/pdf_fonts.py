"""The fonts PDFium takes for text whose font is not in the PDF.

Promises: after `use_bundled_fonts` Chinese, Japanese and Korean text in fonts like SimSun or STSong-Light, which
PDFs often name without embedding, is drawn from Noto Sans CJK instead of vanishing, and a page looks the same on
every machine, whatever fonts that has. Latin stand-ins are PDFium's own. Call it once, before the first document of
the process.
"""

import ctypes
from functools import cache

import pypdfium2.raw as pdfium
from noto_cjk_sans_otc import FONT_PATH


@cache
def use_bundled_fonts() -> object:
    """Start PDFium again with the bundled font folder; what is returned must outlive PDFium, so it is kept here."""
    folders = (ctypes.c_char_p * 2)(str(FONT_PATH.parent).encode(), None)
    config = pdfium.FPDF_LIBRARY_CONFIG(
        version=2,
        m_pUserFontPaths=ctypes.cast(folders, ctypes.POINTER(ctypes.POINTER(ctypes.c_char))),
        m_pIsolate=None,
        m_v8EmbedderSlot=0,
    )
    # pypdfium2 started the library on import and offers no way to pass folders; it ends it at exit either way.
    pdfium.FPDF_DestroyLibrary()
    pdfium.FPDF_InitLibraryWithConfig(config)
    return folders, config
