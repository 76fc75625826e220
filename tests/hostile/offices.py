"""Office files with macros, programs, what is fetched from elsewhere, and XML that expands."""

import io
import zipfile

from tests.hostile.disguises import OLE
from tests.hostile.markups import LAUGHS, OUTSIDE, PARAMETER
from tests.hostile.model import Files, Hostile
from tests.office_files import PACKAGE, XML, Parts, docx, docx_parts, odt_parts, pptx, relations, xlsx, zipped

FIELD = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>{}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
INSTRUCTION = "<w:r><w:instrText>{}</w:instrText></w:r>"
PARTS = {
    "word/vbaProject.bin": "office-macros-inside",
    "word/vbaData.xml": "office-macros-inside",
    "xl/macrosheets/sheet1.xml": "office-macros-inside",
    "xl/dialogsheets/sheet1.xml": "office-macros-inside",
    "customUI/customUI.xml": "office-macros-inside",
    "word/attachedToolbars.bin": "office-macros-inside",
    "word/embeddings/oleObject1.bin": "office-embedded",
    "word/embeddings/a.exe": "office-embedded",
    "word/embeddings/a.docm": "office-embedded",
    "word/activeX/activeX1.xml": "office-embedded",
    "word/ctrlProps/ctrlProp1.xml": "office-embedded",
    "word/media/a.scr": "office-embedded",
    "word/media/a.hta": "office-embedded",
    "word/media/a.swf": "office-embedded",
}
RELATIONS = {
    "template": ("attachedTemplate", "http://a.example/t.dotm"),
    "template-share": ("attachedTemplate", "file:///\\\\a.example\\t.dotm"),
    "object": ("oleObject", "http://a.example/o.bin"),
    "frame": ("frame", "http://a.example/f.htm"),
    "document": ("subDocument", "http://a.example/d.docx"),
    "picture": ("image", "http://a.example/p.png"),
    "link-script": ("hyperlink", "javascript:alert(1)"),
    "link-file": ("hyperlink", "file:///c:/windows/system32/cmd.exe"),
    "link-search": ("hyperlink", "ms-msdt:/id"),
    "workbook": ("externalLinkPath", "http://a.example/b.xlsx"),
    "audio": ("audio", "http://a.example/a.wav"),
}
COMMANDS = {
    "dde": INSTRUCTION.format("DDE cmd &quot;/c calc&quot;"),
    "dde-auto": INSTRUCTION.format("DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe &quot;/k calc&quot;"),
    "dde-split": "".join(INSTRUCTION.format(each) for each in ("D", "DE", "AU", "TO cmd")),
    "include": INSTRUCTION.format("INCLUDETEXT &quot;http://a.example/x&quot;"),
    "macro-button": INSTRUCTION.format("MACROBUTTON AutoOpen click"),
    "link": INSTRUCTION.format("LINK Excel.Sheet.8 &quot;\\\\\\\\a.example\\\\x.xlsx&quot;"),
}


def files() -> Files:
    """All of them."""
    plain = docx_parts("text")
    for number, (part, by) in enumerate(PARTS.items()):
        content = "<a/>" if part.endswith(".xml") else OLE
        yield Hostile(f"office-part-{number}", "a.docx", zipped({**plain, part: content}), by)
    for name, relation in RELATIONS.items():
        related = docx_parts("text", related=[("rId9", *relation)])
        yield Hostile(f"office-from-elsewhere-{name}", "a.docx", zipped(related), "office-external")
    for name, command in COMMANDS.items():
        body = f"<w:p>{FIELD.format(command)}</w:p>"
        yield Hostile(f"office-command-{name}", "a.docx", zipped(docx_parts("t", body=body)), "office-commands")
    begin, end = FIELD.split("{}")
    parted = f"<w:p>{begin}{INSTRUCTION.format('DDE')}</w:p><w:p>{INSTRUCTION.format('AUTO cmd')}{end}</w:p>"
    inner = f"{begin}{INSTRUCTION.format('PAGE')}{end}"
    nested = f"<w:p>{begin}{INSTRUCTION.format('DD')}{inner}{INSTRUCTION.format('E cmd')}{end}</w:p>"
    computed = f"<w:p>{begin}{begin}{INSTRUCTION.format('QUOTE 68 68 69')}{end}{INSTRUCTION.format(' cmd')}{end}</w:p>"
    fetched = f"<w:p>{begin}{INSTRUCTION.format('INCLUDEPICTURE &quot;http://a.example/p.png&quot;')}{end}</w:p>"
    for name, body in {"parted": parted, "nested": nested, "computed": computed, "fetched": fetched}.items():
        yield Hostile(f"office-field-{name}", "a.docx", zipped(docx_parts("t", body=body)), "office-commands")
    odd = str(docx_parts("t", body=parted)["word/document.xml"])
    yield Hostile("office-field-odd-name", "a.docx", zipped({**plain, "word/header.dat": odd}), "office-commands")
    for name, content in {
        "program": b"MZ" + bytes(200),
        "macros": _with(xlsx("1"), {"xl/vbaProject.bin": OLE}),
        "within": _with(xlsx("1"), {"xl/embeddings/Microsoft_Excel_Sheet1.xlsx": xlsx("1")}),
    }.items():
        embedded: Parts = {"word/embeddings/Microsoft_Excel_Sheet.xlsx": content}
        yield Hostile(f"office-workbook-{name}", "a.docx", zipped({**plain, **embedded}), "")
    simple = '<w:p><w:fldSimple w:instr="DDEAUTO cmd x"/></w:p>'
    yield Hostile("office-command-simple", "a.docx", zipped(docx_parts("t", body=simple)), "office-commands")
    yield from _of_types()
    yield from _entities()
    yield from _broken()


def _of_types() -> Files:
    plain = docx_parts("text")
    types = str(plain["[Content_Types].xml"])
    for name, extension, kind in (
        ("word", "docx", "application/vnd.ms-word.document.macroEnabled.main+xml"),
        ("excel", "xlsx", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
        ("template", "dotx", "application/vnd.ms-word.template.macroEnabledTemplate.main+xml"),
        ("control", "docx", "application/vnd.ms-office.activeX+xml"),
    ):
        changed = types.replace("</Types>", f'<Override PartName="/x.xml" ContentType="{kind}"/></Types>')
        body = zipped({**plain, "[Content_Types].xml": changed})
        yield Hostile(f"office-type-{name}", f"a.{extension}", body, "office-macros-inside")
    for extension in ("docm", "dotm", "xlsm", "xltm", "pptm", "ppsm", "xlsb", "doc", "xls", "ppt", "rtf"):
        yield Hostile(f"office-named-{extension}", f"a.{extension}", docx("text"), "type-not-accepted")
    linked = relations([("rId9", "vbaProject", "hidden.bin")])
    yield Hostile(
        "office-macros-elsewhere",
        "a.docx",
        zipped({**plain, "word/_rels/document.xml.rels": linked, "word/hidden.bin": OLE}),
        "office-macros-inside",
    )
    link = f'{XML}<externalLink xmlns="x"><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    yield Hostile(
        "excel-dde", "a.xlsx", _with(xlsx("1"), {"xl/externalLinks/externalLink1.xml": link}), "office-commands"
    )
    yield Hostile(
        "slides-object", "a.pptx", _with(pptx("1"), {"ppt/embeddings/oleObject1.bin": OLE}), "office-embedded"
    )
    basic: Parts = {"Basic/Standard/Module1.xml": "<a/>"}
    yield Hostile("open-document-macros", "a.odt", zipped({**odt_parts(), **basic}), "office-macros-inside")
    script: Parts = {"Scripts/python/a.py": "import os"}
    yield Hostile("open-document-script", "a.odt", zipped({**odt_parts(), **script}), "office-macros-inside")


def _with(package: bytes, parts: Parts) -> bytes:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return zipped({**{name: archive.read(name) for name in archive.namelist()}, **parts})


def _entities() -> Files:
    packages = {"docx": docx("x"), "xlsx": xlsx("x"), "pptx": pptx("x")}
    main = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
    for extension, package in packages.items():
        for name, before in {"laughs": LAUGHS, "outside": OUTSIDE, "parameter": PARAMETER}.items():
            for part in (main[extension], "[Content_Types].xml"):
                body = _with(package, {part: f"{before}<a>&l9;</a>"})
                case = f"{extension}-{name}-{part.partition('.')[0].strip('[]').replace('/', '-')}"
                yield Hostile(case, f"a.{extension}", body)
    rels = f"{OUTSIDE}<Relationships xmlns='{PACKAGE}/relationships'/>"
    yield Hostile("docx-outside-rels", "a.docx", _with(packages["docx"], {"word/_rels/x.xml.rels": rels}))


def _broken() -> Files:
    whole = docx("text", "and more")
    for part in range(1, 8):
        yield Hostile(f"docx-truncated-{part}", "a.docx", whole[: len(whole) * part // 8])
    deep = "<a>" * 100_000
    yield Hostile("docx-nested", "a.docx", _with(whole, {"word/document.xml": deep}))
    yield Hostile("docx-no-xml", "a.docx", _with(whole, {"word/document.xml": b"\0\1\2"}))
    yield Hostile("docx-bomb", "a.docx", _with(whole, {"word/document.xml": b"<a>" + b" " * (70 << 20) + b"</a>"}))
    yield Hostile("docx-behind", "a.docx", whole + b"MZ" + bytes(70_000))
