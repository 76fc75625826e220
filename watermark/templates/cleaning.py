"""What a copy does not take along from its source.

Promises, for every object of the file: no XMP, no document information but a title given by the caller, no private
data of the program that made it, no EXIF, IPTC or comment in a JPEG; no JavaScript, no action that starts, opens or
sends something other than a page or a web address; no embedded file; no signature (it would be broken) and no XFA
(a script with another look than the pages). What pages show stays. Authors of annotations are forgotten.
"""

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from watermark.findings import Finding
from watermark.templates.packing import keep_packed

# Entries that say who, with what, when; that bring files; or hold what runs by itself.
DROPPED = frozenset({"/Metadata", "/PieceInfo", "/EF", "/AF", "/AA", "/JS"})
RUNNING = frozenset({"/AA"})
# What may make a dictionary need a closer look: the above, actions by what those that are dropped take, signatures.
SUSPECT = frozenset({*DROPPED, "/A", "/FT", "/F", "/Win", "/OP", "/TA", "/Fields"})
DROPPED_FROM_CATALOG = ("/OpenAction", "/Collection", "/Perms", "/Legal", "/Requirements", "/DSS", "/SpiderInfo")
NAME_TREES_DROPPED = ("/JavaScript", "/EmbeddedFiles", "/Renditions", "/AlternatePresentations", "/URLS", "/IDS")
FORM_DROPPED = ("/XFA", "/SigFlags", "/CO")
ACTIONS_KEPT = frozenset({"/GoTo", "/URI", "/Named", "/Thread", "/SetOCGState", "/Hide", "/ResetForm"})
ACTIONS_DROPPED = frozenset({
    "/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/Rendition", "/RichMediaExecute",
})  # fmt: skip
ANNOTATIONS_DROPPED = frozenset(
    {"/FileAttachment", "/Sound", "/Movie", "/Screen", "/RichMedia", "/3D", "/Popup", "/PrinterMark", "/TrapNet"}
)
ANNOTATION_AUTHOR = ("/T", "/RC", "/Subj", "/M", "/CreationDate", "/NM", "/Popup", "/IRT")
ANNOTATIONS_SHOWING_TEXT = (Name.FreeText, Name.Widget, Name.Link)
JPEG_SOI = b"\xff\xd8"
JPEG_DROPPED = frozenset({0xE1, 0xED, 0xFE})  # APP1 (EXIF, XMP), APP13 (IPTC), COM; APP2 is the colour profile
JPEG_MARK, JPEG_SCAN = 0xFF, 0xDA
JPEG_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
ANNOTATIONS_MAX = 100_000


def clean(pdf: Pdf, *, title: str) -> tuple[Finding, ...]:
    """Take everything off that the module's docstring names; what of it a reviewer should know."""
    _information(pdf, title)
    active = _catalog(pdf.Root)
    for each in pdf.objects:
        # Of hundreds of thousands of objects hardly any has something to lose: a look at its keys has to be enough.
        if isinstance(each, Dictionary):
            active += _entries(each)
        elif isinstance(each, Stream):
            active += _entries(each)
            _jpeg(each)
            keep_packed(each)
    for page in pdf.pages:
        active += _annotations(page.obj)
    return (Finding("pdf-active-content", {"actions": active}),) if active else ()


def _information(pdf: Pdf, title: str) -> None:
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    if title:
        pdf.trailer["/Info"] = pdf.make_indirect(Dictionary(Title=pikepdf.String(title)))


def _catalog(root: pikepdf.Object) -> int:
    """How many things were dropped that would have run by themselves."""
    opening, active = root.get("/OpenAction"), 0
    for key in DROPPED_FROM_CATALOG:
        _drop(root, key)
    if isinstance(opening, Array):  # a place to open at is no action
        root["/OpenAction"] = opening
    elif opening is not None:
        active += str(opening.get("/S")) not in ACTIONS_KEPT
    names = root.get("/Names")
    if isinstance(names, Dictionary):
        active += "/JavaScript" in names
        for key in NAME_TREES_DROPPED:
            _drop(names, key)
    form = root.get("/AcroForm")
    if isinstance(form, Dictionary):
        for key in FORM_DROPPED:
            _drop(form, key)
        fields = form.get("/Fields")
        kept = [each for each in fields if not _is_signature(each)] if isinstance(fields, Array) else []
        form["/Fields"] = Array(kept)
    return active


def _entries(holder: Dictionary | Stream) -> int:
    """Of any dictionary, whatever it is.

    Asks for its keys once and for nothing that they do not name: in a file tagged for screen readers every element
    may have an /A, and to ask pikepdf for an entry that is not there costs more than all the rest.
    """
    keys = holder.keys()
    if SUSPECT.isdisjoint(keys):
        return 0
    active = 0
    for key in DROPPED.intersection(keys):
        active += key in RUNNING
        del holder[key]
    if "/S" in keys and str(holder["/S"]) in ACTIONS_DROPPED:
        for key in list(holder.keys()):
            del holder[key]
        holder["/S"], holder["/D"] = Name.GoTo, pikepdf.String("none")  # whatever still points here leads nowhere
        return active + 1
    if "/A" in keys:
        active += _action(holder)
    if "/FT" in keys and _is_signature(holder):
        _signature(holder)
    return active


def _is_signature(field: pikepdf.Object) -> bool:
    return isinstance(field, Dictionary) and field.get("/FT") == Name.Sig


def _signature(field: Dictionary | Stream) -> None:
    """A field that was signed is one no more; its picture on the page stays, as one that means nothing."""
    for key in ("/FT", "/V", "/T", "/Lock", "/SV"):
        _drop(field, key)
    if field.get("/Subtype") == Name.Widget:
        field["/Subtype"] = Name.Stamp


def _action(holder: Dictionary | Stream) -> int:
    """The action of an annotation, an outline item or a field; a structure element's /A is none and has no /S."""
    action = holder.get("/A")
    if not isinstance(action, Dictionary) or "/S" not in action:
        return 0
    _drop(action, "/Next")
    if str(action.get("/S")) in ACTIONS_KEPT:
        return 0
    del holder["/A"]
    return 1


def _annotations(page: Dictionary) -> int:
    found, active = page.get("/Annots"), 0
    if not isinstance(found, Array):
        return 0
    kept = [each for each in _some(found) if str(each.get("/Subtype")) not in ANNOTATIONS_DROPPED]
    for each in kept:
        active += 0 if each.is_indirect else _entries(each)
        if each.get("/Subtype") != Name.Widget:  # a widget's /T is its field's name
            for key in ANNOTATION_AUTHOR:
                _drop(each, key)
        if each.get("/Subtype") not in ANNOTATIONS_SHOWING_TEXT:
            _drop(each, "/Contents")
    page["/Annots"] = Array(kept)
    return active


def _some(found: Array) -> Iterator[Dictionary]:
    for index, each in enumerate(found):
        if index == ANNOTATIONS_MAX:
            return
        if isinstance(each, Dictionary):
            yield each


def _jpeg(image: Stream) -> None:
    """Take EXIF and its like out of an image that is one JPEG."""
    if image.get("/Filter") != Name.DCTDecode or image.get("/Subtype") != Name.Image:
        return
    slim = without_metadata(image.read_raw_bytes())
    if slim is not None:
        parameters = image.get("/DecodeParms")
        known = parameters if isinstance(parameters, Dictionary) else None
        image.write(slim, filter=Name.DCTDecode, decode_parms=known)


def _drop(holder: pikepdf.Object, key: str) -> None:
    if key in holder:
        del holder[key]


def without_metadata(jpeg: bytes) -> bytes | None:
    """The JPEG without EXIF, XMP, IPTC and comments, pixels and colours as they were; None if there are none."""
    if not jpeg.startswith(JPEG_SOI):
        return None
    kept, at, dropped = [JPEG_SOI], len(JPEG_SOI), False
    while at + 4 <= len(jpeg) and jpeg[at] == JPEG_MARK and jpeg[at + 1] != JPEG_SCAN:
        if jpeg[at + 1] in JPEG_STANDALONE or jpeg[at + 1] == JPEG_MARK:
            at += 1 if jpeg[at + 1] == JPEG_MARK else 2
            continue
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at + 1] in JPEG_DROPPED:
            dropped = True
        else:
            kept.append(jpeg[at:end])
        at = end
    return b"".join((*kept, jpeg[at:])) if dropped else None
