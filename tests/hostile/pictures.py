"""Pictures that are something else too, that claim more pixels than there is memory for, or that end early."""

from tests.hostile.model import Files, Hostile
from tests.malformed import handmade, seeds
from tests.office_files import zipped
from tests.unit.watermark import sample_pdfs

TAILS = {
    "zip": zipped({"a.txt": "x"}),
    "php": b"<?php system($_GET['c']); ?>",
    "html": b"<html><script>alert(1)</script></html>",
    "exe": b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0" + bytes(200),
    "elf": b"\x7fELF\x02\x01\x01" + bytes(200),
    "pdf": sample_pdfs.marked(),
    "rar": b"Rar!\x1a\x07\x01\0" + bytes(100),
    "shell": b"#!/bin/sh\nrm -rf /\n",
}
NAMES = {
    "jpeg": "jpg",
    "jpeg-progressive": "jpeg",
    "png": "png",
    "gif": "gif",
    "webp": "webp",
    "heic": "heic",
    "avif": "avif",
}
FLOODS = {
    "png-claims-gigapixels": "png",
    "png-claims-everything": "png",
    "png-claims-a-line": "png",
    "jpeg-claims-gigapixels": "jpg",
    "webp-canvas-huge": "webp",
    "gif-claims-the-most": "gif",
    "tiff-claims-gigapixels": "tif",
    "heic-claims-gigapixels": "heic",
    "avif-claims-gigapixels": "avif",
}


def files() -> Files:
    """All of them."""
    whole = seeds.pictures()
    for kind, extension in NAMES.items():
        for name, tail in TAILS.items():
            yield Hostile(f"{kind}-and-{name}", f"poster.{extension}", whole[kind] + tail)
        for part in (1, 2, 3):
            cut = whole[kind][: len(whole[kind]) * part // 4]
            yield Hostile(f"{kind}-truncated-{part}", f"poster.{extension}", cut)
    yield Hostile("tiff-and-zip", "poster.tif", whole["tiff-lzw"] + TAILS["zip"], "archive-inside")
    bombs = handmade.pictures()
    for name, extension in FLOODS.items():
        yield Hostile(name, f"poster.{extension}", bombs[name])
    yield Hostile("gif-and-page", "logo.gif", b"GIF89a/*<html><script>alert(1)</script>*/=1;", "structure-broken")
    yield Hostile("gif-and-script", "logo.gif", b"GIF89a/*\x00\x00\x00\x00*/=1;alert(1)//;", "structure-broken")
    yield Hostile("jpeg-and-pdf-head", "a.jpg", b"\xff\xd8\xff\xe0\0\x08%PDF-1\n" + sample_pdfs.marked())
    yield Hostile("bmp", "a.bmp", b"BM" + bytes(60), "type-not-accepted")
    yield Hostile("png-without-an-end", "a.png", whole["png"][:-12], "structure-broken")
    yield Hostile("png-with-a-wrong-sum", "a.png", whole["png"][:-1] + b"\0", "structure-broken")
