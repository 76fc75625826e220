"""A training deck: a small, valid PowerPoint file of three slides.

Promises an Office Open XML presentation (ECMA-376) with one master, one layout and a picture on the first slide, the
same bytes on every call. It is here because SealShare does not seal Office files: the demo shows how such a share is
refused.
"""

import zipfile
from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import escape

from fileserver.demo.materials import brand
from fileserver.demo.materials.studio.darkroom import jpeg, photograph
from fileserver.demo.materials.studio.scenes import SCENES

EMU = 12700
WIDTH, HEIGHT = 960, 540
EPOCH = (2026, 9, 18, 9, 0, 0)

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.presentationml"
NAMESPACES = f'xmlns:a="{DRAWING}" xmlns:r="{OFFICE}" xmlns:p="{SLIDES}"'
HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
NO_GROUP = (
    '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>'
    '<p:grpSpPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/>'
    '<a:chOff x="0" y="0"/><a:chExt cx="0" cy="0"/></a:xfrm></p:grpSpPr>'
)


@dataclass(frozen=True)
class Line:
    """A text box: place and size of type in points."""

    x: int
    y: int
    size: int
    colour: brand.Colour
    text: str


SLIDE_TEXTS = (
    (
        Line(56, 330, 36, brand.PINE, "2027 年度区域培训计划"),
        Line(56, 388, 16, brand.CLAY, "Regional Training Plan 2027"),
        Line(56, 470, 12, brand.MOSS, f"{brand.ACADEMY_ZH}　内部资料，请勿外传"),
    ),
    (
        Line(56, 60, 28, brand.PINE, "三项重点　Three priorities"),
        Line(56, 160, 20, brand.INK, "一　双人验收：每季度一次批号演练"),
        Line(56, 220, 20, brand.INK, "二　面谈复述：记录完整，副本交付"),
        Line(56, 280, 20, brand.INK, "三　上报时限：二十四小时内完成登记"),
        Line(56, 470, 12, brand.MOSS, brand.TRAINING_ZH),
    ),
    (
        Line(56, 60, 28, brand.PINE, "日程　Schedule"),
        Line(56, 160, 20, brand.INK, "一季度　手卫生、面谈、知情同意"),
        Line(56, 220, 20, brand.INK, "二季度　光源、验收、冷链"),
        Line(56, 280, 20, brand.INK, "三季度　追溯、无菌、应急"),
        Line(56, 340, 20, brand.INK, "四季度　上报、个人信息、复盘"),
        Line(56, 470, 12, brand.MOSS, brand.FICTION_ZH),
    ),
)


def deck_pptx() -> bytes:
    """The deck as .pptx."""
    picture = jpeg(photograph(SCENES["niches"], 4, 1440, 450))
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations([("officeDocument", "ppt/presentation.xml")]),
        "ppt/presentation.xml": _presentation(),
        "ppt/_rels/presentation.xml.rels": _relations(
            [("slideMaster", "slideMasters/slideMaster1.xml"), *(("slide", f"slides/slide{n}.xml") for n in (1, 2, 3))]
        ),
        "ppt/slideMasters/slideMaster1.xml": _master(),
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": _relations(
            [("slideLayout", "../slideLayouts/slideLayout1.xml"), ("theme", "../theme/theme1.xml")]
        ),
        "ppt/slideLayouts/slideLayout1.xml": _part("sldLayout", "", "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr>"),
        "ppt/slideLayouts/_rels/slideLayout1.xml.rels": _relations(
            [("slideMaster", "../slideMasters/slideMaster1.xml")]
        ),
        "ppt/theme/theme1.xml": _theme(),
        "ppt/media/image1.jpeg": picture,
    }
    for number, lines in enumerate(SLIDE_TEXTS, 1):
        shapes = (_picture() if number == 1 else "") + "".join(_box(index, line) for index, line in enumerate(lines, 3))
        parts[f"ppt/slides/slide{number}.xml"] = _part(
            "sld", shapes, "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr>"
        )
        links = [("slideLayout", "../slideLayouts/slideLayout1.xml")]
        parts[f"ppt/slides/_rels/slide{number}.xml.rels"] = _relations(
            [*links, ("image", "../media/image1.jpeg")] if number == 1 else links
        )
    return _zip(parts)


def _zip(parts: dict[str, bytes | str]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()


def _relations(targets: list[tuple[str, str]]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{index}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for index, (kind, target) in enumerate(targets, 1)
    )
    return f'{HEADER}<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>'


def _content_types() -> str:
    names = {"presentation": "presentation.main", "slideMasters/slideMaster1": "slideMaster"}
    names |= {"slideLayouts/slideLayout1": "slideLayout"} | {f"slides/slide{n}": "slide" for n in (1, 2, 3)}
    rows = "".join(
        f'<Override PartName="/ppt/{name}.xml" ContentType="{TYPE}.{kind}+xml"/>' for name, kind in names.items()
    )
    return (
        f'{HEADER}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="jpeg" ContentType="image/jpeg"/>{rows}<Override PartName="/ppt/theme/theme1.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.theme+xml"/></Types>'
    )


def _presentation() -> str:
    slides = "".join(f'<p:sldId id="{255 + n}" r:id="rId{n + 1}"/>' for n in (1, 2, 3))
    return (
        f"{HEADER}<p:presentation {NAMESPACES}>"
        '<p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/></p:sldMasterIdLst>'
        f'<p:sldIdLst>{slides}</p:sldIdLst><p:sldSz cx="{WIDTH * EMU}" cy="{HEIGHT * EMU}"/>'
        '<p:notesSz cx="6858000" cy="9144000"/></p:presentation>'
    )


def _part(tag: str, shapes: str, tail: str) -> str:
    ground = (
        f'<p:bg><p:bgPr><a:solidFill><a:srgbClr val="{_hex(brand.IVORY)}"/></a:solidFill><a:effectLst/></p:bgPr></p:bg>'
    )
    tree = f"<p:cSld>{ground}<p:spTree>{NO_GROUP}{shapes}</p:spTree></p:cSld>"
    return f"{HEADER}<p:{tag} {NAMESPACES}>{tree}{tail}</p:{tag}>"


def _master() -> str:
    slots = "bg1=lt1 tx1=dk1 bg2=lt2 tx2=dk2 accent1=accent1 accent2=accent2 accent3=accent3 accent4=accent4"
    slots += " accent5=accent5 accent6=accent6 hlink=hlink folHlink=folHlink"
    mapping = " ".join('{}="{}"'.format(*slot.split("=")) for slot in slots.split())
    layouts = '<p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst>'
    return _part("sldMaster", "", f"<p:clrMap {mapping}/>{layouts}")


def _picture() -> str:
    return (
        '<p:pic><p:nvPicPr><p:cNvPr id="2" name="Picture"/><p:cNvPicPr/><p:nvPr/></p:nvPicPr>'
        '<p:blipFill><a:blip r:embed="rId2"/><a:stretch><a:fillRect/></a:stretch></p:blipFill>'
        f'<p:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{WIDTH * EMU}" cy="{300 * EMU}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr></p:pic>'
    )


def _box(identity: int, line: Line) -> str:
    run = (
        f'<a:r><a:rPr lang="zh-CN" sz="{line.size * 100}"><a:solidFill><a:srgbClr val="{_hex(line.colour)}"/>'
        "</a:solidFill></a:rPr>"
        f"<a:t>{escape(line.text)}</a:t></a:r>"
    )
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{identity}" name="Text {identity}"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="{line.x * EMU}" y="{line.y * EMU}"/>'
        f'<a:ext cx="{840 * EMU}" cy="{2 * line.size * EMU}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></p:spPr>'
        f'<p:txBody><a:bodyPr wrap="square"/><a:lstStyle/><a:p>{run}</a:p></p:txBody></p:sp>'
    )


def _theme() -> str:
    tones = {"dk1": brand.INK, "lt1": brand.WHITE, "dk2": brand.PINE, "lt2": brand.IVORY, "accent1": brand.PINE}
    tones |= {"accent2": brand.CLAY, "accent3": brand.SAGE, "accent4": brand.GOLD, "accent5": brand.BLUSH}
    tones |= {"accent6": brand.MOSS, "hlink": brand.CLAY, "folHlink": brand.MOSS}
    colours = "".join(f'<a:{name}><a:srgbClr val="{_hex(tone)}"/></a:{name}>' for name, tone in tones.items())
    face = '<a:latin typeface="Arial"/><a:ea typeface="Noto Sans CJK SC"/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    styles = f"<a:fillStyleLst>{fill * 3}</a:fillStyleLst><a:lnStyleLst>{f'<a:ln>{fill}</a:ln>' * 3}</a:lnStyleLst>"
    styles += f"<a:effectStyleLst>{effect * 3}</a:effectStyleLst><a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst>"
    return (
        f'{HEADER}<a:theme xmlns:a="{DRAWING}" name="Order"><a:themeElements>'
        f'<a:clrScheme name="Order">{colours}</a:clrScheme>'
        f'<a:fontScheme name="Order"><a:majorFont>{face}</a:majorFont><a:minorFont>{face}</a:minorFont></a:fontScheme>'
        f'<a:fmtScheme name="Order">{styles}</a:fmtScheme></a:themeElements></a:theme>'
    )


def _hex(colour: brand.Colour) -> str:
    return "".join(f"{channel:02X}" for channel in colour)
