"""Links as QR codes with the brand's logo in the middle, as SVG for print and as PNG for chats.

Promises: the codes correct nearly a third (level H, ISO/IEC 18004), and the logo covers less than a twentieth, so that
any camera reads them; four modules of quiet stand around. Both forms hold the same logo and no script.
"""

import base64
import io
from functools import lru_cache
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageOps

from compliance.errors import ComplianceError

QUIET_MODULES = 4
MODULE_PX = 12
LOGO_PART = 5  # of the code's side; its area is a twenty-fifth
LOGO_PX = 256
LOGO_BYTES_MAX = 2_000_000
BROWN = "#7a4b2a"
# The mark of SealShare on 32 by 32, as static/icon.svg has it: a shield, and a tick in it.
SHIELD = (
    *((16, 6), (20, 8.4), (25, 9.5), (24.2, 16.5), (21.4, 21.8)),
    *((16, 26), (10.6, 21.8), (7.8, 16.5), (7, 9.5), (12, 8.4)),
)
TICK = ((11.5, 16), (14.7, 19.2), (20.7, 12.8))


class CodeUnavailable(ComplianceError):
    """A mini-program code or link can't be had: there is no mini-program, or WeChat doesn't answer."""

    slug = "code-unavailable"


def svg(url: str, logo: Path | None = None) -> bytes:
    """The link as SVG, one unit a module. Blocks for milliseconds. Raises OSError for a logo that can't be read."""
    code = _code(url)
    side, _ = code.symbol_size(border=QUIET_MODULES)
    out = io.BytesIO()
    code.save(out, kind="svg", border=QUIET_MODULES, light="#fff", xmldecl=False, svgns=True, omitsize=True)
    begin, size = _middle(int(side))
    picture = base64.b64encode(_logo(logo)).decode()
    inner = (
        f'<rect x="{begin}" y="{begin}" width="{size}" height="{size}" fill="#fff"/>'
        f'<image x="{begin + 0.5}" y="{begin + 0.5}" width="{size - 1}" height="{size - 1}" '
        f'href="data:image/png;base64,{picture}"/>'
    )
    return out.getvalue().replace(b"</svg>", f"{inner}</svg>".encode())


def png(url: str, logo: Path | None = None) -> bytes:
    """The link as PNG. Blocks for some ten milliseconds. Raises OSError for a logo that can't be read."""
    code = _code(url)
    drawn = io.BytesIO()
    code.save(drawn, kind="png", scale=MODULE_PX, border=QUIET_MODULES, light="#fff")
    with Image.open(drawn) as read:
        page = read.convert("RGB")
    begin, size = (part * MODULE_PX for part in _middle(page.width // MODULE_PX))
    page.paste("#fff", (begin, begin, begin + size, begin + size))
    with Image.open(io.BytesIO(_logo(logo))) as mark:
        inside = mark.convert("RGBA").resize((size - MODULE_PX, size - MODULE_PX), Image.Resampling.LANCZOS)
    page.paste(inside, (begin + MODULE_PX // 2, begin + MODULE_PX // 2), inside)
    out = io.BytesIO()
    page.save(out, "PNG", optimize=True)
    return out.getvalue()


def _code(url: str) -> segno.QRCode:
    return segno.make(url, error="h", micro=False, boost_error=False)


def _middle(side: int) -> tuple[int, int]:
    """Where the square for the logo begins, and its side, in modules: whole ones, so that none is cut."""
    size = (side - 2 * QUIET_MODULES) // LOGO_PART | 1
    return (side - size) // 2, size


@lru_cache(maxsize=4)
def _logo(path: Path | None) -> bytes:
    """The logo as a square PNG."""
    if path is None:
        picture = _mark()
    else:
        if path.stat().st_size > LOGO_BYTES_MAX:
            raise OSError(f"more than {LOGO_BYTES_MAX} bytes")
        with Image.open(path, formats=("PNG", "JPEG", "WEBP")) as read:
            picture = ImageOps.pad(read.convert("RGBA"), (LOGO_PX, LOGO_PX), color=(255, 255, 255, 0))
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _mark() -> Image.Image:
    scale = 4 * LOGO_PX // 32
    picture = Image.new("RGBA", (32 * scale, 32 * scale))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((0, 0, 32 * scale - 1, 32 * scale - 1), radius=8 * scale, fill=BROWN)
    shield = [(x * scale, y * scale) for x, y in SHIELD]
    draw.line([*shield, *shield[:2]], fill="white", width=int(2.2 * scale), joint="curve")
    draw.line([(x * scale, y * scale) for x, y in TICK], fill="white", width=int(2.2 * scale), joint="curve")
    return picture.resize((LOGO_PX, LOGO_PX), Image.Resampling.LANCZOS)
