"""SVG that is more than a drawing, and pages."""

from tests.hostile.model import Files, Hostile

LAUGHS = '<!DOCTYPE a [<!ENTITY l0 "ha">{}]>'.format(
    "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
)
OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://a.example/x.dtd"> %x;]>'
ACTIVE = {
    "script": "<script>alert(1)</script>",
    "script-elsewhere": '<script xlink:href="http://a.example/a.js"/>',
    "script-prefixed": '<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>',
    "script-cdata": "<script><![CDATA[alert(1)]]></script>",
    "handler": '<rect onclick="alert(1)"/>',
    "handler-load": '<image href="#a" onload="alert(1)"/>',
    "handler-upper": '<rect ONMOUSEOVER="alert(1)"/>',
    "foreign": "<foreignObject><body/></foreignObject>",
    "iframe": '<iframe src="#"/>',
    "embed": '<embed src="#"/>',
    "object": '<object data="#"/>',
    "audio": "<audio/>",
    "video": "<video/>",
    "link-script": '<a xlink:href="javascript:alert(1)"><rect/></a>',
    "link-data": '<a href="data:text/html,x"><rect/></a>',
    "image-elsewhere": '<image href="http://a.example/x.png"/>',
    "image-network": '<image href="//a.example/x.png"/>',
    "image-file": '<image href="file:///etc/passwd"/>',
    "image-svg": '<image href="data:image/svg+xml;base64,PHN2Zy8+"/>',
    "use-elsewhere": '<use xlink:href="http://a.example/x.svg#a"/>',
    "use-data": '<use href="data:application/xml,x"/>',
    "set-handler": '<set attributeName="href" to="javascript:alert(1)"/>',
    "animate-link": '<animate attributeName="xlink:href" values="javascript:alert(1)"/>',
    "style-import": "<style>@import 'http://a.example/x.css';</style>",
    "style-url": "<style>rect{fill:url(http://a.example/x)}</style>",
    "style-attribute": '<rect style="background:url(//a.example/x)"/>',
    "style-expression": '<rect style="width:expression(alert(1))"/>',
    "fill-elsewhere": '<rect fill="url(http://a.example/x#a)"/>',
    "filter-elsewhere": '<feImage href="https://a.example/x"/>',
}


def svg(inside: str, before: str = "") -> bytes:
    """A drawing."""
    head = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    return f"{before}{head}<rect width='9' height='9'/>{inside}</svg>".encode()


def files() -> Files:
    """All of them."""
    for name, inside in ACTIVE.items():
        yield Hostile(f"svg-{name}", "logo.svg", svg(inside), "svg-active")
    for name, before in {"laughs": LAUGHS, "outside": OUTSIDE, "parameter": PARAMETER}.items():
        yield Hostile(f"svg-{name}", "logo.svg", svg("", before), "xml-entities")
    yield Hostile(
        "svg-stylesheet", "logo.svg", svg("", '<?xml-stylesheet href="http://a.example/x.xsl"?>'), "svg-active"
    )
    yield Hostile("svg-nested", "logo.svg", svg("<g>" * 5000 + "</g>" * 5000))
    yield Hostile("svg-cut-off", "logo.svg", svg("")[:-9], "xml-broken")
    yield Hostile("svg-utf-7", "logo.svg", svg("", '<?xml version="1.0" encoding="UTF-7"?>'))
    yield Hostile("svg-zipped", "logo.svgz", b"\x1f\x8b\x08\0" + bytes(60), "type-not-accepted")
    for extension in ("html", "htm", "xhtml", "xml", "mht", "shtml", "php", "jsp"):
        yield Hostile(f"page-{extension}", f"page.{extension}", b"<!DOCTYPE html><html><script>x</script></html>")
