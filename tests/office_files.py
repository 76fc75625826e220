"""Office files for the tests, as small as LibreOffice takes them, so that what is odd about each is plain to see."""

import io
import zipfile
from collections.abc import Iterable, Mapping

from watermark.media_types import OPEN_DOCUMENT_PREFIX

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FORMATS = "application/vnd.openxmlformats-officedocument"
WORD_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
ELSEWHERE = ' TargetMode="External"'

Parts = dict[str, str | bytes]
Relation = tuple[str, str, str]  # id, last part of the type, target; a target elsewhere has a scheme


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """The archive of these parts, in order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else None)
    return out.getvalue()


def package(main: str, content_type: str, parts: Parts, others: Mapping[str, str]) -> Parts:
    """The parts with the two lists that every OOXML file has; `others` gives the content types of further parts."""
    types = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in {main: content_type, **others}.items()
    )
    return {
        "[Content_Types].xml": f'{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
        "_rels/.rels": relations([("rId1", "officeDocument", main)]),
        **parts,
    }


def relations(wanted: Iterable[Relation]) -> str:
    """A list of relationships."""
    lines = (
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"{ELSEWHERE if ":" in target else ""}/>'
        for name, kind, target in wanted
    )
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def docx_parts(*paragraphs: str, related: Iterable[Relation] = (), body: str = "") -> Parts:
    """A text document's parts; `body` is further markup."""
    text = "".join(f"<w:p><w:r><w:t>{each}</w:t></w:r></w:p>" for each in paragraphs)
    parts: Parts = {
        "word/document.xml": f'{XML}<w:document xmlns:w="{WORD_NAMESPACE}" xmlns:r="{OFFICE}"><w:body>{text}{body}'
        "</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(related),
    }
    return package("word/document.xml", f"{FORMATS}.wordprocessingml.document.main+xml", parts, {})


def docx(*paragraphs: str) -> bytes:
    """A text document."""
    return zipped(docx_parts(*(paragraphs or ("Hyaluronic gel 玻尿酸",))))


def linked_picture(target: str) -> str:
    """Markup of a picture that is to be fetched from relationship rLink's target."""
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"
    return (
        f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{drawing}/wordprocessingDrawing"><wp:extent cx="3000000" '
        f'cy="3000000"/><wp:docPr id="1" name="p"/><a:graphic xmlns:a="{drawing}/main"><a:graphicData '
        f'uri="{drawing}/picture"><pic:pic xmlns:pic="{drawing}/picture"><pic:nvPicPr><pic:cNvPr id="1" name="p"/>'
        f'<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:link="{target}"/><a:stretch><a:fillRect/></a:stretch>'
        '</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="3000000" cy="3000000"/></a:xfrm><a:prstGeom '
        'prst="rect"/></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>'
    )


def xlsx(*cells: str) -> bytes:
    """A workbook of one sheet with a column of texts."""
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rows = "".join(
        f'<row r="{at}"><c r="A{at}" t="inlineStr"><is><t>{text}</t></is></c></row>'
        for at, text in enumerate(cells or ("Price list 价目表",), 1)
    )
    parts: Parts = {
        "xl/workbook.xml": f'{XML}<workbook xmlns="{namespace}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" '
        'r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations([("rId1", "worksheet", "worksheets/sheet1.xml")]),
        "xl/worksheets/sheet1.xml": f'{XML}<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData></worksheet>',
    }
    kind = f"{FORMATS}.spreadsheetml"
    sheet = {"xl/worksheets/sheet1.xml": f"{kind}.worksheet+xml"}
    return zipped(package("xl/workbook.xml", f"{kind}.sheet.main+xml", parts, sheet))


def pptx(*slides: str) -> bytes:
    """A presentation with one text on each slide."""
    texts = slides or ("Launch 新品发布",)
    names = [f"slides/slide{number}.xml" for number in range(1, len(texts) + 1)]
    ids = "".join(f'<p:sldId id="{255 + number}" r:id="rId{number}"/>' for number in range(1, len(texts) + 1))
    root = (
        f'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="{DRAWING}" xmlns:r="{OFFICE}"'
    )
    parts: Parts = {
        "ppt/presentation.xml": f'{XML}<p:presentation {root}><p:sldIdLst>{ids}</p:sldIdLst><p:sldSz cx="9144000" '
        'cy="5143500"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relations(
            (f"rId{number}", "slide", name) for number, name in enumerate(names, 1)
        ),
    }
    for name, text in zip(names, texts, strict=True):
        parts[f"ppt/{name}"] = f"{XML}<p:sld {root}><p:cSld><p:spTree>{_box(text)}</p:spTree></p:cSld></p:sld>"
    kind = f"{FORMATS}.presentationml"
    others = {f"ppt/{name}": f"{kind}.slide+xml" for name in names}
    return zipped(package("ppt/presentation.xml", f"{kind}.presentation.main+xml", parts, others))


def _box(text: str) -> str:
    return (
        '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/><p:sp><p:nvSpPr>'
        '<p:cNvPr id="2" name="t"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x="500000" '
        'y="500000"/><a:ext cx="8000000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"/></p:spPr><p:txBody>'
        f"<a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def odt_parts(text: str = "Open 开放", *, manifest: str = "") -> Parts:
    """An OpenDocument text's parts."""
    namespace = "urn:oasis:names:tc:opendocument:xmlns"
    kind = f"{OPEN_DOCUMENT_PREFIX}text"
    return {
        "mimetype": kind,
        "content.xml": f'{XML}<office:document-content xmlns:office="{namespace}:office:1.0" xmlns:text="{namespace}:'
        f'text:1.0" office:version="1.3"><office:body><office:text><text:p>{text}</text:p></office:text></office:body>'
        "</office:document-content>",
        "META-INF/manifest.xml": f'{XML}<manifest:manifest xmlns:manifest="{namespace}:manifest:1.0"><manifest:'
        f'file-entry manifest:full-path="/" manifest:media-type="{kind}"/><manifest:file-entry manifest:full-path='
        f'"content.xml" manifest:media-type="text/xml"/>{manifest}</manifest:manifest>',
    }
