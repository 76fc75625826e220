"""Stamping one viewer's copy with pypdf, in a process of its own: `python -m benchmarks.stamping FILE`.

Promises one line of JSON: processor seconds of the cheapest way that pypdf has.
"""

import io
import json
import sys
import time
from pathlib import Path
from typing import Any

import pypdf
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject


def _stamp_with_pypdf(source: bytes) -> None:
    """The cheapest way pypdf has: the document cloned, one Form added to the resources of every page."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(source))
    form = DecodedStreamObject()
    form.set_data(b"BT /F 24 Tf 60 400 Td (Viewer 5678) Tj ET")
    font = DictionaryObject({NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
                             NameObject("/BaseFont"): NameObject("/Helvetica")})  # fmt: skip
    form.update({
        NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Form"),
        NameObject("/BBox"): ArrayObject(NumberObject(each) for each in (0, 0, 595, 842)),
        NameObject("/Resources"): DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/F"): font})}),
    })  # fmt: skip
    added = writer._add_object(form)  # noqa: SLF001  # pypdf has no other way to share one Form among pages
    drawn = DecodedStreamObject()
    drawn.set_data(b"q /SealShare Do Q")
    drawing = writer._add_object(drawn)  # noqa: SLF001  # likewise
    for page in writer.pages:
        resources: Any = page["/Resources"]
        resources.setdefault(NameObject("/XObject"), DictionaryObject())[NameObject("/SealShare")] = added
        page[NameObject("/Contents")] = ArrayObject([page.raw_get("/Contents"), drawing])
    writer.write(io.BytesIO())


def _main(path: str) -> None:
    source, started = Path(path).read_bytes(), time.process_time()
    _stamp_with_pypdf(source)
    sys.stdout.write(json.dumps({"s": time.process_time() - started}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
