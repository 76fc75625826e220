"""The visitor's service guide: six pages, no prices, on purpose in every page geometry a sealer must master.

Promises portrait A4 pages and among them a landscape page (floor plan), a page whose /Rotate is 90 (shown as
landscape), and a page with a crop box inside its media box (print bleed and marks around it). The same bytes on every
call.
"""

from io import BytesIO

from pypdf import PdfReader, PdfWriter
from pypdf.generic import RectangleObject

from fileserver.demo.materials import brand
from fileserver.demo.materials.brochure import style
from fileserver.demo.materials.pictures import place
from fileserver.demo.materials.sheet import PT, Sheet, Type

ROTATED_PAGE, CROPPED_PAGE = 4, 5
BLEED = 12.0

WELCOME_ZH = [
    "欢迎来到澄序。为了让每一次到访从容有序，请您预留约九十分钟，并携带本人有效身份证件。",
    "我们实行预约接待。到达后请在前台核对预约编号，更换鞋套，在候诊区稍作休息。候诊区提供温水与储物柜。",
    "面诊由执业医师完成。您可以提出任何问题，也可以当日不作决定。请在医务人员指导下使用任何产品，并仔细阅读产品说明书。",
]
WELCOME_EN = [
    "Welcome. Please allow about ninety minutes for a visit and bring a valid identity document.",
    "Visits are by appointment; reception checks your number. Water and lockers are in the waiting area.",
    "Consultations are held by licensed physicians. Ask anything you wish; you need not decide on the day.",
]
ROOMS = (
    (0, 0, 70, 58, "接待", "Reception", brand.BLUSH),
    (70, 0, 58, 58, "候诊", "Waiting", brand.SAND),
    (128, 0, 58, 58, "面诊一", "Consulting 1", brand.MIST),
    (186, 0, 59, 58, "面诊二", "Consulting 2", brand.MIST),
    (0, 76, 56, 54, "更衣", "Changing", brand.SAND),
    (56, 76, 72, 54, "操作室", "Treatment", brand.SAGE),
    (128, 76, 58, 54, "观察室", "Observation", brand.MIST),
    (186, 76, 59, 54, "物料", "Materials", brand.SKIN),
)
HOURS = (
    ("周一", "Monday", "闭馆维护", "Closed"),
    ("周二至周五", "Tuesday to Friday", "09:00–18:00", "Last reception 17:00"),
    ("周六、周日", "Saturday, Sunday", "09:30–17:30", "Last reception 16:30"),
    ("法定节假日", "Public holidays", "另行公示", "As announced"),
)
RIGHTS = (
    ("知情", "To be informed", "了解服务内容、可能的不适与替代做法"),
    ("选择", "To choose", "接受、推迟或拒绝，均不影响接待"),
    ("隐私", "To privacy", "影像与病历仅供本次诊疗，未经同意不作他用"),
    ("查阅", "To see records", "查阅、复制本人记录，要求更正错误信息"),
    ("投诉", "To complain", "前台设有意见簿，三个工作日内答复"),
)


def service_guide() -> bytes:
    """The guide as PDF."""
    sheet = Sheet(f"{brand.NAME_ZH} 到院服务指南 / {brand.NAME_EN} Visitor Guide")
    _cover(sheet)
    _welcome(sheet)
    _plan(sheet)
    _hours(sheet)
    _rights(sheet)
    _card(sheet)
    return _turned(sheet.finish())


def _turned(data: bytes) -> bytes:
    """Set what fpdf2 has no word for: the rotation of one page and the crop box of another."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    writer.pages[ROTATED_PAGE].rotate(90)
    page = writer.pages[CROPPED_PAGE]
    left, bottom, right, top = (float(edge) for edge in page.mediabox)
    inset = BLEED / PT
    page.cropbox = RectangleObject((left + inset, bottom + inset, right - inset, top - inset))
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _title(sheet: Sheet, x: float, y: float, zh: str, en: str) -> None:
    sheet.rule(x, y, 12)
    sheet.put(x, y + 5, zh, style.HEADING)
    sheet.put(x, y + 17, en.upper(), style.HEADING_EN)


def _cover(sheet: Sheet) -> None:
    sheet.add_page()
    place(sheet, "niches", 7, 0, 0, style.WIDTH, 210)
    sheet.block(0, 210, style.WIDTH, 87, brand.PINE)
    sheet.put(style.LEFT, 226, "到院服务指南", Type(34, brand.IVORY, 1.3, 0.08))
    sheet.put(style.LEFT, 244, "VISITOR GUIDE", Type(10, brand.SAND, 1.4, 0.24))
    sheet.put(style.LEFT, 272, f"{brand.CLINIC_ZH}　{brand.NAME_EN.upper()}", Type(8.6, brand.SAGE, 1.5, 0.06))


def _welcome(sheet: Sheet) -> None:
    sheet.add_page()
    place(sheet, "curtains", 5, 0, 0, style.WIDTH, 118)
    _title(sheet, style.LEFT, 136, "到访须知", "Your visit")
    sheet.paragraphs(style.LEFT, 166, style.COLUMN, WELCOME_ZH, style.BODY, justify=True)
    sheet.paragraphs(
        style.LEFT + style.COLUMN + style.GUTTER, 166, style.COLUMN, WELCOME_EN, style.BODY_EN, justify=False
    )
    sheet.put(style.LEFT, 276, brand.GUIDANCE_ZH, style.NOTE)


def _plan(sheet: Sheet) -> None:
    sheet.add_page(orientation="landscape")
    sheet.block(0, 0, 297, 210, brand.IVORY)
    _title(sheet, 26, 20, "三层平面", "Floor plan, level 3")
    for x, y, width, height, zh, en, tint in ROOMS:
        sheet.block(26 + x + 0.6, 56 + y + 0.6, width - 1.2, height - 1.2, tint)
        sheet.put(26 + x + 7, 56 + y + 8, zh, style.STRONG)
        sheet.put(26 + x + 7, 56 + y + 15, en, Type(7.6, brand.PINE, 1.5, 0.04))
    sheet.put(148.5, 118.4, "缓冲走廊　BUFFER CORRIDOR", Type(8, brand.MOSS, 1.5, 0.3), "centre")
    sheet.put(26, 194, "示意图，不按比例。" + brand.FICTION_ZH, style.NOTE)


def _hours(sheet: Sheet) -> None:
    sheet.add_page()
    _title(sheet, style.LEFT, 34, "接待时间", "Opening hours")
    y = 70.0
    for day_zh, day_en, time, note in HOURS:
        sheet.put(style.LEFT, y, day_zh, style.STRONG)
        sheet.put(style.LEFT, y + 7, day_en, style.STRONG_EN)
        sheet.put(style.RIGHT, y, time, Type(15, brand.PINE, 1.3, 0.04), "right")
        sheet.put(style.RIGHT, y + 8, note, Type(7.6, brand.MOSS, 1.5), "right")
        sheet.rule(style.LEFT, y + 17, style.MEASURE, brand.MIST, 0.3)
        y += 24
    place(sheet, "stones", 9, style.LEFT, y + 4, style.MEASURE, 250 - y)
    sheet.put(style.LEFT, 262, brand.ADDRESS_ZH, Type(9.3, brand.INK, 1.6))
    sheet.put(style.LEFT, 268, brand.ADDRESS_EN, style.NOTE)
    sheet.put(style.RIGHT, 262, brand.TELEPHONE, Type(9.3, brand.INK, 1.6, 0.04), "right")


def _rights(sheet: Sheet) -> None:
    """Drawn lying on a portrait page; /Rotate 90 sets it upright, 297 × 210."""
    sheet.add_page()
    with sheet.rotation(90, style.HEIGHT / 2, style.HEIGHT / 2):
        place(sheet, "satin", 19, 0, 0, 96, style.WIDTH)
        _title(sheet, 116, 24, "您的权利", "Your rights")
        y = 58.0
        for zh, en, text in RIGHTS:
            sheet.put(116, y, zh, style.STRONG)
            sheet.put(116, y + 7, en, style.STRONG_EN)
            sheet.put(166, y + 1, text, style.BODY)
            sheet.rule(116, y + 17, 160, brand.MIST, 0.3)
            y += 25


def _card(sheet: Sheet) -> None:
    """A page with bleed: the crop box hides the marks and the file name outside it."""
    sheet.add_page()
    sheet.block(BLEED - 3, BLEED - 3, style.WIDTH - 2 * BLEED + 6, style.HEIGHT - 2 * BLEED + 6, brand.MIST)
    place(sheet, "emulsion", 11, BLEED - 3, BLEED - 3, style.WIDTH - 2 * BLEED + 6, 110)
    sheet.put(2, 3, "LO-GUIDE-2026.09  BLEED 3 mm", Type(5, brand.INK, 1.4))
    sheet.set_draw_color(*brand.INK)
    sheet.set_line_width(0.1)
    for x in (BLEED, style.WIDTH - BLEED):
        sheet.line(x, 2, x, BLEED - 4)
        sheet.line(x, style.HEIGHT - BLEED + 4, x, style.HEIGHT - 2)
    _title(sheet, style.LEFT + 4, 140, "离开之后", "After your visit")
    text = "如有任何不适，请停止使用并致电门诊；情况紧急时，请直接前往就近医疗机构。"
    y = sheet.flow(style.LEFT + 4, 172, 130, text, style.LEAD)
    english = "If you feel unwell, stop and call the clinic. In an emergency, go to the nearest hospital."
    sheet.flow(style.LEFT + 4, y + 2, 130, english, style.LEAD_EN)
    sheet.put(style.LEFT + 4, 226, brand.TELEPHONE, Type(26, brand.PINE, 1.3, 0.06))
    sheet.put(style.LEFT + 4, 266, brand.FICTION_ZH, style.NOTE)
