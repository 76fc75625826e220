"""Posters and cards: the institution's poster, a training poster, a social card, a screen for the waiting area.

Promises finished images as bytes, the same on every call. The public ones carry what an institution's advertisement may
carry (name, address, category, department, hours, telephone), a motto and the approval number; none shows a technique,
a result or a price.
"""

from io import BytesIO

from PIL import Image

from fileserver.demo.materials import brand
from fileserver.demo.materials.lettering import Letter, Lettering
from fileserver.demo.materials.studio.darkroom import jpeg, photograph
from fileserver.demo.materials.studio.scenes import SCENES

PORTRAIT = (2000, 3000)
SQUARE = (1600, 1600)
SCREEN = (1920, 1080)
POSTER_SCALE = 0.42
PNG_LEVEL = 4

FACTS = (
    ("机构类别", "Category", "医疗美容门诊部"),
    ("诊疗科目", "Department", "医疗美容科；美容皮肤科"),
    ("接诊时间", "Hours", "周二至周日 09:00–18:00"),
    ("机构地址", "Address", brand.ADDRESS_ZH),
    ("联系电话", "Telephone", brand.TELEPHONE),
)
AGENDA = (
    ("09:30", "环境与光源", "Room and light"),
    ("10:45", "手卫生与无菌区", "Hand hygiene, sterile field"),
    ("13:30", "双人验收与追溯", "Acceptance and traceability"),
    ("15:00", "不良事件上报演练", "Adverse event drill"),
)
MANNERS = (
    ("请慢慢说", "Take your time", "每一位都有完整的面谈时间。"),
    ("请多提问", "Please ask", "没有听明白的地方，可以再问一遍。"),
    ("请勿拍摄", "No photographs", "候诊区内请不要拍摄他人。"),
)


def poster_jpeg() -> bytes:
    """The institution's poster, portrait JPEG."""
    width, height = PORTRAIT
    image = Image.new("RGB", PORTRAIT, brand.IVORY)
    image.paste(photograph(SCENES["sunlit_wall"], 1, width, 2190, scale=POSTER_SCALE))
    type_ = Lettering(image)
    below = type_.column(300, 210, brand.NAME_ZH[:2], Letter(330, brand.PINE, 0.08))
    type_.column(300, below + 60, "医疗美容门诊部", Letter(74, brand.PINE, 0.34))
    type_.line(width - 140, 210, brand.NAME_EN.upper(), Letter(50, brand.PINE, 0.34, anchor="r"))
    type_.line(140, 2330, brand.CLINIC_ZH, Letter(76, brand.PINE, 0.06))
    type_.line(140, 2424, brand.CLINIC_EN, Letter(38, brand.CLAY, 0.05))
    y = 2330.0
    for zh, en, value in FACTS:
        type_.line(1080, y, zh, Letter(34, brand.CLAY, 0.06))
        type_.line(1260, y, value, Letter(34, brand.INK))
        type_.line(1080, y + 44, en, Letter(24, brand.MOSS, 0.02))
        y += 102
    type_.rule(140, 2500, 110, brand.GOLD, 4)
    type_.line(140, 2570, "循光而来，依序而行", Letter(44, brand.MOSS, 0.12))
    _foot(type_, width, height, brand.APPROVAL_NUMBER)
    return jpeg(image, 88)


def _foot(type_: Lettering, width: int, height: int, number: str) -> None:
    type_.line(140, height - 90, number, Letter(30, brand.MOSS, 0.02))
    type_.line(width - 140, height - 90, brand.FICTION_ZH, Letter(24, brand.SAGE, anchor="r"))


def training_poster() -> bytes:
    """A training day for medical staff, portrait JPEG."""
    image = photograph(SCENES["drops"], 41, *PORTRAIT, scale=POSTER_SCALE)
    type_ = Lettering(image)
    type_.panel(140, 140, 1180, 2860, brand.PINE)
    pale, soft = brand.IVORY, brand.SAGE
    type_.line(250, 290, f"{brand.NAME_ZH}　{brand.ACADEMY_EN.upper()}", Letter(30, soft, 0.08))
    type_.line(244, 520, "秩序", Letter(230, pale, 0.06))
    type_.line(244, 790, "与无菌", Letter(230, pale, 0.06))
    type_.line(250, 980, "ORDER AND ASEPSIS", Letter(48, brand.SAND, 0.2))
    type_.rule(250, 1090, 120, brand.GOLD, 4)
    type_.line(250, 1190, "2026 秋季临床教育日", Letter(62, pale, 0.06))
    type_.line(250, 1280, "2026.11.21  SAT　09:00–17:00", Letter(40, brand.SAND, 0.06))
    y = 1480.0
    for time, zh, en in AGENDA:
        type_.line(250, y, time, Letter(42, brand.SAND, 0.04))
        type_.line(440, y - 4, zh, Letter(48, pale, 0.04))
        type_.line(440, y + 56, en, Letter(30, soft, 0.02))
        type_.rule(250, y + 120, 820, (74, 102, 96), 2)
        y += 210
    y = type_.block(250, 2400, 820, brand.ADDRESS_ZH, Letter(36, pale, 0.02)) + 20
    y = type_.block(250, y, 820, brand.TRAINING_ZH, Letter(32, brand.SAND, 0.02))
    type_.block(250, y, 820, brand.FICTION_ZH, Letter(24, soft))
    return jpeg(image, 88)


def poster_png() -> bytes:
    """A square card for social media, PNG."""
    width = SQUARE[0]
    image = Image.new("RGB", SQUARE, brand.IVORY)
    image.paste(photograph(SCENES["ribbed_glass"], 24, width, 1130, scale=0.5, grain=0))
    type_ = Lettering(image)
    type_.line(110, 1262, "看得清，才放得稳。", Letter(98, brand.PINE, 0.06))
    type_.line(110, 1356, "What is seen clearly can be placed with care.", Letter(36, brand.CLAY, 0.03))
    type_.line(110, 1486, brand.CLINIC_ZH, Letter(32, brand.INK, 0.06))
    type_.line(110, 1532, brand.APPROVAL_NUMBER, Letter(24, brand.MOSS, 0.02))
    type_.line(width - 110, 1486, brand.NAME_EN.upper(), Letter(28, brand.PINE, 0.24, anchor="r"))
    type_.line(width - 110, 1532, brand.FICTION_ZH, Letter(18, brand.SAGE, anchor="r"))
    return _png(image)


def waiting_screen() -> bytes:
    """Three requests for the screen in the waiting area, landscape PNG."""
    width, height = SCREEN
    image = Image.new("RGB", SCREEN, brand.IVORY)
    image.paste(photograph(SCENES["curtains"], 3, width - 820, height, scale=0.5, grain=0), (820, 0))
    type_ = Lettering(image)
    type_.line(110, 150, "候诊提示", Letter(72, brand.PINE, 0.1))
    type_.line(112, 226, "WHILE YOU WAIT", Letter(24, brand.CLAY, 0.2))
    type_.rule(112, 286, 70, brand.GOLD)
    y = 380.0
    for zh, en, text in MANNERS:
        type_.line(110, y, zh, Letter(42, brand.PINE, 0.06))
        type_.line(340, y + 4, en, Letter(24, brand.CLAY, 0.04))
        type_.line(110, y + 64, text, Letter(28, brand.INK, 0.02))
        y += 176
    type_.line(110, 950, f"{brand.NAME_ZH}　{brand.NAME_EN.upper()}", Letter(24, brand.MOSS, 0.12))
    type_.line(110, 990, brand.GUIDANCE_ZH, Letter(20, brand.MOSS, 0.04))
    return _png(image)


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", compress_level=PNG_LEVEL)
    return out.getvalue()
